"""The only reader of a clock. Time never goes back, and a jump forward is believed slowly."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from server.node import database
from server.node.errors import RefusedAct
from server.node.settings import Settings
from server.node.tables import NodeRow

JUMP = 36 * 3600
_STORE_EVERY = 60
_BELIEVE_AFTER = 7 * 86400


@dataclass(frozen=True, slots=True)
class Marks:
    """What this node remembers of time: the highest own time, and an unexplained jump past it."""

    high_water: int
    noticed_at: int | None = None
    seen_at: int | None = None
    agreed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """The time to hide by (now), and the time to destroy by (sure): they part after a jump."""

    now: datetime
    sure: datetime
    jumped: bool
    noticed_at: datetime | None


def settle(own: int, marks: Marks, *, by_hand: bool = False) -> Marks:
    """What to remember after the own clock said this."""
    if own <= marks.high_water + JUMP or marks.high_water == 0 or by_hand:
        return Marks(max(own, marks.high_water))
    if marks.noticed_at is None or marks.seen_at is None or own > marks.seen_at + JUMP:
        return Marks(marks.high_water, own, own)
    seen = max(own, marks.seen_at)
    if seen - marks.noticed_at >= _BELIEVE_AFTER or _enough(marks.agreed):
        return Marks(seen)
    return Marks(marks.high_water, marks.noticed_at, seen, marks.agreed)


def _enough(agreed: frozenset[str]) -> bool:
    """The relay and one partner, or two partners."""
    return len(agreed) >= 2


async def read(settings: Settings) -> Reading:
    """What time it is here, and how sure of it this node is."""
    row = await _row()
    if row is None:
        own = _moment(_own(settings, rehearsal=False))
        return Reading(own, own, jumped=False, noticed_at=None)
    rehearsal = bool(row["rehearsal"])
    own_now = _own(settings, rehearsal=rehearsal)
    before = _marks(row)
    moved = settings.moved_now if rehearsal else None
    by_hand = moved is not None
    put_on = moved is not None and before.high_water < int(moved.timestamp())
    after = settle(own_now, before, by_hand=by_hand)
    if put_on or _worth_storing(before, after):
        await _store(own_now, by_hand=by_hand)
    return _reading(after)


async def now(settings: Settings) -> datetime:
    """The time to act by: the higher of the own clock and the highest own time stored."""
    return (await read(settings)).now


async def heard_time(source: str, at: datetime, settings: Settings) -> None:
    """The relay ("relay") or a partner (its id) said a time; it can only confirm a jump."""
    row = await _row()
    if row is None or row["jump_noticed_at"] is None:
        return
    if abs(_own(settings, rehearsal=bool(row["rehearsal"])) - int(at.timestamp())) > JUMP:
        return
    async with database.transaction():
        held = await database.lock_row(NodeRow, NodeRow.id == row["id"])
        if held is None or held["jump_noticed_at"] is None:
            return
        agreed = sorted({*json.loads(held["jump_agreed"]), source})
        await NodeRow.update({NodeRow.jump_agreed: json.dumps(agreed)}).where(
            NodeRow.id == row["id"]
        )


async def confirm_jump(settings: Settings) -> None:
    """A person says that the clock is right; call inside the act's transaction, and audit it."""
    database.require_transaction()
    held = await database.lock_row(NodeRow, NodeRow.id > 0)
    if held is None or held["jump_noticed_at"] is None:
        raise RefusedAct("The clock has not jumped; there is nothing to confirm.")
    own = _own(settings, rehearsal=bool(held["rehearsal"]))
    await _write(held["id"], settle(own, _marks(held), by_hand=True))


def clock_without_node(settings: Settings, *, rehearsal: bool) -> datetime:
    """The time while a node is being made and nothing is stored yet."""
    return _moment(_own(settings, rehearsal=rehearsal))


def _own(settings: Settings, *, rehearsal: bool) -> int:
    if settings.moved_now is None:
        return int(time.time())  # noqa: TID251  # this is the one reader of a clock
    if not rehearsal:
        raise RefusedAct(
            "CASEFOLD_NOW moves the clock of rehearsal nodes only; this is a real one."
        )
    return int(settings.moved_now.timestamp() + (time.monotonic() - settings.read_at))


async def _row() -> dict[str, object] | None:
    row: dict[str, object] | None = await NodeRow.select(
        NodeRow.id,
        NodeRow.rehearsal,
        NodeRow.high_water,
        NodeRow.jump_noticed_at,
        NodeRow.jump_seen_at,
        NodeRow.jump_agreed,
    ).first()
    return row


def _marks(row: dict[str, object]) -> Marks:
    def whole(name: str) -> int | None:
        value = row[name]
        return value if isinstance(value, int) else None

    agreed = json.loads(str(row["jump_agreed"]))
    return Marks(
        whole("high_water") or 0,
        whole("jump_noticed_at"),
        whole("jump_seen_at"),
        frozenset(str(name) for name in agreed),
    )


def _worth_storing(before: Marks, after: Marks) -> bool:
    if (before.noticed_at, before.agreed) != (after.noticed_at, after.agreed):
        return True
    seen = (after.seen_at or 0) - (before.seen_at or 0)
    return after.high_water - before.high_water >= _STORE_EVERY or seen >= _STORE_EVERY


async def _store(own: int, *, by_hand: bool) -> None:
    async def keep() -> None:
        held = await database.lock_row(NodeRow, NodeRow.id > 0)
        if held is not None:
            await _write(held["id"], settle(own, _marks(held), by_hand=by_hand))

    if database.in_transaction():
        return await keep()
    async with database.transaction():
        return await keep()


async def _write(row_id: int, marks: Marks) -> None:
    await NodeRow.update(
        {
            NodeRow.high_water: marks.high_water,
            NodeRow.jump_noticed_at: marks.noticed_at,
            NodeRow.jump_seen_at: marks.seen_at,
            NodeRow.jump_agreed: json.dumps(sorted(marks.agreed)),
        }
    ).where(NodeRow.id == row_id)


def _reading(marks: Marks) -> Reading:
    if marks.noticed_at is None or marks.seen_at is None:
        moment = _moment(marks.high_water)
        return Reading(moment, moment, jumped=False, noticed_at=None)
    return Reading(
        now=_moment(marks.seen_at),
        sure=_moment(marks.high_water),
        jumped=True,
        noticed_at=_moment(marks.noticed_at),
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
