"""What an import never touches, never tells and nobody may do with it."""

import asyncio
import json
from dataclasses import replace

import pytest

from directory.audience import Audience
from server.listing import shelf, store
from server.listing.tables import ImportLine, ImportRun, ListingRow
from server.node import database
from server.node.access import Role
from server.node.errors import Locked, NotPermitted
from tests.nodes import TestedNode
from tests.server.listing.listings import HARBOUR, LANE, REFUGE, harbour
from tests.server.listing.taking import GROUPS, everything, take


def test_an_import_never_writes_over_an_agencys_own_entry(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        async with database.transaction():
            await store.put(harbour(), "aa" * 32, desk)
        before = await everything()
        rows = [{"id": HARBOUR, "name": "Another name", "description": "x"}]

        done = await take({"organizations": rows}, desk, "x.json", accept=True)

        assert await everything() == before
        (line,) = done.lines
        assert line.outcome.value == "refused"
        assert "own entry" in line.why

    asyncio.run(story())


def test_what_everybody_sees_of_a_confidential_place_never_comes_back_over_it(
    agency: TestedNode,
) -> None:
    async def story() -> None:
        desk = await agency.desk()
        async with database.transaction():
            await store.put(harbour(), "import", desk)
        before = await everything()
        public = await shelf.dataset(Audience.PUBLIC)

        done = await take(public, desk, "x.json", accept=True)

        assert await everything() == before
        assert (done.report.added, done.report.changed) == (0, 0)
        whole = await shelf.rows("locations", Audience.TRUSTED, desk, ids=[REFUGE])
        assert whole[0]["name"] == "The Refuge"

    asyncio.run(story())


def test_a_report_repeats_nothing_of_a_row_for_named_agencies(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        rows = harbour(shoe_size="CANARY", url="CANARY page")
        await take(rows, desk, "x.json")
        rows["locations"][1]["name"] = "CANARY two"
        rows["addresses"][0]["city"] = "CANARY town"

        done = await take(rows, desk, "x.json")

        assert done.report.changed == 2
        said = json.dumps([line.why for line in done.lines])
        said += json.dumps([row["why"] for row in await ImportLine.select()])
        assert "CANARY" not in said
        assert LANE not in said
        clear = json.dumps([row["body"] for row in await ListingRow.select()])
        assert "CANARY" not in clear

    asyncio.run(story())


def test_a_field_the_sender_was_not_shown_is_not_cleared(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        one = {
            "id": HARBOUR,
            "name": "Harbour House",
            "description": "x",
            "email": "a@example.org",
            "x_other": {"shoe": 1, "website": "none yet"},
            "x_field_audience": {"email": "professional"},
        }
        await take({"organizations": [one]}, desk, "x.json")

        public = await shelf.dataset(Audience.PUBLIC)
        public["organizations"][0]["website"] = "https://example.org/"
        done = await take(public, desk, "x.json", accept=True)

        assert done.report.changed == 1
        (row,) = await shelf.rows("organizations", Audience.PROFESSIONAL)
        assert row["email"] == "a@example.org"
        assert row["x_other"] == {"shoe": 1}

    asyncio.run(story())


def test_who_may_not_import_or_is_locked_out_writes_nothing(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        assert desk.staff is not None
        with pytest.raises(Locked):
            await take(GROUPS, replace(desk, staff=None))
        observer = replace(desk.staff, roles=frozenset({Role.ADVOCATE}))
        with pytest.raises(NotPermitted):
            await take(GROUPS, replace(desk, staff=observer))
        assert await ImportRun.count() == 0

    asyncio.run(story())
