"""What a member gets at a pull: its records and statements after a cursor, in commit order."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from piccolo.query.functions import Length

from client_sync.spans import Span
from client_sync.wire import PAGE_BYTES, PAGE_RECORDS, Packet, Page
from server.relay import counter
from server.relay.tables import EVERYONE, Addressee, HeldRecord, HeldShare, HeldStatement

_HOUR: Final = 3_600


def hour_of(now: datetime) -> int:
    """The time as a relay tells and keeps it."""
    at = int(now.timestamp())
    return at - at % _HOUR


async def after(  # noqa: PLR0917 - a page depends on this many things
    cursor: str,
    member: bytes,
    now: datetime,
    directory: int = 0,
    limit: int = PAGE_RECORDS,
    without: Sequence[Span] = (),
) -> Page:
    """What this member has yet to see; UnknownCursor if this relay never was where it says.

    `without` are the member's own pushes of this round: it has no need to be told of them.
    """
    end = await counter.head()
    begin = _beyond((await counter.place_of(cursor, end)).n, without)
    if begin >= end.n:
        return Page((), (), end.cursor, False, hour_of(now), directory)
    wanted = _records_of(member, begin)
    for span in without:
        if span.last > begin:
            wanted &= (HeldRecord.g <= span.before) | (HeldRecord.g > span.last)
    until = await _page_end(begin, end.n, member, limit, wanted)
    stop = end if until >= end.n else await counter.chain_at(until)
    # Put in order here: a database would carry the bodies through its sorting.
    records = await HeldRecord.select(HeldRecord.g, HeldRecord.stub, HeldRecord.body).where(
        wanted & (HeldRecord.g <= stop.n)
    )
    statements = (
        await HeldStatement.select(HeldStatement.signed)
        .where(_statements_to(member, begin) & (HeldStatement.g <= stop.n))
        .order_by(HeldStatement.g)
    )
    return Page(
        tuple(Packet(row["stub"], row["body"]) for row in sorted(records, key=_g)),
        tuple(row["signed"] for row in statements),
        stop.cursor,
        stop.n < end.n,
        hour_of(now),
        directory,
    )


def _beyond(begin: int, without: Sequence[Span]) -> int:
    """The first place after which there may be something to tell."""
    for span in sorted(without, key=attrgetter("before")):
        if span.before <= begin:
            begin = max(begin, span.last)
    return begin


async def _page_end(begin: int, end: int, member: bytes, limit: int, wanted: Any) -> int:
    """Where this page stops: at the end of an append, about where it is full."""
    limit = max(1, min(limit, PAGE_RECORDS))
    records = (
        await HeldRecord.select(HeldRecord.g, Length(HeldRecord.body, alias="size"))
        .where(wanted & (HeldRecord.g <= end))
        .order_by(HeldRecord.g)
        .limit(limit + 1)
    )
    statements = (
        await HeldStatement.select(HeldStatement.g, Length(HeldStatement.signed, alias="size"))
        .where(_statements_to(member, begin) & (HeldStatement.g <= end))
        .order_by(HeldStatement.g)
        .limit(limit + 1)
    )
    size = 0
    for count, row in enumerate(sorted(records + statements, key=_g), start=1):
        size += row["size"]
        if count >= limit or size >= PAGE_BYTES:
            return await counter.end_of_append(row["g"])
    return end


def _g(row: dict[str, Any]) -> int:
    return int(row["g"])


def _records_of(member: bytes, begin: int) -> Any:
    """The records this member owns or receives, after that number."""
    own = HeldShare.select(HeldShare.number).where(
        (HeldShare.owner == member) | (HeldShare.recipient == member)
    )
    return (HeldRecord.g > begin) & HeldRecord.share.is_in(own)


def _statements_to(member: bytes, begin: int) -> Any:
    """The statements addressed to this member or to everyone, after that number."""
    named = Addressee.select(Addressee.statement).where(
        Addressee.member.is_in([member, EVERYONE]) & (Addressee.statement > begin)
    )
    return (HeldStatement.g > begin) & HeldStatement.g.is_in(named)
