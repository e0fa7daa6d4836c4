"""How a caller comes in: who it is by its token, how often it may ask, how much it may bring."""

from typing import Any, Final

from litestar import Request
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from server.relay.members import Member
from server.relay.station import Station

Asked = Request[Any, Any, State]
UNIT: Final = 64 * 1024  # what one turn of an allowance carries
_BEARER: Final = "Bearer "


def station(request: Asked) -> Station:
    """The relay that is asked."""
    found: Station = request.app.state.station
    return found


async def admitted(request: Asked, cost: float, *, suspended: bool = False) -> Member:
    """Who asks, by their token; still a member, not too often, and not suspended unless so said."""
    here = station(request)
    given = request.headers.get("authorization", "")
    try:
        known = here.tokens.member(bytes.fromhex(given.removeprefix(_BEARER)))
    except ValueError:
        known = None
    if known is None or not given.startswith(_BEARER):
        raise refusal(401, "no token")
    if not here.members_allowance.take(known.identity, cost):
        raise refusal(429, "too much at once")
    member = await here.members.find(known.identity)
    if member is None or member != known or (member.suspended and not suspended):
        raise refusal(403, "not enrolled")
    return member


def stranger(here: Station, cost: float = 1) -> None:
    """Go on only if strangers have not asked too much already."""
    if not here.strangers_allowance.take(b"", cost):
        raise refusal(429, "too much at once")


def length(request: Asked, most: int) -> int:
    """How much is announced; what is not announced, or is packed, is not read at all."""
    announced = request.headers.get("content-length", "")
    if not announced.isdecimal():
        raise refusal(411, "say how long it is")
    if "content-encoding" in request.headers:
        raise refusal(415, "not packed")
    if len(announced) > 12 or int(announced) > most:
        raise refusal(413, "too large")
    return int(announced)


def refusal(status: int, reason: str) -> HTTPException:
    """A refusal in one word or few."""
    return HTTPException(status_code=status, detail=reason, extra={"reason": reason})
