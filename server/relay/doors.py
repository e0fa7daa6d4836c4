"""What whoever holds an invitation may ask of a relay, and where its answer is fetched."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.enums import MediaType

from server.relay import invitations
from server.relay.coming_in import Asked, admitted, refusal, station, stranger
from server.relay.invitations import Marked, NotACard, NotGood
from server.relay.station import Station

_MOST: Final = 8 * 1024
_WHAT_TO_DO: Final = (
    "This is an invitation to take part in a Casefold coalition. It opens in your own agency's "
    "Casefold, not in a browser: copy the whole link, open Partners there, choose Join, and paste "
    "it. Whoever invited you can help you on the telephone.\n"
)


class Knock(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody says at a door, and the card they hand over, if any."""

    knock: str
    card: str = ""
    mark: str = ""


@get("/invitation")
async def explain(request: Asked) -> Response[str]:
    """For a person whose browser opened the link: the secret part of it did not reach us."""
    stranger(station(request))
    return Response(_WHAT_TO_DO, media_type=MediaType.TEXT)


@post("/invitation/card", request_max_body_size=_MOST, status_code=200)
async def look(request: Asked) -> dict[str, str]:
    """The coordinating card behind this door."""
    here = station(request)
    _knocking(here)
    asked = await _asked(request)
    try:
        found = await invitations.look(bytes.fromhex(asked.knock), (await here.time()).now)
    except (NotGood, ValueError):
        raise refusal(403, "not good") from None
    return _said(found)


@post("/invitation/answer", request_max_body_size=_MOST, status_code=200)
async def answer(request: Asked) -> dict[str, str]:
    """A card is handed over; the invitation is used up."""
    here = station(request)
    _knocking(here)
    asked = await _asked(request)
    try:
        given = Marked(b64decode(asked.card, validate=True), bytes.fromhex(asked.mark))
        await invitations.answer(bytes.fromhex(asked.knock), given, (await here.time()).now)
    except NotACard:
        raise refusal(400, "malformed") from None
    except (NotGood, NotBase64, ValueError):
        raise refusal(403, "not good") from None
    here.doorbell.ring([await here.members.trusted()])
    return {"outcome": "accepted"}


@get("/invitation/answers")
async def answers(request: Asked) -> dict[str, Any]:
    """The cards that were handed over, for the coordinating node alone."""
    member = await admitted(request, 1)
    if member.identity != await station(request).members.trusted():
        raise refusal(403, "not yours to ask")
    found = await invitations.answers()
    return {"answers": [{"held": one.held.hex(), **_said(one.given)} for one in found]}


def _knocking(here: Station) -> None:
    """Strangers together may try doors only so often, whether or not they open."""
    if not here.knocks_allowance.take(b"", 1):
        raise refusal(429, "too much at once")


async def _asked(request: Asked) -> Knock:
    try:
        return msgspec.json.decode(await request.body(), type=Knock)
    except (msgspec.DecodeError, ValueError):
        raise refusal(400, "malformed") from None


def _said(given: Marked) -> dict[str, str]:
    return {"card": b64encode(given.card).decode(), "mark": given.mark.hex()}


HANDLERS = [explain, look, answer, answers]
