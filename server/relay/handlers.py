"""What a member's node may ask of a relay. Sizes and rates are judged before anything costly."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post, put
from litestar.datastructures import State
from litestar.enums import MediaType
from litestar.exceptions import HTTPException
from litestar.params import Parameter
from litestar.response import Stream

from client_sync.wire import (
    MAX_DIRECTORY,
    MAX_REQUEST,
    MAX_STATEMENT,
    PAGE_RECORDS,
    Misframed,
    frame_page,
    unframe,
)
from crypto.errors import CryptoError
from directory.errors import DirectoryError
from server.relay import pages, records, statements
from server.relay.counter import START, UnknownCursor
from server.relay.members import Member
from server.relay.records import Result
from server.relay.station import Station
from server.relay.tokens import BadChallenge

Asked = Request[Any, Any, State]
_BYTES: Final = "application/octet-stream"
_UNIT: Final = 64 * 1024
_BEARER: Final = "Bearer "


class TokenAsked(msgspec.Struct, forbid_unknown_fields=True):
    """Who asks for a token, and the relay's challenge as their node key signed it."""

    identity: str
    node_key: str
    nonce: str
    signature: str


@get("/challenge")
async def challenge(request: Asked) -> dict[str, str]:
    """A nonce to sign, and the identity to sign it for."""
    here = _station(request)
    _stranger(here)
    return {"nonce": here.tokens.challenge().hex(), "relay": (await here.members.trusted()).hex()}


@post("/token", request_max_body_size=2048, status_code=200)
async def token(request: Asked) -> dict[str, Any]:
    """An hour's token for a member of the directory in force."""
    here = _station(request)
    _stranger(here)
    try:
        asked = msgspec.json.decode(await request.body(), type=TokenAsked)
        identity, node_key, nonce, signature = (
            bytes.fromhex(part)
            for part in (asked.identity, asked.node_key, asked.nonce, asked.signature)
        )
    except ValueError:
        raise _refusal(400, "malformed") from None
    member = await here.members.find(identity)
    if member is None or member.node_key != node_key:
        raise _refusal(403, "not enrolled")
    try:
        issued = here.tokens.redeem(nonce, signature, await here.members.trusted(), member)
    except (BadChallenge, CryptoError):
        raise _refusal(403, "not proven") from None
    return {"token": issued.hex(), "expires": 3_600}


@put("/records", request_max_body_size=MAX_REQUEST)
async def push(request: Asked) -> Response[bytes]:
    """Keep these records; the answer says of each what became of it."""
    here = _station(request)
    sender = await _member(request, 1 + _length(request, MAX_REQUEST) // _UNIT)
    try:
        packets = unframe(await request.body())
    except Misframed:
        raise _refusal(400, "malformed") from None
    time = await here.time()
    done = await records.append(packets, sender, await here.members.all(), time.now)
    here.doorbell.ring(done.concerned)
    return Response(_told(done.results), media_type=MediaType.JSON)


@get("/records")
async def pull(
    request: Asked,
    after: Annotated[str, Parameter(max_length=64)] = START,
    limit: Annotated[int, Parameter(ge=1, le=PAGE_RECORDS)] = PAGE_RECORDS,
) -> Response[bytes]:
    """What this member has yet to see."""
    here = _station(request)
    member = await _member(request, 1)
    try:
        number = (await here.members.directory()).number
        now = (await here.time()).now
        page = await pages.after(after, member.identity, now, number, limit)
    except UnknownCursor:
        raise _refusal(410, "unknown cursor") from None
    return Response(frame_page(page), media_type=_BYTES)


@put("/statement", request_max_body_size=MAX_STATEMENT)
async def put_statement(request: Asked) -> dict[str, str]:
    """Pass a signed statement on to those it names."""
    here = _station(request)
    sender = await _member(request, 1 + _length(request, MAX_STATEMENT) // _UNIT)
    members = await here.members.all()
    try:
        raw = await request.body()
        passed = await statements.take(raw, sender, members, (await here.time()).now)
    except (CryptoError, statements.NobodyNamed):
        raise _refusal(400, "malformed") from None
    except (statements.NotYours, statements.NotAParty):
        raise _refusal(403, "not yours to say") from None
    here.doorbell.ring(passed.concerned)
    return {"outcome": "accepted"}


@get("/directory")
async def get_directory(request: Asked) -> Response[bytes]:
    """The newest signed directory this relay holds."""
    await _member(request, 1)
    return Response((await _station(request).members.directory()).raw, media_type=_BYTES)


@put("/directory", request_max_body_size=MAX_DIRECTORY)
async def put_directory(request: Asked) -> dict[str, str]:
    """Believe a newer directory: its signature is its ticket."""
    here = _station(request)
    _stranger(here, 1 + _length(request, MAX_DIRECTORY) // _UNIT)
    try:
        newer = await here.members.put(await request.body())
    except (CryptoError, DirectoryError):
        raise _refusal(403, "not believed") from None
    if newer:
        here.doorbell.ring_all()
    return {"outcome": "accepted"}


@get("/doorbell")
async def doorbell(request: Asked) -> Stream:
    """Rings when there is something to fetch."""
    here = _station(request)
    member = await _member(request, 1)
    if here.doorbell.listeners(member.identity) >= 8:
        raise _refusal(429, "too many doorbells")
    return Stream(here.doorbell.listen(member.identity), media_type="text/event-stream")


def _station(request: Asked) -> Station:
    station: Station = request.app.state.station
    return station


async def _member(request: Asked, cost: float) -> Member:
    """Who asks, by their token; still a member, and not too often."""
    here = _station(request)
    given = request.headers.get("authorization", "")
    try:
        known = here.tokens.member(bytes.fromhex(given.removeprefix(_BEARER)))
    except ValueError:
        known = None
    if known is None or not given.startswith(_BEARER):
        raise _refusal(401, "no token")
    if not here.members_allowance.take(known.identity, cost):
        raise _refusal(429, "too much at once")
    if await here.members.find(known.identity) != known:
        raise _refusal(403, "not enrolled")
    return known


def _stranger(here: Station, cost: float = 1) -> None:
    if not here.strangers_allowance.take(b"", cost):
        raise _refusal(429, "too much at once")


def _length(request: Asked, most: int) -> int:
    """How much is announced; what is not announced, or is packed, is not read at all."""
    announced = request.headers.get("content-length", "")
    if not announced.isdecimal():
        raise _refusal(411, "say how long it is")
    if "content-encoding" in request.headers:
        raise _refusal(415, "not packed")
    if len(announced) > 12 or int(announced) > most:
        raise _refusal(413, "too large")
    return int(announced)


def _told(results: tuple[Result, ...]) -> bytes:
    return msgspec.json.encode([[one.id.hex(), one.outcome.value, one.reason] for one in results])


def _refusal(status: int, reason: str) -> HTTPException:
    return HTTPException(status_code=status, detail=reason, extra={"reason": reason})


HANDLERS = [
    challenge,
    token,
    push,
    pull,
    put_statement,
    get_directory,
    put_directory,
    doorbell,
]
