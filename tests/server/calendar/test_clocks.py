"""By when things are due: cut-offs, elapsed hours, working days, weeks.

Sources: the Dorset HRDA operating protocol, stage 2 (requests by 2pm that day; of a later
referral it says nothing, so the pack does), stage 3 (three weeks), appendix 1 (within 24 hours,
and within one working day, which are not the same).
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from server.calendar.clocks import due
from server.calendar.days import add_working_days, is_working, next_worked
from server.calendar.meetings import upcoming
from tests.server.calendar.agreed import (
    ACTIONS_DONE,
    CHICAGO,
    DAILY,
    DORSET,
    HIGH_RISK_TEAM,
    LONDON,
    REQUEST_OUT,
    clock,
    london,
)

REQUESTS = [
    ("in time on a Tuesday: that day", london(2026, 3, 10, 10), london(2026, 3, 10, 14)),
    ("at the very minute is in time", london(2026, 3, 10, 14), london(2026, 3, 10, 14)),
    ("after it: the next working day", london(2026, 3, 10, 14, 1), london(2026, 3, 11, 14)),
    ("late on a Friday: Monday", london(2026, 3, 13, 15), london(2026, 3, 16, 14)),
    ("on a Saturday: Monday", london(2026, 3, 14, 10), london(2026, 3, 16, 14)),
    ("late before Easter 2026: Tuesday", london(2026, 4, 2, 15), london(2026, 4, 7, 14)),
    ("on Good Friday 2026: Tuesday", london(2026, 4, 3, 9), london(2026, 4, 7, 14)),
    ("late on Christmas Eve 2026: the 29th", london(2026, 12, 24, 15), london(2026, 12, 29, 14)),
]


@pytest.mark.parametrize(
    ("came", "by"), [row[1:] for row in REQUESTS], ids=[row[0] for row in REQUESTS]
)
def test_requests_go_out_by_two_o_clock(came: datetime, by: datetime):
    assert due(REQUEST_OUT, came, DORSET) == by


def test_a_coalition_may_ask_the_same_day_however_late_it_is():
    """Dorset says nothing of a later referral: same_day is the other reading, in the same row."""
    at_once = replace(REQUEST_OUT, late="same_day")

    assert due(at_once, london(2026, 3, 13, 15), DORSET) == london(2026, 3, 13, 23, 59, 59)
    assert due(at_once, london(2026, 3, 13, 9), DORSET) == london(2026, 3, 13, 14)


HEARD = [
    ("a Monday morning is heard on Tuesday", london(2026, 3, 9, 10), date(2026, 3, 10)),
    ("a Tuesday morning on Thursday", london(2026, 3, 10, 10), date(2026, 3, 12)),
    ("a Tuesday after the cut-off on Thursday", london(2026, 3, 10, 15), date(2026, 3, 12)),
    ("a Thursday morning on Friday", london(2026, 3, 12, 10), date(2026, 3, 13)),
    ("a Friday morning on Monday", london(2026, 3, 13, 10), date(2026, 3, 16)),
    ("a Friday after the cut-off on Tuesday", london(2026, 3, 13, 15), date(2026, 3, 17)),
    ("a Wednesday morning on Thursday", london(2026, 3, 11, 10), date(2026, 3, 12)),
    ("before Easter 2026 on the Tuesday after", london(2026, 4, 2, 10), date(2026, 4, 7)),
]


@pytest.mark.parametrize(("came", "heard"), [row[1:] for row in HEARD], ids=[r[0] for r in HEARD])
def test_a_referral_is_heard_at_the_first_meeting_after_its_requests(came: datetime, heard: date):
    """Dorset, stage 2: agencies prepare for the meeting on the next day; there is no Wednesday."""
    asked = due(REQUEST_OUT, came, DORSET)

    (found,) = upcoming(DAILY, asked, "Europe/London")

    assert found.starts_at.date() == heard


def test_actions_are_due_at_the_end_of_the_day_three_weeks_after_the_hearing():
    """Dorset, stage 3: overdue on day 22."""
    heard = london(2026, 3, 12, 12)

    by = due(ACTIONS_DONE, heard, DORSET)

    assert by.date() == heard.date() + timedelta(days=21)
    assert by < london(2026, 4, 3) <= by + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("began", "by"),
    [
        pytest.param(london(2026, 3, 28, 12), london(2026, 3, 29, 13), id="a night of 23 hours"),
        pytest.param(london(2026, 10, 24, 12), london(2026, 10, 25, 11), id="a night of 25 hours"),
        pytest.param(london(2026, 3, 13, 12), london(2026, 3, 14, 12), id="over a weekend"),
    ],
)
def test_24_hours_are_elapsed_time(began: datetime, by: datetime):
    """Dorset, appendix 1: within 24 hours; nights of 29 March and 25 October 2026."""
    found = due(clock((24, "hours")), began, DORSET)

    assert found == by
    assert found.astimezone(UTC) - began.astimezone(UTC) == timedelta(hours=24)


@pytest.mark.parametrize(
    ("began", "day"),
    [
        pytest.param(london(2026, 3, 12, 16), date(2026, 3, 13), id="Thursday: Friday"),
        pytest.param(london(2026, 3, 13, 16), date(2026, 3, 16), id="Friday: Monday"),
        pytest.param(london(2026, 4, 2, 16), date(2026, 4, 7), id="Maundy Thursday 2026: Tuesday"),
        pytest.param(london(2026, 3, 28, 16), date(2026, 3, 30), id="the night of summer time"),
    ],
)
def test_one_working_day_is_not_24_hours(began: datetime, day: date):
    """Dorset, appendix 1: resolved within one working day."""
    found = due(clock((1, "working_days")), began, DORSET)

    assert found.astimezone(LONDON).date() == day
    assert found.astimezone(LONDON).time() == time(23, 59, 59)


def test_a_day_with_an_hour_is_due_at_that_hour():
    found = due(clock((1, "working_days"), by=time(10)), london(2026, 3, 13, 16), DORSET)

    assert found == london(2026, 3, 16, 10)


def test_days_are_counted_on_the_wall_over_a_changed_clock():
    found = due(clock((7, "days"), by=time(9)), london(2026, 3, 27, 9), DORSET)

    assert found == london(2026, 4, 3, 9)


def test_an_event_told_in_utc_is_judged_by_the_wall_of_the_coalition():
    """13:30 UTC in summer is 14:30 in Dorset: after the cut-off."""
    came = datetime(2026, 6, 9, 13, 30, tzinfo=UTC)

    assert due(REQUEST_OUT, came, DORSET) == london(2026, 6, 10, 14)


def test_texas_keeps_its_own_holidays_and_its_own_wall():
    """Texas Government Code 662.003: Juneteenth, Friday 19 June 2026."""
    began = datetime(2026, 6, 18, 16, tzinfo=CHICAGO)

    found = due(clock((1, "working_days")), began, HIGH_RISK_TEAM)

    assert found.astimezone(CHICAGO).date() == date(2026, 6, 22)
    assert is_working(date(2026, 6, 19), DORSET)
    assert not is_working(date(2026, 6, 19), HIGH_RISK_TEAM)


def test_working_days_go_both_ways_over_weekends_and_holidays():
    assert add_working_days(date(2026, 4, 2), 2, DORSET) == date(2026, 4, 8)
    assert add_working_days(date(2026, 4, 2), 0, DORSET) == date(2026, 4, 2)
    assert next_worked(date(2026, 4, 7), {"GB-ENG"}, step=-1) == date(2026, 4, 2)
