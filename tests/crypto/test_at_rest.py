from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.at_rest import Place, reopen, shut
from crypto.errors import Malformed, Tampered, UnknownVersion

KEY = b"\x07" * 32
PLACE = Place("case-1", "case", "17", "body")


@given(st.binary(max_size=500))
def test_what_is_shut_reopens_in_its_place(words):
    assert reopen(KEY, shut(KEY, words, PLACE), PLACE) == words


@pytest.mark.parametrize("part", ["format", "table", "row", "column"])
def test_a_box_moved_to_another_place_does_not_open(part):
    box = shut(KEY, b"words", PLACE)

    with pytest.raises(Tampered):
        reopen(KEY, box, replace(PLACE, **{part: "other"}))


def test_a_letter_moved_between_the_parts_of_a_place_is_another_place():
    box = shut(KEY, b"words", Place("a", "bc", "d", "e"))

    with pytest.raises(Tampered):
        reopen(KEY, box, Place("ab", "c", "d", "e"))


def test_another_key_does_not_open_a_box():
    with pytest.raises(Tampered):
        reopen(b"\x08" * 32, shut(KEY, b"words", PLACE), PLACE)


def test_yes_and_no_look_the_same_from_outside():
    assert len(shut(KEY, b"yes", PLACE)) == len(shut(KEY, b"no", PLACE))


def test_the_same_words_never_look_the_same_twice():
    assert shut(KEY, b"words", PLACE) != shut(KEY, b"words", PLACE)


@pytest.mark.parametrize(
    ("box", "error"),
    [
        (b"", Malformed),
        (b"XXXX" + bytes(200), Malformed),
        (b"CFB2" + bytes(200), UnknownVersion),
        (b"CFB1", Tampered),
        (b"CFB1" + bytes(103), Tampered),
        (b"CFB1" + bytes(200), Tampered),
    ],
)
def test_what_is_not_a_box_is_refused_by_name(box, error):
    with pytest.raises(error):
        reopen(KEY, box, PLACE)


def test_a_key_of_the_wrong_size_is_refused():
    with pytest.raises(Malformed):
        shut(b"short", b"words", PLACE)
    with pytest.raises(Malformed):
        reopen(b"short", shut(KEY, b"words", PLACE), PLACE)


def test_a_place_that_cannot_be_written_is_refused():
    with pytest.raises(Malformed):
        shut(KEY, b"words", replace(PLACE, row="\ud800"))
