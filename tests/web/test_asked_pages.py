"""Asked, in a real browser: opened, searched, taken up, answered; and left without an answer."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from server.meeting import answers
from server.node import chamber
from tests import coalition, founding
from tests.coalition import BRIGID, NORTHGATE, RIVER, Coalition, case_file, open_case
from tests.server.meeting.asking import ask
from tests.web.served import Served, apart, needs_htmx, serve
from tests.web.windows import PHONE, nothing_for_axe, signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    needs_htmx,
]
_ALIKE = {"survivor": {"name": "Invented Asha Belle", "address": "3 Quiet Lane"}}


@dataclass
class Asked:
    """River and Brigid are asked; their pages are served."""

    coalition: Coalition
    served: dict[str, Served]
    ref: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Harbour has asked; River holds somebody alike."""
    first = apart(lambda: founding.make_original(None, kinds={RIVER: "police"}))
    made = founding.copy(first, tmp_path_factory.mktemp("asked"), None)
    ref = apart(lambda: asyncio.run(ask(made, RIVER, BRIGID)))
    apart(lambda: asyncio.run(open_case(made, RIVER, None, case_file(identity=_ALIKE))))
    served = {name: serve(made.settings(name), made[name].engine) for name in (RIVER, BRIGID)}
    yield Asked(made, served, ref)
    for one in served.values():
        one.end()
    apart(lambda: asyncio.run(founding.close(made)))
    chamber.close()
    shutil.rmtree(first[coalition.HARBOUR].settings.data.parent)


def at_the_coordinator(world: Asked) -> dict[str, tuple[str, bool]]:
    """What the coordinating node can tell of each agency."""

    async def look() -> dict[str, tuple[str, bool]]:
        await world.coalition.settle()
        lines = await world.coalition.do(
            NORTHGATE, lambda desk: answers.standing_of(world.ref, desk)
        )
        return {one.name: (one.state, one.attends) for one in lines}

    return apart(lambda: asyncio.run(look()))


def opened(page: Page, url: str) -> None:
    """From the list to the one question."""
    page.goto(f"{url}/asked")
    page.click("main .rows a.whole")
    expect(page.locator("h1")).to_contain_text("from Harbour Centre")


def test_a_question_is_searched_taken_up_and_answered_on_one_page(
    world: Asked, browser: Browser
) -> None:
    url = world.served[RIVER].url
    page = signed_in(browser, url, "Sam Okoro")
    page.goto(f"{url}/asked")
    expect(page.locator("main")).to_contain_text("Nobody has looked")
    nothing_for_axe(page, "/asked")
    opened(page, url)
    nothing_for_axe(page, "one question, not taken up")

    page.click("text=Search our own records")
    expect(page.locator("#found")).to_contain_text("Invented Asha Belle")
    page.select_option("#case", "new")
    page.click("text=Take it up >> nth=-1")
    expect(page.locator("#notice")).to_contain_text("Nothing has been sent yet")
    page.fill("#attends-name", "Sergeant Invented Rook")
    page.click("form[hx-post$='/attend'] button")
    expect(page.locator("#notice")).to_contain_text("Saved")
    expect(page.locator("#attends-name")).to_have_value("Sergeant Invented Rook")
    page.click("#part-service_involvement-survivor button")
    page.fill("#part-service_involvement-survivor textarea >> nth=0", "Two calls in May.")
    page.click("#part-service_involvement-survivor button[type=submit]")
    expect(page.locator("#part-service_involvement-survivor")).to_contain_text("Two calls in May.")
    expect(page.locator("#goes")).to_contain_text("Send 2 sections to")  # without a reload
    expect(page.locator("#goes")).not_to_contain_text("nothing is known")
    expect(page.locator("#part-background_checks-survivor")).to_contain_text("Background checks")
    nothing_for_axe(page, "one question, taken up")
    before = at_the_coordinator(world)
    page.click("form[hx-post$='/send'] button")
    page.wait_for_url(f"{url}/asked")

    expect(page.locator("main")).to_contain_text("Answered")
    after = at_the_coordinator(world)
    assert before[RIVER] == (answers.NO_ANSWER, False)
    assert after[RIVER] == (answers.ANSWERED, True)


def test_a_question_left_looks_unread_to_everybody_else(world: Asked, browser: Browser) -> None:
    url = world.served[BRIGID].url
    page = signed_in(browser, url, "Ines Holt", PHONE)
    opened(page, url)
    nothing_for_axe(page, "one question on a telephone")

    page.click("text=Leave it without an answer")
    page.wait_for_url(f"{url}/asked")

    expect(page.locator("main")).to_contain_text("Left without an answer")
    nothing_for_axe(page, "/asked on a telephone")
    assert at_the_coordinator(world)[BRIGID] == (answers.NO_ANSWER, False)
