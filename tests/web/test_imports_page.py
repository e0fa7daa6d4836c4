"""Bringing a directory in by page: looked at row by row, and written once somebody accepts."""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from directory.audience import Audience
from server.listing import shelf
from server.listing.tables import ImportRun
from tests.coalition import HARBOUR
from tests.nodes import TestedNode
from tests.web.asked import ORIGIN, Pages
from tests.web.conftest import Story
from tests.web.served import needs_htmx
from tests.web.windows import PHONE, WIDE, nothing_for_axe, signed_in

FILE = b"""id,name,description,shoe_size
1,Harbour House,Advice,=cmd|' /C calc'!A0
2,Lighthouse,,
,,,
"""
LATER = FILE.replace(b"Harbour House", b"Harbour Centre")


async def send(pages: Pages, name: str, raw: bytes) -> httpx.Response:
    headers = {"Origin": ORIGIN, "HX-Request": "true", "X-Casefold-Form": pages.proof}
    return await pages.ask("POST", "/imports", files={"file": (name, raw)}, headers=headers)


async def look(pages: Pages, raw: bytes) -> str:
    answer = await send(pages, "organizations.csv", raw)
    assert answer.status_code < 400, answer.text
    return str(answer.headers["hx-redirect"])


def words_of(answer: httpx.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


async def names() -> list[str]:
    return [row["name"] for row in await shelf.rows("organizations", Audience.PUBLIC)]


def test_a_file_is_looked_at_first_and_written_once_it_is_accepted(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        await pages.work(node)
        where = await look(pages, FILE)
        shown = await pages.get(where)
        assert "Nothing is written yet. It would be: 2 new" in words_of(shown)
        assert "It is blank" in words_of(shown) or "It has no name" in words_of(shown)
        assert await names() == []

        answer = await pages.post(f"{where}/accept")

        assert await names() == ["Harbour House", "Lighthouse"]
        written = words_of(await pages.get(answer.headers["hx-redirect"]))
        assert "Written: 2 new, 0 changed, 0 unchanged." in written
        again = await pages.post(f"{where}/accept")
        assert again.status_code == 422
        assert "no longer waits here" in again.text

    asyncio.run(story())


def test_a_change_is_shown_before_and_after(pages: Pages, node: TestedNode) -> None:
    async def story() -> None:
        await pages.work(node)
        await pages.post(f"{await look(pages, FILE)}/accept")

        where = await look(pages, LATER)

        shown = words_of(await pages.get(where))
        assert "Accept 1 change and write" in shown
        assert "“Harbour House”" in shown
        assert "“Harbour Centre”" in shown
        await pages.post(f"{where}/discard")
        assert await names() == ["Harbour House", "Lighthouse"]
        assert not [row for row in await ImportRun.select() if row["upload"]]

    asyncio.run(story())


def test_while_it_waits_the_file_is_shut(pages: Pages, node: TestedNode) -> None:
    async def story() -> None:
        await pages.work(node)

        await look(pages, FILE)

        (run,) = await ImportRun.select()
        assert run["upload"]
        assert b"Harbour House" not in bytes(run["upload"])

    asyncio.run(story())


def test_the_report_is_filtered_and_saved_as_a_sheet_that_runs_nothing(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        await pages.work(node)
        where = await look(pages, FILE)

        refused = await pages.post(f"{where}/lines", {"outcome": "refused"})
        repaired = await pages.post(f"{where}/lines", {"outcome": "repaired"})
        sheet = await pages.get(f"{where}/report.csv")

        assert refused.text.count('data-label="Row"') == 1
        assert repaired.text.count('data-label="Row"') == 2
        assert sheet.headers["content-type"].startswith("text/csv")
        assert "attachment" in sheet.headers["content-disposition"]
        cells = [cell for line in sheet.text.splitlines() for cell in line.split(",")]
        assert not [cell for cell in cells if cell.strip('"').startswith(("=", "+", "-", "@"))]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("nothing.csv", b"", "Choose a file"),
        ("picture.png", b"\x89PNG", "neither JSON nor CSV"),
        ("broken.json", b'{"services": [', "is not JSON"),
    ],
)
def test_what_is_no_directory_is_said_in_a_sentence(
    pages: Pages, node: TestedNode, name: str, raw: bytes, said: str
) -> None:
    async def story() -> None:
        await pages.work(node)

        answer = await send(pages, name, raw)

        assert answer.status_code == 422
        assert said in words_of(answer)
        assert await ImportRun.count() == 0

    asyncio.run(story())


@pytest.fixture
def opened(browser: Browser, story: Story) -> Iterator[Callable[[tuple[int, int]], Page]]:
    windows: list[Page] = []

    def at(size: tuple[int, int]) -> Page:
        windows.append(signed_in(browser, story.served[HARBOUR].url, "Robin Vale", size))
        windows[-1].goto(f"{story.served[HARBOUR].url}/imports")
        return windows[-1]

    yield at
    for window in windows:
        window.context.close()


@pytest.mark.browser
@needs_htmx
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_a_person_brings_a_directory_in_by_hand_and_is_shut_out_nowhere(
    opened: Callable[[tuple[int, int]], Page], size: tuple[int, int], tmp_path: Path
) -> None:
    width = size[0]
    first, later = tmp_path / f"organizations-{width}.csv", tmp_path / "organizations-2.csv"
    first.write_bytes(FILE.replace(b"1,", b"%d1," % width).replace(b"2,", b"%d2," % width))
    later.write_bytes(first.read_bytes().replace(b"Harbour House", b"Harbour Centre"))
    page = opened(size)
    nothing_for_axe(page, "/imports")

    for file, button in ((first, "Write it"), (later, "Accept 1 change and write")):
        page.set_input_files("#file", file)
        page.get_by_role("button", name="Look at it").click()
        page.get_by_role("button", name=button).wait_for()
        nothing_for_axe(page, "a report")
        page.get_by_label("Show").select_option("repaired")
        expect(page.locator("#lines .tag").first).to_have_text("Repaired")
        page.get_by_role("button", name=button).click()
        expect(page.locator("#notice")).to_contain_text("The file is in the directory")
        page.get_by_role("link", name="Back to imports").click()
        page.locator("#file").wait_for()
