"""One place for what the database must promise: every act is one immediate, durable transaction.

An app's tables need nothing special: Piccolo finds the engine here. Write a migration with
    PICCOLO_CONF=server.piccolo_conf CASEFOLD_DATA=$(mktemp -d) .venv/bin/piccolo \
        migrations new casework --auto
and commit the file; prepare() runs what is missing, of every app, in one transaction.
"""

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from piccolo.custom_types import Combinable
from piccolo.table import Table

from server.node import migrations, situations
from server.node.engines import CURRENT, NodeEngine, NodePostgresEngine
from server.node.errors import DatabaseUnsafe
from server.node.settings import Settings
from server.node.sqlite_engine import PRAGMAS, NodeSQLiteEngine

# Piccolo asks a module for the engine; this one names the engine and no app, so that the relay
# standing alone never imports a case table.
os.environ.setdefault("PICCOLO_CONF", "server.node.piccolo_engine")


class NotInTransaction(RuntimeError):
    """This must be called inside database.transaction()."""


class AlreadyInTransaction(RuntimeError):
    """An act is one transaction: a second was begun inside the first."""


def engine_for(settings: Settings) -> NodeEngine:
    """A new engine for this node's database."""
    if settings.database_url:
        return NodePostgresEngine(settings.database_url)
    return NodeSQLiteEngine(settings.database_file)


def bind(engine: NodeEngine) -> NodeEngine:
    """Make this the engine of the whole process; a process that serves binds once."""
    CURRENT.serve(engine)
    return engine


async def keep_open() -> None:
    """In this loop, keep connections open between questions until release(), as SQLite's are."""
    if isinstance(CURRENT.engine, NodePostgresEngine):
        await CURRENT.engine.keep_open()


async def release() -> None:
    """Let go of the engine of this process, and of what it keeps open."""
    if CURRENT.bound:
        await CURRENT.engine.release()
        CURRENT.serve(None)


@contextmanager
def using(engine: NodeEngine) -> Iterator[NodeEngine]:
    """Within this block, and in tasks started from it, this engine is the one in use."""
    token = CURRENT.choose(engine)
    try:
        yield engine
    finally:
        CURRENT.unchoose(token)


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """One act: all of it or none. Nesting is refused; start a task in a fresh context."""
    if CURRENT.transaction_exists():
        raise AlreadyInTransaction
    with situations.named():
        async with CURRENT.transaction():
            yield


def in_transaction() -> bool:
    """Is this task inside an act?"""
    return CURRENT.transaction_exists()


def require_transaction() -> None:
    """Go on only inside a transaction."""
    if not in_transaction():
        raise NotInTransaction


async def many(statement: str, rows: Sequence[Sequence[object]]) -> None:
    """Run one statement, with {} for each value, for every row: one trip, and no query built.

    For thousands of rows: Piccolo takes several times as long to write them down as SQLite does.
    """
    act = CURRENT.current_transaction.get()
    if act is None:
        raise NotInTransaction
    if not rows:
        return
    if isinstance(CURRENT.engine, NodePostgresEngine):
        text = statement.format(*(f"${number + 1}" for number in range(len(rows[0]))))
    else:
        text = statement.replace("{}", "?")
    with situations.named():
        await act.connection.executemany(text, rows)


async def lock_row(table: type[Table], where: Combinable) -> dict[str, Any] | None:
    """The row, held until this transaction ends, so that it can be read, thought about, written."""
    require_transaction()
    query = table.select().where(where).first()
    if isinstance(CURRENT.engine, NodePostgresEngine):
        query = query.lock_rows()
    row: dict[str, Any] | None = await query
    return row


async def prepare(settings: Settings, apps: Sequence[str] = migrations.APPS) -> None:
    """Make the folder and these apps' schema ready; the engine must be bound. Safe to repeat."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.data.chmod(0o700)
    await check()
    if settings.database_url is None:
        settings.database_file.chmod(0o600)
    with situations.named():
        await migrations.run_missing(apps)


async def check() -> None:
    """Refuse a database that would lose or leak what is written to it."""
    with situations.named():
        engine = CURRENT.engine
        if isinstance(engine, NodePostgresEngine):
            return await _check_postgres(engine)
        return await _check_sqlite(engine)


async def _check_sqlite(engine: NodeSQLiteEngine) -> None:
    for name, wanted in PRAGMAS.items():
        rows = await engine.connections.ask(f"PRAGMA {name}", ())
        found = next(iter(rows[0].values())) if rows else None
        if found != wanted:
            raise DatabaseUnsafe(
                f"This SQLite does not keep {name} at {wanted} (it says {found}). "
                "This node will not start on it; use a local disk."
            )


async def _check_postgres(engine: NodePostgresEngine) -> None:
    names = ["synchronous_commit", "fsync", "full_page_writes"]
    rows = await engine.ask("SELECT name, setting FROM pg_settings WHERE name = ANY($1)", [names])
    found = {row["name"]: row["setting"] for row in rows}
    for name in names:
        if found.get(name) != "on":
            raise DatabaseUnsafe(
                f"PostgreSQL has {name} off: an acknowledged withdrawal could be lost. Turn it on."
            )


def checkpoint() -> None:
    """After destroying, leave nothing of it in SQLite's write-ahead log."""
    engine = CURRENT.engine
    if isinstance(engine, NodeSQLiteEngine):
        engine.checkpoint()
