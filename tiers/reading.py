"""Strict reading of what comes from outside: a mistake names its place and says what to write."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

MAX_VALUE_BYTES = 64 * 1024
PERSON_ID = re.compile(r"[a-z][a-z0-9-]{0,30}\Z")
CODE = re.compile(r"[a-z][a-z0-9_]{0,40}\Z")
CASE_REF = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}\Z")
_FIRST_YEAR, _LAST_YEAR = 1850, 2200
_KEPT_CONTROLS = "\n\t"


def printable(text: str) -> str:
    """The text with “?” for whatever could upset a terminal or cannot be written at all."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


class FormMistake(Exception):
    """Something in the file is not as the form asks. Nothing was kept; correct it and try again."""

    def __init__(self, path: str, sentence: str) -> None:
        path = printable(path)
        super().__init__(f"{path}: {sentence}" if path else sentence)
        self.path = path
        self.sentence = sentence


def table(value: object, path: str, required: frozenset[str], optional: frozenset[str]) -> Any:
    """A JSON object with exactly these keys; anything missing or unknown is named."""
    if not isinstance(value, Mapping):
        raise FormMistake(path, "write an object here, with a name for each part.")
    for key in value:
        if not isinstance(key, str) or key not in required | optional:
            raise FormMistake(
                _join(path, str(key)[:60]), "this form has no such part; take it out."
            )
    for key in sorted(required):
        if key not in value:
            raise FormMistake(_join(path, key), "this part is missing; write it.")
    return value


def mapping(value: object, path: str) -> Mapping[str, object]:
    """A JSON object whose keys are free."""
    if not isinstance(value, Mapping) or any(not isinstance(key, str) for key in value):
        raise FormMistake(path, "write an object here, with a name for each part.")
    return value


def words(value: object, path: str, *, blank: bool = False, limit: int = MAX_VALUE_BYTES) -> str:
    """A text that can be stored and printed; blank only where the form allows it."""
    if not isinstance(value, str):
        raise FormMistake(path, "write words between quotation marks.")
    # Half a surrogate pair cannot be written as UTF-8 at all.
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        raise FormMistake(path, "one sign is broken; write the words again.")
    if any((sign < " " and sign not in _KEPT_CONTROLS) or sign == "\x7f" for sign in value):
        raise FormMistake(path, "there is an invisible control sign in the words; take it out.")
    if len(value.encode()) > limit:
        raise FormMistake(path, f"this is longer than {limit} bytes; shorten it.")
    if not blank and not value.strip():
        raise FormMistake(path, "this may not be empty; write it.")
    return value


def short(value: object, path: str, *, blank: bool = False) -> str:
    """One line of at most 300 bytes."""
    text = words(value, path, blank=blank, limit=300)
    if "\n" in text:
        raise FormMistake(path, "write this on one line.")
    return text.strip()


def shaped(value: object, path: str, shape: re.Pattern[str], sentence: str) -> str:
    """A text of one exact shape, which the sentence describes."""
    if not isinstance(value, str) or not shape.match(value):
        raise FormMistake(path, sentence)
    return value


def person_id(value: object, path: str) -> str:
    """A person's code in the case, such as survivor or child-a."""
    return shaped(value, path, PERSON_ID, "write a person's code such as survivor or child-a.")


def code(value: object, path: str) -> str:
    """The code of a section or field."""
    return shaped(value, path, CODE, "write a code in small letters, such as safe_contact.")


def case_ref(value: object, path: str) -> str:
    """A full case reference of 26 signs."""
    return shaped(value, path, CASE_REF, "write the full case reference, 26 signs.")


def yes_or_no(value: object, path: str) -> bool:
    """True or false, and nothing that only looks like it."""
    if not isinstance(value, bool):
        raise FormMistake(path, "write true or false.")
    return value


def day(value: object, path: str) -> date:
    """A calendar day, written year-month-day."""
    if isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}\Z", value, re.ASCII):
        try:
            found = date.fromisoformat(value)
        except ValueError:
            raise FormMistake(path, "there is no such day; write it as 2026-04-10.") from None
        if _FIRST_YEAR <= found.year <= _LAST_YEAR:
            return found
    raise FormMistake(path, "write a day as 2026-04-10.")


def one_of(value: object, path: str, allowed: frozenset[str]) -> str:
    """One of the words the form knows."""
    if not isinstance(value, str) or value not in allowed:
        raise FormMistake(path, f"write one of: {', '.join(sorted(allowed))}.")
    return value


def format_name(form: object, known: str) -> None:
    """Of the format this version reads? Asked before all else: a newer one may have other parts."""
    if not isinstance(form, Mapping) or "format" not in form or form["format"] == known:
        return
    stem, _, version = known.rpartition("-")
    newer = re.match(rf"{re.escape(stem)}-([1-9]\d{{0,8}})\Z", str(form["format"]), re.ASCII)
    if newer is not None and int(newer[1]) > int(version):
        raise FormMistake("format", "a newer Casefold wrote this; update this node.")
    raise FormMistake("format", f"write {known}.")


def rows(value: object, path: str, limit: int = 1000) -> list[Any]:
    """A list with at most so many rows."""
    if not isinstance(value, list):
        raise FormMistake(path, "write a list here, between [ and ].")
    if len(value) > limit:
        raise FormMistake(path, f"at most {limit} rows fit here.")
    return value


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
