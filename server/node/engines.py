"""The engine in use, whichever of the two a node stands on, and the one for PostgreSQL."""

# mypy: allow-untyped-calls
# (Piccolo's transactions carry no types.)

from collections.abc import Sequence
from contextvars import ContextVar, Token
from typing import Any

from piccolo.engine.base import Engine
from piccolo.engine.exceptions import TransactionError
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from server.node import situations
from server.node.own_connection import OwnConnection
from server.node.sqlite_engine import NodeSQLiteEngine

# Any constant will do: it names the one lock under which acts of a node take turns.
_TURN = 0x63617365666F6C64
_MOST_KEPT = 16  # an act that waits for its turn holds one; whoever comes later waits for one


class NodePostgresTransaction(OwnConnection, PostgresTransaction):
    """A transaction that waits its turn, so that both engines let one act write at a time."""

    async def get_connection(self) -> Any:
        """One that waits for the next question, else a new one."""
        return await self.engine.lend()

    async def begin(self) -> None:
        """Begin, and wait until no other act of this node is writing."""
        self.transaction = self.connection.transaction()
        await super().begin()
        await self.connection.execute("SELECT pg_advisory_xact_lock($1)", _TURN)

    async def _give_back(self) -> None:
        await self.engine.take_back(self.connection)


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

    async def keep_open(self) -> None:
        """Keep connections open between questions, in this loop, until release().

        To open one takes far longer than a question: PostgreSQL starts a process for it.
        """
        await self.start_connection_pool(min_size=0, max_size=_MOST_KEPT)

    async def lend(self) -> Any:
        """A connection that was kept, or a new one."""
        if not self.pool:
            return await self.get_new_connection()
        with situations.connecting():
            return await self.pool.acquire()

    async def take_back(self, connection: Any) -> None:
        """Keep it for the next question; what a failed act left open on it is undone."""
        if self.pool:
            await self.pool.release(connection)
        else:
            await connection.close()

    async def ask(self, query: str, args: Sequence[Any] | None = None) -> Any:
        """One question outside of any act; its rows."""
        connection = await self.lend()
        try:
            return await connection.fetch(query, *(args or ()))
        finally:
            await self.take_back(connection)

    _run_in_pool = _run_in_new_connection = ask  # as Piccolo calls it

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
