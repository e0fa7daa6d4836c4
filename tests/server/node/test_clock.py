import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.node import clock, database
from server.node.clock import JUMP, Marks, settle
from server.node.errors import RefusedAct
from server.node.settings import Settings
from server.node.tables import NodeRow
from tests.nodes import TestedNode

NOON = int(datetime(2031, 5, 4, 12, tzinfo=UTC).timestamp())
DAY = 86_400


def test_time_never_goes_back():
    assert settle(NOON - 50 * DAY, Marks(NOON)) == Marks(NOON)


def test_an_ordinary_step_is_believed_at_once():
    assert settle(NOON + JUMP, Marks(NOON)) == Marks(NOON + JUMP)


def test_a_jump_is_noticed_and_not_yet_believed():
    noticed = settle(NOON + 3 * DAY, Marks(NOON))

    assert noticed == Marks(NOON, NOON + 3 * DAY, NOON + 3 * DAY)


def test_a_jump_is_believed_after_seven_days_of_going_on():
    marks, own = Marks(NOON), NOON + 3 * DAY
    for day in range(8):
        assert marks.high_water == NOON, day
        marks = settle(own + day * DAY, marks)

    assert marks == Marks(own + 7 * DAY)


def test_a_second_jump_does_not_pass_for_seven_days():
    noticed = settle(NOON + 3 * DAY, Marks(NOON))

    again = settle(NOON + 30 * DAY, noticed)

    assert again == Marks(NOON, NOON + 30 * DAY, NOON + 30 * DAY)


def test_a_jump_that_is_put_right_is_forgotten():
    noticed = settle(NOON + 900 * DAY, Marks(NOON))

    assert settle(NOON + 60, noticed) == Marks(NOON + 60)


def test_while_a_jump_stands_time_does_not_go_back_within_it():
    noticed = settle(NOON + 10 * DAY, Marks(NOON))

    assert settle(NOON + 5 * DAY, noticed).seen_at == NOON + 10 * DAY


@pytest.mark.parametrize(
    ("agreed", "believed"),
    [
        (frozenset(), False),
        (frozenset({"relay"}), False),
        (frozenset({"a" * 64}), False),
        (frozenset({"relay", "a" * 64}), True),
        (frozenset({"a" * 64, "b" * 64}), True),
    ],
)
def test_the_relay_and_a_partner_or_two_partners_settle_a_jump(
    agreed: frozenset[str], believed: bool
):
    own = NOON + 3 * DAY

    marks = settle(own + 60, Marks(NOON, own, own, agreed))

    assert (marks == Marks(own + 60)) is believed


def test_a_rehearsal_clock_is_where_it_was_put_and_runs(agency: TestedNode):
    moved = datetime(2031, 5, 4, 12, tzinfo=UTC)
    settings = replace(agency.settings, moved_now=moved)

    reading = asyncio.run(clock.read(settings))

    ran = timedelta(seconds=time.monotonic() - settings.read_at)
    assert moved <= reading.now <= moved + ran
    assert reading.sure == reading.now
    assert not reading.jumped


def test_a_rehearsal_clock_put_back_stays_where_it_was(agency: TestedNode):
    later = replace(agency.settings, moved_now=datetime(2031, 5, 4, tzinfo=UTC))
    earlier = replace(agency.settings, moved_now=datetime(2030, 1, 1, tzinfo=UTC))

    before = asyncio.run(clock.now(later))

    assert asyncio.run(clock.now(earlier)) >= before.replace(microsecond=0) - timedelta(minutes=1)
    assert asyncio.run(clock.now(earlier)) >= datetime(2031, 5, 4, tzinfo=UTC)


def test_a_rehearsal_clock_put_on_by_seconds_stays_there_too(agency: TestedNode):
    later = replace(agency.settings, moved_now=datetime(2031, 5, 4, 12, 0, 30, tzinfo=UTC))
    earlier = replace(agency.settings, moved_now=datetime(2031, 5, 4, 12, tzinfo=UTC))
    asyncio.run(clock.read(earlier))

    asyncio.run(clock.read(later))

    assert asyncio.run(clock.now(earlier)) >= later.moved_now


def test_a_real_nodes_clock_is_not_moved(agency: TestedNode):
    asyncio.run(_set(rehearsal=False))

    with pytest.raises(RefusedAct, match="rehearsal"):
        asyncio.run(clock.now(replace(agency.settings, moved_now=datetime(2031, 5, 4, tzinfo=UTC))))


def test_after_a_jump_it_hides_by_one_time_and_destroys_by_the_other(agency: TestedNode):
    long_ago = int((_real() - timedelta(days=9)).timestamp())
    asyncio.run(_set(high_water=long_ago))

    reading = asyncio.run(clock.read(agency.settings))

    assert reading.jumped
    assert reading.now > _real() - timedelta(minutes=5)
    assert int(reading.sure.timestamp()) == long_ago


def test_partners_who_say_the_same_time_settle_it(agency: TestedNode):
    asyncio.run(_set(high_water=int((_real() - timedelta(days=9)).timestamp())))
    asyncio.run(clock.read(agency.settings))

    asyncio.run(clock.heard_time("relay", _real() - timedelta(days=9), agency.settings))
    asyncio.run(clock.heard_time("relay", _real(), agency.settings))
    asyncio.run(clock.heard_time("relay", _real(), agency.settings))
    assert asyncio.run(clock.read(agency.settings)).jumped
    asyncio.run(clock.heard_time("a" * 64, _real(), agency.settings))

    reading = asyncio.run(clock.read(agency.settings))
    assert not reading.jumped
    assert reading.sure == reading.now


def test_a_person_settles_it(agency: TestedNode):
    asyncio.run(_set(high_water=int((_real() - timedelta(days=9)).timestamp())))
    asyncio.run(clock.read(agency.settings))

    async def confirm() -> None:
        async with database.transaction():
            await clock.confirm_jump(agency.settings)

    asyncio.run(confirm())

    assert not asyncio.run(clock.read(agency.settings)).jumped
    with pytest.raises(RefusedAct, match="not jumped"):
        asyncio.run(confirm())


def test_time_is_written_down_once_a_minute_at_most(agency: TestedNode):
    asyncio.run(clock.now(agency.settings))
    before = asyncio.run(_high_water())

    for _ in range(20):
        asyncio.run(clock.now(agency.settings))

    assert asyncio.run(_high_water()) - before in range(0, 61)


def _real() -> datetime:
    return clock.clock_without_node(Settings(data=None), rehearsal=False)  # type: ignore[arg-type]


async def _set(**columns: object) -> None:
    await NodeRow.update(columns, force=True)


async def _high_water() -> int:
    return int((await NodeRow.select(NodeRow.high_water).first())["high_water"])
