"""Two organizations in one place: what is written of one changes nothing for the other."""

import asyncio
from typing import Any

from directory.audience import Audience
from server.listing import shelf, store
from server.listing.tables import ListingRow
from server.node import database
from server.node.desk import Desk
from tests.nodes import TestedNode
from tests.server.listing.listings import an_id

_NIGHTS = "01632 960881"


def at_the_hall(name: str, audience: str) -> dict[str, list[dict[str, Any]]]:
    """An organization with one service at the hall, and a telephone there."""
    whose, service, there = an_id(name), an_id(f"{name} service"), an_id(f"{name} there")
    return {
        "organizations": [{"id": whose, "name": name, "description": "", "x_audience": "public"}],
        "services": [
            {
                "id": service,
                "organization_id": whose,
                "name": f"Advice of {name}",
                "status": "active",
                "x_audience": audience,
            }
        ],
        "locations": [
            {
                "id": an_id("hall"),
                "location_type": "physical",
                "name": "The hall",
                "x_audience": "public",
            }
        ],
        "service_at_location": [
            {
                "id": there,
                "service_id": service,
                "location_id": an_id("hall"),
                "x_audience": "public",
            }
        ],
        "phones": [
            {
                "id": an_id(f"{name} nights"),
                "service_at_location_id": there,
                "number": _NIGHTS if audience == "professional" else "01632 960882",
                "x_audience": "public",
            }
        ],
    }


async def put(tables: Any, desk: Desk) -> None:
    async with database.transaction():
        await store.put(tables, "import", desk)


def test_a_row_at_a_shared_place_stays_as_narrow_as_the_service_it_hangs_from(
    agency: TestedNode,
) -> None:
    async def story() -> None:
        desk = await agency.desk()
        beacon = at_the_hall("Beacon", "public")
        await put(beacon, desk)
        await put(at_the_hall("Lighthouse", "professional"), desk)
        before = await ListingRow.select().order_by(ListingRow.id)
        beacon["phones"][0]["name"] = "Days"
        await put(beacon, desk)
        numbers = {row["number"] for row in await shelf.rows("phones", Audience.PUBLIC)}
        for_staff = {row["number"] for row in await shelf.rows("phones", Audience.PROFESSIONAL)}
        after = await ListingRow.select().order_by(ListingRow.id)

        assert numbers == {"01632 960882"}
        assert for_staff == {"01632 960882", _NIGHTS}
        ours = {row["id"]: (row["organization"], row["audience"]) for row in after}
        assert all(ours[row["id"]] == (row["organization"], row["audience"]) for row in before)

    asyncio.run(story())
