"""Sync in the background of a serving worker: at once when rung, gently when cut off."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from client_sync.courier import Courier, NotAdmitted
from client_sync.errors import SyncError
from client_sync.outbox import next_try
from server import digest, rounds
from server.node.desk import Desk, locked_desk
from server.node.errors import NodeError
from server.node.keyholder import Keyholder
from server.node.settings import Settings
from server.sync_report import SyncReport

_LOOK: Final = 0.5  # seconds: another process of this node may have written something to send
_TICK: Final = 60.0  # what ends by the clock, and what is due hourly
_REMIND: Final = 900.0  # a message a day is sent within a quarter of an hour
_NOT_JOINED: Final = 2.0
_NOT_YET_ADMITTED: Final = 15.0
_LEAVE: Final = 1.0
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SyncState:
    """How sync stands, in words and in parts; never how much waits, for walls know no counts."""

    words: str
    waiting: bool
    reachable: bool
    enrolled: bool
    at: datetime | None
    not_let_in: str  # why the relay takes nothing from this node; empty where it does


class Syncer:
    """The one background syncer of a serving worker, locked or unlocked."""

    def __init__(self, settings: Settings, keyholder: Keyholder) -> None:
        self._settings = settings
        self._keyholder = keyholder
        self._wake = asyncio.Event()
        self._last = SyncReport()
        self._at: datetime | None = None
        self._zone = ZoneInfo("UTC")
        self.on_change: Callable[[], None] | None = None

    def kick(self) -> None:
        """Sync now: something was committed here."""
        self._wake.set()

    async def state(self) -> SyncState:
        """How sync stands at this moment."""
        waiting = await rounds.waiting_count() > 0
        reachable, enrolled = not self._last.unreachable, not self._last.not_enrolled
        return SyncState(
            self._words(waiting, reachable, enrolled),
            waiting,
            reachable,
            enrolled,
            self._at,
            self._last.not_let_in,
        )

    async def run(self) -> None:
        """Sync until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._look())
            tasks.create_task(self._in_coalition())
            tasks.create_task(self._remind())

    async def _remind(self) -> None:
        """Apart from sync, so that a mail server that does not answer holds nothing up."""
        while True:
            with contextlib.suppress(NodeError):
                await digest.send_due(await self._desk())
            await asyncio.sleep(_REMIND)

    async def _in_coalition(self) -> None:
        """One courier for as long as this node belongs to the same coalition."""
        while True:
            self._wake.clear()
            desk = await self._desk()
            if not desk.node.joined:
                await self._one_round(desk, None)
                await self._woken(_NOT_JOINED)
                continue
            async with rounds.courier_for(desk) as courier:
                bell = asyncio.create_task(self._listen(courier))
                try:
                    await self._rounds(courier, desk.node.trusted)
                finally:
                    bell.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await bell

    async def _rounds(self, courier: Courier, coalition: bytes) -> None:
        while True:
            self._wake.clear()
            desk = await self._desk()
            if desk.node.trusted != coalition:
                return  # the node has left
            await self._one_round(desk, courier)
            await self._woken(_TICK)

    async def _one_round(self, desk: Desk, courier: Courier | None) -> None:
        try:
            report = await _whole(rounds.sync_once(desk, courier))
        except (NodeError, SyncError):
            # The disk is full, or another process holds the lock: the next tick tries again.
            report = SyncReport(unreachable=True, waiting=self._last.waiting)
        if not report.unreachable:
            self._at = desk.now
        self._zone = ZoneInfo(desk.pack.timezone)
        self._tell(report)

    async def _listen(self, courier: Courier) -> None:
        """Keep an ear at the relay's door; when it cannot be reached, try later and later."""
        attempts = 0
        while True:
            longest = float("inf")
            try:
                async for _ in courier.doorbell():
                    attempts = 0
                    self.kick()
            except NotAdmitted:
                longest = _NOT_YET_ADMITTED
            except SyncError:
                pass
            attempts += 1
            chance = secrets.randbelow(1_000) / 1_000
            wait = (next_try(attempts, _EPOCH, chance) - _EPOCH).total_seconds()
            await asyncio.sleep(min(wait, longest))

    async def _look(self) -> None:
        """Notice what another process of this node, a command, has put in the outbox."""
        while True:
            await asyncio.sleep(_LOOK)
            if self._last.unreachable or self._last.not_enrolled:
                continue
            if await _whole(rounds.due()):
                self.kick()

    async def _woken(self, within: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._wake.wait()

    async def _desk(self) -> Desk:
        return await _whole(locked_desk(self._settings, self._keyholder.keys))

    def _tell(self, report: SyncReport) -> None:
        before, self._last = self._last, report
        news = report.moved or report.changed or _shown(report) != _shown(before)
        if self.on_change is not None and news:
            self.on_change()

    def _words(self, waiting: bool, reachable: bool, enrolled: bool) -> str:
        if self._last.suspended:
            return "Suspended"
        if self._last.shut_out:
            return "Let in no more; ask the coordinating node"
        if not enrolled:
            return "Not enrolled yet; nothing is lost"
        if waiting and not reachable:
            return "Something is waiting, and goes when the connection is back"
        if waiting:
            return "Something is on the way"
        if self._at is None:
            return "Not connected yet"
        when = self._at.astimezone(self._zone).strftime("%H:%M")
        return f"Up to date {when}" if reachable else f"No connection since {when}"


async def _whole(act: Coroutine[Any, Any, _T]) -> _T:
    """Let this come to its end though the worker is leaving; a second is all it is given."""
    task = asyncio.ensure_future(act)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=_LEAVE)
        task.cancel()
        raise


def _shown(report: SyncReport) -> tuple[object, ...]:
    return (report.waiting, report.unreachable, report.not_enrolled)
