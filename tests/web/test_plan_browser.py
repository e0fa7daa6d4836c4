"""The plan and the actions in a real browser: nothing for axe, wide and on a telephone."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from server.casework import withdrawals
from server.node import chamber
from tests import coalition, founding
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.server.meeting import plan_story as story
from tests.web.served import Served, apart, needs_htmx, serve
from tests.web.windows import PHONE, WIDE, nothing_for_axe, signed_in

pytestmark = [
    pytest.mark.browser,
    needs_htmx,
]


@dataclass
class Planned:
    """A plan at the coordinating node and at River; their pages are served."""

    coalition: Coalition
    served: dict[str, Served]
    ref: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planned]:
    """A risk, one that closed, an action, and one that is overdue."""
    first = apart(lambda: founding.make_original(None))
    made = founding.copy(first, tmp_path_factory.mktemp("planned"), None)
    ref = apart(lambda: asyncio.run(_begun(made)))
    served = {name: serve(made.settings(name), made[name].engine) for name in (NORTHGATE, RIVER)}
    yield Planned(made, served, ref)
    for one in served.values():
        one.end()
    apart(lambda: asyncio.run(founding.close(made)))
    chamber.close()
    shutil.rmtree(first[coalition.HARBOUR].settings.data.parent)


async def _begun(made: Coalition) -> str:
    ref = await story.begun(made)
    consent = await story.tell_of(made, BRIGID, ref)
    await story.risk(made, ref, "CANARY at the clinic", rests_on=(consent,))
    await story.action(made, ref, "Put markers on the address", RIVER)
    await story.action(made, ref, "Change the locks", RIVER, more={"due": "2026-11-20"})
    await story.action(made, ref, "A school that knows", HARBOUR)
    await story.settle(made)
    await made.do(BRIGID, lambda desk: withdrawals.withdraw(desk, consent))
    await story.settle(made)
    return ref


def _at_both_widths(page: Page, path: str) -> None:
    for width, height in (WIDE, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        nothing_for_axe(page, f"{path} at {width}")
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def test_the_coordinator_writes_the_plan_with_every_page_open_to_everybody(
    world: Planned, browser: Browser
) -> None:
    url = world.served[NORTHGATE].url
    page = signed_in(browser, url, "Maya Lind")
    page.goto(f"{url}/plan/{world.ref}")
    expect(page.locator("#plan-risks")).to_contain_text("Closed: a consent it rested on ended")
    expect(page.locator("main")).not_to_contain_text("CANARY")
    _at_both_widths(page, "the plan")

    page.click("#add-risk")
    page.select_option("#risks-about", "survivor")
    page.fill("#risks-risk", "He waits at the school")
    _at_both_widths(page, "a new risk")
    page.click("#plan-risks-form button[type=submit]")

    expect(page.locator("#plan-risks")).to_contain_text("He waits at the school")
    expect(page.locator("#plan-risks-form")).to_be_empty()
    expect(page.locator("#add-risk")).to_be_focused()
    expect(page.locator("#plan-leads")).to_contain_text("Nobody leads yet.")
    page.click("#add-action")
    page.select_option("#actions-about", "survivor")
    _at_both_widths(page, "a new action")
    page.goto(f"{url}/actions/all")
    expect(page.locator("table")).to_contain_text("A school that knows")
    _at_both_widths(page, "every action")
    page.check("#overdue")
    page.click("form button[type=submit].second")
    expect(page.locator("table")).not_to_contain_text("A school that knows")
    expect(page.locator("table")).to_contain_text("Change the locks")


def test_an_owner_says_what_became_of_an_action(world: Planned, browser: Browser) -> None:
    url = world.served[RIVER].url
    page = signed_in(browser, url, "Sam Okoro")
    page.goto(f"{url}/actions")
    expect(page.locator("#mine")).to_contain_text("1 action of ours past the agreed day")
    row = page.locator("#mine li", has_text="Put markers on the address")
    row.locator("summary").click()
    _at_both_widths(page, "our actions")
    row.get_by_label("Done", exact=True).check()
    row.get_by_label("What was done").fill("Both are set.")
    row.locator("button[type=submit]").click()

    row = page.locator("#mine li", has_text="Put markers on the address")
    expect(row).to_contain_text("Both are set.")
    expect(row.locator(".tag.good")).to_have_text("Done")
    page.goto(f"{url}/plan/{world.ref}")
    expect(page.locator("#plan-risks")).not_to_contain_text("CANARY")
    _at_both_widths(page, "the plan at an agency")
