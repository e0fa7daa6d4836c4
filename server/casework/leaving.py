"""Leaving a coalition: everything shared ends with receipts, our own records stay, keys stay."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from server.casework import ending, ledger, refs, walls, withdrawals
from server.casework.own import agency_name, me, unix
from server.casework.tables import Case, ConsentRow, OutboxRow, Share, StatementRow
from server.node import audit, steps
from server.node.access import Act, require
from server.node.database import require_transaction, transaction
from server.node.desk import Desk
from server.node.errors import NotFound, RefusedAct
from server.node.joining_tables import Departure
from server.node.steps import LEAVING, Said
from server.node.tables import Announcement, DirectoryRow, NodeRow
from tiers.consent import ConsentState

_WHY = "left the coalition"
Row = TypeVar("Row", Share, ConsentRow, Case)
_NOT_SENT = "This node left the coalition before it was sent."


@dataclass(frozen=True, slots=True)
class WhatEnds:
    """What leaving would end today, and what it leaves alone."""

    coalition: str
    shared: int  # parts of ours that others hold
    holders: tuple[str, ...]
    received: int  # parts of others that are here
    consents: int
    kept: int  # our own cases


@dataclass(frozen=True, slots=True)
class Leaving:
    """How far a departure has come: who has confirmed, and who has not."""

    coalition: str
    began_at: int
    finished_at: int
    closed: int
    confirmed: tuple[tuple[str, int], ...]  # agency, and how many parts it destroyed
    waiting: tuple[str, ...]


async def what_ends(desk: Desk) -> WhatEnds:
    """Exactly what will happen if this agency leaves now."""
    require(desk, Act.LEAVE)
    _may_leave(desk)
    ours = _shown(await _live(desk, mine=True), desk)
    theirs = _shown(await _live(desk, mine=False), desk)
    return WhatEnds(
        coalition=agency_name(desk.node.relay_identity, desk),
        shared=len(ours),
        holders=tuple(sorted({agency_name(row.recipient, desk) for row in ours})),
        received=len(theirs),
        consents=len(_shown(await _consents(), desk)),
        kept=len(_shown(await Case.objects(), desk)),
    )


async def leave(desk: Desk) -> Leaving:
    """End everything shared and say so; the node forgets the coalition once all is confirmed."""
    require(desk, Act.LEAVE)
    _may_leave(desk)
    if await _pending() is not None:
        raise RefusedAct("This agency is leaving already.")
    endings = ending.Endings()
    async with transaction():
        await _end_everything(endings, desk)
        who = desk.staff.name if desk.staff else desk.node.name
        said = Said(LEAVING, me(desk), done=True, who=who, on=desk.today)
        await steps.say(me(desk), said, desk)
        await Departure.insert(
            Departure(
                coalition=desk.node.relay_identity,
                name=agency_name(desk.node.relay_identity, desk),
                began_at=unix(desk),
                began_by=desk.who,
                closed=json.dumps(await _whose(endings.closed, desk)),
            )
        )
        await audit.record(
            Act.LEAVE.value, desk.node.relay_identity, desk, shares=len(endings.shares)
        )
    await ending.shred(endings, desk)
    found = await departure(desk)
    if found is None:
        raise NotFound
    return found


async def departure(desk: Desk) -> Leaving | None:
    """The last departure that was begun here, if there was one."""
    require(desk, Act.LEAVE)
    row = await Departure.objects().order_by(Departure.id, ascending=False).first()
    if row is None:
        return None
    closed: dict[str, str] = json.loads(row.closed)
    shown = _shown(await Share.objects().where(Share.id.is_in([*closed, ""])), desk)
    whose = {share.id: closed[share.id] for share in shown}
    confirmed = {one.share for one in await withdrawals.confirmed_by(list(whose), desk)}
    counts: dict[str, int] = {}
    for share in confirmed:
        counts[whose[share]] = counts.get(whose[share], 0) + 1
    waiting = {name for share, name in whose.items() if share not in confirmed}
    return Leaving(
        coalition=row.name,
        began_at=row.began_at,
        finished_at=row.finished_at,
        closed=len(whose),
        confirmed=tuple(sorted(counts.items())),
        waiting=tuple(sorted(waiting)),
    )


async def finish(desk: Desk) -> None:
    """Forget the coalition now, whoever has not confirmed yet; what was not sent stays unsent."""
    require(desk, Act.LEAVE)
    row = await _pending()
    if row is None:
        raise RefusedAct("This agency is not leaving a coalition.")
    await _finish(row, desk)


async def finish_due(desk: Desk, *, waiting: int, admitted: bool) -> bool:
    """After a round of sync: is everything said and confirmed? Then the node has left."""
    row = await _pending()
    if row is None:
        return False
    if await _shared_since(row, desk):
        return False
    whose: dict[str, str] = json.loads(row.closed)
    confirmed = {one.share for one in await withdrawals.confirmed_by(list(whose), desk)}
    # Who is in the directory no more hears of no receipt: then leaving has been done for us.
    if admitted and (waiting or confirmed != set(whose)):
        return False
    await _finish(row, desk)
    return True


async def _shared_since(row: Departure, desk: Desk) -> bool:
    """A colleague may have shared something after it began: that ends too, and is waited for."""
    if not await _live(desk, mine=True) and not await _live(desk, mine=False):
        return False
    endings = ending.Endings()
    async with transaction():
        await _end_everything(endings, desk)
        closed = json.dumps(json.loads(row.closed) | await _whose(endings.closed, desk))
        await Departure.update({Departure.closed: closed}).where(Departure.id == row.id)
    await ending.shred(endings, desk)
    return True


async def _end_everything(endings: ending.Endings, desk: Desk) -> None:
    require_transaction()
    consents = [row.id for row in await _consents()]
    await ending.end_consents(consents, ConsentState.INVALIDATED, _WHY, endings, desk)
    await ending.close_own(await _live(desk, mine=True), _WHY, endings, desk)
    await ending.destroy_received(await _live(desk, mine=False), "destroyed", endings, desk)


async def _whose(shares: Sequence[str], desk: Desk) -> dict[str, str]:
    """The agency of each share by its name, which the directory will not tell us any more."""
    rows = await Share.select(Share.id, Share.recipient).where(Share.id.is_in([*shares, ""]))
    return {row["id"]: agency_name(row["recipient"], desk) for row in rows}


async def _finish(row: Departure, desk: Desk) -> None:
    async with transaction():
        await NodeRow.update(
            {
                NodeRow.relay_identity: "",
                NodeRow.relay_url: "",
                NodeRow.trusted_card: b"",
                NodeRow.cursor: "",
                NodeRow.relay_heard_at: 0,
            }
        ).where(NodeRow.identity == desk.node.identity)
        await DirectoryRow.delete(force=True)
        await OutboxRow.delete(force=True)
        # Another coalition is told of our week keys anew, and of nothing that was meant for this.
        await StatementRow.delete().where(
            (StatementRow.direction == "out") & (StatementRow.kind == "week-keys")
        )
        await StatementRow.update({StatementRow.refused: _NOT_SENT}).where(
            (StatementRow.direction == "out") & (StatementRow.sent == 0)
        )
        await Announcement.update({Announcement.refused: _NOT_SENT}).where(Announcement.sent == 0)
        await Departure.update({Departure.finished_at: max(1, unix(desk))}).where(
            Departure.id == row.id
        )
        await audit.record("leave.finished", row.coalition, desk)


async def _pending() -> Departure | None:
    row: Departure | None = await Departure.objects().where(Departure.finished_at == 0).first()
    return row


async def _live(desk: Desk, *, mine: bool) -> Sequence[Share]:
    side = Share.owner if mine else Share.recipient
    rows: list[Share] = await Share.objects().where(
        (side == me(desk)) & (Share.state == ending.LIVE)
    )
    return rows


async def _consents() -> Sequence[ConsentRow]:
    rows: list[ConsentRow] = await ConsentRow.objects().where(
        ConsentRow.state.is_in(list(ledger.PERMITS))
    )
    return rows


def _shown(rows: Sequence[Row], desk: Desk) -> list[Row]:
    """Those this person may know of: what ends is counted for them as if there were no others.

    A test handoff ends too, and is counted nowhere.
    """
    known = [row for row in rows if not walls.is_hidden(row.case_ref, desk)]
    return [row for row in known if not refs.is_invented(row.case_ref)]


def _may_leave(desk: Desk) -> None:
    if desk.node.coordinating:
        raise RefusedAct(
            "The coordinating node is what the others belong to: it cannot leave. It takes "
            "agencies out of the directory, one by one."
        )
    if not desk.node.joined:
        raise RefusedAct("This node belongs to no coalition.")
