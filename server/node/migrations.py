"""Bring a database to the schema of this version, or say that it belongs to a newer one."""

import importlib
import pkgutil
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from types import ModuleType

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.tables import Migration

from server.node.engines import CURRENT
from server.node.errors import DatabaseNewer

APPS = ("node", "casework", "meeting", "listing", "entry", "relay")


async def run_missing(apps: Sequence[str] = APPS) -> None:
    """Run what is missing, of every app, in one transaction; refuse a newer database."""
    if await _already_done(apps):
        return
    async with CURRENT.transaction():
        await Migration.create_table(if_not_exists=True)
        done = await _done()
        for app in apps:
            for name in _missing(app, done):
                await _run(app, name)


async def _already_done(apps: Sequence[str]) -> bool:
    if not await Migration.table_exists():
        return False
    done = await _done()
    return not any(_missing(app, done) for app in apps)


async def _done() -> frozenset[tuple[str, str]]:
    rows = await Migration.select(Migration.app_name, Migration.name)
    return frozenset((row["app_name"], row["name"]) for row in rows)


def _missing(app: str, done: frozenset[tuple[str, str]]) -> list[str]:
    """Migrations of this app not yet run, oldest first."""
    known = {_identifier(app, file): file for file in _files(app)}
    foreign = {name for of, name in done if of == app} - known.keys()
    if foreign:
        raise DatabaseNewer
    return [known[name] for name in sorted(known) if (app, name) not in done]


def _files(app: str) -> list[str]:
    package = importlib.import_module(f"server.{app}.piccolo_migrations")
    return [module.name for module in pkgutil.iter_modules(package.__path__)]


def _module(app: str, file: str) -> ModuleType:
    return importlib.import_module(f"server.{app}.piccolo_migrations.{file}")


def _identifier(app: str, file: str) -> str:
    return str(_module(app, file).ID)


async def _run(app: str, file: str) -> None:
    module = _module(app, file)
    manager = await module.forwards()
    if isinstance(manager, MigrationManager):
        with redirect_stdout(
            StringIO()
        ):  # Piccolo prints its progress; commands print only answers
            await manager.run()
    await Migration.insert(Migration(name=module.ID, app_name=app))
