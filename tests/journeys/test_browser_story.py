"""Ana's case by page alone, over real processes: from her signature to the last receipt."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.nodes import Coalition
from tests.journeys.screens import Screens, bars_nobody, screens, tab_to, until_gone, until_shown

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(1800)]
COORDINATION, POLICE = "Riverside Coordination", "Northfield Police"
_LIVE_SECONDS = 30.0  # two on an idle machine; here eight processes and a browser share two cores


@pytest.fixture
def shown() -> Iterator[Screens]:
    """A browser."""
    with screens() as opened:
        yield opened


@pytest.fixture
def served(four_on_each: Coalition) -> Coalition:
    """The four nodes on each kind of database, each with its pages."""
    for agency in four_on_each.agencies:
        agency.serve()
    return four_on_each


def test_a_case_goes_by_page_from_her_signature_to_the_last_receipt(
    served: Coalition, shown: Screens, record_property: Callable[[str, object], None]
) -> None:
    centre = shown.at(served.centre)
    bars_nobody(centre)
    case = _enter(centre, "Ana Invented", "")
    ref = case.rpartition("/")[2]
    _write(centre, "service_involvement", "We have met every week since November.")
    _write(centre, "risks", "It is getting worse since she left.")
    _release(centre, case)

    _send(centre, case, POLICE)
    _send(centre, case, COORDINATION)

    police = shown.at(served.police)
    police.goto(f"{served.police.url}/cases")
    until_shown(police, f"{ref[:3]}-{ref[3:6]}")
    _enter(police, "Ana INVENTED", ref)
    _write(police, "risks", "He broke his bail conditions on 8 March.")
    _take_up_by_keys(police, f"{served.police.url}/consents")

    coordinator = shown.at(served.coordinating)
    until_shown(coordinator, "Northfield Police")
    bars_nobody(coordinator)
    coordinator.get_by_role("link", name=re.compile(rf"{ref[:3]}-{ref[3:6]}")).click()
    expect(coordinator.locator(".merged thead")).to_contain_text(POLICE)
    expect(coordinator.locator(".merged thead")).to_contain_text("Harbour House")
    bars_nobody(coordinator)
    _nothing_jumps(coordinator)

    live = _edit_and_watch(centre, case, coordinator)
    record_property("seconds from the press to the other open page", live)
    assert live < _LIVE_SECONDS
    assert coordinator.evaluate("window.sameDocument")
    expect(coordinator.locator(".opened-before > summary")).to_be_focused()
    assert coordinator.locator(".opened-before").evaluate("one => one.open")

    _withdraw(police, f"{POLICE} may tell the meeting")
    expect(coordinator.locator(".merged thead")).not_to_contain_text(POLICE)
    expect(coordinator.locator("#aside-ended")).to_contain_text(POLICE)
    assert coordinator.evaluate("window.sameDocument")
    bars_nobody(coordinator)
    until_shown(police, "Nobody is left to confirm.")
    expect(police.locator("tbody")).to_contain_text(COORDINATION)
    expect(police.locator("tbody")).to_contain_text("Destroyed")
    bars_nobody(police)

    coordinator.get_by_role("button", name="The survivor takes it back").click()
    coordinator.get_by_role("button", name="Withdraw the whole release").click()
    expect(coordinator.locator("#notice")).to_contain_text("Withdrawn")
    centre.goto(f"{served.centre.url}/consents")
    until_shown(centre, "Ended")
    until_gone(centre, "In force")  # a receipt may come before the word that ends the rest


def _enter(page: Page, name: str, ref: str) -> str:
    """Begin a case; its address."""
    page.goto(page.url.partition("/cases")[0].partition("/consents")[0] + "/cases/new")
    page.fill("#name", name)
    page.select_option("#children", "1")
    page.fill("#ref", ref)
    bars_nobody(page)
    page.get_by_role("button", name="Enter this case").click()
    page.wait_for_url(re.compile(r"/cases/[0-9A-Z]{26}$"))
    bars_nobody(page)
    return page.url


def _write(page: Page, section: str, words: str) -> None:
    """A section's summary about the survivor, on the page of the case."""
    part = page.locator(f"#part-{section}-survivor")
    if not part.is_visible():
        about = page.locator("section", has=page.locator("#about-survivor"))
        about.get_by_text("Write something else").click()
    part.get_by_role("button").click()
    part.locator("#summary").fill(words)
    part.get_by_role("button", name="Save").click()
    expect(page.locator(f"details#part-{section}-survivor")).to_contain_text(words)


def _release(page: Page, case: str) -> None:
    """Her release, row by row; nothing is ticked before she says so."""
    page.goto(f"{case}/release")
    expect(page.locator("#aloud")).to_contain_text("Nothing is ticked")
    bars_nobody(page)
    for row in (f"{POLICE} may look me up", f"{POLICE} may tell the meeting"):
        page.get_by_label(row).check()
    page.get_by_label("Harbour House may tell the meeting").check()
    expect(page.locator("#aloud")).to_contain_text(POLICE)
    for agency in (POLICE, "Harbour House"):
        page.get_by_label(f"{agency} initials").fill("AI")
    page.fill("#purpose", "Plan for my safety together")
    for told in page.locator("#told input").all():
        told.check()
    page.fill("#signer_name", "Ana Invented")
    page.fill("#witness", "Joy Adeyemi")
    page.fill("#language", "English")
    page.check("#confirmed")
    page.check("#copy-no")
    page.get_by_role("button", name="Record this release").click()
    page.wait_for_url(case)
    expect(page.locator("#notice")).to_contain_text("Nothing has been sent yet")
    bars_nobody(page)


def _send(page: Page, case: str, to: str) -> None:
    """Look at what would leave, and send it."""
    page.goto(case)
    line = page.locator("li", has_text="Not sent yet").filter(has_text=to)
    line.get_by_role("link", name="Check and send").click()
    expect(page.locator("h1")).to_have_text(f"Share with {to}")
    page.get_by_text("See it as they will see it").click()
    bars_nobody(page)
    page.get_by_role("button", name=re.compile(rf"^Send .* to {to}$")).click()
    expect(page.locator("#notice")).not_to_be_empty()


def _take_up_by_keys(page: Page, consents: str) -> None:
    """Adopt and share with no mouse: Tab, Enter and the arrows."""
    page.goto(consents)
    until_shown(page, "Needs you")
    bars_nobody(page)
    tab_to(page, f"{POLICE} may tell the meeting")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Take up this part")).to_be_visible()
    bars_nobody(page)
    if not page.locator("#match select").count():
        tab_to(page, "Your case")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#match select").first).to_be_visible()
    expect(page.locator("#match select").first).to_have_value("survivor")
    bars_nobody(page)
    tab_to(page, "Take up this part")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(f"Share with {COORDINATION}")
    bars_nobody(page)
    tab_to(page, "Send ")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).not_to_be_empty()


def _nothing_jumps(page: Page) -> None:
    """Open a cell that will not change, and stand on it."""
    page.evaluate("window.sameDocument = true")
    cell = page.locator("[id^=cell-service_involvement-] details").first
    cell.locator("summary").click()
    cell.evaluate("one => one.classList.add('opened-before')")
    cell.locator("summary").focus()


def _edit_and_watch(centre: Page, case: str, coordinator: Page) -> float:
    """Change a shared section; the seconds from the press to the other node's open page."""
    centre.goto(case)
    part = centre.locator("#part-risks-survivor")
    part.locator("summary").click()
    part.get_by_role("button", name=re.compile("^Change")).click()
    expect(part).to_contain_text(f"Goes at once to {COORDINATION}")
    part.locator("#summary").fill("He was at her work this morning.")
    bars_nobody(centre)
    coordinator.evaluate(_NOTICE)
    centre.evaluate(_PRESSED)
    part.get_by_role("button", name=re.compile("^Save, and send to")).click()
    expect(coordinator.locator("[id^=cell-risks-].changed .brief")).to_have_text(
        "He was at her work this morning."
    )
    # The pages' own clocks: what the test is slow to notice is not the nodes' slowness.
    pressed, noticed = centre.evaluate("window.pressed"), coordinator.evaluate("window.noticed")
    return float(noticed - pressed) / 1000


_PRESSED = "addEventListener('click', () => { window.pressed = Date.now(); }, true)"
_NOTICE = """() => new MutationObserver((_, one) => {
  if (document.querySelector("#merged").innerText.includes("He was at her work this morning.")) {
    window.noticed = Date.now();
    one.disconnect();
  }
}).observe(document.querySelector("#merged"), { childList: true, subtree: true })"""


def _withdraw(page: Page, title: str) -> None:
    """Two presses."""
    page.goto(page.url.partition("/cases")[0] + "/consents")
    page.get_by_role("link", name=title).click()
    bars_nobody(page)
    page.get_by_role("button", name="Withdraw this part").click()
    bars_nobody(page)
    page.get_by_role("button", name="Withdraw it from").click()
    expect(page.locator("h1")).to_have_text("Who has confirmed")
