"""Coalitions of real processes, on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.nodes import Coalition, make, placed, served
from tests.journeys.steps import ana_is_shared
from tests.postgres import Cluster

_POSTGRES = pytest.mark.postgres
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


@dataclass(frozen=True)
class Original:
    """A coalition at rest, on one kind of database, to be copied; keys.db is SQLite on both."""

    folder: Path
    port: int
    urls: Mapping[str, str]
    cluster: Cluster | None

    def copied(self, to: Path) -> Coalition:
        """The same four elsewhere, with databases of their own."""
        shutil.copytree(self.folder, to)
        urls = {}
        if self.cluster is not None:
            for key, url in self.urls.items():
                urls[key] = self.cluster.new_database(url.split("@/")[1].split("?")[0])
        return placed(to, self.port, urls)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=_POSTGRES)])
def original_on_each(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Original:
    """Made once a session on each kind of database."""
    folder = tmp_path_factory.mktemp("each") / "four"
    cluster: Cluster | None = None
    urls = {}
    if request.param == "postgres":
        cluster = request.getfixturevalue("postgres_cluster")
        assert cluster is not None
        urls = {key: cluster.new_database() for key in _KEYS}
    return Original(folder, make(folder, urls).relay_port, urls, cluster)


@pytest.fixture
def four_on_each(original_on_each: Original, tmp_path: Path) -> Iterator[Coalition]:
    """Four nodes on each kind of database, met, enrolled and synced once; the relay is served."""
    with served(original_on_each.copied(tmp_path / "four")) as four:
        yield four


@pytest.fixture
def told_on_each(four_on_each: Coalition) -> Told:
    """The same after three agencies told."""
    return Told(four_on_each, *ana_is_shared(four_on_each))
