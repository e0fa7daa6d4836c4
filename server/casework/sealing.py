"""Own lanes: what was cleared is written, sealed and put out in the same transaction as its audit.

The owner's raw changes, shut in the share's row, are the truth; what travels is made from them.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from client_sync import document, share
from client_sync.errors import UnknownHeads
from client_sync.share import Opening
from crypto.errors import NoWeekKey
from crypto.statement import read
from server.casework.bodies import as_bytes, as_text, read_body, shut_body
from server.casework.errors import NoWeekKeyYet
from server.casework.logs import log_of, row_of, stand_at
from server.casework.outgoing import put_out
from server.casework.own import keyring, unix
from server.casework.quarantine import refuse_while_closed
from server.casework.tables import OutboxRow, RecordRow, Share, StatementRow
from server.node.database import require_transaction
from server.node.desk import Desk
from tiers.fragment import Place, Written
from tiers.gate import Cleared

Edits = Mapping[Place, Written | Sequence[Written] | None]


@dataclass(frozen=True, slots=True)
class OwnLane:
    """The raw changes of a lane of ours, and the heads that name its present version."""

    changes: tuple[bytes, ...]
    heads: tuple[str, ...]


def own_lane(row: Share, desk: Desk) -> OwnLane:
    """The lane behind this share of ours."""
    body = read_body("share", row.id, row.body, desk)
    return OwnLane(as_bytes(body["changes"]), tuple(body["heads"]))


async def open_new(cleared: Cleared, case_ref: str, desk: Desk) -> Share:
    """Begin a share of what was cleared: sealed, stored and waiting to go."""
    require_transaction()
    refuse_while_closed(desk)
    timezone = desk.pack.timezone
    week_public = await week_key_of(cleared.recipient, share.week_needed(cleared, timezone))
    opening = share.open_share(
        cleared,
        secrets.token_bytes(16),
        bytes.fromhex(cleared.consent.release_id),
        desk.unlocked().identity,
        week_public,
        timezone,
    )
    row = row_of(opening.log)
    row.consent = cleared.consent.id
    row.case_ref = case_ref
    row.exchange = cleared.exchange
    row.began_at = unix(desk)
    await _begin_epoch(row, opening, desk)
    await Share.insert(row)
    await put_out(opening.record)
    return row


async def next_epoch(row: Share, cleared: Cleared, desk: Desk) -> None:
    """Replace the lane by a new one that says only what is cleared now, and never said more."""
    require_transaction()
    refuse_while_closed(desk)
    timezone, log = desk.pack.timezone, log_of(row)
    week_public = await week_key_of(row.recipient, share.reopen_week(cleared, log, timezone))
    opening = share.reopen(cleared, log, desk.unlocked().identity, week_public, timezone)
    stand_at(row, opening.log)
    row.needs_key = False
    await _begin_epoch(row, opening, desk)
    await _store(row)
    await put_out(opening.record)
    waits = {
        one["id"] for one in await OutboxRow.select(OutboxRow.id).where(OutboxRow.share == row.id)
    }
    older = await RecordRow.select(RecordRow.id).where(
        (RecordRow.share == row.id) & (RecordRow.epoch < row.epoch)
    )
    sent = [one["id"] for one in older if one["id"] not in waits]
    if sent:
        await RecordRow.update({RecordRow.body: None}).where(RecordRow.id.is_in(sent))
    keyring(desk).forget_before(row.id, row.epoch)


async def write(
    row: Share, edits: Sequence[tuple[Sequence[str] | None, Edits]], desk: Desk
) -> bool:
    """Write edits, each batch drawn from its heads (None: the present); False if nothing is new."""
    require_transaction()
    refuse_while_closed(desk)
    lane = own_lane(row, desk)
    owner = desk.unlocked().identity.public
    changes, heads = lane.changes, lane.heads
    new: tuple[bytes, ...] = ()
    for drawn_from, batch in edits:
        if not batch:
            continue
        changed = _change(changes, drawn_from, heads, batch, owner)
        changes, heads, new = (*changes, *changed.new), changed.heads, (*new, *changed.new)
    if not new:
        return False
    key = keyring(desk).epoch(row.id, row.epoch)
    if key is None:
        raise NoWeekKeyYet
    record, log = share.add(log_of(row), key, desk.unlocked().identity, new)
    stand_at(row, log)
    row.epoch_count += len(new)
    row.epoch_size += sum(map(len, new))
    row.changed_at = unix(desk)
    _shut(row, OwnLane(changes, heads), desk)
    await _store(row)
    await put_out(record)
    return True


async def can_reopen(row: Share, cleared: Cleared, desk: Desk) -> bool:
    """Has the recipient published the key that the next epoch would be sealed to?"""
    week = share.reopen_week(cleared, log_of(row), desk.pack.timezone)
    try:
        await week_key_of(row.recipient, week)
    except NoWeekKeyYet:
        return False
    return True


def has_key(row: Share, desk: Desk) -> bool:
    """Can this node still write in the epoch this share is in?"""
    return keyring(desk).epoch(row.id, row.epoch) is not None


async def week_key_of(agency: str, week: int) -> bytes:
    """The key this agency last published for that week."""
    row = await (
        StatementRow.objects()
        .where(
            (StatementRow.direction == "in")
            & (StatementRow.kind == "week-keys")
            & (StatementRow.signer == agency)
        )
        .order_by(StatementRow.at, ascending=False)
        .first()
    )
    keys = {} if row is None else read(bytes(row.signed), "week-keys").body["keys"]
    public = keys.get(str(week))
    if public is None:
        raise NoWeekKeyYet from NoWeekKey()
    return bytes.fromhex(public)


def _change(
    changes: tuple[bytes, ...],
    drawn_from: Sequence[str] | None,
    heads: tuple[str, ...],
    edits: Edits,
    owner: bytes,
) -> document.Changed:
    if not drawn_from:
        return document.change(changes, heads, edits, owner)
    try:
        return document.change(changes, drawn_from, edits, owner)
    except UnknownHeads:
        # A new epoch began since the page was drawn; its lane holds what both colleagues saw.
        return document.change(changes, heads, edits, owner)


async def _begin_epoch(row: Share, opening: Opening, desk: Desk) -> None:
    # Before the commit: a key without its share is swept away, a share without its key is lost.
    keyring(desk).put_epoch(row.id, row.epoch, row.ends, opening.epoch_key)
    row.epoch_count = 0
    row.epoch_size = 0
    row.changed_at = unix(desk)
    _shut(row, OwnLane(opening.changes, opening.heads), desk)


def _shut(row: Share, lane: OwnLane, desk: Desk) -> None:
    plain = {"changes": as_text(lane.changes), "heads": list(lane.heads)}
    row.body = shut_body("share", row.id, plain, desk)


async def _store(row: Share) -> None:
    await Share.update(
        {
            Share.epoch: row.epoch,
            Share.seq: row.seq,
            Share.last_id: row.last_id,
            Share.ends: row.ends,
            Share.epoch_count: row.epoch_count,
            Share.epoch_size: row.epoch_size,
            Share.changed_at: row.changed_at,
            Share.needs_key: row.needs_key,
            Share.body: row.body,
        }
    ).where(Share.id == row.id)
