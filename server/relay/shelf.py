"""Records and logs as they lie in the database: read together, written together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from client_sync.wire import Packet
from crypto.log import Log
from server.node import database
from server.relay.tables import HeldRecord, HeldShare

_KEEP: Final = "INSERT INTO relay_record (g, share, seq, stub, body) VALUES ({}, {}, {}, {}, {})"
_MOVE: Final = """
    INSERT INTO relay_share
    (number, share, release, owner, recipient, epoch, seq, last_id, ends, closed, dropped)
    VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
    ON CONFLICT (number) DO UPDATE SET epoch = EXCLUDED.epoch, seq = EXCLUDED.seq,
    last_id = EXCLUDED.last_id, ends = EXCLUDED.ends, closed = EXCLUDED.closed
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record that is about to be kept."""

    share: bytes
    seq: int
    packet: Packet


@dataclass(frozen=True, slots=True)
class Held:
    """What is on the shelf of the shares that a push speaks of."""

    logs: Mapping[bytes, Log] = field(default_factory=dict)
    numbers: Mapping[bytes, int] = field(default_factory=dict)
    stubs: Mapping[bytes, Mapping[int, bytes]] = field(default_factory=dict)

    def stub(self, share: bytes, seq: int) -> bytes | None:
        """The stub held at this place of this share's log."""
        return self.stubs.get(share, {}).get(seq)


async def read(seqs: Mapping[bytes, Sequence[int]]) -> Held:
    """The logs of these shares, and the stubs already held at these places."""
    if not seqs:
        return Held()
    rows = await HeldShare.select().where(HeldShare.share.is_in(list(seqs)))
    logs = {row["share"]: _log(row) for row in rows}
    numbers = {row["share"]: row["number"] for row in rows}
    again = {
        numbers[share]: share
        for share, log in logs.items()
        if any(seq <= log.seq for seq in seqs[share])
    }
    if not again:
        return Held(logs, numbers)
    wanted = sorted({seq for share in again.values() for seq in seqs[share]})
    found = await HeldRecord.select(HeldRecord.share, HeldRecord.seq, HeldRecord.stub).where(
        HeldRecord.share.is_in(list(again)) & HeldRecord.seq.is_in(wanted)
    )
    stubs: dict[bytes, dict[int, bytes]] = {}
    for row in found:
        stubs.setdefault(again[row["share"]], {})[row["seq"]] = row["stub"]
    return Held(logs, numbers, stubs)


async def put(
    before: int, entries: Sequence[Entry], moved: Mapping[bytes, Log], held: Held
) -> None:
    """Keep these records after that number, and where their shares' logs now stand."""
    numbers = dict(held.numbers)
    rows: list[tuple[object, ...]] = []
    for g, entry in enumerate(entries, start=before + 1):
        number = numbers.setdefault(entry.share, g)
        body = b"" if moved[entry.share].closed else entry.packet.body
        rows.append((g, number, entry.seq, entry.packet.stub, body))
    await database.many(_KEEP, rows)
    await _move(moved, numbers)
    await drop([numbers[share] for share, log in moved.items() if log.closed])


async def drop(numbers: Sequence[int]) -> None:
    """Empty the bodies of these shares; their stubs stay and still chain."""
    if not numbers:
        return
    await empty(numbers)
    await HeldShare.update({HeldShare.dropped: True}).where(HeldShare.number.is_in(list(numbers)))


async def empty(numbers: Sequence[int]) -> None:
    """Empty what these shares hold now; what their owner may still add goes with their close."""
    await HeldRecord.update({HeldRecord.body: b""}).where(HeldRecord.share.is_in(list(numbers)))


async def _move(moved: Mapping[bytes, Log], numbers: Mapping[bytes, int]) -> None:
    rows = [
        (
            numbers[share],
            share,
            log.release,
            log.owner,
            log.recipient,
            log.epoch,
            log.seq,
            log.last_id,
            log.ends,
            log.closed,
            False,
        )
        for share, log in moved.items()
    ]
    await database.many(_MOVE, rows)


def _log(row: Mapping[str, object]) -> Log:
    return Log(
        **{
            name: row[name]
            for name in (
                "share",
                "release",
                "owner",
                "recipient",
                "epoch",
                "seq",
                "last_id",
                "ends",
                "closed",
            )
        }  # type: ignore[arg-type]
    )
