"""A node's database as tables, asked from beside the node; on SQLite and on PostgreSQL."""

import asyncio
import io
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")
_FILE = "casefold.db"


@dataclass(frozen=True, slots=True)
class Tables:
    """A database of a node: the file in its folder, or what stands at this address."""

    folder: Path
    url: str | None = None

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """Ask it."""
        if self.url is not None:
            return [tuple(row) for row in self._there(lambda there: there.fetch(question))]
        with closing(sqlite3.connect(self.folder / _FILE, timeout=30)) as opened:
            return list(opened.execute(question))

    def change(self, statement: str, *values: Any) -> None:
        """Write behind the node's back; the values are $1, $2 and so on."""
        if self.url is not None:
            self._there(lambda there: there.execute(statement, *values))
            return
        named = {str(number): value for number, value in enumerate(values, 1)}
        with closing(sqlite3.connect(self.folder / _FILE, timeout=30)) as opened, opened:
            opened.execute(statement, named)

    def names(self) -> list[str]:
        """Every table of the node's own."""
        listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        if self.url is not None:
            listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        return [str(name) for (name,) in self.rows(listed)]

    def whole(self) -> dict[str, bytes]:
        """Each table of PostgreSQL as its own copies carry it; SQLite's are in its file."""
        if self.url is None:
            return {}
        return {name: self._there(_copied(name)) for name in self.names()}

    def sound(self) -> bool:
        """Is the file as SQLite left it? PostgreSQL answers for its own."""
        if self.url is not None:
            return True
        return self.rows("PRAGMA integrity_check") == [("ok",)]

    def _there(self, act: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        async def asked() -> T:
            there = await asyncpg.connect(self.url)
            try:
                return await act(there)
            finally:
                await there.close()

        return asyncio.run(asked())


def _copied(name: str) -> Callable[[asyncpg.Connection], Awaitable[bytes]]:
    async def copied(there: asyncpg.Connection) -> bytes:
        written = io.BytesIO()
        await there.copy_from_table(name, output=written, format="binary")
        return written.getvalue()

    return copied
