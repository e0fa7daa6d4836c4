"""When a place is open: weeks, months, nights, the days on which clocks change, and bad rows."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from server.listing import opening

LONDON, CHICAGO = "Europe/London", "America/Chicago"
WEEK = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "17:00"}
NIGHT = {"freq": "WEEKLY", "byday": "FR", "opens_at": "20:00", "closes_at": "06:00"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "moment", "expected"),
    [
        (WEEK, "2026-11-23T09:00", True),  # a Monday
        (WEEK, "2026-11-23T08:59", False),
        (WEEK, "2026-11-23T17:00", False),
        (WEEK, "2026-11-22T12:00", False),  # a Sunday
        ({**WEEK, "valid_to": "2026-11-22"}, "2026-11-23T12:00", False),
        ({**WEEK, "until": "2026-11-23"}, "2026-11-23T12:00", True),
        ({**WEEK, "valid_from": "2026-11-24"}, "2026-11-23T12:00", False),
        (NIGHT, "2026-11-27T23:00", True),
        (NIGHT, "2026-11-28T05:59", True),  # Saturday, of Friday's night
        (NIGHT, "2026-11-28T06:00", False),
        (NIGHT, "2026-11-28T21:00", False),
        ({**WEEK, "opens_at": "00:00", "closes_at": "00:00"}, "2026-11-23T23:59", True),
        ({**WEEK, "opens_at": "9:00 am", "closes_at": "5 pm"}, "2026-11-23T16:59", True),
        ({**WEEK, "timezone": -6}, "2026-11-23T14:59", False),
        ({**WEEK, "timezone": -6}, "2026-11-23T15:00", True),
        ({**WEEK, "timezone": 5.5}, "2026-11-23T03:30", True),
        ({**WEEK, "timezone": "America/Chicago"}, "2026-11-23T15:00", True),
        ({**WEEK, "opens_at": "09:00-06:00"}, "2026-11-23T15:00", True),
        ({**WEEK, "interval": 2, "dtstart": "2026-11-23"}, "2026-11-23T12:00", True),
        ({**WEEK, "interval": 2, "dtstart": "2026-11-23"}, "2026-11-30T12:00", False),
        ({**WEEK, "interval": 2}, "2026-11-23T12:00", False),  # nobody said which weeks
        ({**WEEK, "count": 1, "dtstart": "2026-11-23"}, "2026-11-23T12:00", True),
        ({**WEEK, "count": 1, "dtstart": "2026-11-23"}, "2026-11-24T12:00", False),
        ({**WEEK, "freq": "MONTHLY", "byday": "4MO"}, "2026-11-23T12:00", True),
        ({**WEEK, "freq": "MONTHLY", "byday": "-1MO"}, "2026-11-23T12:00", False),
        ({**WEEK, "freq": "MONTHLY", "byday": "", "bymonthday": "23"}, "2026-11-23T12:00", True),
        ({**WEEK, "freq": None}, "2026-11-23T12:00", True),
        ({**WEEK, "freq": None, "byday": None}, "2026-11-23T12:00", False),
        ({**WEEK, "freq": "SOMETIMES"}, "2026-11-23T12:00", False),
        ({**WEEK, "closes_at": ""}, "2026-11-23T12:00", False),
        ({**WEEK, "timezone": "Nowhere/Land"}, "2026-11-23T12:00", False),
        ({**WEEK, "timezone": 99}, "2026-11-23T12:00", False),
        ({}, "2026-11-23T12:00", False),
    ],
)
def test_a_schedule_is_kept(row: dict[str, Any], moment: str, expected: bool) -> None:
    assert opening.open_at([row], at(moment), LONDON) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-28T23:30", True),  # the night on which London's clocks go forward
        ("2026-03-29T04:59", True),  # 05:59 by the wall
        ("2026-03-29T05:00", False),
    ],
)
def test_a_night_in_which_clocks_change_ends_by_the_clock_on_the_wall(
    moment: str, expected: bool
) -> None:
    saturday = {**NIGHT, "byday": "SA"}

    assert opening.open_at([saturday], at(moment), LONDON) is expected


def test_nine_is_nine_before_and_after_the_clocks_change() -> None:
    for moment in ("2026-10-23T14:00", "2026-11-06T15:00"):
        assert opening.open_at([WEEK], at(moment), CHICAGO)
    assert not opening.open_at([WEEK], at("2026-11-06T14:30"), CHICAGO)


def test_today_is_said_in_order_and_now_is_what_lasts_longest() -> None:
    day = {**WEEK, "opens_at": "13:00", "closes_at": "20:00"}

    said = opening.at([day, WEEK, WEEK], at("2026-11-23T14:00"), LONDON)

    assert [hours.opens.hour for hours in said.today] == [9, 13]
    assert said.now is not None
    assert said.now.closes.hour == 20
    assert said.known


@pytest.mark.parametrize(
    "row",
    [WEEK, NIGHT, {**WEEK, "interval": 2, "dtstart": "2026-11-23"}, {**WEEK, "timezone": -6}],
    ids=["week", "night", "second week", "offset"],
)
def test_rows_for_the_database_say_what_the_schedule_says(row: dict[str, Any]) -> None:
    rows = opening.patterns(row, LONDON, date(2026, 11, 20), date(2026, 12, 20))

    for day in range(23, 30):
        for hour in range(24):
            moment = datetime(2026, 11, day, hour, 30, tzinfo=UTC)
            by_rows = any(_holds(one, moment) for one in rows)
            assert by_rows is opening.open_at([row], moment, LONDON), moment


def _holds(one: opening.Pattern, moment: datetime) -> bool:
    local = moment.astimezone(opening.zone_of(one.zone))
    minute, today = local.hour * 60 + local.minute, local.date().toordinal()
    return any(
        one.days & (1 << date.fromordinal(day).weekday())
        and one.opens <= at < one.closes
        and one.first.toordinal() <= day <= one.last.toordinal()
        for day, at in ((today, minute), (today - 1, minute + 1440))
    )
