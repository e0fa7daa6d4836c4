"""Which words stand in the docs of a level, and in how many: so that a misspelt one is known."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from server.listing import search_engine
from server.listing.index_tables import IndexedWord
from server.node import database

_CHUNK: Final = 500


async def more(level: int, counted: Counter[str]) -> None:
    """These words stand in so many docs more."""
    await _count(level, counted, 1)
    fresh = await IndexedWord.raw(
        "SELECT id FROM listing_word WHERE level = {} AND fresh = {}", level, True
    )
    await search_engine.spell([row["id"] for row in fresh])
    await IndexedWord.update({IndexedWord.fresh: False}).where(IndexedWord.fresh.eq(True))


async def less(level: int, counted: Counter[str]) -> None:
    """These words stand in so many docs less; one that stands in none is forgotten."""
    await _count(level, counted, -1)
    gone = await IndexedWord.select(IndexedWord.id).where(IndexedWord.docs <= 0)
    numbers = [row["id"] for row in gone]
    await search_engine.unspell(numbers)
    for some in _chunks(numbers):
        await IndexedWord.delete().where(IndexedWord.id.is_in(some))


async def _count(level: int, counted: Counter[str], sign: int) -> None:
    await database.many(
        "INSERT INTO listing_word (level, word, docs, fresh) VALUES ({}, {}, {}, {}) "
        "ON CONFLICT (level, word) DO UPDATE SET docs = listing_word.docs + excluded.docs",
        [(level, word, sign * docs, True) for word, docs in sorted(counted.items())],
    )


def _chunks(values: Sequence[Any]) -> list[list[Any]]:
    return [list(values[start : start + _CHUNK]) for start in range(0, len(values), _CHUNK)]
