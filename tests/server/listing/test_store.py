"""What a node keeps of the directory: each row for those it is meant for, and no wider."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from directory.audience import Audience
from directory.hsds.profile import redaction
from server.listing import shelf, store
from server.listing.tables import ListingRow, TrustedRow
from server.node import database
from server.node.desk import Desk
from server.node.errors import Locked
from server.node.sqlite_engine import NodeSQLiteEngine
from tests.nodes import TestedNode
from tests.server.listing.listings import ADVICE, HARBOUR, LANE, OFFICE, REFUGE, an_id, harbour

IDENTITY, OTHER = "aa" * 32, "bb" * 32


async def put(rows: Any, desk: Desk, source: str = "import", *, whole: bool = False) -> store.Put:
    async with database.transaction():
        return await store.put(rows, source, desk, whole=whole)


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row.get("name", row["location_type"]) for row in rows]


def test_a_confidential_place_reads_as_a_virtual_one_below_its_audience(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()

        await put(harbour(), desk)

        for viewer in (Audience.PUBLIC, Audience.PROFESSIONAL):
            seen = await shelf.organization(HARBOUR, viewer)
            assert names(seen["locations"]) == ["virtual", "Office"]
            assert "addresses" not in seen
            assert [row["id"] for row in seen["attributes"]] == [redaction(REFUGE)["id"]]
            assert [row["code"] for row in seen["taxonomy_terms"]] == ["redacted"]
        whole = await shelf.organization(HARBOUR, Audience.TRUSTED, desk)
        assert sorted(names(whole["locations"])) == ["Office", "The Refuge"]
        assert [row["address_1"] for row in whole["addresses"]] == [LANE]
        assert "attributes" not in whole or whole["attributes"] == []

    asyncio.run(story())


def test_nothing_of_a_confidential_place_is_on_the_disk_in_clear(agency: TestedNode) -> None:
    async def story() -> None:
        await put(harbour(), await agency.desk())

        kept = [row["body"] for row in await ListingRow.select()]
        kept += [str(bytes(row["body"])) for row in await TrustedRow.select()]
        assert not [body for body in kept if LANE in body or "Refuge" in body or "51.12" in body]
        if isinstance(agency.engine, NodeSQLiteEngine):
            raw = b"".join(Path(file).read_bytes() for file in agency.settings.data.glob("*.db*"))
            assert LANE.encode() not in raw

    asyncio.run(story())


def test_the_public_sees_neither_what_is_for_professionals_nor_its_marks(
    agency: TestedNode,
) -> None:
    async def story() -> None:
        await put(harbour(), await agency.desk())

        public = await shelf.rows("phones", Audience.PUBLIC)
        professional = await shelf.rows("phones", Audience.PROFESSIONAL)

        assert [row["number"] for row in public] == ["01632 960001"]
        assert "x_audience" not in public[0]
        assert len(professional) == 2

    asyncio.run(story())


def test_the_same_rows_twice_change_nothing(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        first = await put(harbour(), desk)
        before = [await table.select().order_by(table.id) for table in (ListingRow, TrustedRow)]

        again = await put(harbour(), desk)

        after = [await table.select().order_by(table.id) for table in (ListingRow, TrustedRow)]
        assert (first.added, first.changed) == (7, 0)
        assert (again.added, again.changed, again.unchanged) == (0, 0, 7)
        assert again.organizations == frozenset()
        assert before == after

    asyncio.run(story())


def test_a_place_made_confidential_later_takes_all_that_hangs_from_it_along(
    agency: TestedNode,
) -> None:
    async def story() -> None:
        desk = await agency.desk()
        await put(harbour(x_confidential_location=False, x_audience="public"), desk)
        assert len(await shelf.rows("addresses", Audience.PUBLIC)) == 1

        refuge = harbour()["locations"][1]
        changed = await put({"locations": [refuge]}, desk)

        assert await shelf.rows("addresses", Audience.PROFESSIONAL) == []
        assert len(await shelf.rows("addresses", Audience.TRUSTED, desk)) == 1
        assert HARBOUR in changed.organizations

        open_again = {**refuge, "x_confidential_location": False, "x_audience": "public"}
        await put({"locations": [open_again]}, desk)

        assert len(await shelf.rows("addresses", Audience.PUBLIC)) == 1
        assert await shelf.rows("attributes", Audience.PROFESSIONAL) == []
        assert await TrustedRow.count() == 0

    asyncio.run(story())


def test_an_agencys_own_entry_is_not_overwritten_by_an_import_or_by_another(
    agency: TestedNode,
) -> None:
    async def story() -> None:
        desk = await agency.desk()
        await put(harbour(), desk)
        await put(harbour(), desk, IDENTITY)
        other = harbour()
        other["services"][0]["name"] = "Something else"

        for source in ("import", OTHER):
            done = await put(other, desk, source)
            assert len(done.owned) == 7
            assert done.changed == done.added == 0

        assert [row["name"] for row in await shelf.rows("services", Audience.PUBLIC)] == ["Advice"]

    asyncio.run(story())


def test_a_whole_entry_takes_away_what_its_agency_no_longer_says(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        await put(harbour(), desk, IDENTITY)
        less = harbour()
        less["locations"], less["addresses"], less["phones"] = less["locations"][:1], [], []

        done = await put(less, desk, IDENTITY, whole=True)

        assert done.removed == 4
        assert await TrustedRow.count() == 0
        assert {row["table"] for row in await ListingRow.select()} <= {
            "organizations",
            "services",
            "locations",
            "taxonomies",
            "taxonomy_terms",
        }

    asyncio.run(story())


def test_a_locked_node_takes_what_is_open_and_leaves_what_is_shut(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        locked = await agency.locked()
        await put(harbour(), desk, IDENTITY)
        shut = await TrustedRow.select().order_by(TrustedRow.id)
        opened = await shelf.dataset(Audience.PROFESSIONAL)
        opened["services"][0]["name"] = "More advice"

        await put(opened, locked, IDENTITY, whole=True)

        assert await TrustedRow.select().order_by(TrustedRow.id) == shut
        assert names(await shelf.rows("locations", Audience.PROFESSIONAL)) == ["virtual", "Office"]
        services = await shelf.rows("services", Audience.PUBLIC)
        assert [row["name"] for row in services] == ["More advice"]
        with pytest.raises(Locked):
            await put(
                {"locations": [{**harbour()["locations"][1], "id": an_id("another")}]}, locked
            )

    asyncio.run(story())


def test_places_without_an_organization_belong_to_the_one_whose_service_is_there(
    agency: TestedNode,
) -> None:
    async def story() -> None:
        desk = await agency.desk()
        rows = harbour()
        rows["locations"] = [{"id": OFFICE, "location_type": "physical", "x_audience": "public"}]
        there = {"id": an_id("there"), "service_id": ADVICE, "location_id": OFFICE}
        rows["service_at_location"] = [{**there, "x_audience": "public"}]
        del rows["addresses"]

        await put(rows, desk)

        entry = await shelf.organization(HARBOUR, Audience.PUBLIC)
        assert [row["id"] for row in entry["locations"]] == [OFFICE]
        assert await shelf.organization(an_id("nobody"), Audience.PUBLIC) == {}

    asyncio.run(story())


def test_a_row_is_written_inside_an_act_alone(agency: TestedNode) -> None:
    async def story() -> None:
        desk = replace(await agency.desk())

        with pytest.raises(database.NotInTransaction):
            await store.put(harbour(), "import", desk)

    asyncio.run(story())


def test_what_one_agency_shuts_stays_as_it_is_when_another_writes(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        await put(harbour(), desk, IDENTITY)
        before = await ListingRow.select().order_by(ListingRow.id)
        shut = await TrustedRow.select().order_by(TrustedRow.id)
        other = {
            "organizations": [{"id": an_id("lighthouse"), "name": "Lighthouse", "description": ""}],
            "locations": [
                {
                    "id": an_id("tower"),
                    "organization_id": an_id("lighthouse"),
                    "location_type": "physical",
                    "x_confidential_location": True,
                }
            ],
        }

        await put(other, desk, OTHER, whole=True)

        after = await ListingRow.select().order_by(ListingRow.id)
        assert [row for row in after if row["source"] == IDENTITY] == [
            row for row in before if row["source"] == IDENTITY
        ]
        for box in shut:
            assert box in await TrustedRow.select()
        assert await TrustedRow.count() == len(shut) + 1

    asyncio.run(story())
