"""“They are one”, by page: said, seen, taken over by the agency, and taken back."""

import asyncio
import re

import httpx
import pytest

from directory.audience import Audience
from server.entry import own, sending
from server.listing import shelf
from server.listing.tables import Claim
from tests import nodes
from tests.nodes import COORDINATING, TestedNode
from tests.server.entry.imported import ADVICE, HARBOUR_ID, NIGHT_NUMBER, STREET, a_list, take_in
from tests.web.asked import Pages


@pytest.fixture
def node(coordinating: nodes.TestedNode) -> nodes.TestedNode:
    """A coordinating node: it keeps the lists, and is an agency with an entry like any other."""
    return coordinating


def words_of(answer: httpx.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


async def both(node: TestedNode) -> str:
    """A list names this agency, and it has sent its own entry; the agency's identity."""
    desk = await node.desk()
    await take_in(a_list(name=COORDINATING), desk)
    await own.begin(desk)
    await sending.send(desk)
    return desk.node.identity


async def listed() -> set[str]:
    return {row["id"] for row in await shelf.rows("organizations", Audience.PROFESSIONAL)}


def test_what_is_alike_is_shown_said_to_be_one_and_taken_back(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        await pages.work(node)
        agency = await both(node)
        before = await pages.get("/partners/claims")
        await pages.post("/partners/claims", {"organization": HARBOUR_ID, "agency": agency})
        said, one = words_of(await pages.get("/partners/claims")), await listed()
        partner = words_of(await pages.get(f"/partners/of/{own.organization_id(agency)}"))
        undone = await pages.post(f"/partners/claims/{HARBOUR_ID}/undo")

        assert "They have the same name." in words_of(before)
        assert 'href="/partners/claims"' in (await pages.get("/imports")).text
        assert "imported rows kept aside for it." in said
        assert HARBOUR_ID in one
        assert own.organization_id(agency) not in one
        assert COORDINATING in partner
        assert NIGHT_NUMBER not in partner
        assert undone.status_code < 400
        assert await listed() == one | {own.organization_id(agency)}

    asyncio.run(story())


def test_what_the_list_says_is_offered_and_taken_over_in_one_press(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        await pages.work(node)
        agency = await both(node)
        quiet = words_of(await pages.get("/entry"))
        await pages.post("/partners/claims", {"organization": HARBOUR_ID, "agency": agency})
        told = words_of(await pages.get("/entry"))
        shown = await pages.get("/entry/offered")
        rows = re.findall(r'name="row" value="([^"]+)"[^>]* checked', shown.text)
        none = await pages.post("/entry/offered", {})
        answer = await pages.post("/entry/offered", {"row": rows})

        assert "says more of you" not in quiet
        assert "says more of you" in told
        assert "Court advice" in words_of(shown)
        assert STREET not in shown.text
        assert none.status_code == 422
        assert answer.status_code < 400
        (advice,) = [
            row for row in (await own.read(await node.desk())).of("services") if row.id == ADVICE
        ]
        assert advice.values["organization_id"] == own.organization_id(agency)
        assert "No list says more" in words_of(await pages.get("/entry/offered"))

    asyncio.run(story())


def test_what_cannot_be_said_is_answered_in_a_sentence(pages: Pages, node: TestedNode) -> None:
    async def story() -> None:
        await pages.work(node)
        agency = await both(node)

        nobody = await pages.post("/partners/claims", {"organization": HARBOUR_ID})
        nothing = await pages.post("/partners/claims", {"organization": "x", "agency": agency})
        undone = await pages.post(f"/partners/claims/{HARBOUR_ID}/undo")

        assert "Choose the agency it is." in words_of(nobody)
        assert "No list brought an organization of this id" in words_of(nothing)
        assert "No agency is said to be this organization." in words_of(undone)
        assert await Claim.count() == 0

    asyncio.run(story())
