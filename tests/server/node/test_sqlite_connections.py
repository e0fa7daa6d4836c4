"""Connections to one SQLite file wait for the next question, and hold nothing while they wait."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import active_count

import pytest

from server.node.sqlite_connections import Connections


class Opened:
    """A file of one table, and how often a connection to it was opened."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.times = 0
        self.connections = Connections(file, self._open)

    def _open(self) -> sqlite3.Connection:
        self.times += 1
        connection = sqlite3.connect(self.file, isolation_level=None, check_same_thread=False)
        connection.row_factory = lambda cursor, row: {cursor.description[0][0]: row[0]}
        return connection

    async def ask(self, statement: str, *values: object) -> list[object]:
        return [row["said"] for row in await self.connections.ask(statement, values)]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    made = Opened(tmp_path / "a.db")
    asyncio.run(made.ask("CREATE TABLE words (said TEXT UNIQUE)"))
    yield made
    asyncio.run(made.connections.close())


def test_one_connection_answers_one_question_after_another(opened: Opened) -> None:
    async def story() -> list[object]:
        await opened.ask("INSERT INTO words VALUES (?)", "otter")
        return await opened.ask("SELECT said FROM words")

    assert asyncio.run(story()) == ["otter"]
    assert opened.times == 1


def test_questions_at_once_have_a_connection_each_and_only_some_are_kept(opened: Opened) -> None:
    async def story() -> int:
        borrowed = [opened.connections.lend() for _ in range(9)]
        for lent in borrowed:
            await lent.execute("SELECT 1")
        for lent in borrowed:
            opened.connections.give_back(lent)
        again = [opened.connections.lend() for _ in range(9)]
        for lent in again:
            opened.connections.give_back(lent)
        return len(set(again) & set(borrowed))

    assert asyncio.run(story()) == 4


def test_a_file_put_in_the_place_of_the_old_one_is_what_is_read(opened: Opened) -> None:
    other = Opened(opened.file.with_name("backup.db"))

    async def story() -> list[object]:
        await opened.ask("INSERT INTO words VALUES (?)", "after the backup")
        await other.ask("CREATE TABLE words (said TEXT)")
        await other.ask("INSERT INTO words VALUES (?)", "of the backup")
        await other.connections.close()
        other.file.replace(opened.file)
        return await opened.ask("SELECT said FROM words")

    assert asyncio.run(story()) == ["of the backup"]


def test_a_question_that_failed_leaves_nothing_open(opened: Opened) -> None:
    async def story() -> list[object]:
        await opened.ask("INSERT INTO words VALUES (?)", "otter")
        with pytest.raises(sqlite3.IntegrityError):
            await opened.ask("INSERT INTO words VALUES (?)", "otter")
        return await opened.ask("SELECT said FROM words")

    assert asyncio.run(story()) == ["otter"]


def test_an_act_that_was_put_away_is_undone(opened: Opened) -> None:
    async def story() -> list[object]:
        lent = opened.connections.lend()
        await lent.execute("BEGIN IMMEDIATE")
        await lent.executemany("INSERT INTO words VALUES (?)", [("otter",), ("weir",)])
        await asyncio.wrap_future(lent.put_away())
        return await opened.ask("SELECT said FROM words")

    assert asyncio.run(story()) == []


def test_what_is_closed_leaves_no_thread(tmp_path: Path) -> None:
    before = active_count()

    async def story() -> None:
        made = Opened(tmp_path / "b.db")
        await made.ask("SELECT 1 AS said")
        lent = made.connections._waiting[0]
        await made.connections.close()
        lent._thread.shutdown(wait=True)

    asyncio.run(story())
    assert active_count() == before
