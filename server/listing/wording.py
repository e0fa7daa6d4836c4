"""From what was typed to ways of asking: each word as it stands, or those it may have been."""

from collections.abc import Sequence
from typing import Final

from server.listing import search_engine
from server.listing.search_engine import Alike, Wording

_SHORTEST_MISSPELT: Final = 3
_MOST_NAMED: Final = 3
_LEAST_MISS: Final = 0.001  # however alike: it is still not the word that was typed


def as_typed(typed: Sequence[str]) -> tuple[Wording, ...]:
    """The way to ask for every word as it stands; none where none was typed."""
    return (Wording(tuple((word,) for word in typed)),) if typed else ()


async def misspelt(level: int, typed: Sequence[str], text: str) -> tuple[Wording, ...]:
    """Ways to ask for every word when some stand nowhere; none where one is like no other."""
    known = await search_engine.known(level, typed)
    if known.issuperset(typed):
        return ()
    maybe = await _alikes(level, typed, known, text)
    if any(word not in known and not maybe[word] for word in typed):
        return ()
    return _closest_first(typed, maybe)


async def loosely(level: int, typed: Sequence[str], text: str) -> tuple[Wording, ...]:
    """Ways to ask for any of the words, when nothing holds all of them."""
    known = await search_engine.known(level, typed)
    maybe = await _alikes(level, typed, known, text)
    groups = [
        (word,) if word in known else tuple(one.word for one in maybe[word]) for word in typed
    ]
    met = tuple(group for group in groups if group)
    return (Wording(met, every=False),) if met else ()


def instead(wordings: Sequence[Wording], typed: Sequence[str]) -> tuple[str, ...]:
    """The words looked for in place of those that stand nowhere, the closest of each first."""
    widest = wordings[-1].groups if wordings else ()
    found = [word for group in widest for word in group[:_MOST_NAMED]]
    return tuple(dict.fromkeys(word for word in found if word not in typed))


async def _alikes(
    level: int, typed: Sequence[str], known: frozenset[str], text: str
) -> dict[str, tuple[Alike, ...]]:
    """For each word, those it may have been; the last may be cut short in the middle."""
    whole = not text or not text[-1].isalnum()
    return {
        word: await search_engine.alike(level, word, whole=whole or place + 1 < len(typed))
        if word not in known and len(word) >= _SHORTEST_MISSPELT
        else ()
        for place, word in enumerate(typed)
    }


def _closest_first(
    typed: Sequence[str], maybe: dict[str, tuple[Alike, ...]]
) -> tuple[Wording, ...]:
    """The closest words first; then, at a greater cost, with the next closest beside them."""
    found = []
    for far in range(max(len(some) for some in maybe.values())):
        share = 1.0
        for some in maybe.values():
            share *= some[min(far, len(some) - 1)].share if some else 1.0
        groups = tuple(
            tuple(one.word for one in maybe[word][: far + 1]) or (word,) for word in typed
        )
        found.append(Wording(groups, max(_LEAST_MISS, 1.0 - share)))
    return tuple(found)
