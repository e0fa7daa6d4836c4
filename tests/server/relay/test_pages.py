"""What members fetch: in pages, from a cursor, beside others who write."""

import asyncio

import pytest

from client_sync.spans import Span
from client_sync.wire import Outcome, Packet
from server.relay import pages
from server.relay.counter import START, UnknownCursor
from server.relay.tables import Append, Counter, HeldRecord, HeldShare
from tests.server.relay.pushing import NOW, outcomes, push, seen_by
from tests.server.relay.world import (
    HARBOUR,
    LANTERN,
    MEADOW,
    Lane,
    lane,
)

pytestmark = pytest.mark.usefixtures("database")


def test_interleaved_pushes_of_eight_writers_lose_nothing_and_keep_each_share_in_order():
    parts = [lane().changes(19) for _ in range(8)]

    async def write(part: Lane) -> None:
        for packet in part.packets:
            done = await push([packet])
            assert done.results[0].outcome is Outcome.ACCEPTED

    async def walk() -> None:
        await asyncio.gather(*(write(part) for part in parts))
        seen = await seen_by(MEADOW)

        assert len(seen) == 160
        for part in parts:
            own = [one for one in seen if one in part.packets]
            assert tuple(own) == part.packets

    asyncio.run(walk())


def test_a_reader_beside_eight_writers_never_misses_a_record():
    parts = [lane().changes(9) for _ in range(8)]

    async def write(part: Lane) -> None:
        for packet in part.packets:
            await push([packet])

    async def follow() -> list[Packet]:
        cursor, seen = START, list[Packet]()
        while len(seen) < 80:
            page = await pages.after(cursor, MEADOW.identity.public, NOW)
            seen += page.records
            cursor = page.cursor
            await asyncio.sleep(0)
        return seen

    async def walk() -> None:
        following = asyncio.create_task(follow())
        await asyncio.gather(*(write(part) for part in parts))
        async with asyncio.timeout(30):
            seen = await following

        assert len(set(seen)) == len(seen) == 80

    asyncio.run(walk())


def test_pages_end_where_pushes_ended_and_together_are_everything():
    parts = [lane().changes(2) for _ in range(10)]

    async def walk() -> None:
        for part in parts:
            await push(part.packets)
        cursor, seen, count = START, list[Packet](), 0
        more = True
        while more:
            page = await pages.after(cursor, MEADOW.identity.public, NOW, limit=4)
            seen, cursor, more, count = [*seen, *page.records], page.cursor, page.more, count + 1
            assert len(page.records) % 3 == 0

        assert seen == [packet for part in parts for packet in part.packets]
        assert count > 3
        assert (await pages.after(cursor, MEADOW.identity.public, NOW)).records == ()

    asyncio.run(walk())


def test_what_a_member_says_it_handed_over_is_left_out_and_nothing_else():
    mine, theirs, later = lane().changes(2), lane(owner=MEADOW, to=HARBOUR), lane()

    async def walk() -> None:
        first = (await push(mine.packets)).kept
        start = (await pages.after(START, HARBOUR.identity.public, NOW)).cursor
        between = await push(theirs.packets, MEADOW)
        last = (await push(later.packets)).kept

        async def seen(cursor: str, *without: Span) -> tuple[Packet, ...]:
            page = await pages.after(cursor, HARBOUR.identity.public, NOW, without=without)
            assert not page.more
            assert page.cursor == (await pages.after(START, LANTERN.identity.public, NOW)).cursor
            return page.records

        assert first == Span(0, 3)
        assert between.kept == Span(3, 4)
        assert last == Span(4, 5)
        assert await seen(START, first) == theirs.packets + later.packets
        assert await seen(START, last, first) == theirs.packets
        assert await seen(start, last) == theirs.packets
        assert await seen(start, Span(3, 5)) == ()
        assert await seen(start) == theirs.packets + later.packets

    asyncio.run(walk())


_NEVER_GIVEN = ("1", "1.", "0.00", "x", "9" * 30, "1." + "0" * 32, "7.ab", "-1.0")


@pytest.mark.parametrize("cursor", _NEVER_GIVEN)
def test_a_cursor_this_relay_never_gave_is_unknown(cursor: str):
    async def walk() -> None:
        await push(lane().packets)
        with pytest.raises(UnknownCursor):
            await pages.after(cursor, MEADOW.identity.public, NOW)

    asyncio.run(walk())


def test_a_cursor_from_a_future_that_was_lost_is_unknown():
    """The relay was restored from a backup: the same number, another history."""
    part, other = lane(), lane()

    async def walk() -> None:
        await push(part.packets)
        lost = (await pages.after(START, MEADOW.identity.public, NOW)).cursor
        await HeldRecord.delete(force=True)
        await Counter.update({Counter.n: 0, Counter.chain: b""}, force=True)
        await Append.delete(force=True)
        await HeldShare.delete(force=True)
        await push(other.packets)

        with pytest.raises(UnknownCursor):
            await pages.after(lost, MEADOW.identity.public, NOW)
        assert outcomes(await push(part.packets)) == ["accepted"]

    asyncio.run(walk())


def test_the_relays_time_is_told_by_the_hour():
    hour = NOW.replace(minute=0)

    async def told() -> int:
        return (await pages.after(START, MEADOW.identity.public, NOW)).hour

    assert asyncio.run(told()) == int(hour.timestamp())
