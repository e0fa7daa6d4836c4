"""Calendar addresses and papers in a real browser: shown once, downloaded, nothing for axe."""

import asyncio
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from server.meeting import planning
from server.meeting.planned import Planned
from server.node.desk import Desk
from tests.coalition import NORTHGATE
from tests.web.conftest import Story
from tests.web.served import apart, needs_htmx
from tests.web.windows import PHONE, WIDE, nothing_for_axe, signed_in

pytestmark = [
    pytest.mark.browser,
    needs_htmx,
]


@pytest.fixture(params=[WIDE, PHONE], ids=["desk", "phone"])
def maya(request: pytest.FixtureRequest, browser: Browser, story: Story) -> Iterator[Page]:
    """The coordinator's window."""
    page = signed_in(browser, story.served[NORTHGATE].url, "Maya Lind", request.param)
    yield page
    page.context.close()


def test_a_calendar_address_is_shown_once_and_taken_back(maya: Page, story: Story) -> None:
    url = story.served[NORTHGATE].url
    maya.goto(f"{url}/calendar")
    nothing_for_axe(maya, "/calendar")

    maya.get_by_role("button", name="Make a private address").click()

    address = maya.get_by_label("The address")
    expect(address).to_be_visible()
    nothing_for_axe(maya, "/calendar, made")
    told = maya.request.get(address.input_value())
    assert told.headers["content-type"].startswith("text/calendar")
    maya.goto(f"{url}/calendar")
    expect(maya.get_by_label("The address")).to_have_count(0)
    maya.locator("main summary").first.click()
    nothing_for_axe(maya, "/calendar, opened")
    maya.get_by_role("button", name="Take this address back").first.click()
    expect(maya.get_by_text("That address answers no longer.")).to_be_visible()


def test_papers_of_a_meeting_are_downloaded_under_a_neutral_name(maya: Page, story: Story) -> None:
    async def plan(desk: Desk) -> Planned:
        first = (await planning.coming(desk))[0]
        return await planning.plan(first.series, first.starts_at, desk)

    meeting = apart(lambda: asyncio.run(story.coalition.do(NORTHGATE, plan))).id
    url = story.served[NORTHGATE].url
    maya.goto(f"{url}/papers/meeting/{meeting}")
    nothing_for_axe(maya, "/papers/meeting")

    with maya.expect_download() as agenda:
        maya.get_by_role("link", name="Take away the agenda (PDF)").click()
    maya.goto(f"{url}/papers/actions")
    nothing_for_axe(maya, "/papers/actions")
    with maya.expect_download() as actions:
        maya.get_by_role("link", name="spreadsheet").click()

    assert agenda.value.suggested_filename.startswith("agenda-20")
    assert actions.value.suggested_filename.startswith("actions-20")
    assert agenda.value.path().read_bytes().startswith(b"%PDF")
