"""Feeds: when meetings are, at a private address a calendar can read, and nothing else ever.

A calendar program cannot sign in, and what it read is on somebody's phone. So a feed says a
neutral title and a time, the same whether a case waits or none; nothing at it is opened, and it
answers while this node is locked.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from server.calendar import meetings
from server.meeting.tables import Feed, Meeting
from server.node import audit
from server.node.access import Act, may, require
from server.node.database import transaction
from server.node.desk import Desk
from server.node.errors import NotFound, RefusedAct
from server.node.member import active, from_row

_BYTES: Final = 32  # an address nobody guesses, though nobody signs in to read it
_MOST: Final = 5
_AHEAD: Final = timedelta(weeks=13)
_KEPT_PAST: Final = timedelta(days=31)
_LASTS: Final = timedelta(hours=1)  # always: the length would tell how many cases there are
_READ_AGAIN: Final = 3_600
_CANCELLED: Final = "cancelled"


class NoSuchFeed(NotFound):
    """There is no calendar at this address, or it was taken back."""


class EnoughFeeds(RefusedAct):
    """You have five calendar addresses. Take one back before you make another."""


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One address somebody gave to a calendar; the address itself is kept nowhere."""

    id: str
    made_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class MadeFeed:
    """A new feed, with its address: shown once."""

    id: str
    path: str


async def make(desk: Desk) -> MadeFeed:
    """A private address for the person at this desk."""
    require(desk, Act.MAKE_FEED)
    address = secrets.token_urlsafe(_BYTES)
    feed = secrets.token_hex(16)
    async with transaction():
        if len(await _of(desk.who)) >= _MOST:
            raise EnoughFeeds
        await Feed.insert(
            Feed(id=feed, mark=_mark(address), staff=desk.who, made_at=_unix(desk.now))
        )
        await audit.record(Act.MAKE_FEED.value, feed, desk)
    return MadeFeed(feed, f"/calendar/{address}.ics")


async def list_own(desk: Desk) -> tuple[FeedLine, ...]:
    """The addresses of the person at this desk that still answer."""
    require(desk, Act.MAKE_FEED)
    return tuple(
        FeedLine(row.id, _moment(row.made_at), _moment(row.read_at) if row.read_at else None)
        for row in await _of(desk.who)
    )


async def revoke(feed: str, desk: Desk) -> None:
    """Take an address back: from now on it answers like one that never was."""
    require(desk, Act.MAKE_FEED)
    async with transaction():
        if feed not in {row.id for row in await _of(desk.who)}:
            raise NoSuchFeed
        await Feed.update({Feed.revoked_at: _unix(desk.now)}).where(Feed.id == feed)
        await audit.record("calendar.feed-revoked", feed, desk)


async def read(address: str, desk: Desk) -> bytes:
    """The calendar at this address; needs nobody's keys."""
    row = await Feed.objects().where(Feed.mark == _mark(address)).first()
    if row is None or row.revoked_at or not await _still_entitled(row.staff):
        raise NoSuchFeed
    if row.read_at < _unix(desk.now) - _READ_AGAIN:
        async with transaction():
            await Feed.update({Feed.read_at: _unix(desk.now)}).where(Feed.id == row.id)
    return await _calendar(desk)


async def _of(staff: str) -> Sequence[Feed]:
    rows: Sequence[Feed] = (
        await Feed.objects()
        .where((Feed.staff == staff) & (Feed.revoked_at == 0))
        .order_by(Feed.made_at, Feed.id)
    )
    return rows


async def _still_entitled(staff: str) -> bool:
    """Does this person still work here, in a role that may have a feed?"""
    members = [from_row(row) for row in await active()]
    return any(one.id == staff and may(one.roles, Act.MAKE_FEED) for one in members)


async def _calendar(desk: Desk) -> bytes:
    title = desk.pack.action_terms.calendar_title
    made = Calendar()
    made.add("prodid", "-//Calendar//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", title)
    made.add("refresh-interval", timedelta(hours=4), parameters={"VALUE": "DURATION"})
    for starts_at, cancelled in sorted(await _times(desk)):
        made.add_component(_event(starts_at, title, desk, cancelled=cancelled))
    made.add_missing_timezones()
    told: bytes = made.to_ical()
    return told


async def _times(desk: Desk) -> set[tuple[datetime, bool]]:
    """When meetings are, and whether each was called off: planned ones, and the calendar's."""
    zone = ZoneInfo(desk.pack.timezone)
    rows = await Meeting.select(Meeting.series, Meeting.starts_at, Meeting.state).where(
        Meeting.starts_at >= _unix(desk.now - _KEPT_PAST)
    )
    found: set[tuple[datetime, bool]] = set()
    planned: dict[str, set[datetime]] = {}
    for row in rows:
        at = _moment(row["starts_at"]).astimezone(zone)
        planned.setdefault(row["series"], set()).add(at)
        found.add((at, row["state"] == _CANCELLED))
    for series, form in desk.pack.meetings.items():
        days = {at.date() for at in planned.get(series, ())}
        ahead = meetings.upcoming(form, desk.now, desk.pack.timezone, _AHEAD.days, days)
        found |= {(one.starts_at, False) for one in ahead if one.starts_at < desk.now + _AHEAD}
    held = {at for at, cancelled in found if not cancelled}
    return {(at, cancelled) for at, cancelled in found if not cancelled or at not in held}


def _event(starts_at: datetime, title: str, desk: Desk, *, cancelled: bool) -> Event:
    event = Event()
    event.add("uid", _uid(starts_at, desk))
    event.add("dtstamp", desk.now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + _LASTS)
    event.add("summary", title)
    event.add("class", "CONFIDENTIAL")
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    return event


def _uid(starts_at: datetime, desk: Desk) -> str:
    """The same meeting each time it is read; says neither whose it is nor of which series."""
    told = f"{desk.node.identity} {_unix(starts_at)}".encode()
    return blake2b(told, digest_size=16, person=b"cf-feed-event").hexdigest()


def _mark(address: str) -> str:
    return blake2b(address.encode(), digest_size=32, person=b"cf-feed").hexdigest()


def _unix(at: datetime) -> int:
    return int(at.timestamp())


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
