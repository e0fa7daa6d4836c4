"""The parts of a meeting as it is held: agenda, the case, what is decided."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from server.casework.meetings import Viewed
from server.counted import agree
from server.meeting import planned
from server.meeting.agenda import AgendaCase, OnAgenda
from server.meeting.hearing import DECIDED, Decided
from server.meeting.planned import Planned
from server.meeting.workings import WORKINGS
from server.node.access import Act, may
from server.node.desk import Desk
from web.forms import new_token
from web.pages import changing
from web.pages.agenda_parts import SLOT_STATES, mark_of
from web.pages.merged import merge
from web.pages.merged_table import Aside, Merged, StandLine
from web.pages.words import value_words
from web.rendering import Tag

_GONE: Final = StandLine(
    "Something was withdrawn", "Withdrawn", "What was told before is not here any more."
)


@dataclass(frozen=True, slots=True)
class AgendaLink:
    """One case in the list at the left."""

    href: str
    short: str
    position: int
    tag: Tag
    here: bool
    open: bool
    withdrawn: bool
    minutes: int


@dataclass(frozen=True, slots=True)
class AgendaPart:
    """The list at the left, which changes while the page is open."""

    mark: str
    lines: tuple[AgendaLink, ...]
    withdrawn: bool
    calling: AgendaLink | None  # another case than this page's is being heard
    swap: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """How long the room takes for a case; a script moves it on, quietly."""

    minutes: int
    spent: int
    running: bool

    @property
    def words(self) -> str:
        """So many of so many minutes."""
        return f"{self.spent // 60} of {agree(self.minutes, 'minute')}"


@dataclass(frozen=True, slots=True)
class Wording:
    """One of two colleagues' words for the same thing."""

    words: str
    by: str


@dataclass(frozen=True, slots=True)
class DecidedField:
    """One thing the room decides."""

    name: str
    label: str
    value: str
    was: str
    was_words: str
    by: str
    sides: tuple[Wording, ...]  # two colleagues wrote at once: both, until somebody chooses
    kind: str


@dataclass(frozen=True, slots=True)
class DecisionPart:
    """What the room decides of one case."""

    meeting: str
    slot: str
    token: str
    base: int
    mark: str
    fields: tuple[DecidedField, ...]
    draft_place: str
    draft_kept: str
    may_write: bool
    running: bool  # the meeting is open and this case can be heard or put off
    heard: bool
    last: bool
    swap: bool = False


@dataclass(frozen=True, slots=True)
class ObserversPart:
    """Whether observers see this case now, and the form that changes it."""

    meeting: str
    slot: str
    see: bool
    token: str
    swap: bool = False


def observers_part(at: Planned, case: AgendaCase) -> ObserversPart:
    """Whether observers see this case, as it stands."""
    return ObserversPart(at.id, case.slot, case.observers, new_token())


def agenda_part(at: Planned, found: OnAgenda, here: str) -> AgendaPart:
    """The list at the left, as seen from the case this page shows."""
    lines = tuple(
        AgendaLink(
            href=f"/meetings/{at.id}/live/{one.slot}",
            short=one.short,
            position=one.position,
            tag=SLOT_STATES[one.state],
            here=one.slot == here,
            open=one.state == planned.OPEN,
            withdrawn=one.withdrawn,
            minutes=one.minutes,
        )
        for one in found.cases
    )
    calling = next((one for one in lines if one.open and not one.here), None)
    mark = changing.mark((mark_of(found), at.state, here))
    return AgendaPart(mark, lines, found.withdrawn, calling)


def clock_of(case: AgendaCase, desk: Desk) -> Clock:
    """The clock of this case at this moment."""
    running = case.state == planned.OPEN
    stretch = max(0, int(desk.now.timestamp()) - case.began_at) if running else 0
    return Clock(case.minutes, case.spent + stretch, running)


def condensed(viewed: Viewed, desk: Desk) -> Merged:
    """The merged view as a room reads it: what was withdrawn is said, not whose it was.

    What agencies answer by pages of their own is read where it belongs, not in the table.
    """
    view = viewed.view
    kept = {name: said for name, said in view.sections.items() if name not in WORKINGS}
    drawn = merge(replace(viewed, view=replace(view, sections=kept)), desk)
    lines = (_GONE,) if view.ended else ()
    return replace(drawn, ended=Aside("aside-ended", str(len(lines)), lines))


def decision_part(
    at: Planned,
    case: AgendaCase,
    record: Decided,
    draft: Mapping[str, list[str]] | None,
    desk: Desk,
    *,
    last: bool,
) -> DecisionPart:
    """The form in which the room decides, with words left half typed back in it."""
    fields = tuple(_decided(name, record, draft, desk) for name in DECIDED)
    base = (draft or {}).get("base", [""])[-1]
    # By what stands, not by what a draft was drawn from: so that whoever types hears of a change.
    said = [[(one.value, one.by) for one in record.fields[name]] for name in DECIDED]
    return DecisionPart(
        meeting=at.id,
        slot=case.slot,
        token=new_token(),
        base=int(base) if base.isdecimal() and int(base) <= record.revision else record.revision,
        mark=changing.mark((said, case.state, last)),
        fields=fields,
        draft_place=f"meeting/{case.slot}/decision",
        draft_kept="before" if draft else "",
        may_write=may(desk.roles, Act.RUN_MEETING) and at.state in {planned.PLANNED, planned.OPEN},
        running=at.state == planned.OPEN and case.state in {planned.WAITING, planned.OPEN},
        heard=case.state == planned.HEARD,
        last=last,
    )


def _decided(
    name: str,
    record: Decided,
    draft: Mapping[str, list[str]] | None,
    desk: Desk,
) -> DecidedField:
    written = record.fields[name]
    was = written[-1].value if written else ""
    typed = (draft or {}).get(name, [was])[-1]
    form = desk.pack.sections["plan_case"].field(name)
    return DecidedField(
        name=name,
        label=form.label if form else name,
        value=typed,
        was=(draft or {}).get(f"was-{name}", [was])[-1],
        was_words=value_words(form, was) if was else "",
        by=written[-1].by if written else "",
        sides=tuple(Wording(one.value, one.by) for one in written) if len(written) > 1 else (),
        kind=form.kind if form else "long",
    )
