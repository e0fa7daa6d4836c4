"""How much of the listing travels: all of it once, then only what changed, in few requests."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from client_sync.courier import Courier
from directory.hsds.ids import stable_id
from server import announcements
from server.entry import adopting
from server.entry.tables import Chunk, ListingHead
from server.listing import store
from server.listing.tables import ListingRow
from server.node import database
from server.node.desk import Desk
from tests.coalition import NORTHGATE, RIVER
from tests.running import run
from tests.server.sync.wired import Wired

MANY = 300


class Counting(Courier):
    """A courier that counts what it was asked for."""

    asked = 0
    brought = 0

    async def get_blobs(self, names: Sequence[bytes]) -> dict[bytes, bytes]:
        found = await super().get_blobs(names)
        self.asked += 1
        self.brought += sum(map(len, found.values()))
        return found


def organization(number: int, words: str = "Advice and a listening ear.") -> dict[str, Any]:
    """An invented organization with three services and a telephone."""
    of = stable_id("test", str(number))
    services = [
        {
            "id": stable_id("test", str(number), str(one)),
            "organization_id": of,
            "name": f"Service {one} of {number}",
            "description": words,
            "status": "active",
            "x_audience": "public",
        }
        for one in range(3)
    ]
    return {
        "organizations": [
            {
                "id": of,
                "name": f"Organization {number}",
                "description": words,
                "x_audience": "public",
            }
        ],
        "services": services,
    }


async def imported(numbers: Sequence[int], desk: Desk, words: str = "Advice.") -> None:
    dataset: dict[str, list[dict[str, Any]]] = {}
    for number in numbers:
        for table, rows in organization(number, words).items():
            dataset.setdefault(table, []).extend(rows)
    async with database.transaction():
        await store.put(dataset, store.IMPORT, desk)


async def adopted(by_http: Wired) -> tuple[int, int]:
    """River adopts what is new, and nothing else in that round; requests, and bytes."""
    by_http.agencies.now += timedelta(minutes=1)
    await by_http.round(NORTHGATE)
    with by_http.agencies.at(RIVER):
        desk = await by_http.agencies.desk(RIVER)
        node = desk.node
        async with Counting(node.relay_url, node.identity_key, node.node_key, node.trusted) as one:
            page = await one.pull(None)
            for raw in page.statements:
                await _heard(raw, desk)
            await adopting.adopt(desk, one)
        return one.asked, one.brought


async def _heard(raw: bytes, desk: Desk) -> None:
    ours, _ = announcements.split([raw])
    await announcements.take(ours, desk)


def test_a_whole_directory_travels_once_and_then_only_what_changed(by_http: Wired):
    async def walk() -> None:
        await by_http.settle()
        with by_http.agencies.at(NORTHGATE):
            desk = await by_http.agencies.desk(NORTHGATE)
            await imported(range(MANY), desk)
        first = await adopted(by_http)
        by_http.agencies.now += timedelta(minutes=1)
        with by_http.agencies.at(NORTHGATE):
            desk = await by_http.agencies.desk(NORTHGATE)
            await imported([7], desk, "Words that are new.")
        second = await adopted(by_http)
        nothing = await adopted(by_http)

        with by_http.agencies.at(RIVER):
            rows = await ListingRow.count()
            head = await ListingHead.objects().first()
            chunks = await Chunk.count()
            changed = await ListingRow.count().where(ListingRow.body.like("%Words that are new.%"))
        assert rows == MANY * 4
        assert chunks == MANY
        assert head.adopted == head.number
        assert changed == 4
        assert first[0] <= 6
        assert second[0] == 3
        assert second[1] < 8_000
        assert nothing == (0, 0)

    run(walk())


def test_an_organization_that_left_the_listing_leaves_every_node(by_http: Wired):
    async def walk() -> None:
        await by_http.settle()
        with by_http.agencies.at(NORTHGATE):
            desk = await by_http.agencies.desk(NORTHGATE)
            await imported(range(3), desk)
        await adopted(by_http)
        by_http.agencies.now += timedelta(minutes=1)
        with by_http.agencies.at(NORTHGATE):
            desk = await by_http.agencies.desk(NORTHGATE)
            async with database.transaction():
                await store.put(organization(0), store.IMPORT, desk, whole=True)
        await adopted(by_http)

        with by_http.agencies.at(RIVER):
            left = await ListingRow.select(ListingRow.organization).distinct()
        assert [one["organization"] for one in left] == [stable_id("test", "0")]

    run(walk())
