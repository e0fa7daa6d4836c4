"""Series of meetings and clocks in a pack: what is read, and what a slip is told."""

from datetime import date, time

import pytest

from tests.tiers.worlds import PACK_TEXT
from tiers.protocol import PackMistake, Protocol, read_pack

HEAD = 'id = "mine"\nversion = 1\ntitle = "Mine"\nparent = "four-tiers"\n'
SERIES = '[meetings.late]\ntitle = "Late"\nrrule = "FREQ=WEEKLY;BYDAY=MO"\nat = "17:30"\n'


def mine(text: str) -> Protocol:
    return read_pack(HEAD + text, "mine.toml", {"four-tiers": PACK_TEXT})


def refused(text: str) -> PackMistake:
    with pytest.raises(PackMistake) as caught:
        mine(text)
    return caught.value


def test_a_series_says_no_more_than_it_has_to():
    row = mine(SERIES).meetings["late"]

    assert (row.title, row.at, row.minutes, row.seat) == ("Late", time(17, 30), (12, 15), "meeting")
    assert (row.place, row.facilitators, row.must_attend) == ("", (), ())
    assert (row.closed, row.holidays, row.moved, row.first) == ((), "", "next_meeting", None)


def test_a_series_says_all_that_it_may():
    row = mine(
        f"{SERIES}minutes_each = [10, 10]\nseat = 'meeting'\nplace = 'Town hall'\n"
        "facilitators = ['police', 'police', 'partner']\nmust_attend = ['police', 'health']\n"
        "except = [2026-12-24, 2026-12-31]\nholidays = 'CA-NS'\nmoved = 'previous_working_day'\n"
        "first = 2026-09-07\n"
    ).meetings["late"]

    assert (row.minutes, row.place) == ((10, 10), "Town hall")
    assert row.facilitators == ("police", "police", "partner")
    assert row.must_attend == ("police", "health")
    assert row.closed == (date(2026, 12, 24), date(2026, 12, 31))
    assert (row.holidays, row.moved) == ("CA-NS", "previous_working_day")
    assert row.first == date(2026, 9, 7)


def test_a_child_changes_one_thing_of_a_series_and_keeps_the_rest():
    row = mine('[meetings.team]\nat = "09:15"\n').meetings["team"]

    assert row.at == time(9, 15)
    assert row.rrule == "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("FREQ=WEEKLY;BYDAY=MO", "BYDAY=MO", "a calendar rule such as"),
        ("FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;FREQ=DAILY", "a calendar rule such as"),
        ("FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;BYEASTER=1", "a calendar rule such as"),
        ("FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;BYDAY=MO\\nX:1", "a calendar rule such as"),
        ("FREQ=WEEKLY;BYDAY=MO", "every Monday", "a calendar rule such as"),
        ('at = "17:30"', 'at = "25:30"', "a time of day such as"),
        ('at = "17:30"', 'at = "5:30"', "a time of day such as"),
        ('at = "17:30"', "at = 17:30:00", "a time of day such as"),
        ('title = "Late"', 'caption = "Late"', "not known here"),
        ('title = "Late"', "", "between quotation marks"),
    ],
)
def test_a_slip_in_a_series_is_named_with_its_line(old: str, new: str, sentence: str):
    assert old in SERIES

    mistake = refused(SERIES.replace(old, new))

    assert sentence in str(mistake)
    assert 5 <= mistake.line <= 8


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("minutes_each = [15, 12]", "such as [12, 15]"),
        ("minutes_each = [15]", "such as [12, 15]"),
        ("minutes_each = [0, 15]", "from 1 to 240"),
        ("seat = 'front'", "“front” is not known here"),
        ("facilitators = ['polcie']", "Did you mean “police”"),
        ("must_attend = ['police', 'police']", "stands here twice"),
        ("must_attend = ['partner']", "“partner” is not known here"),
        ("except = ['2026-12-24']", "days without quotation marks"),
        ("except = 2026-12-24", "days without quotation marks"),
        ("except = [2026-12-24T10:00:00]", "days without quotation marks"),
        ("holidays = 'england'", "write whose holidays"),
        ("holidays = 7", "between quotation marks"),
        ("moved = 'never'", "“never” is not known here"),
        ("first = '2026-09-07'", "a day without quotation marks"),
        ("first = 2026-09-07T10:00:00", "a day without quotation marks"),
        ("first = [2026-09-07]", "a day without quotation marks"),
        ("first = 1926-09-07", "a day from 2000 to 2099"),
        ("first = 2100-01-04", "a day from 2000 to 2099"),
        ("firstly = 2026-09-07", "Did you mean “first”?"),
    ],
)
def test_a_slip_beside_it_is_named_too(more: str, sentence: str):
    assert sentence in str(refused(f"{SERIES}{more}\n"))


def test_a_child_counts_from_its_own_first_day_or_from_none_again():
    said = HEAD.replace("mine", "parent").replace("Mine", "Parent")
    first = said + "[meetings.team]\nfirst = 2027-01-12\n"
    beneath = {"four-tiers": PACK_TEXT, "parent": first}
    child = HEAD.replace("four-tiers", "parent")

    own = read_pack(f"{child}[meetings.team]\nfirst = 2027-01-19\n", "mine.toml", beneath)
    none = read_pack(f'{child}remove = ["meetings.team.first"]\n', "mine.toml", beneath)

    assert read_pack(child, "mine.toml", beneath).meetings["team"].first == date(2027, 1, 12)
    assert own.meetings["team"].first == date(2027, 1, 19)
    assert none.meetings["team"].first is None


def test_clocks_are_numbers_and_rows_in_one_table():
    pack = mine("[clocks]\nrelay_heard_hours = 12\n[clocks.plan_out]\nby = '17:00'\n")

    assert pack.clocks["relay_heard_hours"] == 12
    row = pack.clock_rows["plan_out"]
    assert (row.by, row.within, row.starts) == (time(17, 0), (1, "working_days"), "heard")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1 hour", (1, "hours")),
        ("24 hours", (24, "hours")),
        ("21 days", (21, "days")),
        ("3 weeks", (3, "weeks")),
        ("1 working day", (1, "working_days")),
        ("2 working days", (2, "working_days")),
    ],
)
def test_a_stretch_of_time_is_one_text_which_a_child_replaces_whole(written: str, read: object):
    row = mine(f'[clocks.actions_done]\nwithin = "{written}"\n').clock_rows["actions_done"]

    assert row.within == read
    assert row.told == ("owner", "leads", "coordinator")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("within = '3 fortnights'", "such as “21 days”"),
        ("within = '0 days'", "such as “21 days”"),
        ("within = '400 days'", "such as “21 days”"),
        ("within = '-1 days'", "such as “21 days”"),
        ("within = 'soon'", "such as “21 days”"),
        ("within = 3", "between quotation marks"),
        ("starts = 'whenever'", "“whenever” is not known here"),
        ("by = 'noon'", "a time of day such as"),
        ("late = 'never'", "“never” is not known here"),
        ("told = ['everybody']", "“everybody” is not known here"),
        ("told = ['owner']", "only overdue actions are told of"),
        ("title = ''", "between quotation marks"),
        ("chase = true", "not known here"),
    ],
)
def test_a_slip_in_a_clock_is_named(text: str, sentence: str):
    mistake = refused(f"[clocks.plan_out]\n{text}\n")

    assert sentence.replace("“21 days”", '"21 days"') in str(mistake)
    assert mistake.line == 6


def test_a_clock_without_an_hour_and_without_a_stretch_of_time_is_none():
    assert "say by when" in str(refused('remove = ["clocks.plan_out.within"]\n'))


def test_a_clock_nobody_keeps_is_refused():
    mistake = refused("[clocks.tea_made]\ntitle = 'Tea'\nstarts = 'heard'\nwithin = '1 hour'\n")

    assert "not known here" in str(mistake)


@pytest.mark.parametrize("row", ["meetings.team", "clocks.plan_out", "meetings"])
def test_each_can_be_taken_out(row: str):
    pack = mine(f'remove = ["{row}"]\n')

    assert ("team" in pack.meetings) == (not row.startswith("meetings"))
    assert ("plan_out" in pack.clock_rows) == (row != "clocks.plan_out")
