"""keep(): what arrived is checked, logged and stored sealed, on a locked node as on an open one."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from piccolo.columns import Column

from crypto.errors import CryptoError, Refused, RefusedReason
from crypto.log import Log, follow
from crypto.record import Kind
from server.casework import arrivals, ending
from server.casework.checking import Arrived
from server.casework.logs import NEW_SHARE, log_of, row_of, stand_at, values_of
from server.casework.own import me, sure, unix
from server.casework.sifting import sifted
from server.casework.tables import ConsentRow, RecordRow, RefusedRow, Share
from server.node import audit
from server.node.database import many, transaction
from server.node.desk import Desk
from tiers.consent import ConsentState

_AT_ONCE = 1_000
_ASK_AT_ONCE = 500
_KEEP = (
    "INSERT INTO casework_record (id, share, kind, epoch, seq, stub, body) "
    "VALUES ({}, {}, {}, {}, {}, {}, {})"
)


OWNER_SUSPENDED = "The agency that wrote this is suspended. Nothing of it was kept."


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that arrived and was not kept, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What one delivery brought: counts, refusals by name, and what ended because of it."""

    accepted: int = 0
    duplicates: int = 0
    refused: tuple[Refusal, ...] = ()
    receipts: int = 0
    ended: tuple[str, ...] = ()
    changed: frozenset[str] = frozenset()  # shares that have news


@dataclass(slots=True)
class _Tally:
    accepted: int = 0
    duplicates: int = 0
    receipts: int = 0
    refused: list[Refusal] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    endings: ending.Endings = field(default_factory=ending.Endings)


@dataclass(frozen=True, slots=True)
class _Step:
    """What is kept of one share's news, and the share's row as it stands after it."""

    row: Share
    kept: Sequence[Arrived]
    fresh: bool


async def keep(
    records: Sequence[tuple[bytes, bytes]], statements: Sequence[bytes], desk: Desk
) -> Kept:
    """Keep what is in order, refuse what is not by name, and obey every ending."""
    tally = _Tally()
    async with aclosing(sifted(records, desk)) as parts:
        async for part in parts:
            tally.duplicates += part.duplicates
            tally.refused += [Refusal(ident, reason) for ident, reason in part.refused]
            if part.sound:
                async with transaction():
                    await _keep_records(part.sound, tally, desk)
    for start in range(0, len(statements), _AT_ONCE):
        async with transaction():
            taken = await arrivals.take(statements[start : start + _AT_ONCE], tally.endings, desk)
        tally.accepted += taken.accepted
        tally.duplicates += taken.duplicates
        tally.receipts += taken.receipts
        tally.changed |= taken.changed
        tally.refused += [Refusal(ident, reason) for ident, reason in taken.refused]
    await _name_refused(tally.refused, desk)
    await ending.shred(tally.endings, desk)
    return Kept(
        tally.accepted,
        tally.duplicates,
        tuple(tally.refused),
        tally.receipts,
        tally.endings.shares,
        frozenset(tally.changed),
    )


async def _keep_records(arrived: Sequence[Arrived], tally: _Tally, desk: Desk) -> None:
    by_share: dict[str, list[Arrived]] = {}
    for one in arrived:
        by_share.setdefault(one.stub.share.hex(), []).append(one)
    shares = await _shares(by_share)
    # No record is here whose place its share's log has not reached.
    held = await _held(
        [one for share, row in shares.items() for one in by_share[share] if one.stub.seq <= row.seq]
    )
    lanes: dict[str, list[Arrived]] = {}
    for share, news in by_share.items():
        for one in news:
            if one.id in held:
                tally.duplicates += 1
                continue
            held.add(one.id)
            lanes.setdefault(share, []).append(one)
    steps = [_follow_lane(shares.get(share), news, tally) for share, news in lanes.items()]
    moved = [step for step in steps if step is not None]
    for step in moved:
        if step.fresh and step.row.owner != me(desk):
            step.row.began_at = unix(desk)  # when it came; an answer may be due from then
    await _store_shares(moved)
    rows: list[tuple[object, ...]] = []
    for step in moved:
        dead = await _after(step.row, step.kept, tally, desk)
        rows += (_values(step.row.id, one, dead) for one in step.kept)
    await many(_KEEP, rows)


def _follow_lane(row: Share | None, news: Sequence[Arrived], tally: _Tally) -> _Step | None:
    """One share's news in its order: all that follows is kept, the rest is refused by name."""
    fresh = row is None
    log = None if row is None else log_of(row)
    kept: list[Arrived] = []
    for one in sorted(news, key=lambda one: one.stub.seq):
        try:
            log = _accept(log, one, row)
        except CryptoError as error:
            tally.refused.append(Refusal(one.id, str(error)))
            continue
        kept.append(one)
    if log is None or not kept:
        return None
    row = row_of(log) if row is None else row
    stand_at(row, log)
    tally.accepted += len(kept)
    tally.changed.add(row.id)
    return _Step(row, kept, fresh)


def _accept(log: Log | None, one: Arrived, row: Share | None) -> Log:
    if row is not None and row.state == ending.ENDED and one.stub.kind is not Kind.CLOSE:
        raise Refused(RefusedReason.ENDED)
    return follow(log, one.stub)


async def _store_shares(steps: Sequence[_Step]) -> None:
    fresh = [step.row for step in steps if step.fresh]
    await many(NEW_SHARE, [values_of(row) for row in fresh])
    for step in steps:
        if not step.fresh:
            await _move_share(step)


async def _move_share(step: _Step) -> None:
    row = step.row
    opened = any(one.stub.kind is Kind.OPEN for one in step.kept)
    values: dict[Column | str, Any] = {
        Share.epoch: row.epoch,
        Share.seq: row.seq,
        Share.last_id: row.last_id,
        Share.ends: row.ends,
        Share.closed: row.closed,
    }
    if opened:
        values[Share.needs_key] = False
        if row.state == ending.LIVE:
            values[Share.why] = ""  # sealed again: worth trying again
    await Share.update(values).where(Share.id == row.id)


async def _after(row: Share, kept: Sequence[Arrived], tally: _Tally, desk: Desk) -> bool:
    """What an arrival brings about; True when nothing of the share may be stored but stubs."""
    if row.owner == me(desk):
        await _own_came_back(row, tally, desk)
        return True
    if row.destroyed_at:
        return True
    if row.closed:
        await ending.destroy_received([row], "destroyed", tally.endings, desk)
        return True
    if row.ends <= sure(desk):
        await ending.destroy_received([row], "expired", tally.endings, desk)
        return True
    if _suspended(row.owner, desk):
        # The chain goes on without the words, so that the share is whole again once they stand.
        tally.refused += [Refusal(one.id, OWNER_SUSPENDED) for one in kept if one.body]
        return True
    if any(one.stub.kind is Kind.OPEN and one.stub.epoch > 1 for one in kept):
        await _drop_older_epochs(row)
        tally.endings.rerooted.append((row.id, row.epoch))
    return False


def _suspended(owner: str, desk: Desk) -> bool:
    agency = desk.directory.agency(owner)
    return agency is not None and agency.suspended


async def _own_came_back(row: Share, tally: _Tally, desk: Desk) -> None:
    """Our own record, unknown here: this node was restored from before it. A close still ends."""
    if not row.closed:
        if row.state == ending.LIVE:
            await Share.update({Share.needs_key: True}).where(Share.id == row.id)
        return
    if row.consent:
        await ending.end_consents(
            [row.consent], ConsentState.WITHDRAWN, "withdrawn", tally.endings, desk
        )
    else:
        live = await ConsentRow.select(ConsentRow.id).where(
            (ConsentRow.release == row.release)
            & (ConsentRow.discloser == row.owner)
            & (ConsentRow.recipient == row.recipient)
        )
        await ending.end_consents(
            [one["id"] for one in live], ConsentState.WITHDRAWN, "withdrawn", tally.endings, desk
        )
    await ending.empty_own(row, "withdrawn", desk)
    tally.endings.closed.append(row.id)


async def _drop_older_epochs(row: Share) -> None:
    await RecordRow.update({RecordRow.body: None}).where(
        (RecordRow.share == row.id) & (RecordRow.epoch < row.epoch)
    )


def _values(share: str, one: Arrived, dead: bool) -> tuple[object, ...]:
    stub = one.stub
    body = None if dead else one.body or None
    return one.id, share, stub.kind.value, stub.epoch, stub.seq, stub.raw, body


async def _held(arrived: Sequence[Arrived]) -> set[str]:
    held: set[str] = set()
    for start in range(0, len(arrived), _ASK_AT_ONCE):
        asked = [one.id for one in arrived[start : start + _ASK_AT_ONCE]]
        rows = await RecordRow.select(RecordRow.id).where(RecordRow.id.is_in(asked))
        held |= {row["id"] for row in rows}
    return held


async def _shares(ids: Iterable[str]) -> Mapping[str, Share]:
    wanted = sorted(ids)
    found: dict[str, Share] = {}
    for start in range(0, len(wanted), _ASK_AT_ONCE):
        asked = wanted[start : start + _ASK_AT_ONCE]
        found |= {row.id: row for row in await Share.objects().where(Share.id.is_in(asked))}
    return found


async def _name_refused(refused: Sequence[Refusal], desk: Desk) -> None:
    """Each refusal once in the audit and in a list people can read."""
    ids = [one.id for one in refused if one.id]
    if not ids:
        return
    async with transaction():
        known: set[str] = set()
        for start in range(0, len(ids), _ASK_AT_ONCE):
            asked = ids[start : start + _ASK_AT_ONCE]
            rows = await RefusedRow.select(RefusedRow.id).where(RefusedRow.id.is_in(asked))
            known |= {row["id"] for row in rows}
        new = {one.id: one for one in refused if one.id and one.id not in known}
        if not new:
            return
        await RefusedRow.insert(
            *(RefusedRow(id=one.id, reason=one.reason, at=unix(desk)) for one in new.values())
        )
        await audit.record("arrival.refused", "", desk, ids=sorted(new)[:20], count=len(new))
