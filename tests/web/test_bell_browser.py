"""What changes after a page was read and before it listens is not missed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.coalition import NORTHGATE
from tests.web.conftest import Story
from tests.web.served import needs_htmx
from tests.web.windows import signed_in

pytestmark = [
    pytest.mark.browser,
    needs_htmx,
]


@pytest.fixture
def page(browser: Browser, story: Story) -> Iterator[Page]:
    """The coordinating node's page, signed in."""
    opened = signed_in(browser, story.served[NORTHGATE].url, "Maya Lind")
    yield opened
    opened.context.close()


def test_a_page_that_opens_late_looks_again_at_once(page: Page, story: Story) -> None:
    served = story.served[NORTHGATE]

    def changed_before(route: Route) -> None:
        served.ring()
        route.continue_()

    page.route("**/events?since=*", changed_before, times=1)
    with page.expect_request("**/partners/joining/changes"):
        page.goto(f"{served.url}/partners/joining")
