"""Values as spreadsheets and older systems write them."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from directory.hsds import values
from directory.hsds.values import READERS
from tests.directory.invented import unhurried


@pytest.mark.parametrize(
    ("kind", "written", "read"),
    [
        ("text", "words", "words"),
        ("text", 12.0, "12"),
        ("text", 1.5, "1.5"),
        ("text", 7, "7"),
        ("text", True, "true"),
        ("text", [1], None),
        ("number", "1 200", 1200),
        ("number", "1,200.50", 1200.5),
        ("number", "2,5", 2.5),
        ("number", "-3", -3),
        ("number", "1e3", 1000),
        ("number", 4.0, 4),
        ("number", 4.25, 4.25),
        ("number", True, None),
        ("number", [4], None),
        ("number", "twelve", None),
        ("number", math.inf, None),
        ("number", "1e99", 1e99),
        ("date", "2031-05-04", "2031-05-04"),
        ("date", "2031/5/4", "2031-05-04"),
        ("date", "2031-05-04T10:00:00Z", "2031-05-04"),
        ("date", "25/12/2031", "2031-12-25"),
        ("date", "12/25/2031", "2031-12-25"),
        ("date", "5/5/2031", "2031-05-05"),
        ("date", "04/05/2031", None),
        ("date", "2031-02-30", None),
        ("date", "47972", "2031-05-04"),
        ("date", 47972.5, "2031-05-04"),
        ("date", "12", None),
        ("date", "soon", None),
        ("date", True, None),
        ("date", [1], None),
        ("datetime", "2031-05-04T10:00:00Z", "2031-05-04T10:00:00Z"),
        ("datetime", "2031-05-04T10:00:00.123+01:00", "2031-05-04T10:00:00.123+01:00"),
        ("datetime", "2031-05-04T10:00:00+0100", "2031-05-04T10:00:00+01:00"),
        ("datetime", "2031-05-04 10:00", "2031-05-04T10:00:00Z"),
        ("datetime", "25/12/2031", "2031-12-25T00:00:00Z"),
        ("datetime", 47972, "2031-05-04T00:00:00Z"),
        ("datetime", "soon", None),
        ("time", "09:00", "09:00"),
        ("time", "9:00", "09:00"),
        ("time", "9.30", "09:30"),
        ("time", "5 pm", "17:00"),
        ("time", "12:15 a.m.", "00:15"),
        ("time", "24:00", "00:00"),
        ("time", "10:00:00", "10:00:00"),
        ("time", "10:00+0100", "10:00+01:00"),
        ("time", "10:00z", "10:00Z"),
        ("time", "noon", "12:00"),
        ("time", 0.375, "09:00"),
        ("time", "25:00", None),
        ("time", "13 pm", None),
        ("time", "10", None),
        ("time", "10:75", None),
        ("time", "by appointment", None),
        ("time", 3, None),
        ("email", "help@example.org", "help@example.org"),
        ("email", "mailto:help@example.org", "help@example.org"),
        ("email", "Help <help@example.org>", "help@example.org"),
        ("email", "help at example.org", None),
        ("email", "a@example.org; b@example.org", None),
        ("uri", "https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("uri", "www.example.org", "http://www.example.org"),
        ("uri", "//example.org/a b", "http://example.org/a%20b"),
        ("uri", "example.org:8080/x", "http://example.org:8080/x"),
        ("uri", "https://example.org/ärger", "https://example.org/%C3%A4rger"),
        ("uri", "see our page", None),
        ("uri", "https://example.org/%zz", None),
        ("uri", "https://example.org/a#b#c", None),
    ],
)
def test_a_value_is_read_as_it_was_meant_or_not_at_all(kind: str, written: Any, read: Any) -> None:
    found = READERS[kind](written)

    assert found.value == read
    assert type(found.value) is type(read)
    assert bool(found.wrong) == (read is None)


def test_what_had_to_be_done_to_read_a_value_is_said() -> None:
    assert values.hour("9:00").repair == ""
    assert "17:00" in values.hour("5 pm").repair
    assert "no clock" in values.moment("2031-05-04 10:00").repair
    assert "2031-05-04" in values.day("47972").repair


def test_signs_nobody_can_see_are_left_out() -> None:
    assert values.plain("\ufeff a\x00b\r\nc\rd ") == "ab\nc\nd"


@unhurried
@given(some.one_of(some.text(), some.integers(), some.floats(), some.booleans(), some.none()))
def test_no_value_of_any_kind_stops_the_reading(written: Any) -> None:
    for reader in READERS.values():
        found = reader(written)
        assert (found.value is None) == bool(found.wrong)


@unhurried
@given(some.text())
def test_what_was_read_once_is_read_the_same_again(written: str) -> None:
    for kind, reader in READERS.items():
        first = reader(values.plain(written))
        if not first.wrong:
            again = reader(first.value)
            assert (again.value, again.repair) == (first.value, ""), kind
