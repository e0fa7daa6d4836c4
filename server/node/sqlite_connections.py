"""Connections to one SQLite file, kept open between questions, each with a thread of its own.

To open one costs more than most questions: every setting is made and the whole schema is read.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

_KEPT: Final = 4

Rows = list[dict[str, Any]]
_T = TypeVar("_T")


class Lent:
    """One connection, and the thread on which all of its questions are asked, one by one."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], file: object) -> None:
        self.file = file
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite")

    async def execute(self, statement: str, values: Sequence[Any] = ()) -> Rows:
        """Run one statement; its rows, all of them, so that nothing is left reading."""
        return await self._there(lambda open_: open_.execute(statement, values).fetchall())

    async def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement for every row."""
        await self._there(lambda open_: open_.executemany(statement, rows))

    def put_away(self) -> Future[None]:
        """Close it, after what was already asked; an act that is open on it is undone."""
        closed = self._thread.submit(self._close)
        self._thread.shutdown(wait=False)
        return closed

    async def _there(self, ask: Callable[[sqlite3.Connection], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, ask)

    def _ask(self, ask: Callable[[sqlite3.Connection], _T]) -> _T:
        if self._connection is None:
            self._connection = self._connect()
        return ask(self._connection)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Connections:
    """The connections to one file that wait for the next question."""

    def __init__(self, path: Path, connect: Callable[[], sqlite3.Connection]) -> None:
        self._path = path
        self._connect = connect
        self._waiting: list[Lent] = []

    def lend(self) -> Lent:
        """A connection for whoever asks, to be given back or put away by them."""
        file = _file_at(self._path)
        while self._waiting:
            lent = self._waiting.pop()
            if lent.file == file:
                return lent
            lent.put_away()  # the file was replaced: a backup was put in its place
        return Lent(self._connect, file)

    def give_back(self, lent: Lent) -> None:
        """Keep it for the next who asks; no act may be open on it."""
        if lent.file is None:  # it made the file itself
            lent.file = _file_at(self._path)
        if len(self._waiting) < _KEPT:
            self._waiting.append(lent)
        else:
            lent.put_away()

    async def ask(self, statement: str, values: Sequence[Any]) -> Rows:
        """Run one statement by itself; its rows."""
        lent = self.lend()
        try:
            rows = await lent.execute(statement, values)
        except BaseException:
            lent.put_away()
            raise
        self.give_back(lent)
        return rows

    async def close(self) -> None:
        """Close all that wait."""
        while self._waiting:
            await asyncio.wrap_future(self._waiting.pop().put_away())


def _file_at(path: Path) -> tuple[int, int] | None:
    with suppress(FileNotFoundError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None
