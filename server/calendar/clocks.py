"""Clocks: by when something is due, once it began, as the coalition agreed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.calendar.days import add_working_days, is_working
from server.calendar.meetings import on_the_wall
from tiers.pack_clocks import ClockRow
from tiers.protocol import Protocol

_END_OF_DAY = time(23, 59, 59)


def due(row: ClockRow, event: datetime, pack: Protocol) -> datetime:
    """The last moment that is in time, for what this event set going."""
    zone = ZoneInfo(pack.timezone)
    began = event.astimezone(zone)
    if row.within is None:
        return _by_the_hour(row, began, pack)
    number, unit = row.within
    if unit == "hours":
        # 24 hours are elapsed time, also over a night in which the clock changes.
        return (event.astimezone(UTC) + timedelta(hours=number)).astimezone(zone)
    return on_the_wall(_day(number, unit, began.date(), pack), row.by or _END_OF_DAY, zone)


def _by_the_hour(row: ClockRow, began: datetime, pack: Protocol) -> datetime:
    """That hour of the day itself; after it, as the pack says, the next working day or at once."""
    day, by, zone = began.date(), row.by or _END_OF_DAY, ZoneInfo(pack.timezone)
    late = began.time() > by
    if row.late == "next_working_day" and (late or not is_working(day, pack)):
        return on_the_wall(add_working_days(day, 1, pack), by, zone)
    return on_the_wall(day, _END_OF_DAY if late else by, zone)


def _day(number: int, unit: str, since: date, pack: Protocol) -> date:
    if unit == "working_days":
        return add_working_days(since, number, pack)
    return since + timedelta(days=number * (7 if unit == "weeks" else 1))
