"""References of cases: random, said aloud in six symbols, and read as people write them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.casework import refs
from server.casework.errors import NoSuchCase, ShortRefUnclear

ONE, OTHER = "7KQ42M" + "0" * 20, "7KQ42N" + "1" * 20
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def test_a_new_reference_is_whole_and_never_the_same() -> None:
    made = {refs.new_ref() for _ in range(1_000)}

    assert len(made) == 1_000
    assert all(refs.is_whole(ref) for ref in made)
    assert {symbol for ref in made for symbol in ref} == set(SYMBOLS)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("7KQ-42M", "7KQ42M"),
        (" 7kq 42m\n", "7KQ42M"),
        ("o1L-iI0", "011110"),
        ("", ""),
    ],
)
def test_a_reference_is_read_as_people_write_it(typed: str, kept: str) -> None:
    assert refs.plain(typed) == kept


@given(st.text(alphabet=SYMBOLS, min_size=26, max_size=26))
def test_what_is_said_aloud_begins_the_reference(ref: str) -> None:
    assert ref.startswith(refs.plain(refs.short(ref)))
    assert refs.pick(refs.short(ref), [ref]) == ref


@given(st.text(max_size=40))
def test_any_typing_gives_a_reference_or_a_sentence(typed: str) -> None:
    with suppress(NoSuchCase, ShortRefUnclear):
        assert refs.pick(typed, [ONE, OTHER]).startswith(refs.plain(typed) or "no reference")


def test_what_fits_two_cases_is_asked_for_again() -> None:
    assert refs.pick("7kq-42m", [ONE, OTHER]) == ONE
    with pytest.raises(ShortRefUnclear):
        refs.pick("7KQ-42", [ONE, OTHER])


@pytest.mark.parametrize("typed", ["", "  ", "-", "8", ONE + "0", "7KQ%"])
def test_what_fits_no_case_finds_none(typed: str) -> None:
    with pytest.raises(NoSuchCase):
        refs.pick(typed, [ONE, OTHER])


@pytest.mark.parametrize("text", [ONE[:25], ONE + "0", ONE.lower(), "U" * 26, "é" * 26])
def test_only_26_symbols_of_the_alphabet_are_a_whole_reference(text: str) -> None:
    assert not refs.is_whole(text)
