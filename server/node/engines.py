"""The two engines a node may stand on, each set so that what was written stays written."""

# mypy: allow-untyped-calls
# (Piccolo's transactions carry no types.)

import sqlite3
from contextvars import ContextVar, Token
from pathlib import Path
from typing import Any

from piccolo.engine.base import Engine
from piccolo.engine.exceptions import TransactionError
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction, TransactionType

from server.node import situations

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

# Any constant will do: it names the one lock under which acts of a node take turns.
_TURN = 0x63617365666F6C64


class NodeConnection(sqlite3.Connection):
    """A connection that has every safety setting before anyone can use it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in PRAGMAS.items():
            self.execute(f"PRAGMA {name} = {value}").fetchall()


class OwnConnection:
    """How a node's transaction begins and ends: alone on a connection, given back whatever happens.

    Within another it is that other one, which ends for both.
    """

    # What Piccolo's transactions bring; both engines' have the same.
    engine: Any
    connection: Any
    context: Any
    _parent: Any
    get_connection: Any
    begin: Any
    commit: Any
    rollback: Any

    async def __aenter__(self) -> Any:
        if self._parent is not None:
            return self._parent
        self.connection = await self.get_connection()
        try:
            await self.begin()
        except BaseException:
            await self._give_back()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if self._parent is not None:
            return False
        try:
            if kind is not None:
                await self.rollback()
            else:
                await self.commit()
        finally:
            # Giving the connection back undoes what a failed commit left open.
            self.engine.current_transaction.reset(self.context)
            await self._give_back()
        return False

    async def _give_back(self) -> None:
        await self.connection.close()


class NodeSQLiteTransaction(OwnConnection, SQLiteTransaction):
    """An immediate transaction, after which the log is emptied if that is owed."""

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> bool:
        await super().__aexit__(kind, error, trace)
        if self._parent is None:
            self.engine.pay_checkpoint()
        return False


class NodeSQLiteEngine(SQLiteEngine):
    """SQLite for a node: safe on every connection, and one writer at a time from the first word."""

    __slots__ = ("_anchor", "_owes_checkpoint")

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path), factory=NodeConnection, timeout=10.0)
        self._anchor: NodeConnection | None = None
        self._owes_checkpoint = False

    async def get_connection(self) -> Any:
        self._hold()
        return await super().get_connection()

    async def _run_in_new_connection(self, *args: Any, **kwargs: Any) -> Any:
        self._hold()
        return await super()._run_in_new_connection(*args, **kwargs)

    def transaction(
        self,
        transaction_type: TransactionType = TransactionType.immediate,
        allow_nested: bool = True,
    ) -> NodeSQLiteTransaction:
        """An immediate transaction; a deferred one would lose writes under contention."""
        if transaction_type is TransactionType.deferred:
            raise TransactionError("A node has no deferred transactions: writes would be lost.")
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
        busy, _, _ = anchor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        anchor.execute(f"PRAGMA busy_timeout = {PRAGMAS['busy_timeout']}").fetchall()
        self._owes_checkpoint = bool(busy)

    async def release(self) -> None:
        """Let go of the file."""
        if self._anchor is not None:
            self._anchor.close()
            self._anchor = None

    def _hold(self) -> NodeConnection:
        # When the last connection closes, SQLite copies the whole log back and deletes it: several
        # disk syncs after every act. One idle connection per process keeps the log open instead.
        if self._anchor is None:
            self._anchor = sqlite3.connect(
                self.path, factory=NodeConnection, isolation_level=None, check_same_thread=False
            )
        return self._anchor


class NodePostgresTransaction(OwnConnection, PostgresTransaction):
    """A transaction that waits its turn, so that both engines let one act write at a time."""

    async def begin(self) -> None:
        """Begin, and wait until no other act of this node is writing."""
        self.transaction = self.connection.transaction()
        await super().begin()
        await self.connection.execute("SELECT pg_advisory_xact_lock($1)", _TURN)

    async def _give_back(self) -> None:
        if self.engine.pool:
            await self.engine.pool.release(self.connection)
            return
        await super()._give_back()


class NodePostgresEngine(PostgresEngine):
    """PostgreSQL for a node: a commit is on the disk before it is answered."""

    def __init__(self, url: str) -> None:
        super().__init__(
            config={
                "dsn": url,
                "timeout": 10,
                "command_timeout": 60,
                "server_settings": {
                    "synchronous_commit": "on",
                    "lock_timeout": "10000",
                    "application_name": "casefold",
                    "timezone": "UTC",
                },
            },
            extensions=(),
        )

    async def get_new_connection(self) -> Any:
        """A connection, or a sentence about why there is none."""
        with situations.connecting():
            return await super().get_new_connection()

    async def check_version(self) -> None:
        """Asked in database.check(), where an answer can be refused with a sentence."""

    async def release(self) -> None:
        """Close the pool, where one was started."""
        if self.pool:
            await self.close_connection_pool()

    def transaction(self, allow_nested: bool = True) -> NodePostgresTransaction:
        """A transaction in which this node's acts take turns."""
        return NodePostgresTransaction(self, allow_nested)


NodeEngine = NodeSQLiteEngine | NodePostgresEngine


class CurrentEngine(Engine[Any]):
    """Stands for whichever node is at work here, so that tables need not know which."""

    def __init__(self) -> None:
        # Not Engine.__init__: there is nothing to connect to until a node is bound.
        self._here: ContextVar[NodeEngine | None] = ContextVar("casefold_engine", default=None)
        self._process: NodeEngine | None = None

    @property
    def engine(self) -> NodeEngine:
        """The engine in use: this task's, else this process's."""
        engine = self._here.get() or self._process
        if engine is None:
            raise LookupError("No node is bound: call server.node.database.bind() first.")
        return engine

    @property
    def bound(self) -> bool:
        """Is there a node at work here?"""
        return (self._here.get() or self._process) is not None

    def serve(self, engine: NodeEngine | None) -> None:
        """Use this engine wherever in the process no other was chosen."""
        self._process = engine

    def choose(self, engine: NodeEngine) -> Token[NodeEngine | None]:
        """Use this engine in this task, and in tasks started from it."""
        return self._here.set(engine)

    def unchoose(self, token: Token[NodeEngine | None]) -> None:
        """Go back to what was used before."""
        self._here.reset(token)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    async def get_version(self) -> float:
        """The version of the database in use."""
        return await self.engine.get_version()

    def get_version_sync(self) -> float:
        """The version of the database in use."""
        return self.engine.get_version_sync()

    async def prep_database(self) -> None:
        """Nothing: an engine prepares itself."""

    async def batch(self, *args: Any, **kwargs: Any) -> Any:
        """Rows in batches."""
        return await self.engine.batch(*args, **kwargs)

    async def run_querystring(self, *args: Any, **kwargs: Any) -> Any:
        """Run one query."""
        with situations.named():
            return await self.engine.run_querystring(*args, **kwargs)

    def transform_response_to_dicts(self, results: Any) -> list[dict[str, Any]]:
        """Rows as dictionaries."""
        return self.engine.transform_response_to_dicts(results)

    async def run_ddl(self, *args: Any, **kwargs: Any) -> Any:
        """Change the schema."""
        return await self.engine.run_ddl(*args, **kwargs)

    def transaction(self, *args: Any, **kwargs: Any) -> Any:
        """Begin a transaction."""
        return self.engine.transaction(*args, **kwargs)

    def atomic(self, *_: Any, **__: Any) -> Any:
        """Refused: an act is database.transaction(), and says who did it."""
        raise TransactionError("Use database.transaction(): every act is one transaction.")

    def transaction_exists(self) -> bool:
        """Is this task inside a transaction?"""
        return self.engine.transaction_exists()


CURRENT = CurrentEngine()
