"""Reading a pack's TOML with its line numbers, so that a mistake can be found and put right."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Any

from tiers.reading import printable

MAX_PACK_BYTES = 512 * 1024
_ID = re.compile(r"[a-z][a-z0-9_-]{0,60}\Z")
_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?\Z")
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z", re.ASCII)
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")
_MOST_NAMED = 30
_AT_LINE = re.compile(r"at line (\d+)")


class PackMistake(Exception):
    """The protocol pack is not as it should be. The pack in force stays; correct the file."""

    def __init__(self, file: str, line: int, sentence: str) -> None:
        sentence = printable(sentence)
        super().__init__(f"{file}, line {line}: {sentence}")
        self.file = file
        self.line = line
        self.sentence = sentence


class PackText:
    """A pack's text beside its values; every question names the path of keys it asks for."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.text = text
        self.own: Mapping[str, Any] = _load(text, name)
        self.values = self.own  # with the parents' beneath, once it has been laid over them
        self.below: tuple[PackText, ...] = ()

    def mistake(self, path: tuple[str, ...], sentence: str) -> PackMistake:
        """A mistake at the line where this path stands, or as near as the text comes to it."""
        where = f"“{'.'.join(path)}”: " if path else ""
        return PackMistake(
            self.name, line_of(self.text, path), where + sentence + self._inherited(path)
        )

    def wrote(self, *path: str) -> bool:
        """Does this pack itself say something here, rather than a parent?"""
        return _reaches(self.own, path)

    def _inherited(self, path: tuple[str, ...]) -> str:
        """Where an inherited value stands, since the line it is missing from says little."""
        if self.wrote(*path) or not _reaches(self.values, path):
            return ""
        parent = next(one for one in self.below if _reaches(one.own, path))
        line = line_of(parent.text, path)
        return f" (It comes from {parent.name}, line {line}; write it here to change it.)"

    def at(self, *path: str) -> Any:
        """The value at this path, or None where the pack says nothing."""
        value: Any = self.values
        for key in path:
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        return value

    def word(self, *path: str, default: str | None = None) -> str:
        """One non-empty text."""
        value = self.at(*path)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip():
            raise self.mistake(path, "write words between quotation marks.")
        return value

    def number(self, *path: str, low: int, high: int, default: int | None = None) -> int:
        """One whole number within bounds."""
        value = self.at(*path)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.mistake(path, f"write a whole number from {low} to {high}.")
        return value

    def numbers(self, *path: str, low: int, high: int, default: tuple[int, ...]) -> tuple[int, ...]:
        """A list of whole numbers within bounds."""
        value = self.at(*path)
        if value is None:
            return default
        if not isinstance(value, list) or any(type(row) is not int for row in value):
            raise self.mistake(path, "write a list of whole numbers, such as [60, 30, 7].")
        if any(not low <= row <= high for row in value):
            raise self.mistake(path, f"write whole numbers from {low} to {high}.")
        return tuple(value)

    def hour(self, *path: str) -> time:
        """A time of day by the clock on the wall there."""
        value = self.at(*path)
        if not isinstance(value, str) or not _HOUR.match(value):
            raise self.mistake(path, 'write a time of day such as "14:00".')
        return time.fromisoformat(value)

    def days(self, *path: str) -> tuple[date, ...]:
        """A list of days; empty where the pack says nothing."""
        value = self.at(*path)
        if value is None:
            return ()
        if not isinstance(value, list) or any(type(row) is not date for row in value):
            raise self.mistake(path, "write days without quotation marks, such as [2027-12-24].")
        return tuple(value)

    def day(self, *path: str) -> date | None:
        """One day, or None where the pack says nothing."""
        value = self.at(*path)
        if value is None:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.mistake(path, "write a day without quotation marks, such as 2027-11-30.")
        return value

    def flag(self, *path: str) -> bool:
        """True or false; false where the pack says nothing."""
        value = self.at(*path)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise self.mistake(path, "write true or false.")
        return value

    def words(self, *path: str) -> tuple[str, ...]:
        """A list of texts; empty where the pack says nothing."""
        value = self.at(*path)
        if value is None:
            return ()
        if not isinstance(value, list) or any(not isinstance(row, str) for row in value):
            raise self.mistake(path, 'write a list of words, such as ["identity", "safe_contact"].')
        return tuple(value)

    def sentences(self, *path: str) -> tuple[str, ...]:
        """A list of texts, none of them empty and none twice."""
        found = self.words(*path)
        if any(not row.strip() for row in found):
            raise self.mistake(path, "one of these is empty; write it or take it out.")
        if twice := [row for row in found if found.count(row) > 1]:
            raise self.mistake(path, f"“{twice[0]}” stands here twice; keep one.")
        return found

    def known(self, word: str, allowed: frozenset[str], *path: str) -> None:
        """Refuse a word that is not among those allowed, and say which may have been meant."""
        if word not in allowed:
            raise self.mistake(path, f"“{word}” is not known here; {_any_of(word, allowed)}")

    def in_order(self, allowed: frozenset[str], *path: str) -> tuple[str, ...]:
        """A list of codes in the order written, each of which the pack knows, none twice."""
        self.sentences(*path)
        return self.in_turn(allowed, *path)

    def in_turn(self, allowed: frozenset[str], *path: str) -> tuple[str, ...]:
        """A list of codes in the order written, each of which the pack knows."""
        found = self.words(*path)
        for row in found:
            self.known(row, allowed, *path)
        return found

    def among(self, allowed: frozenset[str], *path: str) -> frozenset[str]:
        """A list of codes, each of which the pack knows."""
        found = self.words(*path)
        for row in found:
            self.known(row, allowed, *path)
        return frozenset(found)

    def table(self, *path: str) -> tuple[str, ...]:
        """The keys of a table, in the order they stand; each a code in small letters."""
        value = self._table(path)
        for key in value:
            if not _ID.match(key):
                raise self.mistake(
                    (*path, key), "write the name in small letters, digits, - and _."
                )
        return tuple(value)

    def only(self, allowed: frozenset[str], *path: str) -> None:
        """Refuse a key the format does not know: no spelling mistake passes in silence."""
        for key in self._table(path):
            if key not in allowed:
                raise self.mistake((*path, key), f"this is not known here; {_any_of(key, allowed)}")

    def _table(self, path: tuple[str, ...]) -> Mapping[str, Any]:
        value = self.at(*path)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.mistake(path, f"write this as a table, [{'.'.join(path)}].")
        return value


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The known word that comes nearest, asked as a question; nothing where none is near."""
    near = get_close_matches(word, list(known), n=1)
    return f" Did you mean “{near[0]}”?" if near else ""


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line whose key comes nearest to this path; the first where none does."""
    best, line = 0, 1
    header: tuple[str, ...] = ()
    for number, row in enumerate(text.splitlines(), start=1):
        here = header
        if match := _HEADER.match(row):
            here = header = _split(match[1])
        elif match := _KEY.match(row):
            here = header + _split(match[1])
        if len(here) > best and path[: len(here)] == here:
            best, line = len(here), number
    return line


def _any_of(word: str, allowed: frozenset[str]) -> str:
    some = sorted(allowed)[:_MOST_NAMED]
    more = ", …" if len(allowed) > _MOST_NAMED else ""
    return f"write any of: {', '.join(some)}{more}.{did_you_mean(word, allowed)}"


def _reaches(values: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    """Do these values themselves say something at this path?"""
    value: Any = values
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return False
        value = value[key]
    return True


def _split(key: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in key.split("."))


def _load(text: str, name: str) -> Mapping[str, Any]:
    if len(text.encode(errors="replace")) > MAX_PACK_BYTES:
        raise PackMistake(name, 1, f"a pack has at most {MAX_PACK_BYTES} bytes; shorten it.")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise PackMistake(name, 1, "the tables are nested too deeply; write them flat.") from None
    except ValueError as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else max(1, text.count("\n"))
        raise PackMistake(name, line, f"this is not TOML: {error}. Correct the line.") from None
