"""SQLite for a node, set so that what was written stays written, and what was deleted is gone."""

import sqlite3
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from piccolo.engine.exceptions import TransactionError
from piccolo.engine.sqlite import (
    SQLiteEngine,
    SQLiteTransaction,
    TransactionType,
    dict_factory,
)

from server.node.own_connection import OwnConnection
from server.node.sqlite_connections import Connections, Lent, Rows

PRAGMAS = {
    "busy_timeout": 10_000,  # milliseconds; first, so that the others may wait too
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a lost power supply loses no acknowledged act
    "secure_delete": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "foreign_keys": 1,
    "temp_store": 2,  # memory: no piece of a case in a temporary file
}


class NodeConnection(sqlite3.Connection):
    """A connection that has every safety setting before anyone can use it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in PRAGMAS.items():
            self.execute(f"PRAGMA {name} = {value}").fetchall()


class NodeSQLiteTransaction(OwnConnection, SQLiteTransaction):
    """An immediate transaction, after which the log is emptied if that is owed."""

    async def get_connection(self) -> Lent:
        """A connection that waits, or a new one."""
        lent: Lent = self.engine.connections.lend()
        return lent

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> bool:
        await super().__aexit__(kind, error, trace)
        if self._parent is None:
            self.engine.pay_checkpoint()
        return False

    async def _give_back(self) -> None:
        if self._committed or self._rolled_back:
            self.engine.connections.give_back(self.connection)
        else:
            self.connection.put_away()


class NodeSQLiteEngine(SQLiteEngine):
    """SQLite for a node: safe on every connection, and one writer at a time from the first word."""

    __slots__ = ("_anchor", "_owes_checkpoint", "connections")

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path), factory=NodeConnection, timeout=10.0)
        self.connections = Connections(path, partial(_open, self.connection_kwargs))
        self._anchor: sqlite3.Connection | None = None
        self._owes_checkpoint = False

    async def _run_in_new_connection(
        self, query: str, args: Any = None, *_: Any, **__: Any
    ) -> Rows:
        self._hold()
        return await self.connections.ask(query, args or ())

    async def _run_in_existing_connection(
        self, connection: Lent, query: str, args: Any = None, *_: Any, **__: Any
    ) -> Rows:
        return await connection.execute(query, args or ())

    def transaction(
        self,
        transaction_type: TransactionType = TransactionType.immediate,
        allow_nested: bool = True,
    ) -> NodeSQLiteTransaction:
        """An immediate transaction; a deferred one would lose writes under contention."""
        if transaction_type is TransactionType.deferred:
            raise TransactionError("A node has no deferred transactions: writes would be lost.")
        self._hold()
        return NodeSQLiteTransaction(self, TransactionType.immediate, allow_nested)

    def checkpoint(self) -> None:
        """Empty the write-ahead log, so that what was deleted is not left in it.

        While somebody else reads or writes it cannot be done; then the next act to end does it.
        """
        self._owes_checkpoint = True
        self.pay_checkpoint()

    def pay_checkpoint(self) -> None:
        """Empty the log now if that is owed and nobody is in the way; never waits."""
        if not self._owes_checkpoint:
            return
        anchor = self._hold()
        anchor.execute("PRAGMA busy_timeout = 0").fetchall()
        busy = anchor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()["busy"]
        anchor.execute(f"PRAGMA busy_timeout = {PRAGMAS['busy_timeout']}").fetchall()
        self._owes_checkpoint = bool(busy)

    async def release(self) -> None:
        """Let go of the file."""
        await self.connections.close()
        if self._anchor is not None:
            self._anchor.close()
            self._anchor = None

    def _hold(self) -> sqlite3.Connection:
        # When the last connection closes, SQLite copies the whole log back and deletes it: several
        # disk syncs after every act. One idle connection per process keeps the log open instead.
        if self._anchor is None:
            self._anchor = _open(self.connection_kwargs)
        return self._anchor


def _open(kwargs: Mapping[str, Any]) -> sqlite3.Connection:
    # No method: an engine that is let go must not be held by the connections that wait for it.
    connection: sqlite3.Connection = sqlite3.connect(**kwargs, check_same_thread=False)
    connection.row_factory = dict_factory
    return connection
