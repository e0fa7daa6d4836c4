"""What we offer, in a real browser: a service, its week, a hidden place, and a bed in one press."""

import asyncio
import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from server.node import chamber
from tests import nodes
from tests.web.served import Served, apart, needs_htmx, serve
from tests.web.windows import nothing_for_axe

pytestmark = [
    pytest.mark.browser,
    needs_htmx,
]


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An agency's node, and nobody has written its entry yet."""
    first = apart(lambda: nodes.make_original(None, coordinating=False))
    node = nodes.copy(first, tmp_path_factory.mktemp("entry") / "node", str)
    running = serve(node.settings, node.engine)
    yield running
    running.end()
    apart(lambda: asyncio.run(node.engine.release()))
    chamber.close()
    shutil.rmtree(first.settings.data.parent)


def at_work(browser: Browser, served: Served) -> Page:
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    page.goto(f"{served.url}/sign-in")
    page.fill("#name", nodes.FIRST)
    page.fill("#passphrase", nodes.PASSPHRASE)
    page.click("button[type=submit]")
    page.wait_for_url(re.compile(r"/(cases|shared)$"))
    return page


def saved(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#notice")).to_contain_text("Saved here")


def test_somebody_writes_what_the_agency_offers_on_a_telephone(
    browser: Browser, served: Served
) -> None:
    page = at_work(browser, served)
    page.goto(f"{served.url}/entry")
    nothing_for_axe(page, "/entry, empty")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("link", name=nodes.AGENCY, exact=True)).to_be_visible()

    page.get_by_role("link", name="Add a service").click()
    page.get_by_label("Name", exact=True).fill("Refuge")
    page.get_by_label("Open to new people").select_option("active")
    page.get_by_label("Who may see this").select_option("public")
    nothing_for_axe(page, "/entry/rows/services/new")
    saved(page)

    page.get_by_role("link", name="Hours of Refuge").click()
    page.locator("#MO-1-opens").fill("09:00")
    page.locator("#MO-1-closes").fill("17:00")
    nothing_for_axe(page, "/entry/hours")
    saved(page)
    expect(page.locator("#main")).to_contain_text("Open Mon 09:00 to 17:00")

    page.get_by_role("link", name="count of free places to Refuge").click()
    page.get_by_label("Free now", exact=True).fill("2")
    page.get_by_label("Of what").fill("Beds")
    saved(page)
    page.get_by_role("button", name="One more free: Beds").click()
    expect(page.locator("#notice")).to_contain_text("3 free")

    page.get_by_role("link", name="Add a place").click()
    page.get_by_label("Name", exact=True).fill("The mill")
    page.get_by_label("This place is confidential").check()
    saved(page)
    expect(page.locator("#main")).to_contain_text("Nobody but us")
    nothing_for_axe(page, "/entry")

    page.get_by_role("link", name="Send to the directory").click()
    expect(page.locator(".stays")).to_contain_text("The mill")
    expect(page.locator(".leaves").first).not_to_contain_text("The mill")
    nothing_for_axe(page, "/entry/send")


def test_a_price_is_written_with_the_keyboard_and_a_slip_is_named_beside_it(
    browser: Browser, served: Served
) -> None:
    page = at_work(browser, served)
    page.goto(f"{served.url}/entry")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Add a service").click()
    page.get_by_label("Name", exact=True).fill("Counselling")
    saved(page)

    page.get_by_role("link", name="price to Counselling").press("Enter")
    page.get_by_label("For whom or for what").focus()
    page.keyboard.type("A session")
    page.keyboard.press("Tab")
    page.keyboard.type("a little")
    page.keyboard.press("Enter")
    expect(page.locator(".problem")).to_contain_text("Amount: “a little” is not a number")
    nothing_for_axe(page, "/entry/rows/cost_options/new, with a slip")
    page.get_by_label("Amount", exact=True).fill("12.5")
    page.get_by_label("Currency").fill("gbp")
    page.get_by_label("Holds until").fill("2031-03-31")
    page.get_by_label("Who may see this").select_option("public")
    saved(page)

    page.get_by_role("link", name="paper to bring to Counselling").click()
    nothing_for_axe(page, "/entry/rows/required_documents/new")
    page.get_by_label("Paper", exact=True).fill("Letter from a doctor")
    saved(page)
    expect(page.locator("#main")).to_contain_text("£12.50")
    expect(page.locator("#main")).to_contain_text("31 March 2031")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        nothing_for_axe(page, f"/entry, {width} wide")
