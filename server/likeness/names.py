"""Names: folded to plain letters, in any order, spelled or sounding nearly alike."""

import re
import unicodedata
from functools import cache
from math import prod

from jellyfish import metaphone
from nicknames import NickNamer
from rapidfuzz.distance import OSA, JaroWinkler

from server.likeness.people import Likeness

# Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)
_WORD = re.compile(r"[^\W_]+")
_INSIDE = re.compile(r"['’ʼ`]")  # noqa: RUF001  # O'Brien, however it was typed
_MOST_WORDS = 12

_WHOLE = 0.8  # what a whole name in common counts
_PART = 0.55  # what one name counts where no other is known
_EACH_ODD = 0.8  # for a word of the shorter name that the longer one lacks

_FITS = (0.7, "an initial that fits")
_SPELLED = (0.92, "spelled nearly alike")
_SOUNDS = (0.9, "sounding alike")
_SHORT = (0.88, "one short for the other")
_CLOSE = 0.92  # by Jaro and Winkler, for longer words

Pair = tuple[int, int, float, str]


def fold(text: str) -> str:
    """Without accents, case and apostrophes: as spellings of one name are compared."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return _INSIDE.sub("", plain)


def words(name: str) -> tuple[str, ...]:
    """The words of a name, folded."""
    return tuple(_WORD.findall(fold(name))[:_MOST_WORDS])


def alike(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness | None:
    """What two names, each as its words(), have in common; asked either way round the same."""
    first, second = sorted((one, other))
    if not first:
        return None
    if "".join(first) == "".join(second):
        return Likeness(_WHOLE if len(second) > 1 or len(first) > 1 else _PART, "the same name")
    pairs = _pairs(first, second)
    fewer = min(len(first), len(second))
    full = [pair for pair in pairs if pair[3] != _FITS[1]]
    if not full or len(pairs) < max(min(2, fewer), fewer - 1):
        return None
    weight = _PART if fewer == 1 else _WHOLE * _EACH_ODD ** (fewer - len(pairs))
    return Likeness(weight * prod(pair[2] for pair in pairs), _words_for(pairs, fewer))


def _pairs(first: tuple[str, ...], second: tuple[str, ...]) -> list[Pair]:
    """Each word with its best counterpart, the surest pairs first, none used twice."""
    found = [
        (i, j, *same)
        for i, one in enumerate(first)
        for j, other in enumerate(second)
        if (same := _word(one, other))
    ]
    taken: list[Pair] = []
    for pair in sorted(found, key=lambda pair: (-pair[2], abs(pair[0] - pair[1]), pair)):
        if all(pair[0] != one[0] and pair[1] != one[1] for one in taken):
            taken.append(pair)
    return sorted(taken)


def _word(one: str, other: str) -> tuple[float, str] | None:
    if one == other:
        return (1.0, "") if len(one) > 1 else _FITS
    shorter, longer = sorted((len(one), len(other)))
    if shorter == 1:
        return _FITS if one[0] == other[0] else None
    if shorter >= 4 and OSA.distance(one, other, score_cutoff=2) <= (2 if shorter >= 8 else 1):
        return _SPELLED
    if shorter >= 3 and (one + other).isascii():
        sound = metaphone(one)
        if len(sound) > 1 and sound == metaphone(other):
            return _SOUNDS
    if _one_person(one, other):
        return _SHORT
    close = longer >= 5 and JaroWinkler.similarity(one, other, score_cutoff=_CLOSE)
    return _SPELLED if close else None


def _one_person(one: str, other: str) -> bool:
    """Is one short for the other, or are both short for the same English name?"""
    table = _short_names()
    whole, other_whole = table.canonicals_of(one), table.canonicals_of(other)
    return one in other_whole or other in whole or not whole.isdisjoint(other_whole)


@cache
def _short_names() -> NickNamer:
    return NickNamer()


def _words_for(pairs: list[Pair], fewer: int) -> str:
    how = list(dict.fromkeys(words for *_, words in pairs if words))
    said = "one name in common" if fewer == 1 else "the same names"
    turned = [j for _, j, *_ in pairs]
    if turned != sorted(turned):
        how.insert(0, "in another order")
    if fewer > len(pairs):
        how.append("but for one")
    return ", ".join([said, *how])
