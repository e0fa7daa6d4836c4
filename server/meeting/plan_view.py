"""The plan as it is read: risks, actions and leads, each with who wrote it and what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from server.meeting.said import day_in
from tiers.fragment import Place, Written
from tiers.rows import rows_in

CASE, RISKS, ACTIONS, LEADS = "plan_case", "plan_risks", "plan_actions", "plan_leads"
RESTS_ON = "rests_on"

OPEN_WORDS = frozenset({"", "open", "in_progress"})
CHANGED_CIRCUMSTANCES = "not_possible_changed_circumstances"
NOT_DONE_BY_AGENCY = "not_done_by_agency"
NOT_DONE = frozenset({CHANGED_CIRCUMSTANCES, NOT_DONE_BY_AGENCY, "declined"})

# What the meeting decided is no part of anybody's words: it stays to be seen while a row is closed.
_DECIDED = frozenset({"for_risk", "owner_agency", "owner", "due", "status", "on_file", RESTS_ON})


@dataclass(frozen=True, slots=True)
class Rest:
    """A part that a row restates: whose it is, until when, or that its consent ended."""

    consent: str
    agency: str  # empty where this node does not know whose consent it is
    until: date | None
    ended: bool


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One risk, action or lead: what it says about whom, who wrote each field, and if it closed."""

    section: str
    about: str
    role: str
    row: str  # empty for a lead: one for each person
    fields: Mapping[str, tuple[Written, ...]]
    rests: tuple[Rest, ...] = ()
    closed: bool = False

    def says(self, name: str) -> str:
        """The latest wording of this field; empty where nothing is written."""
        written = self.fields.get(name, ())
        return written[-1].value if written else ""

    def differ(self, name: str) -> bool:
        """Did two colleagues write this at once, so that both wordings stand?"""
        return len({one.value for one in self.fields.get(name, ())}) > 1

    @property
    def due(self) -> date | None:
        """The day an action is due, where its words say one."""
        return day_in(self.says("due"))

    @property
    def is_open(self) -> bool:
        """Is there still something to do?"""
        return self.says("status") in OPEN_WORDS

    def overdue(self, today: date) -> bool:
        """Is it past its day, and not settled one way or the other?"""
        return self.is_open and self.due is not None and self.due < today

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The consents it names, from every wording."""
        return consents_in(self.fields.get(RESTS_ON, ()))


@dataclass(frozen=True, slots=True)
class Circulated:
    """When the plan was last sent round, and whether it says something else by now."""

    at: str
    changed: bool


@dataclass(frozen=True, slots=True)
class PlanView:
    """The plan of one case as this node has it."""

    case_ref: str
    short: str
    people: Mapping[str, str]
    risks: tuple[PlanRow, ...]
    actions: tuple[PlanRow, ...]
    leads: tuple[PlanRow, ...]
    case: Mapping[str, tuple[Written, ...]]
    written_here: bool = False
    revision: int = 0
    circulated: Circulated | None = None
    until: date | None = None  # at an agency: the last day it may be read
    told: frozenset[str] = frozenset()  # at the coordinating node: who gets the plan

    def says(self, name: str) -> str:
        """What the plan says of the case itself."""
        written = self.case.get(name, ())
        return written[-1].value if written else ""

    @property
    def rows(self) -> tuple[PlanRow, ...]:
        """Every risk, action and lead."""
        return (*self.risks, *self.actions, *self.leads)

    @property
    def closed(self) -> int:
        """How many rows are closed because a consent they rested on ended."""
        return sum(row.closed for row in self.rows)

    def row(self, section: str, about: str, row: str) -> PlanRow | None:
        """This row, if it is there."""
        for one in self.rows:
            if (one.section, one.about, one.row) == (section, about, row):
                return one
        return None


def rows_of(
    section: str,
    fields: Mapping[Place, tuple[Written, ...]],
    people: Mapping[str, str],
    closed: Mapping[tuple[str, str, str], frozenset[str]],
    rests: Mapping[str, Rest],
) -> tuple[PlanRow, ...]:
    """The rows of this section, the oldest first; a closed one without its words."""
    found = rows_in(fields, section) if section != LEADS else _leads_in(fields)
    rows = []
    for (about, row), said in found.items():
        ended = closed.get((section, about, row), frozenset())
        named = consents_in(said.get(RESTS_ON, ()))
        rows.append(
            PlanRow(
                section,
                about,
                people.get(about, ""),
                row,
                {name: one for name, one in said.items() if not ended or name in _DECIDED},
                tuple(rests.get(one) or Rest(one, "", None, one in ended) for one in named),
                bool(ended),
            )
        )
    return tuple(sorted(rows, key=lambda one: (_began(found[one.about, one.row]), one.row)))


def consents_in(wordings: tuple[Written, ...]) -> tuple[str, ...]:
    """The consents that these wordings name, each once."""
    return tuple(dict.fromkeys(consent for one in wordings for consent in one.value.split()))


def _leads_in(
    fields: Mapping[Place, tuple[Written, ...]],
) -> dict[tuple[str, str], dict[str, tuple[Written, ...]]]:
    found: dict[tuple[str, str], dict[str, tuple[Written, ...]]] = {}
    for place in sorted(place for place in fields if place.section == LEADS):
        found.setdefault((place.about, ""), {})[place.field] = fields[place]
    return found


def _began(said: Mapping[str, tuple[Written, ...]]) -> str:
    return min(one.at for wordings in said.values() for one in wordings)
