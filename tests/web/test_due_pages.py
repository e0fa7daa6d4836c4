"""What is due among partners: the self-review, and an entry nobody has said to be right lately."""

import asyncio
from datetime import timedelta

import pytest

from server.entry import own
from server.listing import store
from server.node import database
from server.node.joining_tables import SelfReview
from tests import nodes
from tests.web.asked import Pages
from tests.web.entered import words_of
from web.rendering import day


@pytest.fixture
def node(coordinating: nodes.TestedNode) -> nodes.TestedNode:
    """A coordinating node, which its own directory lists."""
    return coordinating


async def listed(node: nodes.TestedNode, **said: str) -> str:
    """The agency's own entry as it was sent; its organization."""
    desk = await node.desk()
    ident = own.organization_id(desk.node.identity)
    row = {"id": ident, "name": desk.node.name, "description": "", **said}
    async with database.transaction():
        await store.put({"organizations": [row]}, desk.node.identity, desk)
    return ident


async def reviewed(node: nodes.TestedNode, left: int) -> str:
    """A review was recorded so that the next is due in this many days; that day in words."""
    desk = await node.desk()
    term = timedelta(days=desk.pack.agreement.term_days)
    on = desk.today + timedelta(days=left)
    await SelfReview.insert(SelfReview(id="1", done_on=on - term, staff=desk.who, body=b""))
    return day(on)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (30, "The yearly self-review is due on {}."),
        (-1, "The yearly self-review was due on {}."),
    ],
)
def test_a_self_review_that_is_due_is_said_on_the_way_to_partners(
    pages: Pages, node: nodes.TestedNode, left: int, words: str
) -> None:
    async def story() -> None:
        await pages.work(node)
        on = await reviewed(node, left)

        page = words_of(await pages.get("/partners"))

        assert "1 due" in page
        assert words.format(on) in page

    asyncio.run(story())


def test_a_review_that_is_far_off_and_a_fresh_entry_are_not_spoken_of(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def story() -> None:
        await pages.work(node)
        await reviewed(node, 31)
        ident = await listed(node, x_assured=(await node.desk()).today.isoformat())

        page = words_of(await pages.get("/partners"))
        partner = words_of(await pages.get(f"/partners/of/{ident}"))

        assert "self-review" not in page
        assert " due" not in page
        assert "Not confirmed lately" not in partner

    asyncio.run(story())


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"x_assured": "2020-03-02"}, "They last said on 2 March 2020 that what stands here is"),
        ({}, "They have not said yet that what stands here is right."),
    ],
)
def test_an_entry_past_its_term_is_marked_on_the_partners_page_with_the_day(
    pages: Pages, node: nodes.TestedNode, said: dict[str, str], words: str
) -> None:
    async def story() -> None:
        await pages.work(node)
        ident = await listed(node, **said)

        partner = words_of(await pages.get(f"/partners/of/{ident}"))

        assert f"Not confirmed lately {words}" in partner
        assert "Ask when you call." in partner
        assert "1 due" in partner  # whoever keeps this entry is asked, on every page

    asyncio.run(story())
