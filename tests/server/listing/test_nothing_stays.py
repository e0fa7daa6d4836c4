"""A street that became a secret, or left the directory, is nowhere in what lies on the disk."""

import asyncio
from pathlib import Path

import pytest

from server.listing import store
from server.node import database
from server.node.sqlite_engine import NodeSQLiteEngine
from tests.nodes import TestedNode
from tests.server.listing.listings import LANE, harbour

STREET = "17 Quillfeather Mews"


def _on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.glob("*.db*")))


@pytest.mark.parametrize("becomes", ["confidential", "removed"])
def test_nothing_of_a_street_that_was_hidden_stays_on_the_disk(
    agency: TestedNode, becomes: str
) -> None:
    if not isinstance(agency.engine, NodeSQLiteEngine):
        pytest.skip("What PostgreSQL leaves on its disk is its own vacuum's to clear.")

    async def story() -> None:
        desk = await agency.desk()
        told = harbour(x_confidential_location=False, x_audience="public")
        told["addresses"] = [
            {**row, "address_1": STREET, "x_audience": "public"} for row in told["addresses"]
        ]
        hidden = harbour()
        hidden["addresses"] = [{**row, "address_1": STREET} for row in hidden["addresses"]]
        async with database.transaction():
            await store.put(told, "import", desk, whole=True)
        assert b"Quillfeather" in _on_disk(agency.settings.data)

        async with database.transaction():
            await store.put(hidden if becomes == "confidential" else {}, "import", desk, whole=True)

        left = _on_disk(agency.settings.data)
        for word in ("Quillfeather", "quillfeather", LANE):
            assert word.encode() not in left, word

    asyncio.run(story())
