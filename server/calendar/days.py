"""Days: which of them are worked in this coalition, and how to count them."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

import holidays

from server.node.errors import NodeError
from tiers.protocol import Protocol

_SATURDAY = 5
_FURTHEST = 400  # days looked through for one that is worked


class UnknownHolidays(NodeError):
    """The protocol names public holidays of a place that is not known. Write one such as GB-ENG."""

    exit_code = 6


def is_working(day: date, pack: Protocol) -> bool:
    """Is this a day on which the coalition's agencies work?"""
    return is_worked(day, _areas(pack))


def add_working_days(day: date, n: int, pack: Protocol) -> date:
    """The n-th working day after this day; the day itself is never counted."""
    areas = _areas(pack)
    for _ in range(n):
        day = next_worked(day, areas)
    return day


def is_worked(day: date, areas: Iterable[str]) -> bool:
    """Monday to Friday, and a public holiday in none of these places."""
    return day.weekday() < _SATURDAY and not any(is_holiday(day, area) for area in areas)


def next_worked(day: date, areas: Iterable[str], step: int = 1) -> date:
    """The first day after this one that is worked there; before it, with a step of -1."""
    places = tuple(areas)
    for away in range(1, _FURTHEST):
        found = day + timedelta(days=away * step)
        if is_worked(found, places):
            return found
    raise UnknownHolidays


def is_holiday(day: date, area: str) -> bool:
    """Is this a public holiday there? Nowhere ("") has none."""
    return bool(area) and day in _of_year(area, day.year)


@lru_cache(maxsize=64)
def _of_year(area: str, year: int) -> frozenset[date]:
    country, _, part = area.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError:
        raise UnknownHolidays(
            f"The protocol names the public holidays of {area}, which are not known here. "
            "Write a country and its part, such as GB-ENG or US-TX."
        ) from None


def _areas(pack: Protocol) -> frozenset[str]:
    """The places whose holidays the coalition keeps: those its meetings name."""
    return frozenset(row.holidays for row in pack.meetings.values())
