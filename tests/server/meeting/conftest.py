"""The invented coalition, for what it does around its meetings; and one whose team decides."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.casework import memory
from server.node import chamber
from tests import coalition, founding
from tests.coalition import BRIGID, HARBOUR, RIVER, Coalition
from tests.server.casework.conftest import agencies, coalition_original, pytest_generate_tests

__all__ = ["agencies", "coalition_original", "pytest_generate_tests"]

KINDS = {HARBOUR: "domestic_violence_centre", RIVER: "police", BRIGID: "hospital"}


@pytest.fixture(scope="session")
def team_original() -> Iterator[Coalition]:
    """Three agencies and a coordinating node that decide as a team; nobody works at them."""
    made = founding.make_original(None, "dvhrt-texas", KINDS)
    yield made
    shutil.rmtree(made[coalition.HARBOUR].settings.data.parent)
    chamber.close()


@pytest.fixture
def team(tmp_path: Path, team_original: Coalition) -> Iterator[Coalition]:
    """A family violence centre, police and a hospital that accept and close cases together."""
    made = founding.copy(team_original, tmp_path, None)
    memory.clear()
    yield made
    asyncio.run(founding.close(made))
