"""A coalition for each test, on SQLite and on PostgreSQL, copied from one made once a session."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from server.casework import memory
from server.node import chamber
from tests import coalition, founding, postgres
from tests.coalition import Coalition


@pytest.fixture(scope="session")
def coalition_original() -> Iterator[Callable[[postgres.Cluster | None], Coalition]]:
    """The coalition nobody works at, once for each kind of database."""
    made: list[Coalition] = []

    @cache
    def make(cluster: postgres.Cluster | None) -> Coalition:
        made.append(founding.make_original(cluster))
        return made[-1]

    yield make
    for one in made:
        shutil.rmtree(one[coalition.HARBOUR].settings.data.parent)
    chamber.close()


# Whatever speaks SQL of its own kind, keeps tables of its own or meets another act at one row runs
# on both; stories that only add acts run on SQLite.
_ON_BOTH = {
    "test_claiming",
    "test_claiming_limits",
    "test_rows_by_the_clock",
    "test_crafted_plans",
    "test_resting",
    "test_another_pack",
    "test_fragment_to_meeting",
    "test_endings",
    "test_keeping",
    "test_leaving",
    "test_rehearsing",
    "test_rounds",
    "test_signed_together",
    "test_offering",
    "test_travelling",
    "test_listing_size",
    "test_successions",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each story its databases."""
    if "agencies" not in metafunc.fixturenames:
        return
    kinds = ["sqlite"]
    both = [*kinds, pytest.param("postgres", marks=pytest.mark.postgres)]
    module = metafunc.module.__name__.rsplit(".", 1)[-1]
    metafunc.parametrize("agencies", both if module in _ON_BOTH else kinds, indirect=True)


@pytest.fixture
def agencies(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    coalition_original: Callable[[postgres.Cluster | None], Coalition],
) -> Iterator[Coalition]:
    """Two agencies, a hospital and a coordinator, enrolled and synced once."""
    cluster = request.getfixturevalue("postgres_cluster") if request.param == "postgres" else None
    made = founding.copy(coalition_original(cluster), tmp_path, cluster)
    memory.clear()
    yield made
    asyncio.run(founding.close(made))
