"""Signing in, staying, locking, and the blank page behind two presses of Escape."""

import secrets
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from server.counted import agree
from server.meeting import door
from server.node.access import Act, Role, may
from server.node.desk import Desk
from server.node.errors import NoNodeHere, PassphraseWrong, TooManyTries, TooManyWaiting
from web.forms import Mistakes, Slip, new_token, typed
from web.frame import locked_frame
from web.rendering import html, page
from web.workplace import PASSIVE, SIGN_OF_LIFE, AnyRequest, AtWork, SignedOut, place

_WRONG = "The name or the passphrase is not right. Check both and try again."


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The page before any other, how many things wait behind it, and when it locks again."""

    token: str
    waiting: str
    idle_minutes: int


def first_page(desk: Desk) -> str:
    """Where somebody's work begins."""
    if desk.node.coordinating and may(desk.roles, Act.VIEW_CASE):
        return "/shared"
    if may(desk.roles, Act.LIST_CASES):
        return "/cases"
    return "/node" if Role.OPERATOR in desk.roles else "/partners"


@get("/")
async def root(request: AnyRequest) -> Response[Any]:
    """The first page of whoever is at work, or the way in."""
    try:
        href = first_page(await place(request).desk(request))
    except SignedOut:
        href = "/sign-in"
    return Response("", status_code=303, headers={"Location": href})


@get("/sign-in", opt=PASSIVE)
async def sign_in_page(request: AnyRequest) -> Response[Any]:
    """The form that unlocks; a device without a cookie of its own is given one."""
    here = place(request)
    if await here.session(request) is not None:
        return Response("", status_code=303, headers={"Location": "/"})
    device = here.device(request) or secrets.token_hex(16)
    count = await door.things_wait(here.settings)
    waiting = f"{agree(count, 'thing waits', 'things wait')}." if count else ""
    frame = await locked_frame(request, device)
    drawn = SignInPage(new_token(), waiting, here.settings.idle_minutes)
    shown = page("session/page.html", drawn, frame)
    shown.set_cookie(here.device_cookie(device))
    shown.set_cookie(here.cookie(here.door.session_cookie, "", 0))
    return shown


@post("/sign-in")
async def sign_in(request: AnyRequest) -> Response[Any]:
    """Unlock: the same words for a name nobody has and a passphrase that is wrong."""
    here, form = place(request), await typed(request)
    name = form.need("name", "Type your name as your agency wrote it down.")
    passphrase = form.whole("passphrase")
    if not passphrase:
        form.wrong("passphrase", "Type your passphrase.")
    form.settle()
    device = here.device(request)
    if not device:
        raise Mistakes(
            Slip("", "This browser refused the node's cookie. Allow it, then load again.")
        )
    try:
        token = await here.open(name, passphrase, device)
    except (TooManyTries, TooManyWaiting, NoNodeHere):
        raise
    except PassphraseWrong:
        raise Mistakes(Slip("name", _WRONG), title="Not signed in") from None
    answer = Response("", headers={"HX-Redirect": "/"})
    answer.set_cookie(here.cookie(here.door.session_cookie, token))
    return answer


@post("/lock", opt=PASSIVE)
async def lock(request: AnyRequest) -> Response[Any]:
    """Forget the keys for this person, and tell the browser to forget too."""
    here = place(request)
    here.close(request)
    # Not "cookies": that would sign this browser out of every other node on the same host.
    told = {"HX-Redirect": "/sign-in", "Clear-Site-Data": '"cache", "storage"'}
    answer = Response("", headers=told)
    answer.set_cookie(here.cookie(here.door.session_cookie, "", 0))
    return answer


@post("/stay", opt=SIGN_OF_LIFE, status_code=204)
async def stay(desk: AtWork) -> None:
    """Somebody is still there."""


@get("/away", opt=PASSIVE, sync_to_thread=False)
def away() -> Response[str]:
    """A page with nothing on it."""
    return Response(html("session/away.html", None), media_type="text/html")


handlers = (root, sign_in_page, sign_in, lock, stay, away)

__all__ = ["first_page", "handlers"]
