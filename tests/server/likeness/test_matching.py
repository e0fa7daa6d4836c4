"""Who is taken for whom, in a table of people who are one and people who are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.likeness.matching import LIKELY, Asked, Known, alike

ONE = Asked(
    names=("Asha Bell",),
    births=("1990-05-31",),
    addresses=("3 Quiet Lane, Dorchester DT1 1AA",),
    phones=("07700 900123",),
)


def known(one: Asked, ref: str = "A", person: str = "survivor") -> Known:
    return Known(ref, person, "survivor", one.names, one.births, one.addresses, one.phones)


def score(one: Asked, other: Asked) -> float:
    found = alike(one, [known(other)])
    return found[0].score if found else 0.0


def because(one: Asked, other: Asked) -> tuple[str, ...]:
    (found,) = alike(one, [known(other)])
    return found.because


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Asha Bell", "asha  bell", "the same name"),
        ("Asha Bell", "Bell, Asha", "the same names, in another order"),
        ("José Muñoz", "Jose Munoz", "the same name"),
        ("Łukasz Nowak", "Lukasz Nowak", "the same name"),
        ("Siân O\u2019Brien", "SIAN O'BRIEN", "the same name"),
        ("Søren Kjær", "Soren Kjaer", "the same name"),
        ("Zoë Strauß", "Zoe Strauss", "the same name"),
        ("Maria de Souza", "Maria Desouza", "the same name"),
        ("Anne-Marie Roy", "Anne Marie Roy", "the same name"),
        ("Mohammed Khan", "Muhammad Khan", "the same names, spelled nearly alike"),
        ("Asha Bell", "Asha Ball", "the same names, spelled nearly alike"),
        ("Stephen Hall", "Steven Hall", "the same names, sounding alike"),
        ("Robert Crane", "Bob Crane", "the same names, one short for the other"),
        ("Liz Holt", "Beth Holt", "the same names, one short for the other"),
        ("Asha Mary Bell", "Asha Bell", "the same names"),
        ("Tom Crane", "T. Crane", "the same names, an initial that fits"),
        ("Crane", "Tom Crane", "one name in common"),
        ("Анна Белова", "анна белова", "the same name"),
    ],
)
def test_these_names_are_one_persons(one: str, other: str, why: str) -> None:
    assert because(Asked(names=(one,)), Asked(names=(other,))) == (why,)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tom Crane", "Tom Baker"),
        ("Asha Bell", "Wren Bell"),
        ("Tom Crane", "Crane Asher"),
        ("T. C.", "Tom Crane"),
        ("Dana Frost", "Robin Vale"),
        ("Lee", "Lou"),
        ("Li Wei", "Wei Chen"),
        ("Анна Белова", "Иван Белов"),
        ("", "Tom Crane"),
        ("...", "..."),
    ],
)
def test_these_names_are_two_peoples(one: str, other: str) -> None:
    assert alike(Asked(names=(one,)), [known(Asked(names=(other,)))]) == []


@pytest.mark.parametrize(
    ("born", "why"),
    [
        ("1990-05-31", "born on the same day"),
        ("1990-05-30", "dates of birth that differ in one digit"),
        ("1980-05-31", "dates of birth that differ in one digit"),
        ("1987-02-14", "but born on another day"),
        ("about 1990", None),
        ("", None),
    ],
)
def test_a_date_of_birth_strengthens_or_weakens_a_name(born: str, why: str | None) -> None:
    plain = Asked(names=("Asha Bell",), births=("1990-05-31",))
    other = Asked(names=("Asha Bell",), births=(born,))
    without = score(plain, Asked(names=("Asha Bell",)))

    if why == "but born on another day":
        assert score(plain, other) < LIKELY
        return
    assert because(plain, other)[1:] == (() if why is None else (why,))
    assert (score(plain, other) > without) is (why is not None)


def test_day_and_month_may_have_been_exchanged() -> None:
    one = Asked(names=("Asha Bell",), births=("1990-04-05",))
    other = Asked(names=("Asha Bell",), births=("1990-05-04",))

    assert "dates of birth with day and month exchanged" in because(one, other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("07700 900123", "+44 7700 900123", True),
        ("(512) 555-0142", "+1 512 555 0142", True),
        ("0000 111", "0000-111", True),
        ("07700 900123", "07700 900124", False),
        ("12345", "12345", False),
        ("none", "none", False),
    ],
)
def test_a_telephone_is_told_by_its_digits(one: str, other: str, same: bool) -> None:
    assert (score(Asked(phones=(one,)), Asked(phones=(other,))) >= LIKELY) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("3 Quiet Lane, Dorchester", "3, quiet lane dorchester", True),
        ("3 Quiet Lane, Dorchester DT1 1AA", "DT11AA, 3 Quiet Lane Dorchester", True),
        ("3 Quiet Lane, Dorchester", "3 Quite Lane, Dorchester", True),
        ("12 Elm Street, Austin 78701", "12 Elm Street, Austin, 78701-1234", True),
        ("3 Quiet Lane, Dorchester", "5 Quiet Lane, Dorchester", False),
        ("Flat 2, 3 Quiet Lane", "Flat 3, 2 Quiet Lane", False),
        ("DT1 1AA", "DT1 1AA", False),
        ("Poole", "Poole", False),
    ],
)
def test_an_address_is_told_by_its_street_and_numbers(one: str, other: str, same: bool) -> None:
    assert (score(Asked(addresses=(one,)), Asked(addresses=(other,))) >= LIKELY) is same


def test_two_weak_things_in_common_are_worth_a_look() -> None:
    one = Asked(names=("Asha",), addresses=("DT1 1AA",))
    other = Asked(names=("Asha Holt",), addresses=("9 High Street, DT1 1AA",))

    assert because(one, other) == ("one name in common", "the same postcode")


def test_any_of_several_names_is_enough_and_the_likeliest_comes_first() -> None:
    asked = Asked(names=("T. Crane", "Tommy Crane"))
    people = [
        known(Asked(names=("T Crane",)), "B"),
        known(Asked(names=("Thomas Baker", "Tommy Crane")), "A"),
        known(Asked(names=("Dana Frost",)), "C"),
    ]

    assert [match.ref for match in alike(asked, people)] == ["A", "B"]


_WORDS = st.text("abcdeéłø'- \u0410\u0412.", max_size=14)
_PEOPLE = st.builds(
    Asked,
    st.lists(_WORDS, max_size=2).map(tuple),
    st.lists(st.dates().map(str) | _WORDS, max_size=1).map(tuple),
    st.lists(st.text("12 aenrstDT,", max_size=25), max_size=2).map(tuple),
    st.lists(st.text("+0123 ", max_size=12), max_size=2).map(tuple),
)


@given(_PEOPLE, _PEOPLE)
def test_who_is_asked_about_and_who_is_known_may_change_places(one: Asked, other: Asked) -> None:
    forth, back = alike(one, [known(other)]), alike(other, [known(one)])

    assert forth == back


@given(_PEOPLE)
def test_an_empty_question_finds_nobody(one: Asked) -> None:
    assert alike(Asked(), [known(one)]) == []
    assert alike(one, [known(Asked())]) == []


@given(_PEOPLE, st.lists(_PEOPLE, max_size=4))
def test_whatever_is_found_says_why_and_how_sure(one: Asked, others: list[Asked]) -> None:
    people = [known(other, str(number)) for number, other in enumerate(others)]

    for match in alike(one, people):
        assert LIKELY <= match.score <= 1
        assert match.because
