"""Schedules that no calendar holds: they say nothing, and keep nobody waiting."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from server.listing import facts, opening

WEEK = {"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"}
SINCE, UNTIL = date(2026, 11, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    "written",
    [
        {"byweekno": "1000000000000000000000000000000"},
        {"byyearday": "-367"},
        {"freq": "DAILY", "bymonthday": "31", "byyearday": "1"},  # no year has such a day
        {"freq": "DAILY", "byday": "", "dtstart": "0001-01-01"},
        {"interval": "1e400", "timezone": "1e400"},
        {"timezone": "inf"},
    ],
)
def test_a_rule_nobody_could_keep_says_nothing(written: dict[str, Any]) -> None:
    row = {**WEEK, **written}

    assert not opening.open_at([row], datetime(2026, 11, 23, 12, tzinfo=UTC), "Europe/London")
    assert opening.patterns(row, "Europe/London", SINCE, UNTIL) == ()


def test_beds_said_to_be_free_at_the_end_of_the_calendar_are_not_free_now() -> None:
    row = {"available": 3, "updated": "9999-12-31T23:59:59Z"}

    assert facts._free_until(row) == 0
