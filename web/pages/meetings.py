"""Meetings: those ahead by the protocol's calendar, those planned here, those held before."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post

from server.casework import own
from server.meeting import agenda, planned, planning, watching
from server.meeting.planning import Coming
from server.meeting.watching import OurCase
from server.node.access import Act, may, require
from server.node.desk import Desk
from web.forms import Mistakes, Option, Slip, Typed, new_token, typed
from web.frame import show
from web.rendering import Tag, day
from web.workplace import AnyRequest, AtWork, go, once

STATES = {
    planned.PLANNED: Tag("Planned", "info"),
    planned.OPEN: Tag("Open now", "good"),
    planned.OVER: Tag("Over", ""),
    planned.CANCELLED: Tag("Called off", ""),
}


@dataclass(frozen=True, slots=True)
class ComingLine:
    """One meeting ahead."""

    title: str
    starts_at: datetime
    place: str
    facilitator: str
    moved: str
    href: str
    live_href: str
    tag: Tag | None
    series: str
    at: int
    ours: tuple[OurCase, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One meeting that is over or was called off."""

    href: str
    title: str
    starts_at: datetime
    tag: Tag


@dataclass(frozen=True, slots=True)
class MeetingsPage:
    """When people meet, and what of it this node planned."""

    token: str
    coming: tuple[ComingLine, ...]
    held: tuple[HeldLine, ...]
    elsewhere: tuple[OurCase, ...]  # cases of ours heard at a time no meeting here has
    series: tuple[Option, ...]
    may_plan: bool
    coordinating: bool
    directory_words: tuple[str, ...]
    shared_words: str  # four words of what is shared with the coordinating node


@get("/meetings")
async def meetings_page(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """The list of meetings."""
    require(desk, Act.READ_MEETING)
    coordinating = desk.node.coordinating
    ours = () if coordinating else await watching.our_cases(desk)
    coming = tuple(_line(one, ours, desk) for one in await planning.coming(desk))
    times = {one.starts_at for one in coming}
    past = await planning.list_meetings(desk) if coordinating else ()
    drawn = MeetingsPage(
        token=new_token(),
        coming=coming,
        held=tuple(
            HeldLine(f"/meetings/{one.id}", one.title, one.starts_at, STATES[one.state])
            for one in past
            if one.state in {planned.OVER, planned.CANCELLED}
        ),
        elsewhere=tuple(one for one in ours if one.at not in times and one.at >= desk.now),
        series=tuple(Option(key, row.title) for key, row in desk.pack.meetings.items()),
        may_plan=coordinating and may(desk.roles, Act.PLAN_MEETING),
        coordinating=coordinating,
        directory_words=() if coordinating else agenda.directory_words(desk),
        shared_words="" if coordinating else await _shared_words(desk),
    )
    return await show(request, desk, "/meetings", "meeting/page.html", drawn)


@post("/meetings")
async def plan(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Plan a meeting: one the calendar has, or an extra one."""
    require(desk, Act.PLAN_MEETING)
    form = await typed(request)

    async def act() -> Response[Any]:
        made = await planning.plan(form.word("series"), _starts_at(form, desk), desk)
        return go(request, f"/meetings/{made.id}")

    return await once(request, form, act)


async def _shared_words(desk: Desk) -> str:
    """What both sides read aloud, to hear whether a record was held back between them."""
    every = await agenda.beacon_words(desk)
    return " ".join(every.get(own.coordinating(desk), ()))


def _line(one: Coming, ours: tuple[OurCase, ...], desk: Desk) -> ComingLine:
    may_run = may(desk.roles, Act.RUN_MEETING) or may(desk.roles, Act.VIEW_CASE)
    href = f"/meetings/{one.meeting}" if one.meeting else ""
    return ComingLine(
        title=one.title,
        starts_at=one.starts_at,
        place=place_words(one.place),
        facilitator=one.facilitator,
        moved=f"Moved from {day(one.moved_from)}, a day that is not worked"
        if one.moved_from
        else "",
        href=href if may_run else "",
        live_href=f"{href}/live" if one.state == planned.OPEN else "",
        tag=STATES.get(one.state),
        series=one.series,
        at=int(one.starts_at.timestamp()),
        ours=tuple(case for case in ours if case.at == one.starts_at),
    )


def place_words(place: str) -> str:
    """Where a meeting is held; a protocol that names no place writes a dash."""
    return "" if place == "-" else place


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


handlers = (meetings_page, plan)
