"""Chunks of a listing put away together: a row may have moved from one to another."""

import asyncio
from typing import Any

from directory.audience import Audience
from server.entry import shelving
from server.listing import shelf
from server.listing.tables import ListingRow
from server.node import database
from tests.nodes import TestedNode
from tests.server.entry.imported import HARBOUR_ID, LIGHTHOUSE, a_list


def test_a_row_that_moved_from_one_chunk_to_another_stays(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        rows: dict[str, Any] = a_list()
        ours, theirs = f"import:o/{HARBOUR_ID}", f"import:o/{LIGHTHOUSE}"
        hall = {"locations": [{**rows["locations"][0], "x_audience": "public"}]}
        for chunks in (
            {ours: hall, theirs: {}},
            {ours: {}, theirs: hall},
            {ours: hall, theirs: {}},
        ):
            async with database.transaction():
                await shelving.put_imported(chunks, desk)

            source = next(one for one, said in chunks.items() if said)
            held = await ListingRow.select(ListingRow.source).where(ListingRow.table == "locations")
            assert held == [{"source": source}]
        assert len(await shelf.rows("locations", Audience.PUBLIC)) == 1

    asyncio.run(story())
