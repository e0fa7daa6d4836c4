"""Finding a partner in a real browser, on a desk and on a telephone, by keys and by touch."""

import asyncio
import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from server.listing import store
from server.node import chamber, database
from tests import listed, nodes
from tests.web.served import Served, apart, needs_htmx, serve
from tests.web.test_browser import PHONE, WIDE, nothing_for_axe

pytestmark = [
    pytest.mark.browser,
    needs_htmx,
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A node with the small directory, and forty-five sites of one kind."""
    first = apart(lambda: nodes.make_original(None, coordinating=True))
    node = nodes.copy(first, tmp_path_factory.mktemp("found") / "node", str)
    tables = listed.directory(node.identity.public.hex())
    tables["organizations"] += [
        listed.row(
            "organizations", f"site-{n}", name=f"Site {n:02}", description="A family centre."
        )
        for n in range(45)
    ]

    async def fill() -> None:
        async with database.transaction():
            await store.put(tables, "import", await node.desk())

    def filled() -> None:
        with database.using(node.engine):
            asyncio.run(fill())

    apart(filled)
    served = serve(node.settings, node.engine)
    yield served
    served.end()
    apart(lambda: asyncio.run(node.engine.release()))
    chamber.close()
    shutil.rmtree(first.settings.data.parent)


@pytest.fixture(params=[WIDE, PHONE], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, found: Served) -> Iterator[Page]:
    """Somebody has signed in and looks at the partners."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    opened = context.new_page()
    opened.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    opened.goto(f"{found.url}/sign-in")
    opened.fill("#name", nodes.FIRST)
    opened.fill("#passphrase", nodes.PASSPHRASE)
    opened.click("button[type=submit]")
    opened.wait_for_url(re.compile(r"/shared$"))
    opened.goto(f"{found.url}/partners")
    yield opened
    context.close()


def test_it_answers_as_one_types_keeps_the_focus_and_puts_nothing_into_the_address(
    page: Page,
) -> None:
    nothing_for_axe(page, "/partners")
    address = page.url
    page.locator("#find-text").press_sequentially("sheltr")

    expect(page.locator("#found")).to_contain_text("Looked for “shelter” instead")
    expect(page.locator("#find-text")).to_be_focused()
    expect(page.locator("#find-text")).to_have_value("sheltr")
    assert page.url == address
    nothing_for_axe(page, "/partners, found")


def test_a_fact_is_ticked_by_key_and_keeps_the_focus(page: Page) -> None:
    spanish = page.get_by_label(re.compile("^Spanish"))
    spanish.focus()
    page.keyboard.press("Space")

    expect(page.get_by_role("heading", name="1 partner")).to_be_visible()
    expect(spanish).to_be_checked()
    expect(spanish).to_be_focused()


def test_the_next_page_is_read_from_its_top(page: Page) -> None:
    page.locator("#find-text").fill("family centre")
    expect(page.get_by_role("heading", name="45 partners")).to_be_visible()
    page.get_by_role("button", name="Next").click()

    expect(page.locator("#found")).to_contain_text("Page 2 of 3")
    expect(page.get_by_role("heading", name="45 partners")).to_be_focused()
    expect(page.get_by_role("heading", name="45 partners")).to_be_in_viewport()


def test_a_partners_page_and_nobody_found_shut_nobody_out(page: Page, found: Served) -> None:
    page.locator("#find-text").fill("xyzzyx")
    expect(page.get_by_role("heading", name=re.compile("Nobody here matches"))).to_be_visible()
    nothing_for_axe(page, "/partners, nobody")

    page.goto(f"{found.url}/partners/of/{listed.of('organizations', 'brigid')}")
    expect(page.get_by_role("heading", name="Call in this order")).to_be_visible()
    nothing_for_axe(page, "/partners/of")
