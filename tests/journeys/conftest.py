"""Coalitions of real processes, on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.nodes import Coalition, make, placed, served
from tests.postgres import Cluster

_KEYS = ("coordinating", "centre", "police", "hospital")


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A coalition at rest, made once a session to be copied; and the port of its relay."""
    folder = tmp_path_factory.mktemp("coalition")
    return folder, make(folder).relay_port


@pytest.fixture
def four(tmp_path: Path, original: tuple[Path, int]) -> Iterator[Coalition]:
    """Four nodes on SQLite, met, enrolled and synced once; the relay is served."""
    folder, port = original
    shutil.copytree(folder, tmp_path / "four")
    with served(placed(tmp_path / "four", port, {})) as made:
        yield made


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def four_on_each(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Coalition]:
    """The same four, made anew on each kind of database; keys.db is SQLite on both."""
    urls = {}
    if request.param == "postgres":
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        urls = {key: cluster.new_database() for key in _KEYS}
    with served(make(tmp_path, urls)) as four:
        yield four
