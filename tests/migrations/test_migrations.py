"""Every app's migrations: from nothing to this version's tables, and back to nothing."""

import asyncio
import importlib
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.tables import Migration
from piccolo.table import Table

from server.casework.piccolo_app import APP_CONFIG as CASEWORK
from server.entry.piccolo_app import APP_CONFIG as ENTRY
from server.listing.piccolo_app import APP_CONFIG as LISTING
from server.meeting.piccolo_app import APP_CONFIG as MEETING
from server.node import database, migrations
from server.node.engines import NodeEngine
from server.node.errors import DatabaseNewer
from server.node.piccolo_app import APP_CONFIG as NODE
from server.node.settings import Settings
from server.relay.piccolo_app import APP_CONFIG as RELAY

TABLES: list[type[Table]] = [
    table for app in (NODE, CASEWORK, MEETING, LISTING, ENTRY, RELAY) for table in app.table_classes
]


@pytest.fixture
def empty(tmp_path: Path, new_database_url: Callable[[], str | None]) -> NodeEngine:
    """A database in which nothing is yet."""
    folder = tmp_path / "node"
    folder.mkdir()
    return database.engine_for(Settings(folder, new_database_url()))


async def _rows(table: type[Table]) -> int:
    return len(await table.select())


def test_an_empty_database_is_brought_to_this_versions_tables(empty: NodeEngine) -> None:
    async def story() -> None:
        await migrations.run_missing()

        # A select names every column that the code declares.
        for table in TABLES:
            assert await _rows(table) == 0, table
        done = {(row["app_name"], row["name"]) for row in await Migration.select()}
        assert {app for app, _ in done} == set(migrations.APPS)
        await migrations.run_missing()
        assert len(await Migration.select()) == len(done)
        await empty.release()

    with database.using(empty):
        asyncio.run(story())


def test_a_database_with_a_migration_nobody_here_knows_is_left_alone(empty: NodeEngine) -> None:
    async def story() -> None:
        await migrations.run_missing()
        await Migration.insert(Migration(name="2999-01-01T00:00:00:000000", app_name="casework"))

        with pytest.raises(DatabaseNewer):
            await migrations.run_missing()
        await empty.release()

    with database.using(empty):
        asyncio.run(story())


def test_each_migration_can_be_taken_back_in_turn(empty: NodeEngine) -> None:
    async def story() -> None:
        await migrations.run_missing()

        for app in reversed(migrations.APPS):
            package = importlib.import_module(f"server.{app}.piccolo_migrations")
            for file in sorted(migrations._files(app), reverse=True):
                module = importlib.import_module(f"{package.__name__}.{file}")
                manager = await module.forwards()
                assert isinstance(manager, MigrationManager)
                with redirect_stdout(StringIO()):
                    await manager.run(backwards=True)

        left = [table for table in TABLES if await table.table_exists()]
        assert left == []
        await empty.release()

    with database.using(empty):
        asyncio.run(story())
