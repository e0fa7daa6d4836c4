"""What a member's node may ask of a relay. Sizes and rates are judged before anything costly."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, post, put
from litestar.enums import MediaType
from litestar.params import Parameter
from litestar.response import Stream

from client_sync.spans import KEPT, spelled
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
from crypto.statement import kind_of
from directory.errors import DirectoryError
from server.node.errors import RefusedAct
from server.relay import invitations, pages, records, statements
from server.relay.coming_in import UNIT, Asked, admitted, length, refusal, station, stranger
from server.relay.counter import START, UnknownCursor
from server.relay.members import Member
from server.relay.records import Result
from server.relay.tokens import BadChallenge

_BYTES: Final = "application/octet-stream"


class TokenAsked(msgspec.Struct, forbid_unknown_fields=True):
    """Who asks for a token, and the relay's challenge as their node key signed it."""

    identity: str
    node_key: str
    nonce: str
    signature: str


@get("/challenge")
async def challenge(request: Asked) -> dict[str, str]:
    """A nonce to sign, and the identity to sign it for."""
    here = station(request)
    stranger(here)
    return {"nonce": here.tokens.challenge().hex(), "relay": (await here.members.trusted()).hex()}


@post("/token", request_max_body_size=2048, status_code=200)
async def token(request: Asked) -> dict[str, Any]:
    """An hour's token for a member of the directory in force, suspended or not."""
    here = station(request)
    stranger(here)
    try:
        asked = msgspec.json.decode(await request.body(), type=TokenAsked)
        identity, node_key, nonce, signature = (
            bytes.fromhex(part)
            for part in (asked.identity, asked.node_key, asked.nonce, asked.signature)
        )
    except ValueError:
        raise refusal(400, "malformed") from None
    member = await here.members.find(identity)
    if member is None or member.node_key != node_key:
        raise refusal(403, "not enrolled")
    try:
        issued = here.tokens.redeem(nonce, signature, await here.members.trusted(), member)
    except (BadChallenge, CryptoError):
        raise refusal(403, "not proven") from None
    return {"token": issued.hex(), "expires": 3_600}


@put("/records", request_max_body_size=MAX_REQUEST)
async def push(request: Asked) -> Response[bytes]:
    """Keep these records; the answer says of each what became of it."""
    here = station(request)
    sender = await admitted(request, 1 + length(request, MAX_REQUEST) // UNIT)
    try:
        packets = unframe(await request.body())
    except Misframed:
        raise refusal(400, "malformed") from None
    time = await here.time()
    done = await records.append(packets, sender, await here.members.all(), time.now)
    here.doorbell.ring(done.concerned)
    headers = {KEPT: str(done.kept)}
    return Response(_told(done.results), media_type=MediaType.JSON, headers=headers)


@get("/records")
async def pull(
    request: Asked,
    after: Annotated[str, Parameter(max_length=64)] = START,
    limit: Annotated[int, Parameter(ge=1, le=PAGE_RECORDS)] = PAGE_RECORDS,
    without: Annotated[str, Parameter(max_length=1_024)] = "",
) -> Response[bytes]:
    """What this member has yet to see."""
    here = station(request)
    member = await admitted(request, 1)
    try:
        number = (await here.members.directory()).number
        now = (await here.time()).now
        own = spelled(without)
        page = await pages.after(after, member.identity, now, number, limit, own)
    except UnknownCursor:
        raise refusal(410, "unknown cursor") from None
    except Misframed:
        raise refusal(400, "malformed") from None
    return Response(frame_page(page), media_type=_BYTES)


@put("/statement", request_max_body_size=MAX_STATEMENT)
async def put_statement(request: Asked) -> dict[str, str]:
    """Pass a signed statement on to those it names; of a suspended agency only its receipts."""
    here = station(request)
    cost = 1 + length(request, MAX_STATEMENT) // UNIT
    sender = await admitted(request, cost, suspended=True)
    members = await here.members.all()
    try:
        raw = await request.body()
        if sender.suspended:
            await _only_confirms(raw, sender)
        if invitations.is_one(raw):
            await invitations.hold(raw, sender, await here.members.trusted())
            return {"outcome": "accepted"}
        if kind_of(raw) == "listing" and sender.identity != await here.members.trusted():
            raise statements.NotYours  # what it names is read by the relay: thousands of blobs
        passed = await statements.take(raw, sender, members, (await here.time()).now)
    except (CryptoError, statements.NobodyNamed):
        raise refusal(400, "malformed") from None
    except (statements.NotYours, statements.NotAParty):
        raise refusal(403, "not yours to say") from None
    here.doorbell.ring(passed.concerned)
    return {"outcome": "accepted"}


@get("/directory")
async def get_directory(
    request: Asked, number: Annotated[int, Parameter(ge=0, le=2**53)] = 0
) -> Response[bytes]:
    """The newest signed directory this relay holds, or the one of a number; empty without it."""
    await admitted(request, 1, suspended=True)
    members = station(request).members
    raw = await members.numbered(number) if number else (await members.directory()).raw
    return Response(raw, media_type=_BYTES)


@put("/directory", request_max_body_size=MAX_DIRECTORY)
async def put_directory(request: Asked) -> dict[str, str]:
    """Believe a newer directory: its signature is its ticket."""
    here = station(request)
    stranger(here, 1 + length(request, MAX_DIRECTORY) // UNIT)
    try:
        raw = await request.body()
        await here.tell_beside(raw)
        newer = await here.members.put(raw)
    except (CryptoError, DirectoryError, RefusedAct):
        raise refusal(403, "not believed") from None
    if newer:
        here.doorbell.ring_all()
    return {"outcome": "accepted"}


@get("/doorbell")
async def doorbell(request: Asked) -> Stream:
    """Rings when there is something to fetch."""
    here = station(request)
    member = await admitted(request, 1)
    if here.doorbell.listeners(member.identity) >= 8:
        raise refusal(429, "too many doorbells")
    return Stream(here.doorbell.listen(member.identity), media_type="text/event-stream")


async def _only_confirms(raw: bytes, sender: Member) -> None:
    """A suspended agency may say that it destroyed what it was sent, and nothing else."""
    if kind_of(raw) != "receipt":
        raise refusal(403, "not enrolled")
    if not await statements.may_confirm(sender):
        raise refusal(429, "too much at once")


def _told(results: tuple[Result, ...]) -> bytes:
    return msgspec.json.encode([(one.id.hex(), one.outcome, one.reason) for one in results])


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
