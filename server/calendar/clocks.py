"""Clocks: by when something is due, once it began, as the coalition agreed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tiers.pack_clocks import ClockRow

from server.calendar.days import add_working_days, is_working
from server.calendar.meetings import on_the_wall
from tiers.protocol import Protocol

_END_OF_DAY = time(23, 59, 59)


def due(row: ClockRow, event: datetime, pack: Protocol) -> datetime:
    """The last moment that is in time, for what this event set going."""
    zone = ZoneInfo(pack.timezone)
    began = event.astimezone(zone)
    if row.within is None:
        return on_the_wall(_same_day(row, began, pack), row.by or _END_OF_DAY, zone)
    number, unit = row.within
    if unit == "hours":
        # 24 hours are elapsed time, also over a night in which the clock changes.
        return (event.astimezone(UTC) + timedelta(hours=number)).astimezone(zone)
    return on_the_wall(_day(number, unit, began.date(), pack), row.by or _END_OF_DAY, zone)


def _same_day(row: ClockRow, began: datetime, pack: Protocol) -> date:
    """The day itself; the next working one after the cut-off, or when nobody works."""
    day = began.date()
    late = row.by is not None and began.time() > row.by
    if row.late == "next_working_day" and (late or not is_working(day, pack)):
        return add_working_days(day, 1, pack)
    return day


def _day(number: int, unit: str, since: date, pack: Protocol) -> date:
    if unit == "working_days":
        return add_working_days(since, number, pack)
    return since + timedelta(days=number * (7 if unit == "weeks" else 1))
