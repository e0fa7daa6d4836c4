"""What owners answered about their actions, read from their own lanes at the coordinating node."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from client_sync.lane import Lane
from server.meeting.plan_view import PlanRow
from tiers.fragment import Written
from tiers.rows import rows_in

ANSWERS = "action_answers"


@dataclass(frozen=True, slots=True)
class ToldAnswer:
    """One owner's answer about one of its actions: whose it is, and each field with its author."""

    agency: str
    row: str
    fields: Mapping[str, tuple[Written, ...]]

    def says(self, name: str) -> str:
        """The latest wording; empty where nothing is said."""
        written = self.fields.get(name, ())
        return written[-1].value if written else ""

    @property
    def status(self) -> Written | None:
        """The status word, as the owner wrote it."""
        written = self.fields.get("status", ())
        return written[-1] if written else None


def answers_in(agency: str, lane: Lane) -> list[ToldAnswer]:
    """Every answer this agency's lane gives."""
    return [
        ToldAnswer(agency, row, said) for (_, row), said in rows_in(lane.fields, ANSWERS).items()
    ]


def of_owner(action: PlanRow, answers: Iterable[ToldAnswer]) -> ToldAnswer | None:
    """The answer of the agency that owns this action; nobody else's counts."""
    owner = action.says("owner_agency")
    for one in answers:
        if owner and (one.agency, one.row) == (owner, action.row):
            return one
    return None
