"""What a member's node may ask of a relay about blobs, one at a time or many in one go."""

from typing import Final

from litestar import Response, get, post, put
from litestar.params import FromPath

from client_sync.wire import (
    BLOB_NAME,
    MAX_BLOB,
    MAX_BLOBS_ASKED,
    MAX_REQUEST,
    Misframed,
    Packet,
    frame,
    unframe,
)
from server.relay import blobs
from server.relay.coming_in import UNIT, Asked, admitted, length, refusal, station
from server.relay.members import Member

_BYTES: Final = "application/octet-stream"
_ROOM: Final = MAX_REQUEST // 2


@put("/blob/{name:str}", request_max_body_size=MAX_BLOB)
async def put_blob(request: Asked, name: FromPath[str]) -> dict[str, str]:
    """Keep one blob."""
    sender = await admitted(request, 1 + length(request, MAX_BLOB) // UNIT)
    await _keep(request, [Packet(_name(name), await request.body())], sender)
    return {"outcome": "accepted"}


@put("/blobs", request_max_body_size=MAX_REQUEST)
async def put_blobs(request: Asked) -> dict[str, str]:
    """Keep several blobs, all of them or none."""
    sender = await admitted(request, 1 + length(request, MAX_REQUEST) // UNIT)
    try:
        packets = unframe(await request.body())
    except Misframed:
        raise refusal(400, "malformed") from None
    await _keep(request, packets, sender)
    return {"outcome": "accepted"}


@get("/blob/{name:str}")
async def get_blob(request: Asked, name: FromPath[str]) -> Response[bytes]:
    """One blob."""
    await admitted(request, 1 + MAX_BLOB // UNIT // 4)
    found = await blobs.get([_name(name)], MAX_BLOB)
    if not found or not found[0].body:
        raise refusal(404, "no such blob")
    return Response(found[0].body, media_type=_BYTES)


@post("/blobs", request_max_body_size=MAX_BLOBS_ASKED * BLOB_NAME, status_code=200)
async def get_blobs(request: Asked) -> Response[bytes]:
    """As many of these blobs as one answer carries, in the order asked for."""
    size = length(request, MAX_BLOBS_ASKED * BLOB_NAME)
    # Before they are looked for: a chunk of a listing is some kilobytes.
    await admitted(request, 1 + size / BLOB_NAME / 16)
    asked = await request.body()
    if not asked or len(asked) % BLOB_NAME:
        raise refusal(400, "malformed")
    names = [asked[at : at + BLOB_NAME] for at in range(0, len(asked), BLOB_NAME)]
    return Response(frame(await blobs.get(names, _ROOM)), media_type=_BYTES)


async def _keep(request: Asked, packets: list[Packet] | tuple[Packet, ...], sender: Member) -> None:
    here = station(request)
    leads = sender.identity == await here.members.trusted()
    quota = blobs.COORDINATING if leads else blobs.MEMBERS
    try:
        await blobs.put(packets, sender, quota, (await here.time()).now)
    except blobs.WrongName:
        raise refusal(400, "not what its name says") from None
    except blobs.TooMuchHeld:
        raise refusal(413, "too much held") from None


def _name(text: str) -> bytes:
    try:
        name = bytes.fromhex(text)
    except ValueError:
        raise refusal(400, "malformed") from None
    if len(name) != BLOB_NAME:
        raise refusal(400, "malformed")
    return name


HANDLERS = [put_blob, put_blobs, get_blob, get_blobs]
