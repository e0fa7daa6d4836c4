"""The mark on every sheet, and days and hours as a paper says them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time

from server.papers.forms import Mark

_LOCALE: Final = "en_GB"


def said_day(day: date | None) -> str:
    """A day as people say it: 14 March 2026."""
    return format_date(day, "d MMMM y", locale=_LOCALE) if day else ""


def said_moment(at: datetime, mark: Mark) -> str:
    """A day with its hour: Thursday 12 March 2026, 12:00."""
    zone = ZoneInfo(mark.timezone)
    return format_datetime(at, "EEEE d MMMM y, HH:mm", tzinfo=zone, locale=_LOCALE)


def said_hour(at: datetime, mark: Mark) -> str:
    """An hour on the coalition's wall: 12:15."""
    return format_time(at, "HH:mm", tzinfo=ZoneInfo(mark.timezone), locale=_LOCALE)


def lines_of(mark: Mark) -> Mapping[str, str]:
    """What the mark says, line by line, as every paper and sheet carries it."""
    return {
        "restricted": mark.restricted,
        "made": f"Made for {mark.made_for} by {mark.made_by}, {said_moment(mark.made_at, mark)}.",
        "until": _until(mark),
        "never_told": mark.never_told,
    }


def _until(mark: Mark) -> str:
    if mark.until is None:
        return "Nothing here rests on a consent. Destroy this paper when the work is done."
    return f"To be destroyed after {said_day(mark.until)}, or as soon as a consent is withdrawn."
