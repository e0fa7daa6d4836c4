"""One round of sync, alone: sync.lock keeps a node to one syncer, whichever process it is in."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from client_sync.courier import Courier, NotAdmitted
from client_sync.errors import SyncError
from server import delivery
from server.casework import anew, leaving, mailroom
from server.casework.tables import OutboxRow, StatementRow
from server.entry import rounds as entries
from server.meeting import rounds as meetings
from server.node import announcing, coalition, pack_changing, restored
from server.node.desk import Desk
from server.node.errors import NodeError
from server.node.settings import Settings
from server.sync_report import SyncReport

_LOCK_WAIT: Final = 120.0  # seconds another process may take for its round
_LOCK_LOOK: Final = 0.05


class SyncBusy(NodeError):
    """Another process of this node has been syncing for two minutes. Try again in a moment."""

    exit_code = 4


async def sync_once(desk: Desk, courier: Courier | None = None) -> SyncReport:
    """Do one round; works locked. Everything that could not go is kept and counted as waiting."""
    async with _only_syncer(desk.settings):
        if courier is not None or not desk.node.joined:
            return await _round(desk, courier)
        async with courier_for(desk) as own:
            return await _round(desk, own)


async def sync_until_idle(desk: Desk) -> SyncReport:
    """Rounds until nothing moves any more."""
    report = await sync_once(desk)
    while not report.unreachable:
        more = await sync_once(await delivery.again(desk))
        report = report.and_then(more)
        if not more.moved:
            break
    return report


def courier_for(desk: Desk) -> Courier:
    """This node's way to the relay of the coalition it joined."""
    node = desk.node
    return Courier(node.relay_url, node.identity_key, node.node_key, node.trusted)


async def waiting_count() -> int:
    """How much has been decided here and has not reached the relay yet."""
    records = await OutboxRow.count().where(OutboxRow.refused == "")
    said = await StatementRow.count().where(
        (StatementRow.direction == "out")
        & (StatementRow.sent == 0)
        & (StatementRow.refused == "")
        & (StatementRow.kind != "beacon")
    )
    return int(records) + int(said) + await announcing.waiting_count()


async def due() -> bool:
    """Is there anything to send that has not just been tried?"""
    records = OutboxRow.exists().where((OutboxRow.refused == "") & (OutboxRow.attempts == 0))
    said = StatementRow.exists().where(
        (StatementRow.direction == "out")
        & (StatementRow.sent == 0)
        & (StatementRow.refused == "")
        & (StatementRow.attempts == 0)
    )
    return bool(await records) or bool(await said) or await announcing.due()


async def _round(desk: Desk, courier: Courier | None) -> SyncReport:
    if await restored.look(desk.keyring, desk.now, remember=False):
        desk = await delivery.again(desk)
    report = SyncReport(ended=await mailroom.expire(desk))
    if desk.keys is not None:
        await anew.maintain(desk)
        await coalition.tend(desk)
        await pack_changing.tend(desk)
        desk = await delivery.again(desk)
        await entries.maintain(desk)
    if courier is None:
        return replace(report, waiting=await waiting_count(), not_enrolled=True)
    try:
        report = report.and_then(await delivery.exchange(desk, courier))
        desk = await delivery.again(desk)
        if await meetings.tend(desk):
            # What closed, and a tick that came, is at every agency in this same round.
            report = report.and_then(await delivery.exchange(desk, courier))
    except NotAdmitted:
        report = report.and_then(await _not_admitted(desk, courier))
    except SyncError:
        report = replace(report, unreachable=True)
    waiting = await waiting_count()
    if not report.unreachable:
        await leaving.finish_due(desk, waiting=waiting, admitted=not report.not_enrolled)
    return replace(report, waiting=waiting)


async def _not_admitted(desk: Desk, courier: Courier) -> SyncReport:
    """What is left to do where the relay takes nothing from us, and why that is."""
    try:
        report = await delivery.exchange_suspended(desk, courier)
    except NotAdmitted:
        named = desk.directory.agency(desk.node.identity) is not None
        return SyncReport(not_enrolled=True, shut_out=named and not desk.node.coordinating)
    except SyncError:
        return SyncReport(not_enrolled=True, unreachable=True)
    own = (await delivery.again(desk)).directory.agency(desk.node.identity)
    suspended = own is not None and own.suspended
    return replace(report, not_enrolled=True, suspended=suspended)


@asynccontextmanager
async def _only_syncer(settings: Settings) -> AsyncIterator[None]:
    """Wait for sync.lock, which the kernel lets go of when its holder dies."""
    descriptor = os.open(settings.data / "sync.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        async with asyncio.timeout(_LOCK_WAIT):
            while not _locks(descriptor):
                await asyncio.sleep(_LOCK_LOOK)
        yield
    except TimeoutError as late:
        raise SyncBusy from late
    finally:
        os.close(descriptor)


def _locks(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
