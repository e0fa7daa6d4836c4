"""The relay destroys by its own clock, with no message from anybody."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from client_sync.wire import Packet
from crypto.keys import week_ends
from server.relay import pages
from server.relay.counter import START
from server.relay.expiry import expire
from server.relay.records import append
from server.relay.tables import HeldRecord, HeldShare
from tests.server.relay.world import ENDS, HARBOUR, MEADOW, MEMBERS, WEEK, lane

NOW = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
END = datetime.fromtimestamp(ENDS, UTC)
pytestmark = pytest.mark.usefixtures("database")


def test_the_last_second_is_kept_and_at_the_end_bodies_go_and_stubs_stay():
    part = lane().changes(3)

    async def walk() -> None:
        await append(part.packets, HARBOUR.member, MEMBERS, NOW)

        assert await expire(END - timedelta(seconds=1)) == 0
        assert (await pages.after(START, MEADOW.identity.public, NOW)).records == part.packets

        assert await expire(END) == 1
        page = await pages.after(START, MEADOW.identity.public, NOW)
        assert page.records == tuple(Packet(one.stub) for one in part.packets)
        assert await expire(END) == 0

    asyncio.run(walk())


def test_a_hundred_days_later_nothing_is_left_of_it():
    async def walk() -> None:
        await append(lane().packets, HARBOUR.member, MEMBERS, NOW)

        await expire(END + timedelta(days=99))
        assert await HeldRecord.count() == 1
        await expire(END + timedelta(days=100))
        assert await HeldRecord.count() == await HeldShare.count() == 0

    asyncio.run(walk())


def test_only_what_ended_is_destroyed():
    ended = lane(ends=week_ends(WEEK) - 86_400)
    lasting = lane()

    async def walk() -> None:
        packets = (*ended.packets, *lasting.packets)
        await append(packets, HARBOUR.member, MEMBERS, NOW)
        await expire(END - timedelta(hours=1))

        page = await pages.after(START, MEADOW.identity.public, NOW)
        assert [bool(one.body) for one in page.records] == [False, True]

    asyncio.run(walk())
