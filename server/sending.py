"""Sealed records on their way out: while the relay checks one push, the next is read here."""

import asyncio
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from client_sync.courier import Courier, Result
from client_sync.outbox import next_try
from client_sync.wire import MAX_RECORDS, Outcome, Packet, batches
from server.casework import mailroom
from server.node.desk import Desk
from server.sync_report import Refusal, SyncReport


async def push_records(desk: Desk, courier: Courier) -> SyncReport:
    """Endings first, then each share in its order; a relay that lost its past is given it again."""
    outgoing = _Outgoing(desk)
    results: Sequence[Result] = ()
    batch = await outgoing.read()
    while batch:
        # One push at a time, for a share goes in its order; the reading need not wait for it.
        reading = asyncio.create_task(outgoing.settle_and_read(results))
        try:
            results = await courier.push(batch)
        finally:
            batch = await reading
        if not batch:
            await outgoing.settle(results)
            results = ()
            batch = await outgoing.read()
    return outgoing.report


def chance() -> float:
    """A number from 0 up to 1, so that agencies cut off together do not return in one second."""
    return secrets.randbelow(1_000) / 1_000


@dataclass(slots=True)
class _Outgoing:
    """What is left to send, and what came of the rest."""

    desk: Desk
    report: SyncReport = field(default_factory=SyncReport)
    _ready: deque[tuple[Packet, ...]] = field(default_factory=deque)
    _away: dict[str, mailroom.Waiting] = field(default_factory=dict)
    _last: mailroom.Stretch | None = None
    _healed: bool = False

    async def read(self, beside: mailroom.Stretch | None = None) -> tuple[Packet, ...]:
        """The next push; nothing when all there is has been sent, or is on its way."""
        if not self._ready:
            rows = _whole_shares(await mailroom.waiting(MAX_RECORDS, self.desk, beside))
            if not rows:
                return ()
            self._last = (rows[0].place, rows[-1].place)
            self._away |= {row.id: row for row in rows}
            self._ready.extend(batches(map(_packets, _lanes(rows))))
        return self._ready.popleft()

    async def settle_and_read(self, results: Sequence[Result]) -> tuple[Packet, ...]:
        """Settle the push before the one that is on its way now, and read the one after it."""
        await self.settle(results)
        return await self.read(self._last)

    async def settle(self, results: Sequence[Result]) -> None:
        """Do what the relay's answer asks for."""
        if not results:
            return
        self.report = self.report.and_then(await _settle(results, self._away, self.desk))
        if not self._healed and any(one.outcome is Outcome.LEFT for one in results):
            self._healed = True
            await mailroom.put_again(self.desk)


def _lanes(rows: Sequence[mailroom.Waiting]) -> list[list[mailroom.Waiting]]:
    return [list(lane) for _, lane in groupby(rows, key=attrgetter("share"))]


def _packets(lane: Sequence[mailroom.Waiting]) -> list[Packet]:
    return [Packet(row.stub, row.body) for row in lane]


def _whole_shares(rows: Sequence[mailroom.Waiting]) -> Sequence[mailroom.Waiting]:
    """Without a last share that may have been cut, unless there is no other."""
    if len(rows) < MAX_RECORDS or rows[0].share == rows[-1].share:
        return rows
    return [row for row in rows if row.share != rows[-1].share]


async def _settle(
    results: Sequence[Result], away: dict[str, mailroom.Waiting], desk: Desk
) -> SyncReport:
    told = [(one, away.pop(one.id)) for one in results if one.id in away]
    taken = [sent for one, sent in told if one.outcome in {Outcome.ACCEPTED, Outcome.HELD}]
    await mailroom.sent((one.share, one.seq) for one in taken)
    refused = [Refusal(one.id, one.reason) for one, _ in told if one.outcome is Outcome.REFUSED]
    for one in refused:
        await mailroom.refused(one.id, one.reason, desk)
    left = [sent for one, sent in told if one.outcome is Outcome.LEFT]
    if left:
        tries = 1 + max(one.attempts for one in left)
        later = next_try(tries, desk.now, chance())
        await mailroom.put_off([one.id for one in left], int(later.timestamp()))
    return SyncReport(pushed=len(taken), refused=tuple(refused))
