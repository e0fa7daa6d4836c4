"""Walls: who may not know of a case. Put, looked at and lifted by those who keep them."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import own, refs, walling
from server.casework.errors import NoSuchCase
from server.casework.walling import WallEntry
from server.meeting import lifting
from server.node import staff
from server.node.access import Act, require
from server.node.desk import Desk
from web import events
from web.forms import Option, new_token, typed
from web.frame import show
from web.rendering import Tag
from web.workplace import AnyRequest, AtWork, go, once

_WHOM: Final = "Choose one colleague or one agency."
_WHICH: Final = "Write the reference of the case: its first six letters and numbers are enough."


@dataclass(frozen=True, slots=True)
class WallLine:
    """One wall, and why it stands."""

    id: str
    name: str
    short: str
    tag: Tag
    why: str
    by: str
    at: str
    to_look_at: bool


@dataclass(frozen=True, slots=True)
class WallsPage:
    """The walls of one case, or of all this person may know of."""

    token: str
    ref: str
    short: str
    case_href: str
    walls: tuple[WallLine, ...]
    colleagues: tuple[Option, ...]
    agencies: tuple[Option, ...]


@get("/walls")
async def walls_page(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Every wall this person may know of."""
    return await show(request, desk, "/staff", "walls/page.html", await _page("", desk))


@get("/cases/{ref:str}/walls")
async def case_walls(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """The walls of one case."""
    require(desk, Act.WALL)
    case_ref = await walling.case_of(ref, desk)
    return await show(request, desk, "/cases", "walls/page.html", await _page(case_ref, desk))


async def _page(ref: str, desk: Desk) -> WallsPage:
    found = await walling.list_walls(desk, ref or None)
    me = desk.staff.id if desk.staff else ""
    return WallsPage(
        token=new_token(),
        ref=ref,
        short=refs.short(ref) if ref else "",
        case_href=await _case_href(ref, desk) if ref else "",
        walls=tuple(_line(one) for one in found),
        colleagues=tuple(
            Option(one.id, f"{one.name} (you)" if one.id == me else one.name)
            for one in await staff.list_staff(desk)
        ),
        agencies=tuple(
            Option(one.identity, one.name)
            for one in desk.directory.entries
            if one.identity != desk.node.identity
        ),
    )


async def _case_href(ref: str, desk: Desk) -> str:
    """Where this case is read: our own, or what others told of it."""
    try:
        await own.load(ref, desk)
    except NoSuchCase:
        return f"/shared/{ref}"
    return f"/cases/{ref}"


def _line(one: WallEntry) -> WallLine:
    return WallLine(
        id=one.id,
        name=one.name,
        short=one.short,
        tag=Tag("Put by this node", "you") if one.to_look_at else Tag("", ""),
        why=". ".join(words for words in (one.why, "; ".join(one.because)) if words),
        by=one.by,
        at=one.at,
        to_look_at=one.to_look_at,
    )


@post("/walls")
async def put(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Put a wall. To whom it is put against, the case is from now on not here."""
    require(desk, Act.WALL)
    form = await typed(request)
    ref = form.need("ref", _WHICH)
    colleague, agency = form.word("colleague"), form.word("agency")
    if bool(colleague) == bool(agency):
        form.wrong("colleague", _WHOM)
    form.settle()

    async def act() -> Response[Any]:
        await walling.put(ref, form.whole("why"), desk, staff=colleague, agency=agency)
        events.ring()
        # Whoever put it against themselves goes where the case is not.
        here = "/walls" if desk.who == colleague else form.word("back") or "/walls"
        return go(request, here, "The wall stands.")

    return await once(request, form, act)


@post("/walls/{wall:str}/lift")
async def lift(request: AnyRequest, wall: FromPath[str], desk: AtWork) -> Response[Any]:
    """Take a wall away."""
    require(desk, Act.WALL)
    form = await typed(request)

    async def act() -> Response[Any]:
        await lifting.lift(wall, desk)
        events.ring()
        return go(request, form.word("back") or "/walls", "The wall is lifted.")

    return await once(request, form, act)


@post("/walls/{wall:str}/keep")
async def keep(request: AnyRequest, wall: FromPath[str], desk: AtWork) -> Response[Any]:
    """Somebody looked at a wall the node put, and leaves it."""
    require(desk, Act.WALL)
    form = await typed(request)

    async def act() -> Response[Any]:
        await walling.look_at(wall, desk)
        return go(request, form.word("back") or "/walls", "The wall stands.")

    return await once(request, form, act)


handlers = (walls_page, case_walls, put, lift, keep)
