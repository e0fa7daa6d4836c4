"""The one door to the network: carries sealed records and signed statements to a relay and back."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Annotated, Any, Final, NoReturn, Self

import httpx
import msgspec
from httpx_sse import EventSource, SSEError

from client_sync import blobs
from client_sync.answers import hex_of, parsed
from client_sync.errors import (
    BadAnswer,
    CursorUnknown,
    NotAdmitted,
    NotTheRelay,
    RelayRefused,
    TooMuchAtOnce,
    Unreachable,
)
from client_sync.spans import KEPT, Span, joined, spell, spelled
from client_sync.wire import (
    MAX_DIRECTORY,
    MAX_PAGE,
    MAX_REQUEST,
    Misframed,
    Outcome,
    Packet,
    Page,
    batches,
    frame,
    unframe_page,
)
from crypto.keys import NodeKey

__all__ = [
    "BadAnswer",
    "Courier",
    "CursorUnknown",
    "NotAdmitted",
    "NotTheRelay",
    "RelayRefused",
    "Result",
    "TooMuchAtOnce",
    "Unreachable",
]

_CHALLENGE: Final = b"casefold relay challenge"
_SMALL: Final = 512 * 1024  # a thousand results and every word of a refusal fit in this
_QUICK: Final = httpx.Timeout(30.0, connect=5.0, pool=5.0)
_PATIENT: Final = httpx.Timeout(45.0, connect=5.0, pool=5.0)  # three heartbeats of the doorbell
_REASON: Final = 300
_Name = Annotated[str, msgspec.Meta(min_length=64, max_length=64)]  # an id in hex
_TOLD: Final = msgspec.json.Decoder(list[tuple[_Name, Outcome, str]])
_UNREACHABLE: Final = (httpx.TransportError, httpx.InvalidURL, httpx.StreamError)
_FINAL: Final = frozenset({400, 403, 413, 415})


@dataclass(frozen=True, slots=True)
class Result:
    """What the relay did with one record."""

    id: str
    outcome: Outcome
    reason: str


class Courier:
    """One node's way to its relay. Use it as an async context; it keeps one connection open."""

    def __init__(self, url: str, identity: bytes, node_key: NodeKey, relay_identity: bytes) -> None:
        self._url = url.rstrip("/")
        self._identity = identity
        self._node_key = node_key
        self._relay = relay_identity
        self._token = ""
        self._own: tuple[Span, ...] = ()  # handed over since the last page: need not come back
        # No proxy, certificate or password from the environment; no redirect; no HTTP/2.
        self._client = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            timeout=_QUICK,
            limits=httpx.Limits(max_connections=4, max_keepalive_connections=2),
            headers={"accept-encoding": "identity", "user-agent": "casefold"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connection."""
        await self._client.aclose()

    async def push(self, records: Sequence[Packet]) -> list[Result]:
        """Hand over one batch (see wire.batches); a result for each record, in the same order."""
        answer = await self._ask("PUT", "/records", content=frame(records), most=_SMALL)
        try:
            told = _TOLD.decode(answer)
        except msgspec.MsgspecError as wrong:
            raise BadAnswer from wrong
        results = [Result(name, outcome, reason[:_REASON]) for name, outcome, reason in told]
        if len(results) != len(records):
            raise BadAnswer
        return results

    async def pull(self, cursor: str | None = None) -> Page:
        """What came after this cursor; CursorUnknown when the relay has forgotten it."""
        asked = {"after": cursor} if cursor else {}
        if cursor and self._own:  # whoever asks from the start wants all there is
            asked["without"] = spell(self._own)
        try:
            answer = await self._ask("GET", "/records", params=asked, most=MAX_PAGE)
            page = unframe_page(answer)
        except CursorUnknown:
            self._own = ()  # its numbers begin anew
            raise
        except Misframed as wrong:
            raise BadAnswer from wrong
        if not page.more:
            self._own = ()
        return page

    async def put_statement(self, raw: bytes) -> None:
        """Hand over one signed statement."""
        await self._ask("PUT", "/statement", content=raw)

    async def put_directory(self, raw: bytes) -> None:
        """Hand over the directory this node has published; its signature is its admission."""
        await self._challenge()
        status, answer = await self._exchange("PUT", "/directory", content=raw)
        if status >= 300:
            _refuse(status, answer)

    async def get_directory(self, number: int = 0) -> bytes:
        """The newest signed directory the relay holds, or the one of a number; or nothing."""
        asked = {"number": str(number)} if number else None
        return await self._ask("GET", "/directory", params=asked, most=MAX_DIRECTORY)

    async def say(self, path: str, words: Mapping[str, str]) -> Any:
        """Say something at a relay that need not know this node; its short answer, parsed."""
        content = json.dumps(words).encode()
        status, answer = await self._exchange("POST", path, content=content)
        if status >= 300:
            _refuse(status, answer)
        return parsed(answer)

    async def hear(self, path: str) -> Any:
        """Ask this node's own relay for something short; its answer, parsed."""
        return parsed(await self._ask("GET", path))

    async def put_blobs(self, contents: Sequence[bytes]) -> None:
        """Hand over blobs, in as many requests as they need."""
        for batch in batches(blobs.packed(contents)):
            await self._ask("PUT", "/blobs", content=frame(batch))

    async def get_blobs(self, names: Sequence[bytes]) -> dict[bytes, bytes]:
        """As many of these blobs as one answer brings, by name; empty: the relay holds none."""
        asked = blobs.asking(names)
        answer = await self._ask("POST", "/blobs", content=b"".join(asked), most=MAX_REQUEST)
        try:
            return blobs.answered(answer, asked)
        except Misframed as wrong:
            raise BadAnswer from wrong

    async def doorbell(self) -> AsyncIterator[None]:
        """One item each time the bell rings, the first at once; ends when the relay ends it."""
        token = await self._admission()
        headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
        try:
            async with self._client.stream(
                "GET", f"{self._url}/doorbell", headers=headers, timeout=_PATIENT
            ) as response:
                if response.status_code != httpx.codes.OK:
                    self._token = ""
                    _refuse(response.status_code, await _bounded(response, _SMALL))
                async for event in EventSource(response).aiter_sse():
                    if event.event == "ring":
                        yield None
        except (*_UNREACHABLE, SSEError) as wrong:
            raise Unreachable from wrong

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        params: dict[str, str] | None = None,
        most: int = _SMALL,
    ) -> bytes:
        """One exchange with a token; a token the relay has forgotten is replaced once."""
        for last in (False, True):
            headers = {"authorization": f"Bearer {await self._admission()}"}
            status, answer = await self._exchange(
                method, path, content=content, params=params, headers=headers, most=most
            )
            if status != httpx.codes.UNAUTHORIZED or last:
                break
            self._token = ""
        if status >= 300:
            _refuse(status, answer)
        return answer

    async def _admission(self) -> str:
        """This node's token, asked for when there is none."""
        if self._token:
            return self._token
        nonce = await self._challenge()
        asked = {
            "identity": self._identity.hex(),
            "node_key": self._node_key.public.hex(),
            "nonce": nonce.hex(),
            "signature": self._node_key.sign(_CHALLENGE + self._relay + nonce).hex(),
        }
        content = json.dumps(asked).encode()
        status, answer = await self._exchange("POST", "/token", content=content)
        if status != httpx.codes.OK:
            _refuse(status, answer)
        self._token = hex_of(answer, "token").hex()
        return self._token

    async def _challenge(self) -> bytes:
        """What to sign for a token; NotTheRelay when another coalition's relay answers."""
        status, answer = await self._exchange("GET", "/challenge")
        if status != httpx.codes.OK:
            _refuse(status, answer)
        if hex_of(answer, "relay") != self._relay:
            raise NotTheRelay
        return hex_of(answer, "nonce")

    async def _exchange(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        most: int = _SMALL,
    ) -> tuple[int, bytes]:
        """One request and its answer, read no further than an answer may be long."""
        try:
            async with self._client.stream(
                method, self._url + path, content=content, params=params or None, headers=headers
            ) as response:
                answer = await _bounded(response, most)
                self._own = joined(self._own, spelled(response.headers.get(KEPT, "")))
                return response.status_code, answer
        except _UNREACHABLE as wrong:
            raise Unreachable from wrong
        except Misframed as wrong:
            raise BadAnswer from wrong


async def _bounded(response: httpx.Response, most: int) -> bytes:
    if "content-encoding" in response.headers:
        raise BadAnswer  # never asked for: a small answer that unpacks to a large one
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_raw():
        size += len(part)
        if size > most:
            raise BadAnswer
        parts.append(part)
    return b"".join(parts)


def _refuse(status: int, answer: bytes) -> NoReturn:
    """Raise the situation this answer stands for."""
    if status == httpx.codes.GONE:
        raise CursorUnknown
    if status == httpx.codes.FORBIDDEN and b"not enrolled" in answer:
        raise NotAdmitted
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise TooMuchAtOnce
    if status in _FINAL:
        raise RelayRefused
    raise BadAnswer
