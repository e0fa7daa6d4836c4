"""When a place is open: by the schedules of HSDS, each on the clock that hangs on its wall."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from server.listing import rules
from server.listing.rules import WHOLE_DAY


@dataclass(frozen=True, slots=True)
class Hours:
    """One stretch of being open, with the moments at which it begins and ends."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Pattern:
    """The same hours on one day of the week, between two days; minutes beyond 1440 are tomorrow."""

    zone: str
    weekday: int
    opens: int
    closes: int
    first: date
    last: date


def open_at(schedules: Iterable[Mapping[str, Any]], now: datetime, zone: str) -> bool:
    """Is any of these open at this moment? The zone is for schedules that name none."""
    return current(schedules, now, zone) is not None


def current(schedules: Iterable[Mapping[str, Any]], now: datetime, zone: str) -> Hours | None:
    """The hours that hold at this moment, those that last longest."""
    found = [
        hours
        for row in schedules
        for back in (1, 0)
        for hours in _on_local_day(row, now, zone, -back)
        if hours.opens <= now < hours.closes
    ]
    return max(found, key=lambda hours: hours.closes, default=None)


def on(schedules: Iterable[Mapping[str, Any]], now: datetime, zone: str) -> tuple[Hours, ...]:
    """The hours that begin on the day it is there, in order, each once."""
    found = {hours for row in schedules for hours in _on_local_day(row, now, zone, 0)}
    return tuple(sorted(found, key=lambda hours: (hours.opens, hours.closes)))


def patterns(row: Mapping[str, Any], zone: str, since: date, until: date) -> tuple[Pattern, ...]:
    """A schedule as rows a database compares with a clock: by weekday, or else day by day."""
    rule = rules.read(row, zone)
    if rule is None:
        return ()
    if rules.is_plain_week(row):
        return tuple(
            Pattern(rule.zone, number, rule.opens, rule.closes, rule.first, rule.last)
            for number in rules.weekdays(row)
        )
    return tuple(
        Pattern(rule.zone, day.weekday(), rule.opens, rule.closes, day, day)
        for day in rules.days(rule, max(since, rule.first), min(until, rule.last))
    )


def zone_of(name: str) -> tzinfo:
    """The clock a pattern is read by."""
    if name.startswith("UTC") and name != "UTC":
        apart = timedelta(hours=int(name[4:6]), minutes=int(name[7:9]))
        return timezone(-apart if name[3] == "-" else apart)
    return ZoneInfo(name)


def _on_local_day(
    row: Mapping[str, Any], now: datetime, zone: str, shift: int
) -> tuple[Hours, ...]:
    rule = rules.read(row, zone)
    if rule is None:
        return ()
    wall = zone_of(rule.zone)
    day = now.astimezone(wall).date() + timedelta(days=shift)
    if not rule.first <= day <= rule.last or day not in rules.days(rule, day, day):
        return ()
    return (Hours(_moment(day, rule.opens, wall), _moment(day, rule.closes, wall)),)


def _moment(day: date, minutes: int, wall: tzinfo) -> datetime:
    # Wall time and then the zone: on the day the clocks change, nine o'clock is nine o'clock.
    beyond, minutes = divmod(minutes, WHOLE_DAY)
    local = datetime.combine(day + timedelta(days=beyond), time(minutes // 60, minutes % 60))
    return local.replace(tzinfo=wall).astimezone(UTC)
