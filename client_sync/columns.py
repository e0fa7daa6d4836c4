"""Reads the column encodings inside a change, strictly and with a bound on every count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from client_sync.errors import UnsafeChange

T = TypeVar("T")
# Most columns hold one value: how many there are, one, then itself. They are read without a loop.
_ONE = 0x7F
_LARGEST = 2**31  # no counter of ours comes near; below it nothing overflows in 32 or 64 bits


@dataclass(slots=True)
class Bytes:
    """A place in some bytes, moving forward."""

    raw: bytes
    at: int
    end: int

    def unsigned(self) -> int:
        """The next number, in its shortest form."""
        raw, at, end = self.raw, self.at, self.end
        if at < end and raw[at] < 0x80:
            self.at = at + 1
            return raw[at]
        value = shift = 0
        while at < end and shift <= 28:
            byte = raw[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                if byte == 0 or value >= _LARGEST:
                    raise UnsafeChange("A number is out of bounds.")
                self.at = at
                return value
        raise UnsafeChange("A number is cut short or too long.")

    def signed(self) -> int:
        """The next signed number, in its shortest form."""
        raw, at, end = self.raw, self.at, self.end
        value = shift = previous = 0
        while at < end and shift <= 28:
            byte = raw[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                negative = bool(byte & 0x40)
                filler = 0x7F if negative else 0
                if shift > 7 and byte == filler and bool(previous & 0x40) == negative:
                    raise UnsafeChange("A number is not in its shortest form.")
                self.at = at
                return value - (1 << shift) if negative else value
            previous = byte
        raise UnsafeChange("A number is cut short or too long.")

    def take(self, count: int) -> bytes:
        """The next bytes, all of them or none."""
        start, stop = self.at, self.at + count
        if stop > self.end:
            raise UnsafeChange("The change is cut short.")
        self.at = stop
        return self.raw[start:stop]

    def done(self) -> bool:
        """Has everything been read?"""
        return self.at == self.end


def numbers(column: bytes, count: int) -> list[int | None]:
    """Exactly `count` run-length coded numbers."""
    if count == 1 and len(column) == 2 and column[0] == _ONE and column[1] < 0x80:
        return [column[1]]
    source = Bytes(column, 0, len(column))
    found: list[int | None] = []
    while not source.done():
        run = source.signed()
        _room(found, run or 1, count)
        if run > 0:
            found += [source.unsigned()] * run
        elif run < 0:
            found += [source.unsigned() for _ in range(-run)]
        else:
            found += [None] * _nulls(source, len(found), count)
    return _all_of(found, count)


def steps(column: bytes, count: int) -> list[int | None]:
    """Exactly `count` numbers, each coded as its distance from the one before."""
    if not column and not count:
        return []
    if count == 1 and len(column) == 2 and column[0] == _ONE and column[1] < 0x40:
        return [column[1]]
    source = Bytes(column, 0, len(column))
    found: list[int | None] = []
    last = 0
    while not source.done():
        run = source.signed()
        if run == 0:
            raise UnsafeChange("A reference is missing.")
        _room(found, run, count)
        step = source.signed() if run > 0 else 0
        for _ in range(abs(run)):
            last += step if run > 0 else source.signed()
            found.append(last)
    return _all_of(found, count)


def words(column: bytes, count: int, longest: int) -> list[str]:
    """Exactly `count` run-length coded texts, none missing, none longer than `longest` bytes."""
    if count == 1 and _is_one_word(column, longest):
        return [_decoded(column[2:])]
    source = Bytes(column, 0, len(column))
    found: list[str] = []
    while not source.done():
        run = source.signed()
        if run == 0:
            raise UnsafeChange("A key is missing.")
        _room(found, run, count)
        if run > 0:
            found += [_word(source, longest)] * run
        else:
            found += [_word(source, longest) for _ in range(-run)]
    return _all_of(found, count)


def _is_one_word(column: bytes, longest: int) -> bool:
    if len(column) < 3 or column[0] != _ONE:
        return False
    return column[1] == len(column) - 2 <= min(longest, 0x7F)


def only_false(column: bytes, count: int) -> None:
    """Insists that a column of yes and no says no, `count` times."""
    if count == 1 and column == b"\x01":
        return
    source = Bytes(column, 0, len(column))
    if source.unsigned() != count or not source.done():
        raise UnsafeChange("A change writes a list; a lane has none.")


def _word(source: Bytes, longest: int) -> str:
    length = source.unsigned()
    if not 0 < length <= longest:
        raise UnsafeChange("A key is empty or too long.")
    return _decoded(source.take(length))


def _decoded(word: bytes) -> str:
    try:
        return word.decode()
    except UnicodeDecodeError:
        raise UnsafeChange("A key is not text.") from None


def _nulls(source: Bytes, have: int, count: int) -> int:
    run = source.unsigned()
    if not 0 < run <= count - have:
        raise UnsafeChange("A column holds more than the change says.")
    return run


def _room(found: Sequence[object], run: int, count: int) -> None:
    if len(found) + abs(run) > count:
        raise UnsafeChange("A column holds more than the change says.")


def _all_of(found: list[T], count: int) -> list[T]:
    if len(found) != count:
        raise UnsafeChange("A column holds less than the change says.")
    return found
