"""Reading a pack's TOML with its line numbers, so that a mistake can be found and put right."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from tiers.reading import printable

MAX_PACK_BYTES = 512 * 1024
_ID = re.compile(r"[a-z][a-z0-9_-]{0,60}\Z")
_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?\Z")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")
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
        self.values: Mapping[str, Any] = _load(text, name)

    def mistake(self, path: tuple[str, ...], sentence: str) -> PackMistake:
        """A mistake at the line where this path stands, or as near as the text comes to it."""
        where = f"“{'.'.join(path)}”: " if path else ""
        return PackMistake(self.name, line_of(self.text, path), where + sentence)

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

    def number(self, *path: str, low: int, high: int) -> int:
        """One whole number within bounds."""
        value = self.at(*path)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.mistake(path, f"write a whole number from {low} to {high}.")
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

    def among(self, allowed: frozenset[str], *path: str) -> frozenset[str]:
        """A list of codes, each of which the pack knows."""
        found = self.words(*path)
        for row in found:
            if row not in allowed:
                known = ", ".join(sorted(allowed))
                raise self.mistake(path, f"“{row}” is not known here; write any of: {known}.")
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
                known = ", ".join(sorted(allowed))
                raise self.mistake((*path, key), f"this is not known here; write any of: {known}.")

    def _table(self, path: tuple[str, ...]) -> Mapping[str, Any]:
        value = self.at(*path)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.mistake(path, f"write this as a table, [{'.'.join(path)}].")
        return value


def merged(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """The parent's tables with the child's values laid over them, table by table."""
    together = dict(parent)
    for key, value in child.items():
        before = together.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        together[key] = merged(before, value) if both else value  # type: ignore[arg-type]
    return together


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
