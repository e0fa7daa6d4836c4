"""Strict reading of a signed statement's body: its exact parts, each of its exact shape."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from crypto.errors import CryptoError
from crypto.keys import check_public
from directory.errors import DirectoryError

_KEY = re.compile(r"[0-9a-f]{64}\Z")
_CODE = re.compile(r"[a-z][a-z0-9_-]{0,60}\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class Part:
    """One JSON object whose parts are asked for by name; the wrong shape raises `mistake`."""

    def __init__(
        self,
        value: object,
        parts: Iterable[str],
        mistake: type[DirectoryError],
        added: Iterable[str] = (),
    ) -> None:
        wanted, may_have = set(parts), set(added)
        if not isinstance(value, Mapping) or set(value) - may_have != wanted:
            raise mistake(f"It should have exactly these parts: {', '.join(sorted(wanted))}.")
        self._values: Mapping[str, Any] = value
        self._mistake = mistake

    def line(self, name: str) -> str:
        """One line of text that can be printed."""
        value = self._values[name]
        if not isinstance(value, str) or not 0 < len(value.strip()) <= 120:
            raise self._mistake(f"“{name}” should be a line of 1 to 120 signs.")
        if value != value.strip() or not value.isprintable():
            raise self._mistake(f"“{name}” holds signs that cannot be printed, or outer spaces.")
        return value

    def line_or_none(self, name: str) -> str | None:
        """One line of text, or nothing."""
        return None if self._values[name] is None else self.line(name)

    def line_or_empty(self, name: str) -> str:
        """One line of text, or an empty one."""
        return "" if self._values[name] == "" else self.line(name)

    def code(self, name: str) -> str:
        """A code in small letters."""
        return self._code(self._values[name], name)

    def codes(self, name: str) -> list[str]:
        """A short list of codes, each once."""
        value = self._values[name]
        if not isinstance(value, list) or len(value) > 20:
            raise self._mistake(f"“{name}” should be a short list.")
        found = [self._code(row, name) for row in value]
        if len(set(found)) != len(found):
            raise self._mistake(f"“{name}” says one thing twice.")
        return found

    def digest(self, name: str) -> str:
        """The hash of something, 64 signs."""
        value = self._values[name]
        if not isinstance(value, str) or not _KEY.match(value):
            raise self._mistake(f"“{name}” should be 64 signs, 0 to 9 and a to f.")
        return value

    def digest_or_none(self, name: str) -> str | None:
        """The hash of something, if it is there."""
        return self.digest(name) if name in self._values else None

    def keys(self, name: str, high: int) -> tuple[str, ...]:
        """A list of public keys, each once."""
        found = self.rows(name, 1, high)
        if not all(isinstance(one, str) and _KEY.match(one) for one in found):
            raise self._mistake(f"“{name}” should be a list of keys.")
        if len(set(found)) != len(found):
            raise self._mistake(f"“{name}” names one key twice.")
        return tuple(found)

    def key(self, name: str) -> str:
        """A public key that may be used: neither zero nor of low order."""
        value = self.digest(name)
        try:
            check_public(bytes.fromhex(value))
        except CryptoError as error:
            raise self._mistake(f"“{name}” is a key nobody may use: {error}") from error
        return value

    def number(self, name: str, low: int, high: int) -> int:
        """A whole number within bounds."""
        value = self._values[name]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self._mistake(f"“{name}” should be a whole number from {low} to {high}.")
        return value

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._values[name]
        if not isinstance(value, bool):
            raise self._mistake(f"“{name}” should be true or false.")
        return value

    def day(self, name: str) -> date:
        """A calendar day."""
        value = self._values[name]
        if isinstance(value, str) and _DAY.match(value):
            try:
                found = date.fromisoformat(value)
            except ValueError:
                raise self._mistake(f"“{name}”: there is no such day.") from None
            if 2000 <= found.year <= 2200:
                return found
        raise self._mistake(f"“{name}” should be a day such as 2026-04-10.")

    def day_or_none(self, name: str) -> date | None:
        """A calendar day, or nothing."""
        return None if self._values[name] is None else self.day(name)

    def rows(self, name: str, low: int, high: int) -> list[Any]:
        """A list of so many rows."""
        value = self._values[name]
        if not isinstance(value, list) or not low <= len(value) <= high:
            raise self._mistake(f"“{name}” should be a list of {low} to {high} rows.")
        return value

    def rows_or_none(self, name: str, high: int) -> list[Any]:
        """A list of rows that was added later: absent when there are none."""
        return self.rows(name, 1, high) if name in self._values else []

    def _code(self, value: object, name: str) -> str:
        if not isinstance(value, str) or not _CODE.match(value):
            raise self._mistake(f"“{name}” should be a code in small letters.")
        return value
