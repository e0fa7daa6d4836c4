"""Coalitions of real processes, on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.nodes import Coalition, make, placed, served
from tests.journeys.steps import ana_is_shared
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


@dataclass(frozen=True)
class Told:
    """Four nodes among which Ana's release was shared and told; her case, and her release."""

    four: Coalition
    ref: str
    release: str


@pytest.fixture(scope="session")
def original_told(
    original: tuple[Path, int], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, int, str, str]:
    """The coalition after three agencies told, made once a session to be copied."""
    folder, port = original
    after = tmp_path_factory.mktemp("told") / "four"
    shutil.copytree(folder, after)
    with served(placed(after, port, {})) as four:
        return after, port, *ana_is_shared(four)


@pytest.fixture
def told(tmp_path: Path, original_told: tuple[Path, int, str, str]) -> Iterator[Told]:
    """Four nodes on SQLite, three of which have told about Ana; the relay is served."""
    folder, port, ref, release = original_told
    shutil.copytree(folder, tmp_path / "four")
    with served(placed(tmp_path / "four", port, {})) as made:
        yield Told(made, ref, release)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def four_on_each(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Coalition]:
    """The same four, made anew on each kind of database; keys.db is SQLite on both."""
    urls = {}
    if request.param == "postgres":
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        urls = {key: cluster.new_database() for key in _KEYS}
    with served(make(tmp_path, urls)) as four:
        yield four
