"""What every test may ask for: a database of either kind, and the settings of a node on it."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.node import database as databases
from server.node.engines import NodeEngine
from server.node.settings import Settings
from tests import postgres


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    """PostgreSQL 15, once a session; skipped for a plain reason, or failed where CI is true."""
    postgres.require()
    cluster = postgres.start()
    yield cluster
    postgres.stop(cluster)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_database_url(request: pytest.FixtureRequest) -> Callable[[], str | None]:
    """Ask it for the address of a fresh, empty database: nothing for SQLite in the folder."""
    if request.param == "sqlite":
        return lambda: None
    cluster: postgres.Cluster = request.getfixturevalue("postgres_cluster")
    return cluster.new_database


@pytest.fixture
def node_settings(tmp_path: Path, new_database_url: Callable[[], str | None]) -> Settings:
    """The settings of one node in a folder of its own; the test runs on each kind of database."""
    return Settings(data=tmp_path / "node", database_url=new_database_url())


@pytest.fixture
def database(node_settings: Settings) -> Iterator[NodeEngine]:
    """The database of that node: its schema is there, and it is bound in this process."""
    engine = databases.bind(databases.engine_for(node_settings))
    asyncio.run(databases.prepare(node_settings))
    yield engine
    asyncio.run(databases.release())
