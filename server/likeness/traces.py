"""Dates of birth, addresses and telephones: what else two descriptions may have in common."""

import re
from datetime import date

from rapidfuzz import fuzz

from server.likeness.names import fold
from server.likeness.people import Likeness

_BORN = Likeness(0.4, "born on the same day")
_TURNED = Likeness(0.35, "dates of birth with day and month exchanged")
_ONE_OFF = Likeness(0.3, "dates of birth that differ in one digit")
_PHONE = Likeness(0.85, "the same telephone")
_ADDRESS = Likeness(0.75, "the same address")
_NEARLY = Likeness(0.6, "addresses spelled nearly alike")
_POSTCODE = Likeness(0.3, "the same postcode")

_FEWEST_DIGITS = 6
_NUMBER = 9  # digits of a telephone behind its country and trunk codes
_UK = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?)\s*(\d[a-z]{2})\b")
_US = re.compile(r"\b(\d{5})(?:-\d{4})?\s*$")
_CLOSE = 88
_SHORTEST = 8  # letters of an address that can be told from another


def births(one: str, other: str) -> Likeness | None:
    """What two dates of birth have in common."""
    first, second = _day(one), _day(other)
    if first is None or second is None:
        return None
    if first == second:
        return _BORN
    if (first.year, first.month, first.day) == (second.year, second.day, second.month):
        return _TURNED
    differ = sum(a != b for a, b in zip(first.isoformat(), second.isoformat(), strict=True))
    return _ONE_OFF if differ == 1 else None


def is_birth(text: str) -> bool:
    """Can this be compared as a date of birth?"""
    return _day(text) is not None


def phones(one: str, other: str) -> Likeness | None:
    """Are these one telephone, however it is written?"""
    first, second = _digits(one), _digits(other)
    if min(len(first), len(second)) < _FEWEST_DIGITS:
        return None
    return _PHONE if first[-_NUMBER:] == second[-_NUMBER:] else None


def addresses(one: str, other: str) -> Likeness | None:
    """What two addresses have in common; different house numbers are different addresses."""
    first, second = fold(one), fold(other)
    code = _postcode(first)
    same_code = bool(code) and code == _postcode(second)
    street, other_street = _street(first), _street(second)
    if min(len(street), len(other_street)) >= _SHORTEST and _numbers(street) == _numbers(
        other_street
    ):
        if sorted(street.split()) == sorted(other_street.split()):
            return _ADDRESS
        if fuzz.token_sort_ratio(street, other_street) >= _CLOSE:
            return _NEARLY
    return _POSTCODE if same_code else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isdigit())


def _postcode(folded: str) -> str:
    found = _UK.search(folded)
    if found:
        return "".join(found.groups())
    american = _US.search(folded)
    return american.group(1) if american else ""


def _street(folded: str) -> str:
    """The address without its postcode and commas."""
    bare = _US.sub(" ", _UK.sub(" ", folded))
    return " ".join(re.findall(r"[^\W_]+", bare))


def _numbers(street: str) -> list[str]:
    """The numbers as they come: flat 2 of house 3 is not flat 3 of house 2."""
    return [word for word in street.split() if any(letter.isdigit() for letter in word)]
