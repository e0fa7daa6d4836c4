"""A relay that runs as a process of its own: one for each test, and one for those that only ask."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.relay.world import MEADOW, RunningRelay, directory_of, relay_in


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RunningRelay]:
    with relay_in(tmp_path / "relay") as running:
        asyncio.run(_hand_over_directory(running))
        yield running


async def _hand_over_directory(relay: RunningRelay) -> None:
    async with MEADOW.courier(relay.url) as courier:
        await courier.put_directory(directory_of().raw)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRelay]:
    """A relay for the tests that only ask, and leave it as it was."""
    with relay_in(tmp_path_factory.mktemp("lasting") / "relay") as running:
        asyncio.run(_hand_over_directory(running))
        yield running


@pytest.fixture
def client(lasting: RunningRelay) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=lasting.url, trust_env=False, timeout=20) as client:
        yield client
