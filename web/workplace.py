"""Where a request finds who is at work: sessions, desk, and the results of forms already taken."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from server.node import clock
from server.node.allowance import Allowance
from server.node.desk import Desk, desk_for, keys_for
from server.node.errors import Locked
from server.node.keyholder import Keyholder, Session
from server.node.settings import Settings
from server.node.staff import sign_in
from server.sync import Syncer
from web import bell
from web.forms import Typed
from web.security import Door

AnyRequest = Request[Any, Any, Any]
AtWork = NamedDependency[SkipValidation[Desk]]

# What a route means for the clock that locks: an act, a sign of life, a view in use, or nothing.
PASSIVE: Final = {"clock": "passive"}
SIGN_OF_LIFE: Final = {"clock": "life"}
HOLDS: Final = {"clock": "holds"}

_MOST_REMEMBERED = 200
_DEVICE_LASTS = 400 * 24 * 3600


class SignedOut(Exception):
    """Nobody is signed in on this device, or the time ran out."""


@dataclass(slots=True)
class Remembered:
    """What one session keeps besides keys: a word to show once, and forms that were taken."""

    notice: str = ""
    shortcuts: bool = True  # do single letters act on a page that has them?
    taken: OrderedDict[str, Response[Any]] = field(default_factory=OrderedDict)
    turns: dict[str, asyncio.Lock] = field(default_factory=dict)


class Workplace:
    """Everything the pages of one worker share."""

    def __init__(
        self, settings: Settings, keyholder: Keyholder, syncer: Syncer, door: Door
    ) -> None:
        self.settings = settings
        self.keyholder = keyholder
        self.syncer = syncer
        self.door = door
        self.passers_by = Allowance(120, 10)  # who looks at a public directory without signing in
        self._remembered: dict[str, Remembered] = {}

    def token(self, request: AnyRequest) -> str:
        """The session this device says it has."""
        return request.cookies.get(self.door.session_cookie, "")

    def device(self, request: AnyRequest) -> str:
        """The device's own cookie; empty on a first visit."""
        return request.cookies.get(self.door.device_cookie, "")

    async def now(self) -> datetime:
        """The node's time."""
        return await clock.now(self.settings)

    async def session(self, request: AnyRequest) -> Session | None:
        """Whoever is signed in on this device."""
        return self.keyholder.session(self.token(request), await self.now())

    async def left(self, request: AnyRequest) -> timedelta | None:
        """How long until this session locks by itself."""
        session, now = await self.session(request), await self.now()
        if session is None:
            return None
        return session.ends_at(timedelta(minutes=self.settings.idle_minutes)) - now

    async def desk(self, request: AnyRequest) -> Desk:
        """The desk of whoever is signed in here; the clock that locks is told what this is."""
        session = await self.session(request)
        if session is None:
            raise SignedOut
        token = self.token(request)
        try:
            desk = await desk_for(self.settings, session.member, self.keyholder.keys)
        except Locked:
            self.keyholder.close(token)
            raise SignedOut from None
        self._tell_clock(token, session, desk.now, request.route_handler.opt.get("clock", "act"))
        return desk

    def _tell_clock(self, token: str, session: Session, now: datetime, kind: str) -> None:
        if kind == "passive":
            return
        self.keyholder.touch(token, now)
        if kind == "holds" or (kind == "life" and session.held_until is not None):
            self.keyholder.hold(token, now)
        elif kind == "act":
            self.keyholder.release(token)

    async def open(self, name: str, passphrase: str, device: str) -> str:
        """Sign somebody in; the new session's token."""
        member, identity = await sign_in(name, passphrase, self.settings, device)
        keys = await keys_for(self.settings, identity)
        token = secrets.token_urlsafe(32)
        self.keyholder.open(token, member, keys, await self.now())
        return token

    def close(self, request: AnyRequest) -> None:
        """Lock: forget this session and what it remembered."""
        token = self.token(request)
        self._remembered.pop(token, None)
        self.keyholder.close(token)

    def remembered(self, request: AnyRequest) -> Remembered:
        """What this session keeps besides keys."""
        return self._remembered.setdefault(self.token(request), Remembered())

    def cookie(self, name: str, value: str, lasts: int | None = None) -> Cookie:
        """A cookie no script and no other site can read."""
        return Cookie(
            key=name,
            value=value,
            path="/",
            max_age=lasts,
            httponly=True,
            secure=self.door.https,
            samesite="strict",
        )

    def device_cookie(self, value: str) -> Cookie:
        """The cookie by which this device is known again."""
        return self.cookie(self.door.device_cookie, value, _DEVICE_LASTS)


def place(request: AnyRequest) -> Workplace:
    """The workplace of the worker that serves this request."""
    found: Workplace = request.app.state.place
    return found


async def provide_desk(request: AnyRequest) -> Desk:
    """The desk a page is handed; what changes from here on, the page may not say."""
    request.state.bell = bell.mark()
    return await place(request).desk(request)


async def once(
    request: AnyRequest, form: Typed, act: Callable[[], Awaitable[Response[Any]]]
) -> Response[Any]:
    """Do this form's act, or give the answer it got when the same form came before."""
    kept = place(request).remembered(request)
    number = form.word("form")
    if not number:
        return await act()
    async with kept.turns.setdefault(number, asyncio.Lock()):
        if number in kept.taken:
            return kept.taken[number]
        answer = await act()
        kept.taken[number] = answer
        if len(kept.taken) > _MOST_REMEMBERED:
            gone, _ = kept.taken.popitem(last=False)
            kept.turns.pop(gone, None)
        return answer


def go(request: AnyRequest, href: str, notice: str = "") -> Response[str]:
    """Tell the page to go elsewhere, and what to say there once."""
    if notice:
        place(request).remembered(request).notice = notice
    return Response("", headers={"HX-Redirect": href})
