"""Intake and motions, in a real browser: taken up, put to the team, voted on and counted."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from server.meeting import intake
from server.node import chamber
from tests import coalition, founding
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.server.meeting import referred
from tests.server.meeting.conftest import KINDS
from tests.web.served import Served, apart, needs_htmx, serve
from tests.web.windows import PHONE, WIDE, nothing_for_axe, signed_in

pytestmark = [
    pytest.mark.browser,
    needs_htmx,
]
_STAFF = {NORTHGATE: "Maya Lind", HARBOUR: "Robin Vale", RIVER: "Sam Okoro", BRIGID: "Ines Holt"}


@dataclass
class Team:
    """A team whose pages are served, and a case that Harbour has referred to it."""

    coalition: Coalition
    served: dict[str, Served]
    ref: str

    def settle(self) -> None:
        """Let every node hear of the others."""
        apart(lambda: asyncio.run(self.coalition.settle()))

    def page(self, browser: Browser, name: str, size: tuple[int, int] = WIDE) -> Page:
        """Somebody at that agency, signed in."""
        return signed_in(browser, self.served[name].url, _STAFF[name], size)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """Harbour has referred her; police and hospital know her and tell the meeting."""
    first = apart(lambda: founding.make_original(None, "dvhrt-texas", KINDS))
    made = founding.copy(first, tmp_path_factory.mktemp("team"), None)

    async def begin() -> str:
        ref = await referred.refer(made)
        await referred.answer(made, ref)
        return ref

    ref = apart(lambda: asyncio.run(begin()))
    served = {name: serve(made.settings(name), made[name].engine) for name in _STAFF}
    yield Team(made, served, ref)
    for one in served.values():
        one.end()
    apart(lambda: asyncio.run(founding.close(made)))
    chamber.close()
    shutil.rmtree(first[coalition.HARBOUR].settings.data.parent)


def test_the_walls_of_a_case_are_reached_before_it_is_taken_up(
    world: Team, browser: Browser
) -> None:
    page = world.page(browser, NORTHGATE)
    page.goto(f"{world.served[NORTHGATE].url}/intake/{world.ref}")
    expect(page.locator("main")).to_contain_text("Put yours before you take it up.")

    page.click("text=Walls: who may not know of this case")
    nothing_for_axe(page, "the walls of a referral nobody took up")
    page.click("text=Back to the case")  # what others told of it: no record of ours

    expect(page.locator("main")).to_contain_text("He has found out where she lives.")


def test_a_coordinator_takes_a_case_up_and_the_team_accepts_it(
    world: Team, browser: Browser
) -> None:
    here = world.served[NORTHGATE].url
    page = world.page(browser, NORTHGATE)
    page.goto(f"{here}/intake")
    expect(page.locator("main")).to_contain_text("New: nobody took it up")
    nothing_for_axe(page, "/intake")
    page.click(f"a[href='/intake/{world.ref}']")
    expect(page.locator("main")).to_contain_text("He has found out where she lives.")
    nothing_for_axe(page, "a referral nobody took up")
    page.fill("textarea[name='basis-puv']", "Needed to plan for her safety.")
    page.click("text=Take this referral up")
    expect(page.locator("main")).to_contain_text("may vote now, and the protocol asks for 3")
    nothing_for_axe(page, "a case taken up")
    page.click("text=Put it to 3 agencies: accept this case?")
    expect(page.locator("main")).to_contain_text("The advocate's view comes first.")
    world.settle()

    police = world.page(browser, RIVER, PHONE)
    police.goto(f"{world.served[RIVER].url}/motions")
    expect(police.locator("main")).to_contain_text("The protocol wants the advocate's view first.")
    nothing_for_axe(police, "/motions before the view")
    centre = world.page(browser, HARBOUR)
    centre.goto(f"{world.served[HARBOUR].url}/motions")
    nothing_for_axe(centre, "/motions for the advocate")
    centre.fill("textarea[name=view]", "She wants the locks changed before anybody calls.")
    centre.click("text=Yes")
    centre.click("text=Send this vote to the coordinating node")
    expect(centre.locator("main")).to_contain_text("Your vote is on its way")
    world.settle()
    page.reload()
    expect(page.locator("main")).to_contain_text("She wants the locks changed")
    page.click("text=Her view was heard: open the vote to all")
    expect(page.locator("main")).to_contain_text("Too few agencies have voted.")
    nothing_for_axe(page, "a motion that waits")
    world.settle()
    for name, vote in ((RIVER, "Yes"), (BRIGID, "No")):
        voter = world.page(browser, name, PHONE)
        voter.goto(f"{world.served[name].url}/motions")
        voter.click(f"label:text-is('{vote}')")
        nothing_for_axe(voter, "/motions with a vote")
        voter.click("text=Send this vote to the coordinating node")
        expect(voter.locator("main")).to_contain_text("Your vote is on its way")
    world.settle()
    page.reload()
    page.click("text=Count it for good")

    expect(page.locator("main")).to_contain_text("Accepted: 2 for, 1 against, 0 abstained")
    nothing_for_axe(page, "a case accepted")
    page.goto(f"{here}/motions")
    nothing_for_axe(page, "/motions at the coordinating node")
    world.settle()
    police.goto(f"{world.served[RIVER].url}/motions")
    expect(police.locator("main")).to_contain_text("Your vote was counted as Yes.")
    nothing_for_axe(police, "/motions after the count")


def test_a_coordinator_reads_the_intake_on_a_telephone(world: Team, browser: Browser) -> None:
    url = world.served[NORTHGATE].url
    page = world.page(browser, NORTHGATE, PHONE)

    for path in ("/intake", f"/intake/{world.ref}", "/motions"):
        page.goto(f"{url}{path}")
        nothing_for_axe(page, path)

    line = apart(
        lambda: asyncio.run(
            world.coalition.do(NORTHGATE, lambda desk: intake.line_of(world.ref, desk))
        )
    )
    assert line.case_ref == world.ref


def test_an_agency_sees_no_intake(world: Team, browser: Browser) -> None:
    page = world.page(browser, RIVER)

    answer = page.goto(f"{world.served[RIVER].url}/intake")

    assert answer is not None
    assert answer.status == 404
