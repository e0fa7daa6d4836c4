"""When a place is open: by the schedules of HSDS, each on the clock that hangs on its wall."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from server.listing import rules
from server.listing.rules import WHOLE_DAY, Rule


@dataclass(frozen=True, slots=True)
class Hours:
    """One stretch of being open, with the moments at which it begins and ends."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Pattern:
    """The same hours on some days of the week, between two days; beyond 1440 is tomorrow."""

    zone: str
    days: int  # a bit for each day, Monday's the lowest
    opens: int
    closes: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Day:
    """How some schedules stand at a moment: what holds now, what begins today, if they say."""

    known: bool = False
    now: Hours | None = None
    today: tuple[Hours, ...] = ()


def at(schedules: Iterable[Mapping[str, Any]], now: datetime, zone: str) -> Day:
    """How these stand at this moment. The zone is for schedules that name none."""
    read = [rule for row in schedules if (rule := rules.read(row, zone))]
    today = {hours for rule in read for hours in _on(rule, now, 0)}
    # A night that began yesterday may still go on.
    begun = today | {hours for rule in read for hours in _on(rule, now, -1)}
    held = [hours for hours in begun if hours.opens <= now < hours.closes]
    return Day(
        known=bool(read),
        now=max(held, key=lambda hours: hours.closes, default=None),
        today=tuple(sorted(today, key=lambda hours: (hours.opens, hours.closes))),
    )


def open_at(schedules: Iterable[Mapping[str, Any]], now: datetime, zone: str) -> bool:
    """Is any of these open at this moment?"""
    return at(schedules, now, zone).now is not None


def patterns(row: Mapping[str, Any], zone: str, since: date, until: date) -> tuple[Pattern, ...]:
    """A schedule as rows a database compares with a clock: by weekday, or else day by day."""
    rule = rules.read(row, zone)
    if rule is None:
        return ()
    if rules.is_plain_week(row):
        days = sum(1 << number for number in rules.weekdays(row))
        return (Pattern(rule.zone, days, rule.opens, rule.closes, rule.first, rule.last),)
    return tuple(
        Pattern(rule.zone, 1 << day.weekday(), rule.opens, rule.closes, day, day)
        for day in rules.days(rule, max(since, rule.first), min(until, rule.last))
    )


def zone_of(name: str) -> tzinfo:
    """The clock a pattern is read by."""
    if name.startswith("UTC") and name != "UTC":
        apart = timedelta(hours=int(name[4:6]), minutes=int(name[7:9]))
        return timezone(-apart if name[3] == "-" else apart)
    return ZoneInfo(name)


def _on(rule: Rule, now: datetime, shift: int) -> tuple[Hours, ...]:
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
