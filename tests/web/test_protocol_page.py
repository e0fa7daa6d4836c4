"""The protocol in force: every pack in plain words, on a desk, on a telephone and on paper."""

import asyncio
import html
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from server.node import packs
from server.node.tables import NodeRow
from tests import nodes
from tests.coalition import HARBOUR, NORTHGATE
from tests.web.asked import Pages
from tests.web.conftest import Story
from tests.web.served import needs_htmx
from tests.web.windows import PHONE, WIDE, nothing_for_axe, signed_in
from tiers.pack_meeting_words import meeting_chapters


async def work_by(name: str) -> None:
    """This node was made with another pack."""
    texts = json.dumps(packs.load(name))
    await NodeRow.update({NodeRow.pack_texts: texts}).where(NodeRow.id > 0)


def shown(pages: Pages, node: nodes.TestedNode, name: str) -> str:
    async def scenario() -> str:
        await work_by(name)
        await pages.work(node)
        answer = await pages.get("/protocol")
        assert answer.status_code == 200
        return html.unescape(answer.text)

    return asyncio.run(scenario())


@pytest.mark.parametrize("name", packs.shipped())
def test_every_pack_is_shown_whole(pages: Pages, node: nodes.TestedNode, name: str) -> None:
    pack = packs.read(packs.load(name))

    text = shown(pages, node, name)

    for words in (
        pack.title,
        *pack.agreement.commitments,
        *pack.duties.values(),
        *(row.title for row in pack.tiers.values()),
        *(step.what for step in pack.onboarding),
        *(source for note in pack.notes.values() for source in note.sources),
        *(line for chapter in meeting_chapters(pack) for line in chapter.lines),
        pack.words["release"],
        pack.words["redisclosure"],
    ):
        assert words in text


def test_a_review_that_is_past_and_what_nobody_chose_are_said(
    pages: Pages, node: nodes.TestedNode
) -> None:
    text = shown(pages, node, "hrda-dorset")

    assert "30 November 2025: this day is past" in text
    assert "Not chosen yet" in text
    assert "marac-uk, four-tiers" in text


def test_a_node_without_a_directory_says_that_nothing_was_compared(
    pages: Pages, node: nodes.TestedNode
) -> None:
    assert "Not yet compared" in shown(pages, node, "four-tiers")


def test_the_protocol_is_for_whoever_is_signed_in(pages: Pages) -> None:
    answer = asyncio.run(pages.get("/protocol"))

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in"


@pytest.fixture
def opened(browser: Browser, story: Story) -> Iterator[Callable[[tuple[int, int]], Page]]:
    windows: list[Page] = []

    def at(size: tuple[int, int]) -> Page:
        windows.append(signed_in(browser, story.served[HARBOUR].url, "Robin Vale", size))
        windows[-1].goto(f"{story.served[HARBOUR].url}/protocol")
        return windows[-1]

    yield at
    for window in windows:
        window.context.close()


@pytest.mark.browser
@needs_htmx
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_the_protocol_shuts_nobody_out_and_says_it_is_the_coalitions(
    opened: Callable[[tuple[int, int]], Page], size: tuple[int, int]
) -> None:
    page = opened(size)

    assert page.locator("section .tag.good").inner_text() == "The coalition's"
    page.locator("main details summary").click()
    nothing_for_axe(page, "/protocol")


@pytest.mark.browser
@needs_htmx
def test_whoever_coordinates_sees_who_works_by_it(browser: Browser, story: Story) -> None:
    for size in (WIDE, PHONE):
        page = signed_in(browser, story.served[NORTHGATE].url, "Maya Lind", size)
        page.goto(f"{story.served[NORTHGATE].url}/protocol")
        rows = page.locator("section[aria-labelledby=agencies-title] tbody tr")

        assert rows.count() == len(story.coalition.places) - 1
        assert all("The coalition's" in text for text in rows.all_inner_texts())
        nothing_for_axe(page, "/protocol at the coordinating node")
        page.context.close()


@pytest.mark.browser
@needs_htmx
def test_on_paper_the_protocol_is_only_itself(
    opened: Callable[[tuple[int, int]], Page], tmp_path: Path
) -> None:
    page = opened(WIDE)
    page.emulate_media(media="print")

    for away in (".bar", ".back", "main details"):
        assert not page.locator(away).first.is_visible()
    assert page.locator("table.carries").first.is_visible()
    page.pdf(path=tmp_path / "protocol.pdf", format="A4")
    assert (tmp_path / "protocol.pdf").stat().st_size > 10_000
