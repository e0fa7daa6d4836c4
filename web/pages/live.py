"""The meeting as it is held: one page for whoever runs it, sits in it, or only watches."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import meetings as views
from server.casework.errors import NoSuchCase, StaleRead
from server.meeting import agenda, attendance, planned, watching
from server.meeting.agenda import AgendaCase, OnAgenda
from server.meeting.planned import NotOnAgenda, Planned
from server.meeting.watching import StatementFirst
from server.node.access import Act, may, require
from server.node.desk import Desk
from web.forms import new_token, typed
from web.frame import frame_for, show
from web.pages import live_changes
from web.pages.live_parts import (
    AgendaPart,
    Clock,
    DecisionPart,
    ObserversPart,
    agenda_part,
    clock_of,
    condensed,
    observers_part,
)
from web.pages.meetings_parts import STATES
from web.pages.merged_table import Merged
from web.pages.roster_parts import RosterPart
from web.rendering import Tag, page
from web.workplace import HOLDS, PASSIVE, AnyRequest, AtWork, place

_PLACE = "/meetings"
_WITHDRAWN = "Nothing of this case is here any more: it was withdrawn, and has left the agenda."
_NOT_SHOWN = "The chair has not opened a case for observers at this moment."
_SIGN = "Read the confidentiality statement above and sign it, then you see what the chair shows."


@dataclass(frozen=True, slots=True)
class LivePage:
    """A meeting as it is held."""

    id: str
    title: str
    starts_at: datetime
    tag: Tag
    state: str
    slot: str
    short: str
    ref: str  # empty for whoever may not open the plan
    stamp: str
    clock: Clock | None
    agenda: AgendaPart
    merged: Merged | None
    shut: str  # why nothing of this case is shown
    clock_mark: str
    decision: DecisionPart | None
    roster: RosterPart | None
    observers: ObserversPart | None
    token: str
    may_run: bool
    may_call: bool  # this case can be called up now
    watching: bool
    signed: bool
    confidentiality: str
    never_told: str
    statement_read_by: str
    over: bool
    shortcuts: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody may see of the case in the middle, and why not if not."""

    merged: Merged | None = None
    shut: str = ""


@get("/meetings/{meeting:str}/live", opt=HOLDS)
async def live_now(request: AnyRequest, meeting: FromPath[str], desk: AtWork) -> Response[Any]:
    """The case that is being heard; before the first and after the last, the one that is next."""
    at, found = await _meeting(meeting, desk)
    here = _present(found)
    return await _show(request, at, found, here, desk)


@get("/meetings/{meeting:str}/live/{slot:str}", opt=HOLDS)
async def live_at(
    request: AnyRequest, meeting: FromPath[str], slot: FromPath[str], desk: AtWork
) -> Response[Any]:
    """One case of the agenda, whether or not it is being heard at this moment."""
    at, found = await _meeting(meeting, desk)
    return await _show(request, at, found, _of(found, slot), desk, asked=slot)


@post("/meetings/{meeting:str}/changes", opt=PASSIVE)
async def changes(request: AnyRequest, meeting: FromPath[str], desk: AtWork) -> Response[Any]:
    """What changed since this page was drawn, part by part, so that nothing else moves."""
    form = await typed(request)
    at, found = await _meeting(meeting, desk)
    slot = form.word("slot")
    case = _of(found, slot)
    if watching.watches(desk):
        # Somebody who only watches types nothing: their page is drawn anew.
        drawn = await _drawn(at, found, _present(found), desk, "")
        same = (form.word("stamp"), form.word("agenda")) == (drawn.stamp, drawn.agenda.mark)
        return Response("", status_code=204) if same else _again()
    if slot and case is None:
        return _again()  # it was withdrawn, or is not to be known of: nothing of it stays here
    part = await live_changes.since(at, found, case, form, desk)
    if part is None:
        return Response("", status_code=204)
    return page("meeting/_changes.html", part, await frame_for(request, desk, _PLACE))


def _again() -> Response[Any]:
    return Response("", status_code=200, headers={"HX-Refresh": "true"})


async def _meeting(meeting: str, desk: Desk) -> tuple[Planned, OnAgenda]:
    require(desk, Act.READ_MEETING)
    at = await planned.load(meeting, desk)
    return at, await agenda.cases_of(at, desk)


def _present(found: OnAgenda) -> AgendaCase | None:
    states = (planned.OPEN, planned.WAITING)
    for state in states:
        for one in found.cases:
            if one.state == state:
                return one
    return found.cases[-1] if found.cases else None


def _of(found: OnAgenda, slot: str) -> AgendaCase | None:
    return next((one for one in found.cases if one.slot == slot), None)


async def _show(  # noqa: PLR0917 - a page has as many sides as it has
    request: AnyRequest,
    at: Planned,
    found: OnAgenda,
    case: AgendaCase | None,
    desk: Desk,
    asked: str = "",
) -> Response[Any]:
    drawn = await _drawn(at, found, case, desk, asked)
    drawn = replace(drawn, shortcuts=place(request).remembered(request).shortcuts)
    return await show(request, desk, _PLACE, "meeting/live.html", drawn)


async def _drawn(
    at: Planned, found: OnAgenda, case: AgendaCase | None, desk: Desk, asked: str
) -> LivePage:
    seen = await _seen(at, case, desk, asked)
    only_watches = watching.watches(desk)
    roster = None
    if not only_watches:
        refs = [one.ref for one in found.cases]
        roster = await live_changes.roster_of(at, refs, desk)
    said = desk.pack.action_terms
    return LivePage(
        id=at.id,
        title=at.title,
        starts_at=at.starts_at,
        tag=STATES[at.state],
        state=at.state,
        slot=case.slot if case else "",
        short=case.short if case else "",
        ref=case.ref if case and may(desk.roles, Act.READ_PLAN) else "",
        stamp=await _stamp(case, seen, desk),
        clock=clock_of(case, desk) if case else None,
        clock_mark=live_changes.clock_mark(case) if case else "",
        agenda=agenda_part(at, found, case.slot if case else ""),
        merged=seen.merged,
        shut=seen.shut,
        decision=await live_changes.decision_of(at, found, case, desk),
        roster=roster,
        observers=_observers(at, case, desk),
        token=new_token(),
        may_run=may(desk.roles, Act.RUN_MEETING),
        may_call=_may_call(at, case, desk),
        watching=only_watches,
        signed=only_watches and await attendance.has_signed(at.id, desk),
        confidentiality=said.confidentiality,
        never_told=said.never_told,
        statement_read_by=at.statement_read_by,
        over=at.state == planned.OVER,
    )


def _observers(at: Planned, case: AgendaCase | None, desk: Desk) -> ObserversPart | None:
    if case is None or at.state == planned.OVER or not may(desk.roles, Act.RUN_MEETING):
        return None
    return observers_part(at, case)


async def _stamp(case: AgendaCase | None, seen: Seen, desk: Desk) -> str:
    if case is None or seen.merged is None:
        return seen.shut
    return await agenda.stamp(case.ref, desk)


def _may_call(at: Planned, case: AgendaCase | None, desk: Desk) -> bool:
    ready = case is not None and case.state in {planned.WAITING, planned.PUT_OFF, planned.HEARD}
    return ready and at.state == planned.OPEN and may(desk.roles, Act.RUN_MEETING)


async def _seen(at: Planned, case: AgendaCase | None, desk: Desk, asked: str) -> Seen:
    if watching.watches(desk):
        return await _watched(case, at, desk)
    if case is None:
        return Seen(shut=_WITHDRAWN if asked else "")
    try:
        return Seen(condensed(await views.view_with_gaps(case.ref, desk), desk))
    except NoSuchCase:
        return Seen(shut=_WITHDRAWN)
    except StaleRead as stale:
        return Seen(shut=stale.sentence)


async def _watched(case: AgendaCase | None, at: Planned, desk: Desk) -> Seen:
    if not await attendance.has_signed(at.id, desk):
        return Seen(shut=_SIGN)
    if case is None:
        return Seen(shut=_NOT_SHOWN)
    try:
        return Seen(condensed(await watching.watched(case.slot, desk), desk))
    except (NotOnAgenda, NoSuchCase, StatementFirst):
        return Seen(shut=_NOT_SHOWN)
    except StaleRead as stale:
        return Seen(shut=stale.sentence)


handlers = (live_now, live_at, changes)
