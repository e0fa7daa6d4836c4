"""Coalitions of real processes, on SQLite and on PostgreSQL; each kind is made once and copied."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from tests.journeys.nodes import Coalition, make, placed, served
from tests.journeys.steps import ana_is_shared
from tests.postgres import Cluster

_POSTGRES = pytest.mark.postgres
_KEYS = ("coordinating", "centre", "police", "hospital")


@dataclass(frozen=True)
class Original:
    """A coalition at rest, on one kind of database, to be copied; keys.db is SQLite on both."""

    folder: Path
    port: int
    urls: Mapping[str, str]
    cluster: Cluster | None

    def copied(self, to: Path) -> Coalition:
        """The same four elsewhere, for one test alone."""
        return self._copy(to, lasting=False).four

    def again(self, to: Path) -> "Original":
        """A copy that lasts: for many tests, or to be copied itself once it is at rest."""
        return self._copy(to, lasting=True)

    def _copy(self, to: Path, *, lasting: bool) -> "Original":
        shutil.copytree(self.folder, to)
        urls: dict[str, str] = {}
        if self.cluster is not None:
            copy = partial(self.cluster.copy_of, lasting=lasting)
            urls = {key: copy(url) for key, url in self.urls.items()}
        return replace(self, folder=to, urls=urls)

    @property
    def four(self) -> Coalition:
        """Its nodes where they lie."""
        return placed(self.folder, self.port, self.urls)


@dataclass(frozen=True)
class OriginalTold:
    """The coalition after three agencies told of Ana: her case, and her release."""

    at_rest: Original
    ref: str
    release: str


@dataclass(frozen=True)
class Told:
    """Four nodes among which Ana's release was shared and told; her case, and her release."""

    four: Coalition
    ref: str
    release: str


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """A coalition at rest on SQLite, made once a session to be copied."""
    folder = tmp_path_factory.mktemp("coalition") / "four"
    return Original(folder, make(folder).relay_port, {}, None)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=_POSTGRES)])
def original_on_each(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Original:
    """The same on each kind of database."""
    if request.param == "sqlite":
        on_sqlite: Original = request.getfixturevalue("original")
        return on_sqlite
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    urls = {key: cluster.new_database(lasting=True) for key in _KEYS}
    folder = tmp_path_factory.mktemp("coalition") / "four"
    return Original(folder, make(folder, urls).relay_port, urls, cluster)


@pytest.fixture(scope="session")
def original_told(original: Original, tmp_path_factory: pytest.TempPathFactory) -> OriginalTold:
    """The coalition on SQLite after three agencies told, made once a session to be copied."""
    return _told(original, tmp_path_factory)


@pytest.fixture(scope="session")
def original_told_on_each(
    request: pytest.FixtureRequest,
    original_on_each: Original,
    tmp_path_factory: pytest.TempPathFactory,
) -> OriginalTold:
    """The same on each kind of database."""
    if original_on_each.cluster is None:
        on_sqlite: OriginalTold = request.getfixturevalue("original_told")
        return on_sqlite
    return _told(original_on_each, tmp_path_factory)


def _told(original: Original, tmp_path_factory: pytest.TempPathFactory) -> OriginalTold:
    at_rest = original.again(tmp_path_factory.mktemp("told") / "four")
    with served(at_rest.four) as four:
        return OriginalTold(at_rest, *ana_is_shared(four))


@pytest.fixture
def four(tmp_path: Path, original: Original) -> Iterator[Coalition]:
    """Four nodes on SQLite, met, enrolled and synced once; the relay is served."""
    with served(original.copied(tmp_path / "four")) as made:
        yield made


@pytest.fixture
def told(tmp_path: Path, original_told: OriginalTold) -> Iterator[Told]:
    """Four nodes on SQLite, three of which have told about Ana; the relay is served."""
    with served(original_told.at_rest.copied(tmp_path / "four")) as made:
        yield Told(made, original_told.ref, original_told.release)


@pytest.fixture
def four_on_each(original_on_each: Original, tmp_path: Path) -> Iterator[Coalition]:
    """Four nodes on each kind of database, met, enrolled and synced once; the relay is served."""
    with served(original_on_each.copied(tmp_path / "four")) as made:
        yield made


@pytest.fixture
def told_on_each(original_told_on_each: OriginalTold, tmp_path: Path) -> Iterator[Told]:
    """The same after three agencies told."""
    with served(original_told_on_each.at_rest.copied(tmp_path / "four")) as made:
        yield Told(made, original_told_on_each.ref, original_told_on_each.release)
