"""What this node says openly of standing and content: signed in the act, sent by the next sync."""

from collections.abc import Mapping, Sequence
from typing import Any

from crypto.keys import Identity, NodeKey
from crypto.statement import read, sign
from server.node.database import require_transaction
from server.node.desk import Desk
from server.node.tables import Announcement


async def announce(kind: str, body: Mapping[str, Any], by: Identity | NodeKey, desk: Desk) -> str:
    """Sign a statement and put it with what waits to be sent; the caller is in a transaction."""
    require_transaction()
    raw = sign(kind, body, by)
    ident = read(raw, kind).id.hex()
    if not await Announcement.exists().where(Announcement.id == ident):
        at = int(desk.now.timestamp())
        await Announcement.insert(Announcement(id=ident, kind=kind, signed=raw, at=at))
    return ident


async def take_back(kind: str) -> None:
    """What of this kind still waits here is not sent any more."""
    await Announcement.delete().where((Announcement.kind == kind) & (Announcement.sent == 0))


async def waiting(limit: int, desk: Desk) -> list[Announcement]:
    """What waits to be sent and may be tried now, oldest first."""
    rows: list[Announcement] = await (
        Announcement.objects()
        .where(
            (Announcement.sent == 0)
            & (Announcement.refused == "")
            & (Announcement.next_try <= int(desk.now.timestamp()))
        )
        .order_by(Announcement.at)
        .order_by(Announcement.id)
        .limit(limit)
    )
    return rows


async def sent(ids: Sequence[str], desk: Desk) -> None:
    """Remember that the relay has these."""
    if ids:
        await Announcement.update({Announcement.sent: max(1, int(desk.now.timestamp()))}).where(
            Announcement.id.is_in(list(ids))
        )


async def refused(ident: str, reason: str) -> None:
    """Remember that the relay will not take this one, and why."""
    await Announcement.update({Announcement.refused: reason}).where(Announcement.id == ident)


async def waits(kind: str) -> bool:
    """Has something of this kind not reached the relay yet?"""
    return bool(
        await Announcement.exists().where(
            (Announcement.kind == kind) & (Announcement.sent == 0) & (Announcement.refused == "")
        )
    )


async def waiting_count() -> int:
    """How many have not reached the relay yet."""
    return int(
        await Announcement.count().where((Announcement.sent == 0) & (Announcement.refused == ""))
    )


async def due() -> bool:
    """Is there anything that has not been tried yet?"""
    return bool(
        await Announcement.exists().where(
            (Announcement.sent == 0) & (Announcement.refused == "") & (Announcement.attempts == 0)
        )
    )
