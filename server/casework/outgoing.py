"""Sealed records that are committed here and have yet to reach the relay."""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.record import Record
from server.casework.own import me, unix
from server.casework.tables import OutboxRow, RecordRow, RefusedRow, Share, StatementRow
from server.node import audit
from server.node.database import many, require_transaction, transaction
from server.node.desk import Desk

_SAID_AGAIN = ["withdrawn", "receipt", "needs-key"]
# Put in order before their records are fetched: these are too large to be sorted.
_WAITING = """
    SELECT o.id, o.share, o.seq, o.close_first, o.attempts, r.stub, r.body FROM (
        SELECT id, share, seq, close_first, attempts FROM casework_outbox
        WHERE refused = '' AND next_try <= {}
        ORDER BY close_first DESC, share, seq LIMIT {}
    ) AS o JOIN casework_record AS r ON r.id = o.id
"""
_DROP_REPLACED = """
    UPDATE casework_record SET body = NULL WHERE id = {} AND body IS NOT NULL
    AND epoch < (SELECT s.epoch FROM casework_share AS s WHERE s.id = casework_record.share)
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One sealed record on its way to the relay."""

    id: str
    share: str
    stub: bytes
    body: bytes
    close_first: bool
    attempts: int


async def put_out(record: Record) -> None:
    """Store one sealed record of ours and let it go with the next sync, in one transaction."""
    require_transaction()
    stub = record.stub
    share, ident = stub.share.hex(), stub.id.hex()
    await RecordRow.insert(
        RecordRow(
            id=ident,
            share=share,
            kind=stub.kind.value,
            epoch=stub.epoch,
            seq=stub.seq,
            stub=stub.raw,
            body=record.body or None,
        )
    )
    closes = not record.body
    await OutboxRow.insert(
        OutboxRow(id=ident, share=share, seq=stub.seq, close_first=closes, next_try=0)
    )


async def waiting(limit: int, desk: Desk) -> list[Waiting]:
    """What may be sent now: endings first, then each share in its order."""
    rows = await OutboxRow.raw(_WAITING, unix(desk), limit)
    rows.sort(key=lambda row: (not row["close_first"], row["share"], row["seq"]))
    return [
        Waiting(
            row["id"],
            row["share"],
            bytes(row["stub"]),
            bytes(row["body"] or b""),
            bool(row["close_first"]),
            row["attempts"],
        )
        for row in rows
    ]


async def sent(ids: Sequence[str]) -> None:
    """The relay has these; an epoch that was replaced meanwhile is not kept any longer."""
    if not ids:
        return
    rows = [(one,) for one in ids]
    async with transaction():
        await many("DELETE FROM casework_outbox WHERE id = {}", rows)
        await many(_DROP_REPLACED, rows)


async def refused(record: str, reason: str, desk: Desk) -> None:
    """The relay will not take this record; people are told, and nothing else is lost."""
    async with transaction():
        await OutboxRow.update({OutboxRow.refused: reason}).where(OutboxRow.id == record)
        if await RefusedRow.exists().where(RefusedRow.id == record):
            return
        await RefusedRow.insert(RefusedRow(id=record, reason=reason, at=unix(desk)))
        await audit.record("record.refused", record, desk, reason=reason)


async def put_off(ids: Sequence[str], until: int) -> None:
    """Try these again later; `until` is unix seconds."""
    if ids:
        await OutboxRow.update(
            {OutboxRow.next_try: until, OutboxRow.attempts: OutboxRow.attempts + 1}
        ).where(OutboxRow.id.is_in(list(ids)))


async def put_again(desk: Desk) -> int:
    """The relay lost its past: all of ours that lives, or was closed, waits once more."""
    async with transaction():
        waits = {row["id"] for row in await OutboxRow.select(OutboxRow.id)}
        shares = await Share.select(Share.id, Share.closed).where(
            (Share.owner == me(desk)) & (Share.ends > unix(desk))
        )
        closed = {row["id"]: row["closed"] for row in shares}
        again = [
            OutboxRow(
                id=row["id"], share=row["share"], seq=row["seq"], close_first=closed[row["share"]]
            )
            for row in await RecordRow.select(RecordRow.id, RecordRow.share, RecordRow.seq)
            if row["share"] in closed and row["id"] not in waits
        ]
        for start in range(0, len(again), 1_000):
            await OutboxRow.insert(*again[start : start + 1_000])
        await _say_again()
        return len(again)


async def _say_again() -> None:
    """What was said and nobody may have heard; to have heard it already does no harm."""
    said = (StatementRow.direction == "out") & (StatementRow.sent > 0)
    latest = (
        await StatementRow.select(StatementRow.id)
        .where(said & (StatementRow.kind == "week-keys"))
        .order_by(StatementRow.at, ascending=False)
        .first()
    )
    again = StatementRow.kind.is_in(_SAID_AGAIN)
    if latest is not None:
        again |= StatementRow.id == latest["id"]
    await StatementRow.update({StatementRow.sent: 0, StatementRow.next_try: 0}).where(said & again)
