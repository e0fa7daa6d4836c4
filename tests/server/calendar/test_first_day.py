"""The day from which a series is counted: every second week, month or year, and none before it."""

from dataclasses import replace
from datetime import date

import pytest

from server.calendar.meetings import NoSuchRule, check, upcoming
from tests.server.calendar.agreed import DAILY, DORSET, LONDON, closed, london

# Counted by hand on a calendar from the first day, as RFC 5545 counts from DTSTART (3.3.10).
COUNTED = [
    pytest.param("WEEKLY;INTERVAL=2;BYDAY=TU", None, [(1, 12), (1, 26), (2, 9)], id="as ever"),
    pytest.param(
        "WEEKLY;INTERVAL=2;BYDAY=TU", (2027, 1, 12), [(1, 12), (1, 26), (2, 9)], id="the same week"
    ),
    pytest.param(
        "WEEKLY;INTERVAL=2;BYDAY=TU", (2027, 1, 5), [(1, 5), (1, 19), (2, 2)], id="the other week"
    ),
    pytest.param(
        "WEEKLY;INTERVAL=2;BYDAY=TU", (2024, 1, 9), [(1, 5), (1, 19), (2, 2)], id="from years ago"
    ),
    pytest.param(
        "WEEKLY;INTERVAL=2;BYDAY=MO,FR",
        (2027, 1, 15),
        [(1, 15), (1, 25), (1, 29)],
        id="a Friday: its own week counts, its Monday is past",
    ),
    pytest.param(
        "WEEKLY;INTERVAL=2", (2027, 1, 14), [(1, 14), (1, 28), (2, 11)], id="its own weekday"
    ),
    pytest.param(
        "WEEKLY;INTERVAL=3;BYDAY=WE", (2027, 1, 13), [(1, 13), (2, 3), (2, 24)], id="every third"
    ),
    pytest.param(
        "DAILY;INTERVAL=2", (2027, 1, 6), [(1, 6), (1, 8), (1, 10)], id="every second day"
    ),
    pytest.param(
        "MONTHLY;INTERVAL=2;BYDAY=4WE",
        (2026, 12, 23),
        [(2, 24), (4, 28), (6, 23)],
        id="every second month, even ones",
    ),
    pytest.param(
        "MONTHLY;INTERVAL=3;BYDAY=2TU", (2027, 1, 12), [(1, 12), (4, 13), (7, 13)], id="quarters"
    ),
    pytest.param(
        "MONTHLY;BYDAY=1TU", (2027, 3, 2), [(3, 2), (4, 6), (5, 4)], id="none before March"
    ),
    pytest.param("WEEKLY;BYDAY=TU;COUNT=2", (2027, 1, 12), [(1, 12), (1, 19)], id="two in all"),
]


@pytest.mark.parametrize(("rule", "first", "days"), COUNTED)
def test_intervals_are_counted_from_the_first_day(rule: str, first, days: list[tuple[int, int]]):
    begins = date(*first) if first else None
    row = replace(DAILY, rrule=f"FREQ={rule}", holidays="", first=begins)

    found = upcoming(row, london(2027, 1, 1), "Europe/London", count=3)

    told = [one.starts_at.astimezone(LONDON) for one in found]
    assert [(at.month, at.day) for at in told] == days
    assert {(at.year, at.hour) for at in told} == {(2027, 12)}


@pytest.mark.parametrize(
    ("rule", "first", "years"),
    [
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=3;BYDAY=2TU", date(2027, 3, 9), [2027, 2029]),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=3;BYDAY=2TU", date(2026, 3, 10), [2028]),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=2TU", date(2028, 3, 14), [2028, 2029]),
    ],
)
def test_years_are_counted_from_the_first_day(rule: str, first: date, years: list[int]):
    row = replace(DAILY, rrule=rule, holidays="", first=first)

    found = upcoming(row, london(2027, 1, 1), "Europe/London", count=3)

    assert [one.starts_at.year for one in found] == years


@pytest.mark.parametrize(
    ("moved", "held"),
    [
        ("next_meeting", [(1, 26), (2, 9)]),
        ("next_working_day", [(1, 13), (1, 26)]),
        ("previous_working_day", [(1, 11), (1, 26)]),
    ],
)
def test_a_first_day_on_which_none_is_held_moves_as_any_other_and_still_counts(
    moved: str, held: list[tuple[int, int]]
):
    row = replace(
        closed(date(2027, 1, 12)),
        rrule="FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        moved=moved,
        first=date(2027, 1, 12),
    )

    found = upcoming(row, london(2026, 12, 1), "Europe/London", count=2)

    assert [(one.starts_at.month, one.starts_at.day) for one in found] == held


@pytest.mark.parametrize(
    ("rule", "first", "sentence"),
    [
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", date(2027, 1, 13), "2027-01-13, is none that"),
        ("FREQ=MONTHLY;BYDAY=4WE", date(2027, 1, 20), "2027-01-20, is none that"),
        ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20261231", date(2027, 1, 12), "names no day at all"),
    ],
)
def test_a_first_day_that_is_none_of_the_series_is_refused(rule: str, first: date, sentence: str):
    pack = replace(DORSET, meetings={"daily": replace(DAILY, rrule=rule, first=first)})

    with pytest.raises(NoSuchRule, match=sentence):
        check(pack)


@pytest.mark.parametrize("first", [date(2000, 1, 4), date(2027, 1, 12), date(2099, 12, 29)])
def test_a_first_day_of_the_series_is_taken_in_long_before_and_long_after_it(first: date):
    row = replace(DAILY, rrule="FREQ=WEEKLY;BYDAY=TU;COUNT=1", holidays="", first=first)

    check(replace(DORSET, meetings={"daily": row}))
