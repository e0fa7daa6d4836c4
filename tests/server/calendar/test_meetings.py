"""When meetings are held: the missing Wednesday, bank holidays, and both nights of changed clocks.

The days are those of the Dorset HRDA operating protocol (stages 2 to 4), of the public holidays
of England (Banking and Financial Dealings Act 1971, as the holidays library keeps them) and of
summer time in the United Kingdom and the United States.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from server.calendar.days import UnknownHolidays
from server.calendar.meetings import NoSuchRule, check, upcoming
from tests.server.calendar.agreed import (
    CHICAGO,
    DAILY,
    DORSET,
    LONDON,
    PLUS,
    TEXAS,
    closed,
    london,
)

NEXT = [
    ("a Monday evening: Tuesday", london(2026, 3, 9, 18), london(2026, 3, 10, 12)),
    (
        "no Wednesday: a Tuesday is Thursday",
        london(2026, 3, 10, 15),
        london(2026, 3, 12, 12),
    ),
    ("no Wednesday: Wednesday is Thursday", london(2026, 3, 11, 9), london(2026, 3, 12, 12)),
    ("Friday after noon is Monday", london(2026, 3, 13, 15), london(2026, 3, 16, 12)),
    ("Friday before noon is still Friday", london(2026, 3, 13, 11), london(2026, 3, 13, 12)),
    ("one that begins now has begun", london(2026, 3, 13, 12), london(2026, 3, 16, 12)),
    ("Good Friday and Easter Monday 2026: Tuesday", london(2026, 4, 2, 13), london(2026, 4, 7, 12)),
    (
        "Christmas 2026, in lieu on the 28th",
        london(2026, 12, 24, 13),
        london(2026, 12, 29, 12),
    ),
    ("New Year's Day 2027, a Friday: Monday", london(2026, 12, 31, 13), london(2027, 1, 4, 12)),
    ("early May bank holiday 2026: Tuesday", london(2026, 5, 1, 13), london(2026, 5, 5, 12)),
]


@pytest.mark.parametrize(("after", "held"), [row[1:] for row in NEXT], ids=[row[0] for row in NEXT])
def test_the_daily_meeting_of_dorset_is_held_next_on(after: datetime, held: datetime):
    (found,) = upcoming(DAILY, after, "Europe/London")

    assert found.starts_at == held
    assert found.moved_from is None


FOURTH_WEDNESDAYS = [(1, 28), (2, 25), (3, 25), (4, 22), (5, 27), (6, 24), (7, 22), (8, 26)]


def test_the_monthly_meeting_of_dorset_is_the_fourth_wednesday_at_nine_all_year():
    """Dorset HRDA operating protocol, stage 4: the fourth Wednesday of every month at 9am."""
    found = upcoming(PLUS, london(2026, 1, 1), "Europe/London", count=8)

    told = [one.starts_at.astimezone(LONDON) for one in found]
    assert [(at.month, at.day) for at in told] == FOURTH_WEDNESDAYS
    assert {at.time() for at in told} == {time(9)}


@pytest.mark.parametrize(
    ("before", "offset"),
    [
        pytest.param(london(2026, 3, 27, 13), timedelta(hours=1), id="after 29 March 2026, summer"),
        pytest.param(london(2026, 10, 23, 13), timedelta(0), id="after 25 October 2026, winter"),
    ],
)
def test_noon_is_noon_on_the_wall_on_both_sides_of_a_changed_clock(before, offset: timedelta):
    (found,) = upcoming(DAILY, before, "Europe/London")

    assert found.starts_at.astimezone(LONDON).time() == time(12)
    assert found.starts_at.utcoffset() == offset


@pytest.mark.parametrize(
    ("day", "in_utc"),
    [
        pytest.param(date(2026, 3, 29), (1, 30), id="an hour that is skipped: the one after it"),
        pytest.param(date(2026, 10, 25), (0, 30), id="an hour that comes twice: the first"),
    ],
)
def test_a_meeting_in_the_night_of_a_changed_clock_is_held_once(day: date, in_utc: tuple[int, int]):
    nightly = replace(DAILY, rrule="FREQ=DAILY", at=time(1, 30), holidays="")

    first, second = upcoming(nightly, london(day.year, day.month, day.day), "Europe/London", 2)

    told = first.starts_at.astimezone(UTC)
    assert (told.date(), told.hour, told.minute) == (day, *in_utc)
    assert second.starts_at.astimezone(LONDON).date() == day + timedelta(days=1)


MOVED = [
    ("next_meeting", date(2026, 4, 13), None),  # Easter Monday is passed over
    ("next_working_day", date(2026, 4, 7), date(2026, 4, 6)),
    ("previous_working_day", date(2026, 4, 2), date(2026, 4, 6)),  # over Good Friday too
]


@pytest.mark.parametrize(("moved", "held", "moved_from"), MOVED)
def test_a_meeting_on_a_bank_holiday_goes_where_the_protocol_says(
    moved: str, held: date, moved_from: date | None
):
    """Easter Monday, 6 April 2026: the public holidays of England."""
    mondays = replace(DAILY, rrule="FREQ=WEEKLY;BYDAY=MO", moved=moved)

    (found,) = upcoming(mondays, london(2026, 3, 30, 13), "Europe/London")

    assert (found.starts_at.date(), found.moved_from) == (held, moved_from)


def test_a_meeting_moved_onto_the_day_of_another_is_one_meeting():
    """Good Friday 2026 moved to the next working day is the Tuesday that has a meeting anyway."""
    found = upcoming(
        replace(DAILY, moved="next_working_day"), london(2026, 4, 1), "Europe/London", count=3
    )

    assert [one.starts_at.day for one in found] == [2, 7, 9]
    assert [one.moved_from for one in found] == [None, None, None]


def test_days_left_out_by_the_protocol_and_days_called_off_are_passed_over():
    row = closed(date(2026, 3, 12))

    found = upcoming(
        row, london(2026, 3, 10, 15), "Europe/London", count=2, cancelled={date(2026, 3, 13)}
    )

    assert [one.starts_at.day for one in found] == [16, 17]


def test_a_moved_meeting_keeps_away_from_days_left_out_by_the_protocol():
    row = replace(closed(date(2026, 4, 7)), rrule="FREQ=WEEKLY;BYDAY=MO", moved="next_working_day")

    (found,) = upcoming(row, london(2026, 3, 30, 13), "Europe/London")

    assert found.starts_at.date() == date(2026, 4, 8)


def test_every_second_week_is_the_same_week_whenever_it_is_asked():
    row = replace(DAILY, rrule="FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", holidays="")

    (first,) = upcoming(row, london(2026, 3, 3, 13), "Europe/London")
    (again,) = upcoming(row, london(2026, 3, 9, 13), "Europe/London")

    assert first == again


TEXAN = [
    ("the second Thursday at ten", (2026, 3, 1), (2026, 3, 12), None),
    ("in winter time again", (2026, 11, 1, 13), (2026, 11, 12), None),
    ("Lyndon B. Johnson Day is another Thursday", (2026, 8, 1), (2026, 8, 13), None),
]


@pytest.mark.parametrize(
    ("after", "held", "moved_from"), [row[1:] for row in TEXAN], ids=[row[0] for row in TEXAN]
)
def test_a_texan_team_meets_once_a_month(after, held, moved_from):
    (found,) = upcoming(TEXAS, datetime(*after, tzinfo=CHICAGO), "America/Chicago")

    told = found.starts_at.astimezone(CHICAGO)
    assert (told.year, told.month, told.day) == held
    assert told.time() == time(10)
    assert found.moved_from == moved_from


def test_a_texan_team_that_would_meet_on_thanksgiving_meets_on_the_next_working_day():
    """Texas Government Code 662.003: the fourth Thursday of November, and the Friday after it."""
    row = replace(TEXAS, rrule="FREQ=MONTHLY;BYDAY=4TH")

    (found,) = upcoming(row, datetime(2026, 11, 1, tzinfo=CHICAGO), "America/Chicago")

    assert found.starts_at.date() == date(2026, 11, 30)
    assert found.moved_from == date(2026, 11, 26)


def test_a_series_that_has_ended_has_no_next_meeting():
    row = replace(DAILY, rrule="FREQ=WEEKLY;BYDAY=MO;UNTIL=20251231")

    assert upcoming(row, london(2026, 1, 1), "Europe/London", count=3) == []


UNREADABLE = [
    "FREQ=BANANA",
    "BYDAY=MO",
    "FREQ=WEEKLY;BYDAY=XX",
    "FREQ=SECONDLY",
    "FREQ=WEEKLY;INTERVAL=0",
    "FREQ=WEEKLY;INTERVAL=99999999999",
    "FREQ=MONTHLY;BYSETPOS=0;BYDAY=MO",
    "FREQ=YEARLY;BYMONTH=13",
]


@pytest.mark.parametrize("rule", UNREADABLE)
def test_a_rule_that_names_no_day_is_refused_when_a_protocol_is_taken_in(rule: str):
    pack = replace(DORSET, meetings={"daily": replace(DAILY, rrule=rule)})

    with pytest.raises(NoSuchRule, match="HRDA meeting"):
        check(pack)


def test_holidays_of_a_place_nobody_knows_are_refused_when_a_protocol_is_taken_in():
    pack = replace(DORSET, meetings={"daily": replace(DAILY, holidays="GB-XYZ")})

    with pytest.raises(UnknownHolidays, match="GB-XYZ"):
        check(pack)


def test_every_meeting_of_dorset_can_be_read():
    check(DORSET)
