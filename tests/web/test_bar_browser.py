"""The bar on top in a real browser: one row on a laptop, badges beside their word, nothing lost."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from server.node import chamber, staff
from server.node.access import Role
from tests import coalition, founding
from tests.coalition import HARBOUR, NORTHGATE, PASSPHRASE, Coalition
from tests.server.meeting import sitting
from tests.web.served import Served, apart, needs_htmx, serve
from tests.web.windows import PHONE, WIDE, nothing_for_axe, signed_in

pytestmark = [
    pytest.mark.browser,
    needs_htmx,
]
OPERATOR = "Kit Sorrel"
FRONT = ["Cases", "Shared", "Meetings", "Actions", "Partners"]
BEHIND = ["Consents", "Staff", "Audit", "Node"]
ROW = ".bar nav > ul"


@dataclass
class World:
    """An agency and the coordinating node, at which a meeting is open at this moment."""

    made: Coalition
    served: dict[str, Served]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    first = apart(lambda: founding.make_original(None))
    made = founding.copy(first, tmp_path_factory.mktemp("bar"), None)

    async def prepare() -> None:
        few = frozenset({Role.OPERATOR})
        await made.do(HARBOUR, lambda desk: staff.add(OPERATOR, few, PASSPHRASE, desk))
        await sitting.opened(made, (await sitting.plan_next(made)).id)

    apart(lambda: asyncio.run(prepare()))
    served = {name: serve(made.settings(name), made[name].engine) for name in (HARBOUR, NORTHGATE)}
    yield World(made, served)
    for one in served.values():
        one.end()
    apart(lambda: asyncio.run(founding.close(made)))
    chamber.close()
    shutil.rmtree(first[coalition.HARBOUR].settings.data.parent)


def at_work(browser: Browser, world: World, name: str, size: tuple[int, int] = WIDE) -> Page:
    return signed_in(browser, world.served[name].url, world.made[name].member.name, size)


def words(page: Page, row: str) -> list[str]:
    return page.locator(f"{row} > li > a").all_inner_texts()


@pytest.mark.parametrize(("name", "own"), [(HARBOUR, "Asked"), (NORTHGATE, "Intake")])
def test_on_a_laptop_the_bar_is_one_row_and_the_rest_is_behind_more(
    browser: Browser, world: World, name: str, own: str
) -> None:
    page = at_work(browser, world, name)

    front = words(page, ROW)
    assert front == [*FRONT[:2], own, *FRONT[2:]]
    tops = page.locator(".bar-in > *, .bar nav > *").evaluate_all(MIDDLES)
    assert max(tops) - min(tops) < 3
    assert page.locator(".bar").evaluate("one => one.offsetHeight") < 70

    page.get_by_text("More", exact=True).press("Enter")
    assert words(page, ".bar-more > ul") == BEHIND
    nothing_for_axe(page, "the menu")
    page.get_by_role("link", name="Audit", exact=True).click()
    expect(page.locator("h1")).to_have_text("What was done here")
    expect(page.locator(".bar [aria-current=page]")).to_have_text("Audit")
    expect(page.locator(".bar-more > summary")).to_have_text("More: Audit")
    assert page.locator(".bar").evaluate("one => one.offsetHeight") < 70
    page.context.close()


def test_a_badge_stands_beside_its_word(browser: Browser, world: World) -> None:
    page = at_work(browser, world, NORTHGATE)
    place = page.locator(f"{ROW} > li", has_text="Open now")

    word, badge = place.locator("a").bounding_box(), place.locator(".tag").bounding_box()

    assert word is not None
    assert badge is not None
    expect(place.locator("a")).to_have_text("Meetings")
    assert badge["x"] >= word["x"] + word["width"]
    assert word["y"] < badge["y"] < badge["y"] + badge["height"] < word["y"] + word["height"]
    page.context.close()


def test_the_menu_shuts_by_escape_by_tab_and_by_a_press_elsewhere(
    browser: Browser, world: World
) -> None:
    page = at_work(browser, world, HARBOUR)
    menu, more = page.locator(".bar-more"), page.locator(".bar-more > summary")

    more.press("Enter")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Consents", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(more).to_be_focused()

    more.press("Enter")
    for _ in (*BEHIND, "past the last"):
        page.keyboard.press("Tab")
    expect(menu).not_to_have_attribute("open", "")

    more.click()
    expect(menu).to_have_attribute("open", "")
    page.locator("h1").click()
    expect(menu).not_to_have_attribute("open", "")
    page.context.close()


@pytest.mark.parametrize("name", [HARBOUR, NORTHGATE])
def test_on_a_telephone_every_place_is_reached_and_none_is_wider_than_the_window(
    browser: Browser, world: World, name: str
) -> None:
    page = at_work(browser, world, name, PHONE)

    partners = page.get_by_role("link", name="Partners", exact=True)
    partners.scroll_into_view_if_needed()
    expect(partners).to_be_in_viewport(ratio=1)
    page.locator(".bar-more > summary").click()
    for one in BEHIND:
        link = page.get_by_role("link", name=one, exact=True)
        expect(link).to_be_in_viewport(ratio=1)
        size = link.bounding_box()
        assert size is not None
        assert size["height"] >= 44
    nothing_for_axe(page, "the menu on a telephone")
    page.context.close()


def test_a_bar_that_is_short_has_no_menu(browser: Browser, world: World) -> None:
    page = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}).new_page()
    page.goto(f"{world.served[HARBOUR].url}/sign-in")
    page.fill("#name", OPERATOR)
    page.fill("#passphrase", PASSPHRASE)
    page.click("button[type=submit]")

    expect(page.locator(f"{ROW} [aria-current=page]")).to_be_visible()
    assert set(words(page, ROW)) >= {"Staff", "Audit", "Node"}
    expect(page.locator(".bar-more")).to_have_count(0)
    page.context.close()


MIDDLES = """them => them.map((one) => {
  const box = one.getBoundingClientRect();
  return box.top + box.height / 2;
})"""
