"""What changed at a meeting since a page of it was drawn: only those parts, by their marks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from server.casework import meetings as views
from server.casework.errors import NoSuchCase
from server.meeting import agenda, attendance, hearing, planned
from server.meeting.agenda import AgendaCase, OnAgenda
from server.meeting.planned import Planned
from server.node.access import Act, may
from server.node.desk import Desk
from web.forms import Typed
from web.pages import changing
from web.pages.drafts import kept, kept_all
from web.pages.live_parts import (
    AgendaPart,
    Clock,
    DecisionPart,
    ObserversPart,
    agenda_part,
    clock_of,
    condensed,
    decision_part,
    observers_part,
)
from web.pages.merged_table import Merged
from web.pages.roster_parts import RosterPart, attend_place, roster_part
from web.rendering import list_words


@dataclass(frozen=True, slots=True)
class Changes:
    """The parts that changed; what is None stays as the page has it."""

    id: str
    agenda: AgendaPart | None
    clock: Clock | None
    clock_mark: str
    stamp: str
    whole: Merged | None  # another shape: the whole view is drawn anew
    merged: Merged | None
    decision: DecisionPart | None
    observers: ObserversPart | None
    roster: RosterPart | None
    whole_roster: bool
    said: str

    @property
    def any(self) -> bool:
        """Did anything change?"""
        parts = (self.agenda, self.clock, self.whole, self.merged, self.decision, self.observers)
        return any(part is not None for part in (*parts, self.roster))


async def since(
    at: Planned, found: OnAgenda, case: AgendaCase | None, form: Typed, desk: Desk
) -> Changes | None:
    """What is other than this page says; nothing is opened that did not change."""
    had = changing.had(form)
    listed = agenda_part(at, found, case.slot if case else "")
    whole, merged, stamp, told = await _view(case, form, had, desk)
    roster, whole_roster = await _roster(at, found, form, had, desk)
    decision = await decision_of(at, found, case, desk)
    if decision is not None and had.get("decision") == decision.mark:
        decision = None
    clock = clock_of(case, desk) if case and form.word("clock") != clock_mark(case) else None
    drawn = Changes(
        id=at.id,
        agenda=replace(listed, swap=True) if form.word("agenda") != listed.mark else None,
        clock=clock,
        clock_mark=clock_mark(case) if case else "",
        stamp=stamp,
        whole=whole,
        merged=merged,
        decision=decision and replace(decision, swap=True),
        observers=_observers(at, case, had),
        roster=roster,
        whole_roster=whole_roster,
        said="",
    )
    if not drawn.any:
        return None
    return replace(drawn, said=_said(drawn, told))


async def roster_of(at: Planned, refs: Sequence[str], desk: Desk) -> RosterPart:
    """Everybody expected and everybody there."""
    stamp = await attendance.stamp(at, refs, desk)
    drafts = await kept_all(attend_place(at.id), desk) if may(desk.roles, Act.RUN_MEETING) else {}
    return roster_part(at, await attendance.attendance_of(at, refs, desk), stamp, drafts, desk)


async def decision_of(
    at: Planned, found: OnAgenda, case: AgendaCase | None, desk: Desk
) -> DecisionPart | None:
    """The form of this case's decision, with words left in it, for whoever may read the plan."""
    if case is None or not may(desk.roles, Act.READ_PLAN):
        return None
    draft: Mapping[str, list[str]] | None = await kept(f"meeting/{case.slot}/decision", desk)
    try:
        record = await hearing.decided(case.ref, desk)
    except NoSuchCase:
        return None
    waits = [one for one in found.cases if one.state == planned.WAITING and one.slot != case.slot]
    return decision_part(at, case, record, draft, desk, last=not waits)


def clock_mark(case: AgendaCase) -> str:
    """A mark that changes when the clock of a case starts or stops, and not while it runs."""
    return f"{case.state} {case.began_at} {case.spent} {case.minutes}"


def _observers(
    at: Planned, case: AgendaCase | None, had: Mapping[str, str]
) -> ObserversPart | None:
    """A colleague let observers see this case, or stopped it, since this page was drawn."""
    if case is None or had.get("observers", "") in {"", "yes" if case.observers else "no"}:
        return None
    return replace(observers_part(at, case), swap=True)


async def _view(
    case: AgendaCase | None, form: Typed, had: Mapping[str, str], desk: Desk
) -> tuple[Merged | None, Merged | None, str, tuple[str, ...]]:
    """The merged view where it changed: all of it, or only its cells, and what to say of them."""
    if case is None or not may(desk.roles, Act.VIEW_CASE):
        return None, None, "", ()
    stamp = await agenda.stamp(case.ref, desk)
    if form.word("stamp") == stamp:
        return None, None, stamp, ()
    drawn = condensed(await views.view_with_gaps(case.ref, desk), desk)
    changed = {cell.id for cell in drawn.cells if had.get(cell.id, "") != cell.mark}
    told = tuple(
        f"{cell.agency} changed {cell.section}"
        for cell in drawn.cells
        if cell.id in changed and cell.section
    )
    if form.word("shape") != drawn.shape:
        return drawn.with_changed(changed, swap=False, said=""), None, stamp, told
    # Nothing to be seen changed: the mark still moves on, so that it is not opened again.
    return None, drawn.with_changed(changed, swap=True, said=""), stamp, told


async def _roster(
    at: Planned, found: OnAgenda, form: Typed, had: Mapping[str, str], desk: Desk
) -> tuple[RosterPart | None, bool]:
    refs = [one.ref for one in found.cases]
    if form.word("roster-stamp") == await attendance.stamp(at, refs, desk):
        return None, False
    part = await roster_of(at, refs, desk)
    if form.word("roster") != part.mark:
        return replace(part, swap=True), True
    changed = tuple(
        replace(one, swap=True) for one in part.lines if had.get(one.id, "") != one.mark
    )
    return replace(part, lines=changed, swap=True), False


def _said(drawn: Changes, told: Sequence[str]) -> str:
    """What a screen reader says of it, in one sentence."""
    words = list(told)
    if drawn.agenda is not None and drawn.agenda.calling is not None:
        words.append(f"Case {drawn.agenda.calling.short} is being heard now")
    if drawn.agenda is not None and drawn.agenda.withdrawn:
        words.append("Something was withdrawn")
    if drawn.observers is not None:
        seen = "see this case now" if drawn.observers.see else "no longer see this case"
        words.append(f"Observers {seen}")
    if drawn.decision is not None:
        words.append("The decision changed")
    if drawn.roster is not None:
        words.append(drawn.roster.words)
    return f"{list_words(words)}." if words else ""
