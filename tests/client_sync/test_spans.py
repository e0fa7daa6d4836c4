"""The spans of a relay's numbers: one word there and back, and nothing but numbers in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_sync.spans import Span, joined, spell, spelled
from client_sync.wire import Misframed

SPANS = st.tuples(st.integers(0, 10**17), st.integers(0, 10**17)).map(
    lambda two: Span(*sorted(two))
)


@given(st.lists(SPANS, max_size=16))
def test_a_word_names_the_spans_it_was_made_of(spans: list[Span]):
    assert spelled(spell(spans)) == tuple(spans)


@pytest.mark.parametrize(
    "word",
    ["1", "-", "1-", "-1", "2-1", "1-2-3", "1-2.", ".1-2", "1-x", "1-²", "1-" + "9" * 19, " "],
)
def test_a_word_that_names_no_spans_is_refused(word: str):
    with pytest.raises(Misframed):
        spelled(word)


def test_nobody_can_name_endlessly_many():
    with pytest.raises(Misframed):
        spelled(spell([Span(one, one + 1) for one in range(0, 34, 2)]))


def test_spans_that_meet_become_one_and_empty_ones_nothing():
    assert joined([Span(0, 2)], [Span(2, 5), Span(5, 5), Span(7, 9)]) == (Span(0, 5), Span(7, 9))


def test_of_too_many_the_oldest_come_back():
    many = [Span(one, one + 1) for one in range(0, 40, 2)]

    assert joined([], many) == tuple(many[-16:])
