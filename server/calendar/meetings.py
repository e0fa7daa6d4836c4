"""Meetings: when those of a series are held, by its rule, its holidays and its own wall clock."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulebase, rrulestr

from server.calendar.days import is_holiday, next_worked
from server.node.errors import NodeError
from tiers.pack_meetings import MeetingRow
from tiers.protocol import Protocol

# A Monday on the wall, from which "every second week" is counted where the pack names no first day.
_ANCHOR = datetime(2024, 1, 1)  # noqa: DTZ001
_LOOKED_AHEAD = timedelta(days=3 * 366)
_MOVES_AT_MOST = timedelta(days=14)
_OFTEN = re.compile(r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)\b")
_NEVER = re.compile(r"INTERVAL=(0|-|\d{4})")  # these would be counted through without an end
_STEPS = {"next_working_day": 1, "previous_working_day": -1}


class NoSuchRule(NodeError):
    """The protocol has a calendar rule that names no days. Nothing was changed."""

    exit_code = 6


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One meeting of a series, and the day it was moved from if that day was a holiday."""

    series: str
    title: str
    starts_at: datetime
    minutes: tuple[int, int]
    moved_from: date | None = None


def upcoming(
    row: MeetingRow,
    after: datetime,
    timezone: str,
    count: int = 1,
    cancelled: Collection[date] = (),
) -> list[Occurrence]:
    """The next meetings of this series that begin after this moment, without cancelled days."""
    zone = ZoneInfo(timezone)
    found: dict[date, Occurrence] = {}
    for day in _days(row, after.astimezone(zone).date()):
        if _enough(found, count, day):
            break
        held = _held(row, day)
        if held is None or held in cancelled or (held != day and held in found):
            continue
        starts_at = on_the_wall(held, row.at, zone)
        if starts_at > after:
            moved_from = day if held != day else None
            found[held] = Occurrence(row.id, row.title, starts_at, row.minutes, moved_from)
    return [found[day] for day in sorted(found)][:count]


def on_the_wall(day: date, at: time, zone: ZoneInfo) -> datetime:
    """This hour of this day on that wall; an hour the clock skips is the one it jumps to."""
    return datetime.combine(day, at, zone).astimezone(UTC).astimezone(zone)


def check(pack: Protocol) -> None:
    """Go on only if every series has a rule, a first day and holidays that can be read."""
    for row in pack.meetings.values():
        check_series(row, pack.timezone)


def check_series(row: MeetingRow, timezone: str) -> None:
    """Go on only if this series has a rule, a first day and holidays that can be read."""
    before = (_begins(row) - _MOVES_AT_MOST).replace(tzinfo=UTC)
    if not upcoming(row, before, timezone):
        raise NoSuchRule(f"The calendar rule of {row.title} names no day at all.")
    if row.first is not None and _rule(row)[0].date() != row.first:
        raise NoSuchRule(
            f"The first day of {row.title}, {row.first}, is none that its calendar rule names. "
            "Write a day of the series."
        )


def _days(row: MeetingRow, since: date) -> Iterator[date]:
    """The days of the rule, begun early enough that a meeting moved forward is not missed."""
    start = datetime.combine(since, time()) - _MOVES_AT_MOST
    for found in _rule(row).xafter(start, inc=True):
        if found > start + _LOOKED_AHEAD:
            return
        yield found.date()


def _begins(row: MeetingRow) -> datetime:
    """The day on the wall from which intervals are counted; the rule names none before it."""
    return _ANCHOR if row.first is None else datetime.combine(row.first, time())


def _rule(row: MeetingRow) -> rrulebase:
    try:
        if not _OFTEN.search(row.rrule) or _NEVER.search(row.rrule):
            raise ValueError
        return rrulestr(row.rrule, dtstart=_begins(row))
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError):
        raise NoSuchRule(
            f"The calendar rule of {row.title} cannot be read. "
            "Write one such as FREQ=WEEKLY;BYDAY=TU, or FREQ=MONTHLY;BYDAY=4WE."
        ) from None


def _enough(found: Collection[date], count: int, day: date) -> bool:
    """Are there as many as asked, with no later day that could still be moved before them?"""
    if len(found) < count:
        return False
    return day > sorted(found)[count - 1] + _MOVES_AT_MOST


def _held(row: MeetingRow, day: date) -> date | None:
    """The day on which the meeting of this day is held; None when it is left out."""
    if not (is_holiday(day, row.holidays) or day in row.closed):
        return day
    step = _STEPS.get(row.moved)
    if step is None:
        return None
    held = next_worked(day, (row.holidays,), step)
    while held in row.closed:
        held = next_worked(held, (row.holidays,), step)
    return held
