"""A meeting in a real browser: coordinator and chair on two pages at once, by keys and by touch."""

import asyncio
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from server.node import chamber, staff
from server.node.access import Role
from tests import coalition, founding
from tests.coalition import HARBOUR, NORTHGATE, PASSPHRASE, RIVER, Coalition
from tests.server.meeting import sitting
from tests.web.served import Served, apart, needs_htmx, serve
from tests.web.windows import PHONE, WIDE, escape_twice, nothing_for_axe, signed_in

pytestmark = [
    pytest.mark.browser,
    needs_htmx,
]
CHAIR = "Lee Crane"


@dataclass
class Held:
    """An open meeting whose pages are served."""

    made: Coalition
    served: Served
    ref: str
    meeting: str
    slot: str

    @property
    def live(self) -> str:
        return f"{self.served.url}/meetings/{self.meeting}/live/{self.slot}"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """One case on the agenda of a meeting that is open; a chair works there too."""
    first = apart(lambda: founding.make_original(None))
    made = founding.copy(first, tmp_path_factory.mktemp("held"), None)

    async def prepare() -> tuple[str, str, str]:
        ref, meeting, slot = await sitting.on_agenda(made)
        await sitting.opened(made, meeting)
        roles = frozenset({Role.CHAIR})
        await made.do(NORTHGATE, lambda desk: staff.add(CHAIR, roles, PASSPHRASE, desk))
        return ref, meeting, slot

    ref, meeting, slot = apart(lambda: asyncio.run(prepare()))
    served = serve(made.settings(NORTHGATE), made[NORTHGATE].engine)
    yield Held(made, served, ref, meeting, slot)
    served.end()
    apart(lambda: asyncio.run(founding.close(made)))
    chamber.close()
    shutil.rmtree(first[coalition.HARBOUR].settings.data.parent)


@pytest.fixture
def coordinator(browser: Browser, held: Held) -> Iterator[Page]:
    page = signed_in(browser, held.served.url, made_by(held), WIDE)
    yield page
    page.context.close()


@pytest.fixture
def chair(browser: Browser, held: Held) -> Iterator[Page]:
    page = signed_in(browser, held.served.url, CHAIR, PHONE)
    yield page
    page.context.close()


def made_by(held: Held) -> str:
    return held.made[NORTHGATE].member.name


def at_the_meeting(page: Page, held: Held) -> None:
    """The meeting, once all of it is there: what is pressed before htmx came goes nowhere."""
    page.goto(held.live)
    for part in ("risks", "actions", "leads"):
        expect(page.locator(f"#plan-{part} h2")).to_be_visible()


def called_up(page: Page, held: Held) -> None:
    """The meeting, with its case being heard."""
    at_the_meeting(page, held)
    if page.locator(".clock[data-running]").count() == 0:
        with page.expect_navigation():
            page.get_by_role("button", name="Call this case up").click()
        at_the_meeting(page, held)
        expect(page.locator(".clock[data-running]")).to_have_count(1)


def save(page: Page) -> None:
    page.locator("#live-decision").get_by_role("button", name="Save", exact=True).click()


def test_two_people_on_two_pages_type_at_once_and_both_wordings_stay(
    coordinator: Page, chair: Page, held: Held
) -> None:
    for page in (coordinator, chair):
        at_the_meeting(page, held)
        nothing_for_axe(page, "the meeting")
    coordinator.get_by_role("button", name="Call this case up").click()
    expect(coordinator.locator(".clock[data-running]")).to_be_visible()
    expect(coordinator.locator("#plan-leads h2")).to_be_visible()
    expect(chair.locator(".clock[data-running]")).to_be_visible()

    chair.fill("#decision", "Change the locks.")
    coordinator.fill("#decision", "Move her tonight.")
    save(coordinator)
    expect(coordinator.locator("[name=was-decision]")).to_have_value("Move her tonight.")
    expect(chair.locator("#decision")).to_have_value("Change the locks.")
    expect(chair.locator("#live-decision .behind")).to_contain_text("A colleague changed this")
    save(chair)

    expect(chair.locator("#live-decision")).to_contain_text("Two of you wrote")
    expect(coordinator.locator("#live-decision")).to_contain_text("Two of you wrote")
    nothing_for_axe(chair, "two wordings")
    chair.get_by_role("button", name=f"Keep {CHAIR}'s words").click()
    expect(chair.locator("#live-decision .sides")).to_have_count(0)
    expect(coordinator.locator("#decision")).to_have_value("Change the locks.")


def test_who_came_is_seen_on_the_other_page_and_nothing_half_typed_goes(
    coordinator: Page, chair: Page, held: Held
) -> None:
    for page in (coordinator, chair):
        at_the_meeting(page, held)
        page.get_by_text("Each agency, and observers").click()
    river = f"#attend-{held.made[RIVER].id[:12]}"
    chair.fill(f"{river}-note", "Joins at noon.")

    coordinator.select_option(f"{river}-state", "present")
    coordinator.fill(f"{river}-who", "Sam Okoro")
    coordinator.locator(river).get_by_role("button", name="Save").click()
    expect(coordinator.locator("#live-counted")).to_contain_text("Present 1")
    expect(chair.locator("#live-counted")).to_contain_text("Present 1")
    expect(chair.locator(f"{river}-note")).to_have_value("Joins at noon.")

    chair.locator(river).get_by_role("button", name="Save").click()
    expect(chair.locator(river)).to_contain_text("A colleague wrote meanwhile: Present, Sam Okoro")
    expect(chair.locator(f"{river}-note")).to_have_value("Joins at noon.")
    nothing_for_axe(chair, "beside")

    at_the_meeting(chair, held)
    expect(chair.locator(f"{river}-note")).to_have_value("Joins at noon.")
    chair.locator(river).get_by_role("button", name="Save").click()
    expect(chair.locator("#live-counted")).to_contain_text("Present 0")
    expect(chair.locator(river)).not_to_contain_text("A colleague wrote meanwhile")


def test_words_about_who_came_come_back_after_the_node_was_locked(
    coordinator: Page, held: Held
) -> None:
    at_the_meeting(coordinator, held)
    coordinator.get_by_text("Each agency, and observers").click()
    harbour = f"#attend-{held.made[HARBOUR].id[:12]}"
    coordinator.select_option(f"{harbour}-state", "apologies")
    coordinator.check(f"{harbour}-sent")
    coordinator.fill(f"{harbour}-note", "Half a sentence about")
    expect(coordinator.locator(f"{harbour} .kept")).to_contain_text("Draft kept at")
    coordinator.fill(f"{harbour}-who", "Robin V")
    escape_twice(coordinator)

    coordinator.goto(f"{held.served.url}/sign-in")
    coordinator.fill("#name", made_by(held))
    coordinator.fill("#passphrase", PASSPHRASE)
    coordinator.click("button[type=submit]")
    coordinator.wait_for_url(re.compile(r"/shared$"))
    at_the_meeting(coordinator, held)
    line = coordinator.locator(harbour)
    expect(coordinator.locator(f"{harbour}-who")).to_have_value("Robin V")
    expect(coordinator.locator(f"{harbour}-note")).to_have_value("Half a sentence about")
    expect(coordinator.locator(f"{harbour}-state")).to_have_value("apologies")
    expect(coordinator.locator(f"{harbour}-sent")).to_be_checked()
    expect(line.locator(".kept")).to_be_visible()
    expect(line.locator(".tag", has_text="Apologies")).to_have_count(0)
    nothing_for_axe(coordinator, "words that came back")

    line.get_by_role("button", name="Save").click()
    expect(line.locator(".tag", has_text="Apologies")).to_have_count(1)
    expect(line.get_by_role("button", name="Save")).to_be_focused()
    at_the_meeting(coordinator, held)
    expect(line.locator(".kept")).to_be_empty()
    expect(coordinator.locator(f"{harbour}-note")).to_have_value("Half a sentence about")


def test_a_dropped_line_loses_nothing_and_saves_once(coordinator: Page, held: Held) -> None:
    at_the_meeting(coordinator, held)
    coordinator.route("**/decide/*", lambda route: route.abort())
    coordinator.fill("#reasons", "The line dropped")
    save(coordinator)
    expect(coordinator.locator("#problem")).to_contain_text("What you typed is still here")
    coordinator.fill("#reasons", "The line dropped, and came back.")
    coordinator.unroute("**/decide/*")

    expect(coordinator.locator("input[name=was-reasons]")).to_have_value(
        "The line dropped, and came back."
    )
    expect(coordinator.locator("#reasons")).to_have_value("The line dropped, and came back.")
    expect(coordinator.locator("#problem")).to_be_empty()  # it was answered after all


def test_a_second_n_does_not_mark_the_case_heard_that_has_just_come_up(
    coordinator: Page, held: Held
) -> None:
    called_up(coordinator, held)
    coordinator.evaluate("performance.now = () => 1500")  # as on a machine that is quick

    coordinator.keyboard.press("n")
    coordinator.keyboard.press("r")
    expect(coordinator.locator("#plan-risks-form form")).to_be_visible()

    assert "Heard" not in coordinator.locator("#live-agenda").inner_text()
    coordinator.get_by_role("button", name="Heard").wait_for()


def test_whether_observers_see_the_case_follows_a_colleague(
    coordinator: Page, chair: Page, held: Held
) -> None:
    at_the_meeting(coordinator, held)
    at_the_meeting(chair, held)

    coordinator.get_by_role("button", name="Let observers see this case").click()

    stop = "Observers see this case: stop that"
    expect(coordinator.get_by_role("button", name=stop)).to_be_focused()
    expect(chair.get_by_role("button", name=stop)).to_be_visible()
    chair.get_by_role("button", name=stop).click()
    expect(coordinator.get_by_role("button", name="Let observers see this case")).to_be_visible()


def test_the_meeting_goes_by_keys_alone(coordinator: Page, held: Held) -> None:
    called_up(coordinator, held)
    coordinator.evaluate("performance.now = () => 2500")  # n rests two seconds

    coordinator.keyboard.press("r")
    expect(coordinator.locator("#plan-risks-form form")).to_be_visible()
    coordinator.get_by_role("button", name="Leave it").press("Enter")
    expect(coordinator.locator("#add-risk")).to_be_focused()
    coordinator.keyboard.press("/")
    expect(coordinator.locator("[name=actions-owner_agency]")).to_be_focused()
    coordinator.locator("#decision").focus()
    coordinator.keyboard.press("End")
    coordinator.keyboard.type(" n")
    expect(coordinator.locator("#decision")).to_have_value(re.compile(" n$"))
    coordinator.locator("#decision").blur()
    coordinator.keyboard.press("n")

    expect(coordinator.locator("#notice")).to_contain_text("That was the last case.")
    expect(coordinator.locator("#live-agenda")).to_contain_text("Heard")
    expect(coordinator.locator("#decision")).to_have_value(re.compile(" n$"))


def test_the_agenda_and_the_list_shut_nobody_out(chair: Page, held: Held) -> None:
    for path in ("/meetings", f"/meetings/{held.meeting}"):
        chair.goto(held.served.url + path)
        nothing_for_axe(chair, path)
