"""How a part ends: its owner closes it, its holder destroys it, and what rested on it ends with it.

Everything here works on a locked node: the node key can close and confirm, and opens nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from piccolo.columns import Column

from client_sync import share as lanes
from server.casework import ledger, memory, resting
from server.casework.logs import log_of, stand_at
from server.casework.outgoing import put_out
from server.casework.own import keyring, me, signer, unix
from server.casework.post import queue_receipt
from server.casework.tables import ConsentRow, OutboxRow, RecordRow, Release, Share
from server.node import audit, database, restored
from server.node.desk import Desk
from tiers.consent import ConsentKind, ConsentState

LIVE = "live"
CLOSED = "closed"
ENDED = "ended"


@dataclass(slots=True)
class Endings:
    """What one act ended: shares whose bodies are gone and whose keys must go, and consents."""

    closed: list[str] = field(default_factory=list)
    destroyed: list[str] = field(default_factory=list)
    consents: list[str] = field(default_factory=list)
    rerooted: list[tuple[str, int]] = field(default_factory=list)  # older epochs' keys must go

    @property
    def shares(self) -> tuple[str, ...]:
        """Every share that ended, each once."""
        return tuple(dict.fromkeys([*self.closed, *self.destroyed]))

    @property
    def ended(self) -> bool:
        """Did anything end?"""
        return bool(self.closed or self.destroyed or self.consents or self.rerooted)


async def shred(endings: Endings, desk: Desk) -> None:
    """After the commit, destroy the keys, and what the write-ahead log still holds."""
    if not endings.ended:
        return
    keys = keyring(desk)
    for share in endings.shares:
        keys.forget_share(share)
    for share, epoch in endings.rerooted:
        keys.forget_before(share, epoch)
    if endings.shares or endings.rerooted:
        database.checkpoint()
    # keys.db hears of every ending at once, so that no older database can pass beside it.
    await restored.look(keys, desk.now)


async def close_own(rows: Iterable[Share], why: str, endings: Endings, desk: Desk) -> None:
    """Close these shares of ours; the relay and the recipient are told first of all."""
    database.require_transaction()
    for row in rows:
        if row.closed or row.state != LIVE:
            continue
        await empty_own(row, why, desk)
        await _nobody_is_asked(row, desk)
        if not desk.node.behind:
            await _close(row, desk)
        await audit.record("share.closed", row.id, desk, why=why, to=row.recipient)
        endings.closed.append(row.id)


async def close_put_off(rows: Iterable[Share], endings: Endings, desk: Desk) -> None:
    """Close what ended while this node did not know where its shares stand at the relay."""
    for row in rows:
        await _close(row, desk)
        endings.closed.append(row.id)


async def _close(row: Share, desk: Desk) -> None:
    record, log = lanes.close(log_of(row), signer(desk))
    await put_out(record)
    stand_at(row, log)
    await Share.update({Share.seq: row.seq, Share.last_id: row.last_id, Share.closed: True}).where(
        Share.id == row.id
    )


async def empty_own(row: Share, why: str, desk: Desk) -> None:
    """Destroy the bodies of a share of ours; what has not left goes as bare stubs."""
    await _empty(row, CLOSED, why, desk)
    # What was refused with its words goes bare now: the close has to follow it.
    await OutboxRow.update({OutboxRow.close_first: True, OutboxRow.refused: ""}).where(
        OutboxRow.share == row.id
    )


async def destroy_received(
    rows: Iterable[Share], outcome: str, endings: Endings, desk: Desk
) -> None:
    """Destroy what others shared with us here, answer with a receipt, and end what rested on it."""
    database.require_transaction()
    gone: list[str] = []
    ended = [row for row in rows if not row.destroyed_at]
    for row in ended:
        await _empty(row, ENDED if outcome == "expired" else CLOSED, outcome, desk)
        await queue_receipt(row, outcome, desk)
        await audit.record(
            "share.destroyed", row.id, desk, outcome=outcome, opened=row.opened_count
        )
        endings.destroyed.append(row.id)
        gone.append(row.id)
    await _close_rows(await resting.lanes_to_seal(ended, desk), endings, desk)
    state = ConsentState.EXPIRED if outcome == "expired" else ConsentState.WITHDRAWN
    await end_what_came_by(gone, state, outcome, endings, desk)


async def _close_rows(rested: Sequence[Share], endings: Endings, desk: Desk) -> None:
    """What restated the part must be sealed anew without it; a locked node can only close it."""
    if desk.keys is None:
        await close_own(rested, resting.ROWS_CLOSED, endings, desk)
    elif rested:
        await Share.update({Share.needs_key: True}).where(
            Share.id.is_in([row.id for row in rested])
        )


async def end_what_came_by(
    shares: Sequence[str], state: ConsentState, why: str, endings: Endings, desk: Desk
) -> None:
    """A consent that came by a share dies with that share, and may come again by another."""
    if not shares:
        return
    rows = await ConsentRow.select(ConsentRow.id).where(
        ConsentRow.came_by.is_in(list(shares)) & ConsentRow.fell.eq(False)
    )
    before = len(endings.consents)
    await end_consents([row["id"] for row in rows], state, why, endings, desk)
    await ledger.fall(endings.consents[before:])


async def end_consents(
    consents: Sequence[str], state: ConsentState, why: str, endings: Endings, desk: Desk
) -> None:
    """End these consents and close every share of ours that rests on them."""
    if not consents:
        return
    for consent in await ledger.end(consents, state, desk):
        endings.consents.append(consent)
        await audit.record("consent.ended", consent, desk, state=state.value, why=why)
    rows = await Share.objects().where(
        (Share.owner == me(desk)) & Share.consent.is_in(list(consents)) & (Share.state == LIVE)
    )
    await close_own(rows, why, endings, desk)


async def end_release(release: str, shares: Sequence[Share], endings: Endings, desk: Desk) -> None:
    """The survivor took the whole release back: every part of it that is here ends now."""
    await Release.update({Release.state: "withdrawn"}).where(Release.id == release)
    rows = await ConsentRow.select(ConsentRow.id).where(ConsentRow.release == release)
    consents = [row["id"] for row in rows]
    await end_consents(consents, ConsentState.WITHDRAWN, "withdrawn", endings, desk)
    ended = set(endings.shares)
    mine = [row for row in shares if row.owner == me(desk) and row.id not in ended]
    theirs = [row for row in shares if row.recipient == me(desk) and row.id not in ended]
    await close_own(mine, "withdrawn", endings, desk)
    await destroy_received(theirs, "withdrawn", endings, desk)
    # Nothing can renew any part of it, so nobody has to know any more what they covered.
    await Share.update({Share.body: b""}).where(
        (Share.release == release) & (Share.recipient == me(desk))
    )


async def end_by_clock(row: Share, endings: Endings, desk: Desk) -> None:
    """A share of ours that reached its end: nothing is sent, and nothing of it is kept."""
    await _empty(row, ENDED, "expired", desk)
    await OutboxRow.delete().where(OutboxRow.share == row.id)
    await _nobody_is_asked(row, desk)
    await audit.record("share.expired", row.id, desk, to=row.recipient)
    endings.destroyed.append(row.id)


async def _nobody_is_asked(row: Share, desk: Desk) -> None:
    """Our tell says who was asked: when that ends, the next unlocked round seals the tell anew."""
    if row.exchange != ConsentKind.FIND.exchange:
        return
    await Share.update({Share.needs_key: True}).where(
        (Share.release == row.release)
        & (Share.owner == me(desk))
        & (Share.exchange == ConsentKind.TELL.exchange)
        & (Share.state == LIVE)
    )


async def _empty(row: Share, state: str, why: str, desk: Desk) -> None:
    row.state = state
    row.why = why
    row.destroyed_at = max(1, unix(desk))
    values: dict[Column | str, Any] = {
        Share.state: state,
        Share.why: why,
        Share.destroyed_at: row.destroyed_at,
        Share.needs_key: False,
    }
    if row.owner == me(desk):
        values[Share.body] = b""
    else:
        values[Share.case_ref] = ""  # what it covered stays: a renewal is held against it
    await Share.update(values).where(Share.id == row.id)
    await RecordRow.update({RecordRow.body: None}).where(RecordRow.share == row.id)
    memory.forget(row.id)
