"""Meetings: those ahead by the protocol's calendar, those planned here, those held before."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post

from server.meeting import planning
from server.node.access import Act, require
from server.node.desk import Desk
from web import events
from web.forms import Mistakes, Option, Slip, Typed, new_token, typed
from web.frame import frame_for, show
from web.pages import changing
from web.pages.meetings_parts import ListPart, list_part, since, timetable
from web.rendering import page
from web.workplace import PASSIVE, AnyRequest, AtWork, go, once

_PLACE = "/meetings"


@dataclass(frozen=True, slots=True)
class MeetingsPage:
    """When people meet, and what of it this node planned."""

    token: str
    part: ListPart
    series: tuple[Option, ...]
    may_plan: bool
    coordinating: bool


@get("/meetings")
async def meetings_page(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """The list of meetings."""
    require(desk, Act.READ_MEETING)
    part = await list_part(await timetable(desk), desk)
    drawn = MeetingsPage(
        token=new_token(),
        part=part,
        series=tuple(Option(key, row.title) for key, row in desk.pack.meetings.items()),
        may_plan=part.may_plan,
        coordinating=desk.node.coordinating,
    )
    return await show(request, desk, _PLACE, "meeting/page.html", drawn)


@post("/meetings/changes", opt=PASSIVE)
async def changes(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """The list again, if anything of it changed since this page was drawn; or else nothing."""
    require(desk, Act.READ_MEETING)
    form = await typed(request)
    known = await timetable(desk)
    if form.word("stamp") == known.stamp:
        return Response("", status_code=204)
    had = changing.had(form)
    part = since(await list_part(known, desk), had, desk)
    return page("meeting/_list.html", part, await frame_for(request, desk, _PLACE))


@post("/meetings")
async def plan(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Plan a meeting: one the calendar has, or an extra one."""
    require(desk, Act.PLAN_MEETING)
    form = await typed(request)

    async def act() -> Response[Any]:
        made = await planning.plan(form.word("series"), _starts_at(form, desk), desk)
        events.ring()
        return go(request, f"/meetings/{made.id}")

    return await once(request, form, act)


def _starts_at(form: Typed, desk: Desk) -> datetime:
    at = form.word("at")
    if at.isdecimal() and len(at) < 12:
        return datetime.fromtimestamp(int(at), UTC)
    on = form.day("on", "Say on which day the meeting is.")
    try:
        hour = time.fromisoformat(form.word("hour"))
    except ValueError:
        form.wrong("hour", "Say at what time it begins, such as 14:00.")
        hour = time()
    form.settle()
    begins = datetime.combine(on, hour, ZoneInfo(desk.pack.timezone))
    if on < date(2000, 1, 1) or begins < desk.now.replace(microsecond=0):
        raise Mistakes(Slip("on", "A meeting is planned for a day ahead."))
    return begins


handlers = (meetings_page, changes, plan)
