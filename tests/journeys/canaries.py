"""Canaries: a mark of its own in every field, and a search that knows it in many disguises."""

import base64
import itertools
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tiers.protocol import FieldForm, Protocol

# Every mark begins alike, so that one search finds them all; a date's year is no real case's.
SONG = "QzWrenKestrel"
_FIRST_DAY = date(1851, 1, 1)
_MARK = re.compile(f"{SONG}[0-9]{{5}}|185[1-3]-[0-9]{{2}}-[0-9]{{2}}")
_MOST_INFLATED = 256 * 1024
_LEAST_IN_BASE64 = 12


@dataclass
class Canaries:
    """Marks handed out, and where each was put."""

    places: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _days: Iterator[int] = field(default_factory=itertools.count)

    def word(self, place: str) -> str:
        """A mark nobody else has."""
        mark = f"{SONG}{next(self._numbers):05}"
        self.places[mark] = place
        return mark

    def day(self, place: str) -> str:
        """A mark for a field that takes only a day."""
        mark = (_FIRST_DAY + timedelta(days=next(self._days))).isoformat()
        self.places[mark] = place
        return mark

    def case(self, agency: str, people: Mapping[str, str], pack: Protocol) -> dict[str, Any]:
        """A full-size case form: every field of every section about everybody, each marked."""
        sections: dict[str, dict[str, Any]] = {}
        for section in pack.sections.values():
            for person, role in people.items():
                if role not in section.about or section.own_page:
                    continue
                said = {
                    form.id: self._value(form, f"{agency}/{section.id}/{person}/{form.id}")
                    for form in section.fields
                }
                sections.setdefault(section.id, {})[person] = [said] if section.rows else said
        bases = {p: self.word(f"{agency}/bases/{p}") for p in people if p == "puv"}
        return {
            "format": "casefold-case-1",
            "people": dict(people),
            "sections": sections,
            "bases": bases,
        }

    def of(self, start: str) -> frozenset[str]:
        """Every mark whose place begins so."""
        return frozenset(mark for mark, place in self.places.items() if place.startswith(start))

    def _value(self, form: FieldForm, place: str) -> Any:
        if form.kind == "yes_no":
            return True
        if form.kind == "choice":
            return form.choices[0]
        if form.kind == "date":
            return self.day(place)
        if form.repeat:
            return [self.word(place), self.word(place)]
        return self.word(place)


def marks_in(text: str) -> frozenset[str]:
    """The marks that stand in an answer somebody was meant to read."""
    return frozenset(_MARK.findall(text))


@dataclass(frozen=True, slots=True)
class Found:
    """A mark where none should be."""

    where: str
    disguise: str
    around: str


@dataclass
class Search:
    """Looks for strings in the clear, in each encoding bytes are commonly written in."""

    more: tuple[str, ...] = ()
    scanned: dict[str, int] = field(default_factory=dict)
    inflated: int = 0

    def __post_init__(self) -> None:
        self._disguises = list(_disguises((SONG, *self.more)))

    def bytes(self, where: str, content: bytes) -> list[Found]:
        """Every mark in these bytes, and in what can be inflated from any place in them."""
        kind = where.split(":", 1)[0]
        self.scanned[kind] = self.scanned.get(kind, 0) + len(content)
        found = list(self._plain(where, content))
        for inflated in _inflations(content):
            self.inflated += len(inflated)
            found += self._plain(f"{where}, inflated", inflated)
        return found

    def folder(self, kind: str, folder: Path) -> list[Found]:
        """Every mark in the files below, and in their names."""
        found: list[Found] = []
        for file in sorted(folder.rglob("*")):
            name = str(file.relative_to(folder))
            found += self._plain(f"{kind} name:{name}", name.encode())
            if file.is_file():
                found += self.bytes(f"{kind}:{name}", file.read_bytes())
        return found

    def _plain(self, where: str, content: bytes) -> Iterator[Found]:
        lowered = content.lower()
        for name, forms, any_case in self._disguises:
            within = lowered if any_case else content
            for form in forms:
                if (at := within.find(form)) >= 0:
                    yield Found(where, name, repr(content[max(0, at - 40) : at + 80]))
        for name, day in _DAYS.items():
            if hit := day.search(content):
                yield Found(where, name, repr(content[max(0, hit.start() - 40) : hit.end() + 40]))


_DAYS = {
    "day": re.compile(rb"185[1-3]-[01]\d-[0-3]\d"),
    "day, utf-16": re.compile(rb"1\x008\x005\x00[1-3]\x00-\x00(?:[\d-]\x00){5}"),
    "day, hex": re.compile(rb"3138353[1-3]2[dD]3[01]3\d2[dD]3[0-3]3\d"),
}


def _disguises(words: Iterable[str]) -> Iterator[tuple[str, list[bytes], bool]]:
    """A name, the forms to look for, and whether they may be in letters of any case."""
    words = tuple(words)
    plain = [word.encode() for word in words]
    yield "utf-8", plain, False
    yield "utf-16-le", [word.encode("utf-16-le") for word in words], False
    yield "utf-16-be", [word.encode("utf-16-be") for word in words], False
    yield "utf-32", [word.encode("utf-32-le") for word in words], False
    yield "hex", [one.hex().encode() for one in plain], True
    yield "backwards", [one[::-1] for one in plain], False
    yield "JSON escapes", ["".join(f"\\u{ord(c):04x}" for c in w).encode() for w in words], True
    yield "percent", ["".join(f"%{ord(c):02x}" for c in w).encode() for w in words], True
    yield "base64", [form for one in plain for form in _in_base64(one)], False
    yield "base32", [form for one in plain for form in _in_base32(one)], False


def _in_base64(word: bytes) -> Iterator[bytes]:
    """The middle of the word in base64, wherever in a text it begins."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + word)
        middle = whole[(before * 8 + 5) // 6 : (before + len(word)) * 8 // 6]
        assert len(middle) >= _LEAST_IN_BASE64
        yield middle
        yield middle.replace(b"+", b"-").replace(b"/", b"_")


def _in_base32(word: bytes) -> Iterator[bytes]:
    for before in range(5):
        whole = base64.b32encode(b"\0" * before + word)
        yield whole[(before * 8 + 4) // 5 : (before + len(word)) * 8 // 5]


# Every head a zlib stream may begin with (no preset dictionary), and gzip's.
_HEADS = [
    bytes((method, flags))
    for method in range(0x08, 0x80, 0x10)
    for flags in range(256)
    if (method << 8 | flags) % 31 == 0 and not flags & 0x20
]
_DEFLATED = re.compile(b"|".join(map(re.escape, [*_HEADS, b"\x1f\x8b\x08"])), re.DOTALL)
_MOST_DEFLATED = 64 * 1024


def _inflations(content: bytes) -> Iterator[bytes]:
    for start in _DEFLATED.finditer(content):
        try:
            # 47: a zlib or a gzip head, whichever stands there.
            inflated = zlib.decompressobj(47).decompress(
                content[start.start() : start.start() + _MOST_DEFLATED], _MOST_INFLATED
            )
        except zlib.error:
            continue
        if inflated:
            yield inflated
