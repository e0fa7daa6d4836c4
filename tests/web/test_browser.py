"""Pages in a real browser: nothing for axe, drafts, two Escapes, and the view that is live."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from server.casework import cases
from server.node.desk import Desk
from tests.coalition import HARBOUR, NORTHGATE, PASSPHRASE, RIVER
from tests.web.conftest import Story
from tests.web.served import apart, needs_htmx
from tests.web.windows import PHONE, WIDE, escape_twice, nothing_for_axe, signed_in
from tiers.fragment import Place

pytestmark = [
    pytest.mark.browser,
    needs_htmx,
]
_WHO = {NORTHGATE: "Maya Lind", HARBOUR: "Robin Vale", RIVER: "Sam Okoro"}
Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, story: Story) -> Iterator[Opened]:
    """Ask it for an agency: a page of its node on which somebody has signed in."""
    windows: list[Page] = []

    def at(name: str, size: tuple[int, int] = WIDE) -> Page:
        windows.append(signed_in(browser, story.served[name].url, _WHO[name], size))
        return windows[-1]

    yield at
    for window in windows:
        window.context.close()


def visit(page: Page, story: Story, name: str, path: str) -> None:
    page.goto(f"{story.served[name].url}{path}")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_no_page_of_an_agency_shuts_anybody_out(
    opened: Opened, story: Story, size: tuple[int, int]
) -> None:
    page = opened(HARBOUR, size)
    fixed = [
        "/cases",
        "/cases/new",
        "/consents",
        "/shared",
        "/partners/standing",
        "/card",
        "/staff",
        "/ties",
        "/walls",
        "/audit",
        "/sync",
        "/node",
    ]
    visit(page, story, HARBOUR, "/consents")
    consent = page.locator("a.whole").first.get_attribute("href")
    case = f"/cases/{story.ref}"

    for path in [
        *fixed,
        case,
        f"{case}/release",
        f"{case}/people",
        f"{case}/walls",
        f"{consent}",
        f"{consent}/share",
        f"{consent}/receipts",
    ]:
        visit(page, story, HARBOUR, path)
        nothing_for_axe(page, path)
        _open_everything(page)
        nothing_for_axe(page, f"{path}, opened")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_no_page_of_the_coordinator_shuts_anybody_out(
    opened: Opened, story: Story, size: tuple[int, int]
) -> None:
    page = opened(NORTHGATE, size)

    standing = [
        "/partners/standing",
        f"/partners/standing/{story.coalition[RIVER].id[:16]}",
        "/partners/tiers",
    ]
    for path in ["/shared", f"/shared/{story.ref}", *standing, "/audit"]:
        visit(page, story, NORTHGATE, path)
        _open_everything(page)
        nothing_for_axe(page, path)


def _open_everything(page: Page) -> None:
    """Open whatever opens, all at one moment: what a row fetches moves the count of the rest."""
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    expect(page.get_by_text("A moment…")).to_have_count(0)


def test_the_door_and_the_page_that_is_not_there_shut_nobody_out(
    browser: Browser, story: Story
) -> None:
    page = browser.new_page()

    for path in ("/sign-in", "/nowhere", "/away"):
        visit(page, story, HARBOUR, path)
        nothing_for_axe(page, path)
    page.close()


def test_a_wrong_passphrase_is_said_beside_the_form_which_keeps_the_name(
    browser: Browser, story: Story
) -> None:
    page = browser.new_page()
    visit(page, story, RIVER, "/sign-in")
    page.fill("#name", "Sam Okoro")
    page.fill("#passphrase", "not the passphrase at all")
    page.click("button[type=submit]")

    expect(page.locator("#problem a")).to_have_text(re.compile("not right"))
    expect(page.locator("#problem .problem")).to_be_focused()
    expect(page.locator("#name")).to_have_value("Sam Okoro")
    expect(page.locator("#name")).to_have_attribute("aria-invalid", "true")
    nothing_for_axe(page, "the problem")
    page.close()


def test_words_half_typed_come_back_after_two_quick_escapes(opened: Opened, story: Story) -> None:
    page = opened(HARBOUR)
    section = page.locator("#part-risks-survivor")

    def open_form() -> None:
        visit(page, story, HARBOUR, f"/cases/{story.ref}")
        section.locator("summary").click()
        section.get_by_role("button", name=re.compile("Change")).click()
        expect(section.locator("#summary")).to_be_visible()

    open_form()
    section.locator("#summary").fill("Half a sentence about")
    visits = page.evaluate("history.length")
    escape_twice(page)

    assert page.evaluate("history.length") == visits
    visit(page, story, HARBOUR, f"/cases/{story.ref}")
    assert page.url.endswith("/sign-in")

    page.fill("#name", _WHO[HARBOUR])
    page.fill("#passphrase", PASSPHRASE)
    page.click("button[type=submit]")
    page.wait_for_url(re.compile(r"/cases$"))
    open_form()
    expect(section.locator("#summary")).to_have_value("Half a sentence about")
    section.get_by_role("button", name="Leave it as it was").click()
    expect(section).not_to_contain_text("Half a sentence about")


def test_one_escape_hides_nothing(opened: Opened, story: Story) -> None:
    page = opened(HARBOUR)

    page.keyboard.press("Escape")
    page.wait_for_timeout(800)
    page.keyboard.press("Escape")

    expect(page.locator("h1")).to_have_text("Cases")


def test_a_draft_leaves_within_a_second_of_the_last_key(opened: Opened, story: Story) -> None:
    page = opened(HARBOUR)
    visit(page, story, HARBOUR, "/cases/new")
    page.evaluate("addEventListener('input', () => { window.lastKey = performance.now(); }, true)")

    with page.expect_response("**/drafts") as kept:
        page.locator("#best_times").press_sequentially("mornings")
    assert kept.value.ok
    expect(page.locator(".kept")).to_contain_text("Draft kept")

    # The browser's own clock: from the last key to the request, however busy the machine is.
    waited = page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/drafts'))"
        ".at(-1).startTime - window.lastKey"
    )
    assert 0 < waited < 1000


def test_the_bar_says_that_something_waits_though_no_round_ended(
    opened: Opened, story: Story
) -> None:
    page = opened(HARBOUR)
    visit(page, story, HARBOUR, "/cases")
    bar = page.locator("#sync-words")
    expect(bar).not_to_have_text("Something is on the way")
    place = Place("risks", "survivor", "summary")

    async def edit(desk: Desk) -> None:
        now = await cases.read(story.ref, desk)
        words = f"Worse, {now.revision}"
        await cases.edit(story.ref, {place: words}, now.revision, now.heads, desk)

    apart(lambda: asyncio.run(story.coalition.do(HARBOUR, edit)))

    expect(bar).to_have_text("Something is on the way")
    apart(lambda: asyncio.run(story.coalition.sync(HARBOUR, NORTHGATE)))
    expect(bar).not_to_have_text("Something is on the way")


def test_an_edit_shows_on_the_open_view_without_a_reload_and_moves_nothing_else(
    opened: Opened, story: Story
) -> None:
    page = opened(NORTHGATE)
    visit(page, story, NORTHGATE, f"/shared/{story.ref}")
    involvement = page.locator("[id^=cell-service_involvement-]", has_text="We have met")
    involvement.locator("summary").click()
    involvement.locator("summary").focus()
    page.evaluate("window.sameDocument = true")
    place = Place("risks", "survivor", "summary")
    words = f"It is getting worse fast, {time.monotonic()}"

    async def edit(desk: Desk) -> None:
        now = await cases.read(story.ref, desk)
        await cases.edit(story.ref, {place: words}, now.revision, now.heads, desk)

    async def told() -> None:
        await story.coalition.do(HARBOUR, edit)
        await story.coalition.sync(HARBOUR, NORTHGATE)

    apart(lambda: asyncio.run(told()))
    story.served[NORTHGATE].ring()

    cell = page.locator("[id^=cell-risks-].changed")
    expect(cell.locator(".brief")).to_have_text(words)
    expect(page.locator("#said")).to_have_text("Harbour Centre changed Risks we see.")
    expect(cell.locator(".changed-word")).to_be_visible()
    assert page.evaluate("window.sameDocument")
    expect(involvement.locator("summary")).to_be_focused()
    assert involvement.locator("details").evaluate("one => one.open")


def test_a_page_left_open_goes_to_the_door_when_its_session_ends(
    opened: Opened, story: Story
) -> None:
    page = opened(RIVER)
    served = story.served[RIVER]

    served.loop.call_soon_threadsafe(served.keyholder.close_all)
    served.ring()

    page.wait_for_url(re.compile(r"/sign-in$"), timeout=15_000)
