"""An agency joins by page, in two real browsers' windows, pressing what docs/joining.md says.

What the other side did is waited for on the page that is open: nobody loads one again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.nodes import Node, free_port
from tests.journeys.screens import Screens, bars_nobody, screens

PAPER = Path(__file__).parents[2] / "docs" / "joining.md"
HOUSE, RIVERSIDE = "Harbour House", "Riverside Coordination"

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(900)]


@dataclass
class Window:
    """What one person sees, and every button they pressed."""

    page: Page
    url: str
    pressed: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def press(self, words: str) -> None:
        self.pressed.append(words)
        self.page.get_by_role("button", name=words, exact=True).click()

    def words(self, heading: str) -> str:
        """The eight words beneath this heading."""
        shown = self.page.locator(".group", has=self.page.get_by_role("heading", name=heading))
        return " ".join(shown.last.locator(".words8 li").all_inner_texts())


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    """A coordinating node with its relay and an agency, both served and both new."""
    port = free_port()
    riverside = Node(tmp_path / "riverside", "Ruth Ndlovu", idle_minutes=15)
    harbour = Node(tmp_path / "harbour", "Joy Adeyemi", idle_minutes=15)
    riverside.init(RIVERSIDE, "--coordinating", "--url", f"http://127.0.0.1:{port}")
    harbour.init(HOUSE, "--kind", "domestic_violence_centre")
    try:
        riverside.serve("--relay-port", str(port))
        harbour.serve()
        yield riverside, harbour
    finally:
        riverside.stop()
        harbour.stop()


@pytest.fixture
def shown() -> Iterator[Screens]:
    with screens() as opened:
        yield opened


def test_two_people_follow_the_paper_from_an_invitation_to_a_proven_test_handoff(
    two: tuple[Node, Node], shown: Screens
) -> None:
    riverside, harbour = two
    ruth = Window(shown.at(riverside), riverside.url)
    joy = Window(shown.at(harbour), harbour.url)

    _invite(ruth, joy)
    _compare_words(ruth, joy)
    _take_steps(ruth, joy)
    _rehearse(ruth, joy)

    ruth.go("/partners/joining")
    bars_nobody(ruth.page)
    for window in (ruth, joy):
        window.go("/cases")
        expect(window.page.get_by_text("Invented Person")).to_have_count(0)
    said = re.findall(r"\*\*([A-Z][^*]*)\*\*", PAPER.read_text().replace("\n", " "))
    buttons = {label for label in said if _is_a_button(label)}
    pressed = {_as_written(words) for words in (*ruth.pressed, *joy.pressed)}
    assert pressed == buttons


def _invite(ruth: Window, joy: Window) -> None:
    ruth.go("/partners/joining")
    bars_nobody(ruth.page)
    ruth.page.get_by_label("Name of the agency").fill(HOUSE)
    ruth.press("Make a link that is good once")
    link = ruth.page.get_by_label("The link", exact=True).input_value()
    expect(ruth.page.locator("#made svg")).to_be_visible()
    bars_nobody(ruth.page)
    joy.go("/partners/joining")
    bars_nobody(joy.page)
    words = joy.page.get_by_role("heading", name="They read to you")
    for _ in range(30):  # the relay hears of a new link with the next sync
        joy.page.get_by_label("The link you were given").fill(link)
        joy.press("Hand over our card")
        expect(words.or_(joy.page.locator("#problem .problem"))).to_be_visible()
        if words.count():
            break
    expect(words).to_be_visible()
    bars_nobody(joy.page)


def _compare_words(ruth: Window, joy: Window) -> None:
    expect(ruth.page.get_by_text("Waits for the eight words")).to_be_visible()
    ruth.page.get_by_role("link", name=HOUSE).click()
    expect(ruth.page.get_by_role("heading", name="They read to you")).to_be_visible()
    bars_nobody(ruth.page)
    assert ruth.words("You read to them") == joy.words("They read to you")
    assert ruth.words("They read to you") == joy.words("You read to them")
    ruth.page.get_by_label("The eight words they read to you").fill(joy.words("You read to them"))
    joy.page.get_by_label("The eight words they read to you").fill(ruth.words("You read to them"))
    ruth.press(f"Enrol {HOUSE} as joining")
    joy.press(f"Trust {RIVERSIDE} from now on")
    expect(ruth.page.get_by_text("Joining: the steps travel")).to_be_visible()
    expect(joy.page.get_by_text("0 of 6")).to_be_visible()


def _take_steps(ruth: Window, joy: Window) -> None:
    joy.page.get_by_role("link", name=HOUSE).click()
    expect(joy.page.get_by_text("What each tier will mean")).to_be_visible()
    bars_nobody(joy.page)
    joy.page.locator("#step-internal_lead summary", has_text="Write down").click()
    joy.press("This step is done")
    expect(joy.page.get_by_text("1 of 6 steps are done")).to_be_visible()
    expect(ruth.page.get_by_text("1 of 6 steps are done")).to_be_visible()
    bars_nobody(ruth.page)
    ruth.page.get_by_label("Both sides know this").check()
    ruth.press(f"Let {HOUSE} take part")
    expect(ruth.page.get_by_role("heading", name=f"Test handoff with {HOUSE}")).to_be_visible()


def _rehearse(ruth: Window, joy: Window) -> None:
    expect(joy.page.get_by_role("button", name="Send an invented person")).to_be_visible()
    joy.press("Send an invented person")
    expect(ruth.page.get_by_text("A test handoff arrived.")).to_be_visible()
    ruth.press(f"Open what {HOUSE} sent")
    expect(ruth.page.get_by_text("Invented Person", exact=True)).to_be_visible()
    bars_nobody(ruth.page)
    ruth.press("Answer with an invented person")
    expect(joy.page.get_by_text("A test handoff arrived.")).to_be_visible()
    joy.press(f"Open what {RIVERSIDE} sent")
    expect(joy.page.get_by_text("Invented Person", exact=True)).to_be_visible()
    joy.press("End the test, in both directions")
    for window in (joy, ruth):
        expect(window.page.get_by_text("Both ways, proven")).to_be_visible()
        bars_nobody(window.page)


def _is_a_button(label: str) -> bool:
    """Bold in the paper are also links, what opens a form, and a warning."""
    places = {"Joining", "Invite an agency", "Write down", "If a single word differs, stop."}
    return label not in places


def _as_written(words: str) -> str:
    """A button as the paper writes it, where a name stands for any name."""
    return words.replace(HOUSE, "…").replace(RIVERSIDE, "…")
