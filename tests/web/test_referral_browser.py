"""A referral, written, released and sent in a browser, at a desk and on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.coalition import HARBOUR, NORTHGATE, RIVER
from tests.web.conftest import Story
from tests.web.served import needs_htmx
from tests.web.windows import PHONE, WIDE, nothing_for_axe, signed_in


@pytest.fixture
def page(browser: Browser, story: Story, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Somebody at Harbour, who has just signed in."""
    opened = signed_in(browser, story.served[HARBOUR].url, "Robin Vale", request.param)
    yield opened
    opened.context.close()


@pytest.mark.browser
@needs_htmx
@pytest.mark.parametrize("page", [WIDE, PHONE], ids=["desk", "phone"], indirect=True)
def test_a_referral_is_written_released_and_sent_by_page(page: Page, story: Story) -> None:
    url = story.served[HARBOUR].url
    page.goto(f"{url}/referrals")
    nothing_for_axe(page, "the list")
    page.get_by_role("button", name="Begin a referral of somebody new").click()
    page.wait_for_url(re.compile(r"/referrals/\w{26}$"))
    referral = page.url
    nothing_for_axe(page, "the tasks")

    page.get_by_role("link", name="What happened").click()
    page.get_by_label("What happened").fill("A door was broken on Sunday.")
    page.get_by_label("Reason for referral").fill("It is getting worse.")
    nothing_for_axe(page, "what happened, being written")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("A door was broken on Sunday.")
    page.get_by_role("link", name=re.compile("^Next")).click()

    page.get_by_label("Instrument").select_option("SafeLives Dash")
    page.get_by_label("Score").fill("16")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("table")).to_contain_text("SafeLives Dash")
    page.get_by_role("button", name="Add one").click()
    page.get_by_label("Instrument").select_option("Danger Assessment")
    page.get_by_label("Score").fill("9")
    nothing_for_axe(page, "a second assessment")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("table tbody tr")).to_have_count(2)
    page.reload()
    expect(page.locator("#threshold-title ~ ul .good")).to_have_count(1)
    nothing_for_axe(page, "assessments")

    for step in ("people", "judgement", "contact", "wishes", "consent"):
        page.goto(f"{referral}/{step}")
        expect(page.get_by_text("a moment…")).to_have_count(0)
        nothing_for_axe(page, step)
    page.get_by_role("link", name="Record her release").click()
    sign(page)
    page.get_by_role("button", name="Record this release").click()

    page.wait_for_url(f"{referral}/check")
    expect(page.locator("main")).to_contain_text("16")
    nothing_for_axe(page, "the check")
    page.get_by_role("button", name=f"Send the referral to {NORTHGATE}", exact=True).click()
    page.wait_for_url(referral)
    expect(page.locator("#notice")).to_contain_text(f"Sealed for {NORTHGATE}")
    expect(page.locator(".lede")).to_contain_text("Sent")
    nothing_for_axe(page, "sent")


def sign(page: Page) -> None:
    """She says yes to the referral, to our own part, and that the police look her up if asked."""
    page.get_by_label(f"{HARBOUR} may tell the meeting").check()
    page.get_by_label(f"{NORTHGATE} may be told the referral").check()
    page.get_by_label(f"{RIVER} may look me up").check()
    for agency in (HARBOUR, NORTHGATE, RIVER):
        page.get_by_label(f"{agency} initials").fill("AB")
    for field, words in {
        "purpose": "so that they can plan for me",
        "signer_name": "Invented Asha Bell",
        "witness": "Robin Vale",
        "language": "English",
    }.items():
        page.fill(f"#{field}", words)
    for box in page.locator("#told input").all():
        box.check()
    page.get_by_label("I made sure").check()
