"""What stands at the door: names we answer to, whose form this is, headers on the way out."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Final, cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.headers import dress
from web.plain import plain_page, plain_part, to_problem

CSRF_HEADER: Final = "x-casefold-form"
LARGEST_REQUEST: Final = 8 * 1024 * 1024
_MOST_DRAINED: Final = 64 * 1024 * 1024
_PATIENCE: Final = 10.0  # seconds without a byte
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_READ_ONLY: Final = "/hsds/"  # changes nothing; it sees to it itself for whom it answers a form
_HTTPS: Final = {"strict-transport-security": "max-age=63072000"}
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True, slots=True)
class Door:
    """The names this node answers to, and the secret its cookies and forms are bound with."""

    hosts: frozenset[str]
    https: bool
    key: bytes

    @property
    def session_cookie(self) -> str:
        """The name of the cookie that says who is at work here."""
        return f"desk-{self._suffix}"

    @property
    def device_cookie(self) -> str:
        """The name of the cookie by which a device is known again."""
        return f"device-{self._suffix}"

    @property
    def _suffix(self) -> str:
        # cookies ignore ports: two nodes on one machine must not overwrite each other's sign-in
        return self._proof("cookie names")[:8]

    def form_proof(self, cookies: Mapping[str, str]) -> str:
        """The token a form must bring back, bound to the session, or before it to the device."""
        holder = cookies.get(self.session_cookie) or cookies.get(self.device_cookie, "")
        return self._proof(f"form {holder}")

    def _proof(self, of: str) -> str:
        return hmac.new(self.key, of.encode(), hashlib.sha256).hexdigest()


def door_key(folder: Path) -> bytes:
    """The node's own random bytes behind cookies and forms: made once, then read."""
    path = folder / "web.key"
    if not path.exists():
        fresh = folder / "web.key.new"
        fresh.touch(mode=0o600)
        fresh.write_bytes(secrets.token_bytes(32))
        fresh.replace(path)
    return path.read_bytes()


class Guard:
    """The outermost layer: refuses strangers' names and foreign forms, and dresses every answer."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or answer it here."""
        if scope["type"] == ScopeType.WEBSOCKET:
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
            return

        async def dressed(message: Message) -> None:
            await send(dress(message, _HTTPS if self._door.https else None))

        refusal = self._refusal(scope)
        answer: Send = dressed
        if _method(scope) == "HEAD":
            scope, answer = _as_get(scope), _head_only(dressed)
        if refusal is None:
            await self._app(scope, receive, answer)
            return
        await _drain(scope, receive)
        await _answer(answer, "hx-request" in _headers(scope), *refusal)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = _headers(scope)
        host = headers.get("host", "")
        if not self._knows(host, scope):
            return 421, "This node does not answer to that name."
        if _method(scope) in _SAFE:
            return None
        if _length(headers) > LARGEST_REQUEST:
            return 413, "This is larger than Casefold takes in one go, 8 MB. Nothing was kept."
        if scope.get("path", "").startswith(_READ_ONLY):
            return None
        if headers.get("origin") != f"{'https' if self._door.https else 'http'}://{host}":
            return 403, "This did not come from one of this node's own pages. Nothing was done."
        proof = self._door.form_proof(read_cookies(headers))
        if not hmac.compare_digest(headers.get(CSRF_HEADER, "").encode(), proof.encode()):
            return 403, "This page is out of date. Load it again; nothing was done."
        if headers.get("hx-request") != "true":
            return 403, "This can only be sent from an open page of this node. Nothing was done."
        return None

    def _knows(self, host: str, scope: Scope) -> bool:
        server = scope.get("server")
        port = server[1] if server else None
        asked = host.lower()
        for name in self._door.hosts:
            if asked == f"{name}:{port}" or (asked == name and name not in _LOOPBACK):
                return True
        return False


def read_cookies(headers: Mapping[str, str]) -> dict[str, str]:
    """The cookies of a request; none where they cannot be read."""
    try:
        jar = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _headers(scope: Scope) -> dict[str, str]:
    return {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}


def _method(scope: Scope) -> str:
    return str(scope.get("method", "GET"))


def _length(headers: Mapping[str, str]) -> int:
    told = headers.get("content-length", "0")
    return int(told) if told.isdecimal() else 0


def _as_get(scope: Scope) -> Scope:
    return cast("Scope", {**scope, "method": "GET"})  # a copy: the server still sees a HEAD


def _head_only(send: Send) -> Send:
    """What a GET would say, without the page: the answer to HEAD (RFC 9110, 9.3.2)."""

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return send_head


async def _drain(scope: Scope, receive: Receive) -> None:
    """Read what is still coming, so that a browser hears the answer and not a broken line."""
    if _method(scope) in _SAFE:
        return
    read = 0
    while read < _MOST_DRAINED:
        try:
            message = await asyncio.wait_for(receive(), _PATIENCE)
        except TimeoutError:
            return  # whoever sends nothing is not waited for
        if message["type"] != "http.request":
            return
        read += len(message["body"])
        if not message["more_body"]:
            return


async def _answer(send: Send, by_htmx: bool, status: int, sentence: str) -> None:
    body = plain_part(sentence) if by_htmx else plain_page(sentence)
    headers = {"content-type": "text/html; charset=utf-8", "content-length": str(len(body))}
    if by_htmx:
        headers |= to_problem()
    lines = [(k.lower().encode(), v.encode()) for k, v in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body, "more_body": False})
