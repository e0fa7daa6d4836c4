"""Coalitions of real processes, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.nodes import Coalition, coalition
from tests.postgres import Cluster

_KEYS = ("coordinating", "centre", "police", "hospital")


@pytest.fixture
def four(tmp_path: Path) -> Iterator[Coalition]:
    """Four nodes on SQLite, met, enrolled and synced once."""
    with coalition(tmp_path) as made:
        yield made


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def four_on_each(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Coalition]:
    """The same four, on each kind of database; keys.db is SQLite on both."""
    urls = {}
    if request.param == "postgres":
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        urls = {key: cluster.new_database() for key in _KEYS}
    with coalition(tmp_path, urls) as made:
        yield made
