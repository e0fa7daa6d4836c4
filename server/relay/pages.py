"""What a member gets at a pull: its records and statements after a cursor, in commit order."""

from datetime import datetime
from typing import Any, Final

from piccolo.query.functions import Length

from client_sync.wire import PAGE_BYTES, PAGE_RECORDS, Packet, Page
from server.relay import counter
from server.relay.tables import EVERYONE, Addressee, HeldRecord, HeldShare, HeldStatement

_HOUR: Final = 3_600


def hour_of(now: datetime) -> int:
    """The time as a relay tells and keeps it."""
    at = int(now.timestamp())
    return at - at % _HOUR


async def after(
    cursor: str, member: bytes, now: datetime, directory: int = 0, limit: int = PAGE_RECORDS
) -> Page:
    """What this member has yet to see; UnknownCursor if this relay never was where it says."""
    end = await counter.head()
    begin = await counter.place_of(cursor, end)
    if begin.n == end.n:
        return Page((), (), end.cursor, False, hour_of(now), directory)
    until = await _page_end(begin.n, end.n, member, limit)
    stop = end if until >= end.n else await counter.chain_at(until)
    # Put in order here: a database would carry the bodies through its sorting.
    records = await HeldRecord.select(HeldRecord.g, HeldRecord.stub, HeldRecord.body).where(
        _records_of(member, begin.n) & (HeldRecord.g <= stop.n)
    )
    statements = (
        await HeldStatement.select(HeldStatement.signed)
        .where(_statements_to(member, begin.n) & (HeldStatement.g <= stop.n))
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


async def _page_end(begin: int, end: int, member: bytes, limit: int) -> int:
    """Where this page stops: at the end of an append, about where it is full."""
    limit = max(1, min(limit, PAGE_RECORDS))
    records = (
        await HeldRecord.select(HeldRecord.g, Length(HeldRecord.body, alias="size"))
        .where(_records_of(member, begin) & (HeldRecord.g <= end))
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
