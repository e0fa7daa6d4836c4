"""Calendar feeds: made and taken back by whoever is signed in, read by calendars that cannot be."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from server.meeting import feeds
from server.node.access import Act, require
from server.node.desk import locked_desk
from server.node.errors import NotFound
from web.forms import new_token, typed
from web.frame import show
from web.rendering import html
from web.workplace import PASSIVE, AnyRequest, AtWork, go, once, place

_CALENDAR: Final = "text/calendar"
_ENDING: Final = ".ics"


@dataclass(frozen=True, slots=True)
class FeedsPage:
    """The addresses of whoever is here, and what a calendar will show."""

    token: str
    title: str
    feeds: tuple[feeds.FeedLine, ...]


@dataclass(frozen=True, slots=True)
class MadePart:
    """A new address, shown this once."""

    address: str


@get("/calendar")
async def feeds_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """My calendar addresses."""
    value = FeedsPage(
        new_token(), desk.pack.action_terms.calendar_title, await feeds.list_own(desk)
    )
    return await show(request, desk, "/meetings", "feeds/page.html", value)


@post("/calendar")
async def make(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Make an address."""
    require(desk, Act.MAKE_FEED)
    form = await typed(request)

    async def act() -> Response[Any]:
        made = await feeds.make(desk)
        part = MadePart(f"{request.app.state.origin}{made.path}")
        return Response(html("feeds/_made.html", part), media_type="text/html")

    return await once(request, form, act)


@post("/calendar/{feed:str}/revoke")
async def revoke(request: AnyRequest, feed: FromPath[str], desk: AtWork) -> Response[Any]:
    """Take an address back."""
    require(desk, Act.MAKE_FEED)
    form = await typed(request)

    async def act() -> Response[Any]:
        await feeds.revoke(feed, desk)
        return go(request, "/calendar", "That address answers no longer.")

    return await once(request, form, act)


@get("/calendar/{name:str}", opt=PASSIVE)
async def read(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """When meetings are. Nobody is signed in here, and the node may be locked."""
    here = place(request)
    if not here.passers_by.take(b"calendar", 1):
        raise HTTPException(status_code=429, detail="Too much at once; ask again in a moment.")
    if not name.endswith(_ENDING):
        raise NotFound
    told = await feeds.read(name.removesuffix(_ENDING), await locked_desk(here.settings))
    return Response(told, media_type=_CALENDAR)


handlers = (feeds_page, make, revoke, read)
