"""What is pressed before htmx has come: kept, done once it is there, never by the browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.coalition import NORTHGATE, PASSPHRASE, RIVER
from tests.web.conftest import Story
from tests.web.served import needs_htmx
from tests.web.windows import signed_in

pytestmark = [
    pytest.mark.browser,
    needs_htmx,
]
_WHO = "Sam Okoro"


@pytest.fixture
def coordinator(browser: Browser, story: Story) -> Iterator[Page]:
    """The coordinating node's page, signed in."""
    page = signed_in(browser, story.served[NORTHGATE].url, "Maya Lind")
    yield page
    page.context.close()


def _htmx_held_back(window: BrowserContext) -> list[Route]:
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    window.route("**/vendor/htmx*", keep, times=1)
    return held


def _let_go(page: Page, held: list[Route]) -> None:
    while not held:
        page.wait_for_timeout(20)
    for route in held:
        route.continue_()


def test_a_form_whose_htmx_never_comes_sends_nothing_anywhere_and_says_so(
    browser: Browser, story: Story
) -> None:
    window = browser.new_context()
    window.route("**/vendor/**", lambda route: route.abort())
    page = window.new_page()
    asked: list[str] = []
    address = f"{story.served[RIVER].url}/sign-in"
    page.goto(address)
    expect(page.locator("#problem")).to_contain_text("Load it again")
    page.fill("#name", _WHO)
    page.fill("#passphrase", PASSPHRASE)
    page.on("request", lambda request: asked.append(request.url))

    page.click("button[type=submit]", no_wait_after=True)
    page.wait_for_function("() => new Promise(done => requestAnimationFrame(() => done(true)))")

    assert page.url == address
    assert asked == []
    window.close()


@pytest.mark.parametrize("by", ["a press", "Enter"])
def test_a_form_sent_before_htmx_came_is_sent_once_when_it_is_there(
    browser: Browser, story: Story, by: str
) -> None:
    window = browser.new_context()
    held = _htmx_held_back(window)
    page = window.new_page()
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    page.goto(f"{story.served[RIVER].url}/sign-in", wait_until="commit")
    page.fill("#name", _WHO)
    page.fill("#passphrase", PASSPHRASE)

    if by == "Enter":
        page.press("#passphrase", "Enter", no_wait_after=True)
    else:
        page.click("button[type=submit]", no_wait_after=True)
    assert sent == []
    _let_go(page, held)

    page.wait_for_url(re.compile(r"/(cases|shared)$"))
    assert sent == [f"{story.served[RIVER].url}/sign-in"]
    window.close()


def test_a_row_opened_before_htmx_came_is_filled_when_it_is_there(
    coordinator: Page, story: Story
) -> None:
    page = coordinator
    held = _htmx_held_back(page.context)
    page.goto(f"{story.served[NORTHGATE].url}/partners/standing", wait_until="commit")
    row = page.locator("#agencies details").first

    row.locator("summary").click(no_wait_after=True)
    expect(row).to_contain_text("A moment…")
    _let_go(page, held)

    expect(row).to_contain_text("Takes part as")
