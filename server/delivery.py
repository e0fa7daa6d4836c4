"""One exchange with the relay: what waits goes out, what came is kept, endings before all else."""

import asyncio
from asyncio import Task
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from client_sync.courier import Courier, CursorUnknown, NotAdmitted, RelayRefused
from client_sync.outbox import next_try
from client_sync.wire import Page
from server import announcements, beacons, circulation
from server.casework import mailroom
from server.entry import rounds as entries
from server.node import announcing, clock, database, invitations
from server.node.desk import Desk, desk_for, locked_desk
from server.node.tables import NodeRow
from server.sending import chance, push_records
from server.sync_report import Refusal, SyncReport

_STATEMENTS: Final = 500
_HEARD_EVERY: Final = 60
_NOT_TAKEN: Final = "The relay did not take this."


async def exchange(desk: Desk, courier: Courier) -> SyncReport:
    """Send what waits, fetch what came, and answer it in the same round."""
    await beacons.queue_due(desk)
    report = await circulation.send_restrictions(desk, courier)
    if report.directory:
        desk = await again(desk)
    report = report.and_then(await _admitted(desk, courier))
    report = report.and_then(await _pull(desk, courier))
    report = report.and_then(SyncReport(pulled=await invitations.fetch(desk, courier)))
    desk = await again(desk) if report.directory else desk
    report = report.and_then(SyncReport(pulled=await entries.pull(desk, courier)))
    if report.pulled or report.directory or desk.node.behind:
        # Receipts, and closes that a newer directory asks for, go in this same round.
        desk = await again(desk)
        report = report.and_then(SyncReport(ended=await mailroom.expire(desk)))
        report = report.and_then(await _push(desk, courier))
    return report


async def exchange_suspended(desk: Desk, courier: Courier) -> SyncReport:
    """All a suspended node may still do: hear that it is, and confirm what it destroyed.

    NotAdmitted where the directory names this agency no more.
    """
    report = SyncReport()
    if await circulation.newer(desk, courier):
        desk = await again(desk)
        report = SyncReport(ended=await mailroom.expire(desk), directory=True)
    return report.and_then(await _push_statements(desk, courier, "receipt"))


async def _admitted(desk: Desk, courier: Courier) -> SyncReport:
    """The first push; a coordinating node first hands its relay the directory that names it."""
    try:
        return await _push(desk, courier)
    except NotAdmitted:
        if not desk.node.coordinating:
            raise
        await circulation.hand_over(0, desk, courier)
        return await _push(desk, courier)


async def _push(desk: Desk, courier: Courier) -> SyncReport:
    report = await push_records(desk, courier)
    await entries.push(desk, courier)
    report = report.and_then(await _push_statements(desk, courier))
    return report.and_then(await _push_announcements(desk, courier))


async def _push_statements(desk: Desk, courier: Courier, kind: str = "") -> SyncReport:
    pushed = 0
    refused: list[Refusal] = []
    while rows := await mailroom.waiting_statements(_STATEMENTS, desk, kind):
        for row in rows:
            try:
                await courier.put_statement(bytes(row.signed))
            except RelayRefused:
                if row.kind == "withdrawn":
                    # A relay that lost its past may not know yet that we held a part of it.
                    await _put_off(row.id, row.attempts, desk)
                    continue
                await mailroom.statement_refused(row.id, _NOT_TAKEN)
                refused.append(Refusal(row.id, _NOT_TAKEN))
                continue
            await mailroom.statement_sent([row.id], desk)
            pushed += row.kind != "beacon"  # a heartbeat is not news
    return SyncReport(pushed=pushed, refused=tuple(refused))


async def _push_announcements(desk: Desk, courier: Courier) -> SyncReport:
    pushed = 0
    refused: list[Refusal] = []
    while rows := await announcing.waiting(_STATEMENTS, desk):
        for row in rows:
            try:
                await courier.put_statement(bytes(row.signed))
            except RelayRefused:
                await announcing.refused(row.id, _NOT_TAKEN)
                refused.append(Refusal(row.id, _NOT_TAKEN))
                continue
            await announcing.sent([row.id], desk)
            pushed += 1
    return SyncReport(pushed=pushed, refused=tuple(refused))


async def _put_off(statement: str, attempts: int, desk: Desk) -> None:
    later = next_try(attempts + 1, desk.now, chance())
    await mailroom.put_off_statements([statement], int(later.timestamp()))


async def _pull(desk: Desk, courier: Courier) -> SyncReport:
    report = SyncReport()
    cursor = await _cursor()
    more = True
    ahead: Task[Page] | None = None  # the next page comes while this one is kept
    while more:
        try:
            page = await (ahead or courier.pull(cursor))
        except CursorUnknown:
            if not cursor:
                raise
            ahead = None
            await _forget_cursor(cursor)
            cursor = ""
            await mailroom.put_again(desk)
            await entries.put_again()
            report = report.and_then(await _push(desk, courier))
            continue
        brought = await circulation.bring(page.directory, desk, courier)
        if brought.newer:
            desk = await again(desk)
        ahead = asyncio.create_task(courier.pull(page.cursor)) if page.more else None
        try:
            kept = await _keep(page, desk)
            await _heard(page, cursor, desk)
        except BaseException:
            await _let_go(ahead)
            raise
        refused = (*brought.refused, *kept.refused)
        report = report.and_then(replace(kept, directory=brought.newer, refused=refused))
        cursor, more = page.cursor, page.more
    await mailroom.caught_up(cursor, desk)
    # A signature that came may have completed a directory; whoever waits for it gets it now.
    published = await circulation.bring(page.directory, await again(desk), courier)
    return report.and_then(SyncReport(refused=published.refused))


async def _let_go(ahead: Task[Page] | None) -> None:
    if ahead is not None:
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)


async def _keep(page: Page, desk: Desk) -> SyncReport:
    if not page.records and not page.statements:
        return SyncReport()
    records = [(packet.stub, packet.body) for packet in page.records]
    open_words, others = announcements.split(page.statements)
    heard = await announcements.take(open_words, desk)
    kept = await mailroom.keep(records, others, desk)
    heartbeats = await beacons.compare(others, desk)
    refused = [Refusal(one.id, one.reason) for one in kept.refused]
    return SyncReport(
        pulled=max(0, kept.accepted - heartbeats) + heard.accepted,
        refused=(*refused, *(Refusal(*one) for one in heard.refused)),
        receipts=kept.receipts,
        ended=kept.ended,
        changed=kept.changed,
    )


async def _cursor() -> str:
    row = await NodeRow.select(NodeRow.cursor).first()
    return str(row["cursor"]) if row else ""


async def _forget_cursor(cursor: str) -> None:
    async with database.transaction():
        await NodeRow.update({NodeRow.cursor: ""}).where(NodeRow.cursor == cursor)


async def _heard(page: Page, before: str, desk: Desk) -> None:
    """Remember how far this node has read, and that the relay answered."""
    at = int(desk.now.timestamp())
    row = await NodeRow.select(NodeRow.relay_heard_at).first()
    if row and page.cursor == before and at - row["relay_heard_at"] < _HEARD_EVERY:
        return
    async with database.transaction():
        await NodeRow.update({NodeRow.cursor: page.cursor, NodeRow.relay_heard_at: at}).where(
            NodeRow.cursor == before  # else a restore was noticed meanwhile: begin again
        )
    await clock.heard_time("relay", datetime.fromtimestamp(page.hour, UTC), desk.settings)


async def again(desk: Desk) -> Desk:
    """The same desk, with the directory, the node and the time as they are by now."""
    if desk.staff is None:
        return await locked_desk(desk.settings, desk.keys)
    return await desk_for(desk.settings, desk.staff, desk.keys)
