"""A calendar outside learns when meetings are, under a neutral title, and nothing else."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from server.meeting import feeds
from server.meeting.tables import Feed, Meeting
from server.node import audit, database, staff
from server.node.access import Role
from server.node.desk import Desk
from server.node.errors import NotPermitted
from server.node.member import StaffMember
from tests.nodes import TestedNode
from tiers.pack_meetings import MeetingRow

DAILY = MeetingRow(
    id="daily",
    title="Domestic abuse meeting",
    rrule="FREQ=DAILY",
    at=time(12),
    minutes=(12, 15),
    seat="meeting",
    place="The police station",
    facilitators=("police",),
    must_attend=(),
    closed=(),
    holidays="",
    moved="next_meeting",
)


def held_daily(desk: Desk) -> Desk:
    """The same desk, where the protocol has a meeting each day."""
    return replace(desk, pack=replace(desk.pack, meetings={"daily": DAILY}))


def events(told: bytes) -> list[icalendar.Component]:
    return icalendar.Calendar.from_ical(told).walk("VEVENT")


def at_noon(desk: Desk, days: int) -> datetime:
    """Noon on the coalition's wall, this many days from today."""
    return datetime.combine(
        desk.today + timedelta(days=days), time(12), ZoneInfo(desk.pack.timezone)
    )


async def plan(at: datetime, state: str = "planned", series: str = "daily") -> None:
    async with database.transaction():
        await Meeting.insert(
            Meeting(
                id=secrets.token_hex(16),
                series=series,
                starts_at=int(at.timestamp()),
                state=state,
                body=b"shut",
            )
        )


async def hire(desk: Desk) -> StaffMember:
    """Somebody who leads meetings here."""
    chair = frozenset({Role.CHAIR})
    return await staff.add("Wren Hale", chair, "quiet brown mare in rain", desk)


async def read(made: feeds.MadeFeed, desk: Desk) -> bytes:
    address = made.path.removeprefix("/calendar/").removesuffix(".ics")
    return await feeds.read(address, held_daily(desk))


def test_a_locked_node_tells_a_calendar_when_meetings_are(coordinating: TestedNode):
    async def story() -> None:
        made = await feeds.make(await coordinating.desk())
        desk = await coordinating.locked()

        told = events(await read(made, desk))

        assert desk.keys is None
        assert len(told) == 13 * 7
        assert {at_noon(desk, 1), at_noon(desk, 90)} <= {one["dtstart"].dt for one in told}
        assert {str(one["summary"]) for one in told} == {desk.pack.action_terms.calendar_title}
        assert {str(one["class"]) for one in told} == {"CONFIDENTIAL"}
        assert {one["dtend"].dt - one["dtstart"].dt for one in told} == {timedelta(hours=1)}

    asyncio.run(story())


def test_a_calendar_is_told_no_place_no_person_and_no_word_of_the_field(coordinating: TestedNode):
    async def story() -> None:
        desk = await coordinating.desk()
        made = await feeds.make(desk)

        told = (await read(made, desk)).decode()

        keys = {key for one in events(told.encode()) for key in one}
        assert keys == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "STATUS"}
        words = (DAILY.title, DAILY.place, DAILY.id, "police", desk.node.name, desk.node.identity)
        assert not [word for word in words if word in told]
        assert "casefold" not in told.lower()

    asyncio.run(story())


def test_a_feed_is_the_same_however_many_cases_wait(coordinating: TestedNode):
    async def story() -> None:
        desk = await coordinating.desk()
        made = await feeds.make(desk)
        before = await read(made, desk)

        await plan(at_noon(desk, 3))

        assert [one["uid"] for one in events(await read(made, desk))] == [
            one["uid"] for one in events(before)
        ]

    asyncio.run(story())


def test_a_meeting_called_off_is_shown_as_called_off_and_an_extra_one_is_shown(
    coordinating: TestedNode,
):
    async def story() -> None:
        desk = await coordinating.desk()
        made = await feeds.make(desk)
        await plan(at_noon(desk, 3), "cancelled")
        await plan(at_noon(desk, 4) + timedelta(hours=3))

        told = {one["dtstart"].dt: str(one["status"]) for one in events(await read(made, desk))}

        assert told[at_noon(desk, 3)] == "CANCELLED"
        assert told[at_noon(desk, 4) + timedelta(hours=3)] == "CONFIRMED"
        assert told[at_noon(desk, 5)] == "CONFIRMED"

    asyncio.run(story())


def test_one_called_off_and_planned_again_is_held(coordinating: TestedNode):
    async def story() -> None:
        desk = await coordinating.desk()
        made = await feeds.make(desk)
        await plan(at_noon(desk, 3), "cancelled")
        await plan(at_noon(desk, 3))

        told = [str(one["status"]) for one in events(await read(made, desk))]

        assert set(told) == {"CONFIRMED"}

    asyncio.run(story())


def test_an_address_taken_back_answers_like_one_that_never_was(coordinating: TestedNode):
    async def story() -> None:
        desk = await coordinating.desk()
        made, other = await feeds.make(desk), await feeds.make(desk)

        await feeds.revoke(made.id, desk)

        with pytest.raises(feeds.NoSuchFeed) as taken_back:
            await read(made, desk)
        with pytest.raises(feeds.NoSuchFeed) as never_was:
            await feeds.read(secrets.token_urlsafe(32), desk)
        assert taken_back.value.sentence == never_was.value.sentence
        assert [one.id for one in await feeds.list_own(desk)] == [other.id]
        assert await read(other, desk)

    asyncio.run(story())


def test_the_address_itself_is_kept_nowhere(coordinating: TestedNode):
    async def story() -> None:
        desk = await coordinating.desk()
        made = await feeds.make(desk)
        address = made.path.removeprefix("/calendar/").removesuffix(".ics")

        rows = await Feed.select()
        entries = await audit.list_entries()

        assert address not in str(rows)
        assert address not in str(entries)
        assert entries[0].act == "calendar.feed"

    asyncio.run(story())


def test_a_feed_of_somebody_who_left_answers_no_longer(coordinating: TestedNode):
    async def story() -> None:
        desk = await coordinating.desk()
        added = await staff.add(
            "Wren Hale", frozenset({Role.CHAIR}), "quiet brown mare in rain", desk
        )
        made = await feeds.make(replace(desk, staff=added))
        assert await read(made, desk)

        await staff.remove("Wren Hale", desk)

        with pytest.raises(feeds.NoSuchFeed):
            await read(made, desk)

    asyncio.run(story())


def test_nobody_takes_back_or_sees_a_feed_of_a_colleague(coordinating: TestedNode):
    async def story() -> None:
        desk = await coordinating.desk()
        made = await feeds.make(desk)
        added = await staff.add(
            "Wren Hale", frozenset({Role.CHAIR}), "quiet brown mare in rain", desk
        )
        colleague = replace(desk, staff=added)

        assert await feeds.list_own(colleague) == ()
        with pytest.raises(feeds.NoSuchFeed):
            await feeds.revoke(made.id, colleague)

    asyncio.run(story())


def test_an_analyst_has_no_feed(coordinating: TestedNode):
    async def story() -> None:
        desk = await coordinating.desk()
        assert desk.staff is not None
        analyst = replace(desk, staff=replace(desk.staff, roles=frozenset({Role.ANALYST})))

        with pytest.raises(NotPermitted):
            await feeds.make(analyst)

    asyncio.run(story())


def test_nobody_needs_more_than_five_addresses(coordinating: TestedNode):
    async def story() -> None:
        desk = await coordinating.desk()
        for _ in range(5):
            await feeds.make(desk)

        with pytest.raises(feeds.EnoughFeeds):
            await feeds.make(desk)

    asyncio.run(story())


def test_when_a_feed_was_read_is_remembered_to_the_hour(coordinating: TestedNode):
    async def story() -> None:
        desk = await coordinating.desk()
        made = await feeds.make(desk)
        assert (await feeds.list_own(desk))[0].read_at is None

        await read(made, desk)
        first = (await feeds.list_own(desk))[0].read_at
        later = replace(desk, time=replace(desk.time, now=desk.now + timedelta(minutes=30)))
        await read(made, later)

        assert first == desk.now.replace(microsecond=0)
        assert (await feeds.list_own(desk))[0].read_at == first

    asyncio.run(story())


def test_every_time_is_on_the_wall_of_the_coalition_with_its_zone(
    new_node: Callable[..., TestedNode],
):
    node = new_node(coordinating=True)

    async def story() -> None:
        desk = await node.desk()
        desk = replace(desk, pack=replace(desk.pack, timezone="Europe/London"))
        made = await feeds.make(desk)

        told = await read(made, desk)

        assert b"BEGIN:VTIMEZONE" in told
        assert {one["dtstart"].params["TZID"] for one in events(told)} == {"Europe/London"}

    with database.using(node.engine):
        asyncio.run(story())
