"""Walls and ties in a real browser: said and put with the keyboard's forms, at both widths."""

import pytest
from playwright.sync_api import Browser, expect

from tests.coalition import HARBOUR, RIVER
from tests.web.conftest import Story
from tests.web.served import needs_htmx
from tests.web.windows import PHONE, WIDE, nothing_for_axe, signed_in

pytestmark = [
    pytest.mark.browser,
    needs_htmx,
]


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_a_tie_is_said_and_a_wall_is_put_and_lifted(
    browser: Browser, story: Story, size: tuple[int, int]
) -> None:
    url = story.served[HARBOUR].url
    page = signed_in(browser, url, "Robin Vale", size)

    page.goto(f"{url}/ties")
    page.fill("#names", "Dana Frost\nD. Frost-Holt")
    page.fill("#phones", "07700 900999")
    page.fill("#why", "my sister")
    page.get_by_role("button", name="Write this down").click()
    tie = page.locator("main li", has_text="Dana Frost").first
    expect(tie).to_contain_text("my sister")
    nothing_for_axe(page, "/ties")
    tie.get_by_role("button", name="Take back").click()
    expect(page.locator("main li", has_text="Dana Frost")).to_have_count(0)

    page.goto(f"{url}/cases/{story.ref}")
    page.get_by_role("link", name="Walls").click()
    page.select_option("#agency", label=RIVER)
    page.fill("#why", "He works there.")
    page.get_by_role("button", name="Put this wall").click()
    wall = page.locator("main li", has_text=RIVER)
    expect(wall).to_contain_text("He works there.")
    nothing_for_axe(page, "the walls of a case")
    wall.get_by_text("Lift", exact=False).first.click()
    nothing_for_axe(page, "a wall to lift")
    wall.get_by_role("button", name="Lift it").click()
    expect(page.get_by_text("No wall stands.")).to_be_visible()
    page.context.close()
