"""Hospital to shelter at three in the morning, over real processes: the shelter's node is locked.

It counts what came, says nothing else at its door, and opens it for whoever comes in the morning.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.nodes import Coalition
from tests.journeys.screens import Screens, bars_nobody, screens, sign_in, until_shown

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(1800)]
AT_NIGHT, IN_THE_MORNING = "2031-05-05T03:00:00Z", "2031-05-05T07:30:00Z"
SHELTER, HOSPITAL = "Harbour House", "St Brigid's Hospital"
ANA, EDA = "Ana Invented", "Eda Invented"
SAFE = "Only by the ward's telephone, before noon."


@pytest.fixture
def shown() -> Iterator[Screens]:
    """A browser."""
    with screens() as opened:
        yield opened


def test_what_came_at_night_is_counted_at_a_locked_door_and_opened_in_the_morning(
    four: Coalition, shown: Screens
) -> None:
    four.at(AT_NIGHT)
    four.coordinating.stop()
    four.serve_relay()
    shelter, hospital = four.centre, four.hospital
    hospital.serve()
    shelter.serve()
    door = shown.blank()
    door.goto(f"{shelter.url}/sign-in")
    expect(door.locator("main")).not_to_contain_text("wait")

    nurse = shown.at(hospital)
    refs = [_hand_over(nurse, hospital.url, name) for name in (ANA, EDA)]

    until_shown(door, "2 things wait")
    bars_nobody(door)
    _says_nothing_else(door, refs)
    shelter.stop()
    shelter.now = IN_THE_MORNING
    shelter.serve()
    door.goto(f"{shelter.url}/sign-in")
    expect(door.locator("main")).to_contain_text("2 things wait")
    _says_nothing_else(door, refs)

    sign_in(door, shelter.staff)
    expect(_in_the_bar(door)).to_contain_text("2 new")
    _in_the_bar(door).get_by_role("link").click()
    expect(door.locator("#waiting-title")).to_be_visible()
    expect(door.locator("main .rows li")).to_have_count(2)
    bars_nobody(door)
    for ref in refs:
        door.goto(f"{shelter.url}/asked")
        door.get_by_role("link", name=re.compile(rf"Case {ref[:3]}-{ref[3:6]}")).click()
        expect(door.locator("#told-title")).to_contain_text(HOSPITAL)
        expect(door.locator("main")).to_contain_text(SAFE)
        bars_nobody(door)
    door.goto(f"{shelter.url}/asked")
    expect(door.locator("#waiting-title")).to_have_count(0)
    expect(_in_the_bar(door)).to_have_text("Asked")


def _in_the_bar(page: Page) -> Locator:
    """Asked in the bar on top, with what is new there."""
    return page.locator("nav li", has=page.get_by_role("link", name="Asked", exact=True))


def _says_nothing_else(door: Page, refs: list[str]) -> None:
    """Not who, not from whom, not which case."""
    text = door.content()
    for word in (ANA, EDA, HOSPITAL, "Brigid", SAFE, *(ref[:6] for ref in refs)):
        assert word not in text
    for ref in refs:
        assert f"{ref[:3]}-{ref[3:6]}" not in text


def _hand_over(page: Page, url: str, name: str) -> str:
    """She has come to the ward; what she released goes to the shelter. Her case's reference."""
    page.goto(f"{url}/cases/new")
    page.fill("#name", name)
    page.get_by_role("button", name="Enter this case").click()
    page.wait_for_url(re.compile(r"/cases/[0-9A-Z]{26}$"))
    case = page.url
    page.locator("section", has=page.locator("#about-survivor")).get_by_text(
        "Write something else"
    ).click()
    part = page.locator("#part-safe_contact-survivor")
    part.get_by_role("button").click()
    part.locator("#not_safe").fill(SAFE)
    part.get_by_role("button", name="Save").click()
    expect(page.locator("details#part-safe_contact-survivor")).to_contain_text(SAFE)
    _release(page, case, name)
    page.locator("li", has_text="Not sent yet").get_by_role("link", name="Check and send").click()
    page.get_by_role("button", name=re.compile(rf"^Send .* to {SHELTER}$")).click()
    page.wait_for_url(case)
    return case.rpartition("/")[2]


def _release(page: Page, case: str, name: str) -> None:
    """Her release: the shelter may be told who she is and how to reach her, and nobody else."""
    page.goto(f"{case}/release")
    page.get_by_label(f"{SHELTER} may look me up").check()
    page.get_by_label(f"{SHELTER} initials").fill("AI")
    page.fill("#purpose", "Find somewhere safe tonight")
    for told in page.locator("#told input").all():
        told.check()
    page.fill("#signer_name", name)
    page.fill("#witness", "Maud Achterberg")
    page.fill("#language", "English")
    page.check("#confirmed")
    page.check("#copy-no")
    page.get_by_role("button", name="Record this release").click()
    page.wait_for_url(case)
