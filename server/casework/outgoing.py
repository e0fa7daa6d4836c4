"""Sealed records that are committed here and have yet to reach the relay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

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
        WHERE refused = '' AND next_try <= {} BESIDE
        ORDER BY close_first DESC, share, seq LIMIT {}
    ) AS o JOIN casework_record AS r ON r.id = o.id
"""
_BESIDE = """
    AND ((NOT close_first, share, seq) < ({}, {}, {})
    OR (NOT close_first, share, seq) > ({}, {}, {}))
"""
_PUT_RECORD = (
    "INSERT INTO casework_record (id, share, kind, epoch, seq, stub, body) "
    "VALUES ({}, {}, {}, {}, {}, {}, {})"
)
_PUT_OUT = (
    "INSERT INTO casework_outbox (id, share, seq, close_first, attempts, next_try, refused) "
    "VALUES ({}, {}, {}, {}, {}, {}, {})"
)
_LET_GO = "DELETE FROM casework_outbox WHERE share = {} AND seq BETWEEN {} AND {}"
_DROP_REPLACED = """
    UPDATE casework_record SET body = NULL
    WHERE share = {} AND seq BETWEEN {} AND {} AND body IS NOT NULL
    AND epoch < (SELECT s.epoch FROM casework_share AS s WHERE s.id = casework_record.share)
"""

Place = tuple[bool, str, int]  # where a record stands in the order in which all of them go
Stretch = tuple[Place, Place]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One sealed record on its way to the relay."""

    id: str
    share: str
    seq: int
    stub: bytes
    body: bytes
    close_first: bool
    attempts: int

    @property
    def place(self) -> Place:
        """Endings first, then each share in its order."""
        return not self.close_first, self.share, self.seq


async def put_out(record: Record) -> None:
    """Store one sealed record of ours and let it go with the next sync, in one transaction."""
    require_transaction()
    stub = record.stub
    share, ident = stub.share.hex(), stub.id.hex()
    closes = not record.body
    place = (ident, share, stub.kind.value, stub.epoch, stub.seq, stub.raw, record.body or None)
    await many(_PUT_RECORD, [place])
    await many(_PUT_OUT, [(ident, share, stub.seq, closes, 0, 0, "")])


async def waiting(limit: int, desk: Desk, beside: Stretch | None = None) -> list[Waiting]:
    """What may be sent now, first things first, but for a stretch that is on its way already."""
    if beside is None:
        rows = await OutboxRow.raw(_WAITING.replace("BESIDE", ""), unix(desk), limit)
    else:
        asked = _WAITING.replace("BESIDE", _BESIDE)
        rows = await OutboxRow.raw(asked, unix(desk), *beside[0], *beside[1], limit)
    found = [
        Waiting(
            row["id"],
            row["share"],
            row["seq"],
            bytes(row["stub"]),
            bytes(row["body"] or b""),
            bool(row["close_first"]),
            row["attempts"],
        )
        for row in rows
    ]
    found.sort(key=attrgetter("place"))
    return found


async def sent(records: Iterable[tuple[str, int]]) -> None:
    """The relay has these, each a share and a seq; an epoch replaced meanwhile is kept no longer.

    What goes out goes by the run, for it came in by the run: one statement, not one a record.
    """
    runs = _runs(records)
    async with transaction():
        await many(_LET_GO, runs)
        await many(_DROP_REPLACED, runs)


def _runs(records: Iterable[tuple[str, int]]) -> list[tuple[str, int, int]]:
    """The same records as stretches of one share, each from its first seq to its last."""
    runs: list[tuple[str, int, int]] = []
    for share, seq in sorted(records):
        if runs and runs[-1][0] == share and runs[-1][2] == seq - 1:
            runs[-1] = (share, runs[-1][1], seq)
        else:
            runs.append((share, seq, seq))
    return runs


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
