"""The protocol at the coordinating node: which agency works by it, and which by another."""

import asyncio
from dataclasses import replace

import pytest

from crypto import statement
from crypto.keys import Identity, NodeKey
from server import announcements
from server.node import database, directories
from tests import nodes
from tests.web.asked import Pages
from tests.web.entered import words_of

HARBOUR, RIVER, BRIGID = (Identity(bytes([n]) * 32) for n in (1, 2, 3))
NAMES = {"Harbour House": HARBOUR, "River Police": RIVER, "St Brigid": BRIGID}


@pytest.fixture
def node(coordinating: nodes.TestedNode) -> nodes.TestedNode:
    """A coordinating node with three agencies in its directory."""
    asyncio.run(enrol(coordinating))
    return coordinating


async def enrol(node: nodes.TestedNode) -> None:
    desk = await node.desk()
    first = desk.directory.coordinating
    agencies = [
        replace(
            first,
            name=name,
            kind="police",
            identity=identity.public.hex(),
            node_key=NodeKey(bytes([n, 9]) * 16).public.hex(),
            coordinating=False,
        )
        for n, (name, identity) in enumerate(NAMES.items())
    ]
    async with database.transaction():
        await directories.follow(lambda entries: [*entries, *agencies], desk)


async def says(agency: Identity, document: str, called: str, node: nodes.TestedNode) -> None:
    """This agency's node tells which protocol it took in on 2 March."""
    desk = await node.desk()
    body = {
        "to": [desk.node.identity],
        "agency": agency.public.hex(),
        "step": "works_by",
        "done": True,
        "who": "",
        "on": "2026-03-02",
        "document": document,
        "called": called,
        "note": "",
        "at": 1,
    }
    taken = await announcements.take([statement.sign("step", body, agency)], desk)
    assert taken.accepted == 1


def test_each_agency_stands_with_the_protocol_it_works_by(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def story() -> None:
        await pages.work(node)
        ours = (await node.desk()).pack
        await says(HARBOUR, ours.digest, f"{ours.id} {ours.version}", node)
        await says(RIVER, "cd" * 32, "county 7", node)

        page = words_of(await pages.get("/protocol"))

        ours_words = f"{ours.id}, version {ours.version}"
        assert f"Harbour House {ours_words} 2 March 2026 The coalition's" in page
        assert "River Police county, version 7 2 March 2026 Another version" in page
        assert "St Brigid Not known Not known Not heard yet" in page
        assert "1 agency works by another version" in page

    asyncio.run(story())


def test_a_protocol_this_node_never_had_and_nobody_named_is_said_so(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def story() -> None:
        await pages.work(node)
        await says(HARBOUR, "cd" * 32, "", node)
        await says(RIVER, "ef" * 32, "county", node)

        page = words_of(await pages.get("/protocol"))

        assert "Harbour House One that this node never had 2 March 2026 Another version" in page
        assert "River Police county 2 March 2026 Another version" in page
        assert "2 agencies work by another version" in page

    asyncio.run(story())
