"""Many rows at once, in parts that each end well before a database loses its patience."""

from collections.abc import Sequence
from typing import Final

from server.node import database

_PART: Final = 5_000


async def write_many(statement: str, rows: Sequence[Sequence[object]]) -> None:
    """Run one statement for every row; inside an act, as database.many()."""
    for start in range(0, len(rows), _PART):
        await database.many(statement, rows[start : start + _PART])
