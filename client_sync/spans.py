"""Which numbers a push was kept under: a node has no need to be told what it has just said."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from client_sync.wire import Misframed

KEPT: Final = "casefold-kept"  # the header in which a relay names the span of a push
_MOST: Final = 16
_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers of one push: those after one number, up to and with another."""

    before: int
    last: int

    def __str__(self) -> str:
        return f"{self.before}-{self.last}"


def spell(spans: Iterable[Span]) -> str:
    """Spans as one word."""
    return ".".join(map(str, spans))


def spelled(word: str) -> tuple[Span, ...]:
    """The spans that a word names; Misframed when there can be no such spans."""
    found = tuple(map(_span, word.split("."))) if word else ()
    if len(found) > _MOST:
        raise Misframed
    return found


def joined(spans: Iterable[Span], more: Iterable[Span]) -> tuple[Span, ...]:
    """These spans and more, in as few as can be; of too many the oldest are left out."""
    found = list(spans)
    for span in more:
        if span.before == span.last:
            continue
        if found and found[-1].last == span.before:
            found[-1] = Span(found[-1].before, span.last)
        else:
            found.append(span)
    return tuple(found[-_MOST:])


def _span(word: str) -> Span:
    before, _, last = word.partition("-")
    if not (_is_number(before) and _is_number(last)) or int(last) < int(before):
        raise Misframed
    return Span(int(before), int(last))


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= _DIGITS
