"""The page of one meeting: its agenda, who is expected, and the words read out when it opens."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.meeting import agenda, attendance, hearing, planned, planning, slots, watching
from server.meeting.agenda import Agenda, OnAgenda
from server.meeting.planned import Planned
from server.meeting.waiting import WaitingCase, waiting_cases
from server.node.access import Act, may, require
from server.node.desk import Desk
from web import events
from web.forms import Mistakes, Slip, typed
from web.frame import frame_for, show
from web.pages.agenda_parts import CasesPart, agenda_page, cases_part, mark_of
from web.rendering import page
from web.workplace import PASSIVE, AnyRequest, AtWork, go, once

_PLACE = "/meetings"
_FIELDS = ("place", "facilitator", "notes")


@get("/meetings/{meeting:str}")
async def agenda_of(request: AnyRequest, meeting: FromPath[str], desk: AtWork) -> Response[Any]:
    """The agenda. Whoever only watches is shown the meeting itself instead."""
    require(desk, Act.READ_MEETING)
    if watching.watches(desk):
        return Response("", status_code=303, headers={"Location": f"/meetings/{meeting}/live"})
    drawn, cases = await _drawn(meeting, desk)
    return await show(request, desk, _PLACE, "meeting/agenda.html", agenda_page(drawn, cases, desk))


@post("/meetings/{meeting:str}/facts")
async def facts(request: AnyRequest, meeting: FromPath[str], desk: AtWork) -> Response[Any]:
    """Where, and who leads; what a colleague wrote meanwhile is never overwritten unseen."""
    require(desk, Act.RUN_MEETING)
    form = await typed(request)

    async def act() -> Response[Any]:
        for field in _FIELDS:
            words, was = form.whole(field).strip(), form.whole(f"was-{field}").strip()
            if words == was or (field == "place" and not may(desk.roles, Act.PLAN_MEETING)):
                continue
            if await planning.change(meeting, field, words, was, desk) is None:
                theirs = (await planning.load(meeting, desk)).body.get(field, "")
                raise Mistakes(
                    Slip(field, f"A colleague wrote “{theirs}” here meanwhile. Load the page."),
                    title="Your words were not written over theirs",
                )
        events.ring()
        return go(request, f"/meetings/{meeting}", "Saved.")

    return await once(request, form, act)


@post("/meetings/{meeting:str}/slots")
async def change_slots(request: AnyRequest, meeting: FromPath[str], desk: AtWork) -> Response[Any]:
    """Put a case on, take one off, move it, or give it other minutes."""
    require(desk, Act.PLAN_MEETING)
    form = await typed(request)

    async def act() -> Response[Any]:
        slot, done = form.word("slot"), form.word("done")
        if done == "put_on":
            await slots.put_on(form.word("ref"), meeting, desk)
        elif done == "take_off":
            await slots.take_off(slot, desk)
        elif done in {"earlier", "later"}:
            await slots.move(slot, -1 if done == "earlier" else 1, desk)
        else:
            text = form.word("minutes")
            await slots.set_minutes(slot, int(text) if text.isdecimal() else 0, desk)
        events.changed(request)
        return await _cases(request, meeting, desk)

    return await once(request, form, act)


@post("/meetings/{meeting:str}/cases", opt=PASSIVE)
async def changed(request: AnyRequest, meeting: FromPath[str], desk: AtWork) -> Response[Any]:
    """The cases and who is expected, if anything of it changed since this page was drawn."""
    require(desk, Act.VIEW_CASE)
    form = await typed(request)
    at = await planned.load(meeting, desk)
    found = await agenda.cases_of(at, desk)
    if form.word("mark") == mark_of(found, await _waiting(desk), await _came(at, found, desk)):
        return Response("", status_code=204)
    return await _cases(request, meeting, desk)


@post("/meetings/{meeting:str}/open")
async def open_it(request: AnyRequest, meeting: FromPath[str], desk: AtWork) -> Response[Any]:
    """Open the meeting, and go to where it is held."""
    require(desk, Act.RUN_MEETING)
    await hearing.open_meeting(meeting, desk)
    events.ring()
    return go(request, f"/meetings/{meeting}/live")


@post("/meetings/{meeting:str}/call-off")
async def call_off(request: AnyRequest, meeting: FromPath[str], desk: AtWork) -> Response[Any]:
    """Call the meeting off; its cases wait for another agenda."""
    require(desk, Act.PLAN_MEETING)
    await planning.call_off(meeting, desk)
    events.changed(request)
    return go(request, _PLACE, "Called off. Its cases wait for another agenda.")


async def _cases(request: AnyRequest, meeting: str, desk: Desk) -> Response[Any]:
    _, part = await _drawn(meeting, desk)
    return page("meeting/_cases.html", part, await frame_for(request, desk, _PLACE))


async def _drawn(meeting: str, desk: Desk) -> tuple[Agenda, CasesPart]:
    """The agenda, opened; its mark is taken before, so that what comes meanwhile is not missed."""
    at = await planned.load(meeting, desk)
    came = await _came(at, await agenda.cases_of(at, desk), desk)
    drawn = await agenda.read(meeting, desk)
    return drawn, cases_part(drawn, await _waiting(desk), came, desk)


async def _came(at: Planned, found: OnAgenda, desk: Desk) -> str:
    return await attendance.stamp(at, [one.ref for one in found.cases], desk)


async def _waiting(desk: Desk) -> tuple[WaitingCase, ...]:
    return await waiting_cases(desk) if may(desk.roles, Act.PLAN_MEETING) else ()


handlers = (agenda_of, facts, change_slots, changed, open_it, call_off)
