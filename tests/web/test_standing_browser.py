"""How an agency stands is changed in its own row of the list: suspended, let in again, removed."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.coalition import NORTHGATE, RIVER
from tests.web.conftest import Story
from tests.web.served import needs_htmx
from tests.web.windows import nothing_for_axe, signed_in

pytestmark = [pytest.mark.browser, needs_htmx]


def publish(page: Page, row: Locator, box: str, ticked: bool) -> None:
    """Open the row, tick or untick one thing, and publish it."""
    row.locator("summary").first.click()
    row.get_by_label(box).set_checked(ticked)
    nothing_for_axe(page, f"the row, {box}")
    row.get_by_role("button", name="Publish this change").click()
    expect(page.locator("#notice")).to_contain_text("The change is published")


def test_the_row_of_an_agency_publishes_what_is_changed_in_it(
    browser: Browser, story: Story
) -> None:
    page = signed_in(browser, story.served[NORTHGATE].url, "Maya Lind")
    page.goto(f"{story.served[NORTHGATE].url}/partners/standing")
    row = page.locator("#agencies li", has_text=RIVER)
    suspended = row.locator(".tag", has_text="Suspended")

    publish(page, row, "Suspended: nothing goes", ticked=True)
    expect(suspended).to_be_visible()
    publish(page, row, "Suspended: nothing goes", ticked=False)
    expect(suspended).to_have_count(0)
    publish(page, row, "Remove it from the directory", ticked=True)
    expect(row).to_have_count(0)
    page.context.close()
