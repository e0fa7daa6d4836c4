"""What every test may ask for: a database of either kind, and the settings of a node on it."""

import asyncio
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from server.node import database as databases
from server.node.engines import NodeEngine
from server.node.settings import Settings
from tests import nodes, postgres


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails in a browser says what was on the screen."""
    report = yield
    if report.failed and call.when == "call":
        for page in _open_pages(getattr(item, "funcargs", {})):
            with suppress(Exception):
                said = page.locator("body").inner_text(timeout=2_000)
                report.sections.append((f"on the screen at {page.url}", said[:2_000]))
    return report


def _open_pages(asked: Mapping[str, Any]) -> Iterator[Any]:
    for browser in (asked.get("browser"), getattr(asked.get("shown"), "browser", None)):
        for window in getattr(browser, "contexts", ()):
            yield from window.pages


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    """PostgreSQL 15, once a session; skipped for a plain reason, or failed where CI is true."""
    postgres.require()
    cluster = postgres.start()
    yield cluster
    postgres.stop(cluster)


@pytest.fixture(autouse=True)
def databases_dropped() -> Iterator[None]:
    """PostgreSQL's databases of one test are dropped after everything else of it has ended."""
    yield
    for cluster in postgres.RUNNING:
        cluster.drop_passing()


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


@pytest.fixture(scope="session")
def original() -> Iterator[Callable[[postgres.Cluster | None, bool], nodes.Original]]:
    """A node made once a session for each kind of database, to be copied."""
    made: list[nodes.Original] = []

    @cache
    def make(cluster: postgres.Cluster | None, coordinating: bool) -> nodes.Original:
        made.append(nodes.make_original(cluster, coordinating=coordinating))
        return made[-1]

    yield make
    for one in made:
        shutil.rmtree(one.settings.data.parent)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_node(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    original: Callable[[postgres.Cluster | None, bool], nodes.Original],
) -> Iterator[Callable[..., nodes.TestedNode]]:
    """Ask it for a node, and use databases.using(node.engine); runs on each kind of database."""
    cluster = request.getfixturevalue("postgres_cluster") if request.param == "postgres" else None
    made: list[nodes.TestedNode] = []

    def copied(*, coordinating: bool = False) -> nodes.TestedNode:
        made.append(
            nodes.copy(
                original(cluster, coordinating),
                tmp_path / f"node-{len(made)}",
                cluster.new_database if cluster else str,
            )
        )
        return made[-1]

    yield copied
    for node in made:
        asyncio.run(node.engine.release())


@pytest.fixture
def agency(new_node: Callable[..., nodes.TestedNode]) -> Iterator[nodes.TestedNode]:
    """An agency's node, bound in this test."""
    node = new_node()
    with databases.using(node.engine):
        yield node


@pytest.fixture
def coordinating(new_node: Callable[..., nodes.TestedNode]) -> Iterator[nodes.TestedNode]:
    """The coordinating node, bound in this test."""
    node = new_node(coordinating=True)
    with databases.using(node.engine):
        yield node
