"""The agenda as a page draws it: cases in order, who is expected, what waits to be put on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.counted import agree
from server.meeting import answers, attendance, planned
from server.meeting.agenda import Agenda, AgendaCase, OnAgenda
from server.meeting.attendance import Attends
from server.meeting.planned import Planned
from server.meeting.waiting import WaitingCase
from server.node.access import Act, may
from server.node.desk import Desk
from web.forms import Option, new_token
from web.pages import changing
from web.pages.meetings_parts import STATES, place_words
from web.rendering import Tag, list_words

SLOT_STATES: Final = {
    planned.WAITING: Tag("To be heard", ""),
    planned.OPEN: Tag("Being heard", "info"),
    planned.HEARD: Tag("Heard", "good"),
    planned.PUT_OFF: Tag("Put off", "you"),
}
ATTENDS: Final = {
    attendance.EXPECTED: Tag("Expected", ""),
    attendance.PRESENT: Tag("Present", "good"),
    attendance.APOLOGIES: Tag("Apologies", "you"),
    attendance.ABSENT: Tag("Not there", "bad"),
}


@dataclass(frozen=True, slots=True)
class SlotLine:
    """One case on the agenda."""

    slot: str
    href: str
    short: str
    position: int
    minutes: int
    tag: Tag
    referred_by: str
    missing: str
    answered: str
    withdrawn: bool
    movable: bool
    first: bool
    last: bool
    choices: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One agency as the agenda expects it."""

    name: str
    named: str
    must: bool
    tag: Tag
    words: str  # four words both sides read aloud
    observer: bool
    who: str


@dataclass(frozen=True, slots=True)
class CasesPart:
    """The cases of an agenda and who is expected, which change while the page is open."""

    meeting: str
    token: str
    mark: str
    lines: tuple[SlotLine, ...]
    waiting: tuple[WaitingCase, ...]
    roster: tuple[RosterLine, ...]
    unseated: str  # kinds of agency that have to come, and of which none can
    withdrawn: bool
    minutes: str
    may_plan: bool


@dataclass(frozen=True, slots=True)
class AgendaPage:
    """One meeting before it is held, or after."""

    id: str
    title: str
    starts_at: datetime
    tag: Tag
    state: str
    place: str
    facilitator: str
    notes: str
    moved_from: str
    token: str
    cases: CasesPart
    directory_words: tuple[str, ...]
    confidentiality: str
    restricted: str
    never_told: str
    node: str
    may_plan: bool
    may_run: bool
    may_print: bool

    @property
    def live_href(self) -> str:
        """Where the meeting is held."""
        return f"/meetings/{self.id}/live"


def agenda_page(drawn: Agenda, cases: CasesPart, desk: Desk) -> AgendaPage:
    """The whole page."""
    at = drawn.meeting
    said = desk.pack.action_terms
    return AgendaPage(
        id=at.id,
        title=at.title,
        starts_at=at.starts_at,
        tag=STATES[at.state],
        state=at.state,
        place=place_words(at.place),
        facilitator=at.facilitator,
        notes=at.notes,
        moved_from=at.moved_from,
        token=new_token(),
        cases=cases,
        directory_words=drawn.directory_words,
        confidentiality=said.confidentiality,
        restricted=said.restricted,
        never_told=said.never_told,
        node=desk.node.name,
        may_plan=may(desk.roles, Act.PLAN_MEETING),
        may_run=may(desk.roles, Act.RUN_MEETING),
        may_print=may(desk.roles, Act.EXPORT_PAPER),
    )


def cases_part(drawn: Agenda, waiting: tuple[WaitingCase, ...], came: str, desk: Desk) -> CasesPart:
    """The cases in their order, those that wait for an agenda, and who is expected.

    By `came`, the mark of who is expected, the page hears that somebody's name came or went.
    """
    ahead = drawn.meeting.state in {planned.PLANNED, planned.OPEN}
    may_plan = ahead and may(desk.roles, Act.PLAN_MEETING)
    count = len(drawn.cases)
    return CasesPart(
        meeting=drawn.meeting.id,
        token=new_token(),
        mark=mark_of(OnAgenda(drawn.cases, drawn.withdrawn), waiting, came),
        lines=tuple(_line(one, count, drawn.meeting, may_plan=may_plan) for one in drawn.cases),
        waiting=waiting if may_plan else (),
        roster=tuple(_roster_line(one, drawn) for one in drawn.roster),
        unseated=list_words(
            [desk.pack.agency_kinds[kind] for kind in attendance.unseated(drawn.meeting, desk)]
        ),
        withdrawn=drawn.withdrawn,
        minutes=f"{agree(count, 'case')}, {agree(drawn.minutes, 'minute')}",
        may_plan=may_plan,
    )


def mark_of(found: OnAgenda, waiting: tuple[WaitingCase, ...] = (), came: str = "") -> str:
    """A mark that changes when the order, a state, what waits or who comes does; opens nothing."""
    said = [(one.slot, one.position, one.minutes, one.state, one.withdrawn) for one in found.cases]
    return changing.mark((said, found.withdrawn, [one.ref for one in waiting], came))


def _choices(limits: tuple[int, int], now: int) -> tuple[Option, ...]:
    """The minutes a case may be given: the protocol's, half and twice as many, and what it has."""
    least, most = limits
    found = sorted({*range(least, most + 1), least // 2 or 1, most * 2, now})
    return tuple(Option(str(one), agree(one, "minute")) for one in found)


def _line(one: AgendaCase, count: int, meeting: Planned, *, may_plan: bool) -> SlotLine:
    missing = [line.name for line in one.missing]
    told = [line for line in one.answers if line.state != answers.NO_ANSWER]
    return SlotLine(
        slot=one.slot,
        href=f"/meetings/{meeting.id}/live/{one.slot}",
        short=one.short,
        position=one.position,
        minutes=one.minutes,
        tag=SLOT_STATES[one.state],
        referred_by=one.referred_by,
        missing=f"No answer yet: {list_words(missing)}" if missing else "",
        answered=agree(len(told), "answer") if told else "",
        withdrawn=one.withdrawn,
        movable=may_plan and one.state == planned.WAITING,
        first=one.position == 1,
        last=one.position == count,
        choices=_choices(meeting.minutes, one.minutes),
    )


def _roster_line(one: Attends, drawn: Agenda) -> RosterLine:
    return RosterLine(
        name=one.name,
        named=one.who or list_words(one.named),
        must=one.must,
        tag=ATTENDS[one.state],
        words=" ".join(drawn.words_with.get(one.agency, ())),
        observer=one.observer,
        who=one.who,
    )
