"""A coalition whose nodes reach each other by HTTP, through the coordinator's relay."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.coalition import Coalition
from tests.server.casework.conftest import agencies, coalition_original, pytest_generate_tests
from tests.server.sync.wired import Wired, wired

__all__ = ["agencies", "by_http", "coalition_original", "pytest_generate_tests"]


@pytest.fixture
def by_http(agencies: Coalition, tmp_path: Path) -> Iterator[Wired]:
    """Everybody enrolled, every node pointed at the running relay."""
    with wired(agencies, tmp_path / "relay.stderr") as running:
        yield running
