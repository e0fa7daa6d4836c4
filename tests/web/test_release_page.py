"""The release in a real browser: ten agencies on one screen, one sheet of paper, and by keys."""

import asyncio
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from crypto.keys import Identity, new_node_key, new_seed
from directory import card as cards
from directory.card import Card
from server.casework import consents
from server.node import chamber
from server.node import coalition as partners
from server.node.desk import Desk
from tests import coalition, founding
from tests.coalition import AGREED_UNTIL, CASE, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.web.served import Served, apart, needs_htmx, serve
from tests.web.test_referral_browser import sign
from tests.web.windows import PHONE, nothing_for_axe, signed_in
from tiers.consent import ConsentKind
from tiers.tier import Tier

pytestmark = [
    pytest.mark.browser,
    needs_htmx,
]
DESK = (1280, 1024)
# Names as long as agencies have them; with Harbour, River and Brigid they are ten.
_SEVEN = {
    "Northfield Housing and Homelessness Team": "housing",
    "Child Protection Services Northfield": "child_protection",
    "Probation, East": "probation",
    "Women's Legal Advice Centre": "legal_aid",
    "Schools' Safeguarding Office": "education",
    "Wellbeing Community Mental Health": "mental_health",
    "Shelter on the Quay": "community",
}
_CHILDREN = {
    "survivor": "survivor",
    "child-a": "child",
    "child-b": "child",
    "puv": "person_using_violence",
}


@dataclass
class Ten:
    """Ten agencies by the coordinator's signed directory; the pages of one of them are served."""

    coalition: Coalition
    served: Served

    def release(self) -> str:
        """The empty release of a family that has just come to Harbour."""
        family = {**CASE, "people": _CHILDREN}
        opened = coalition.open_case(self.coalition, HARBOUR, written=family)
        return f"{self.served.url}/cases/{apart(lambda: asyncio.run(opened)).ref}/release"


@pytest.fixture(scope="module")
def ten(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ten]:
    """Cards read aloud and taken in, one after another."""
    first = apart(lambda: founding.make_original(None))
    made = founding.copy(first, tmp_path_factory.mktemp("ten"), None)
    apart(lambda: asyncio.run(_meet(made)))
    served = serve(made.settings(HARBOUR), made[HARBOUR].engine)
    yield Ten(made, served)
    served.end()
    apart(lambda: asyncio.run(founding.close(made)))
    chamber.close()
    shutil.rmtree(first[HARBOUR].settings.data.parent)


async def _meet(made: Coalition) -> None:
    for name, kind in _SEVEN.items():
        await made.do(NORTHGATE, lambda desk, name=name, kind=kind: _enrol(name, kind, desk))
    directory = (await made.do(NORTHGATE, _desk)).directory.raw
    await made.do(HARBOUR, lambda desk: partners.adopt(directory, desk))


async def _desk(desk: Desk) -> Desk:
    return desk


async def _enrol(name: str, kind: str, desk: Desk) -> Any:
    """An agency that has handed over its card, and nothing else yet."""
    identity, node_key = Identity(new_seed()), new_node_key()
    card = Card(
        name=name,
        kind=kind,
        identity=identity.public,
        node_key=node_key.public,
        coordinating=False,
        relay=None,
        pack=desk.pack.digest,
        rehearsal=True,
        issued=int(desk.now.timestamp()),
    )
    raw = cards.make(card, identity)
    seats = frozenset({"meeting"})
    return await partners.enrol(
        raw, Tier.FRAMEWORKS, seats, AGREED_UNTIL, " ".join(card.words), desk
    )


@pytest.fixture
def page(browser: Browser, ten: Ten) -> Iterator[Page]:
    """The release, open before somebody who has just signed in."""
    page = signed_in(browser, ten.served.url, "Robin Vale", DESK)
    page.goto(ten.release())
    yield page
    page.context.close()


def height(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollHeight"))


def tick_everything(page: Page) -> None:
    """Our own row first: the plan opens with our "may tell the meeting"."""
    page.get_by_label("Harbour Centre may tell the meeting").check()
    expect(page.locator("#rows .tick input[type=checkbox]:disabled")).to_have_count(0)
    for box in page.locator("#rows .tick input[type=checkbox]").all():
        box.check()
    expect(page.locator("#aloud")).to_contain_text("11 agencies named")


def test_ten_agencies_and_the_button_are_on_one_screen(page: Page) -> None:
    assert page.locator("#rows tbody").count() == 11
    assert page.locator("main input[type=checkbox]:checked").count() == 0
    expect(page.locator("#aloud")).to_contain_text("Nothing is ticked")

    assert height(page) <= DESK[1]
    expect(page.get_by_role("button", name="Record this release")).to_be_in_viewport(ratio=1)
    tick_everything(page)
    assert height(page) <= DESK[1]
    nothing_for_axe(page, "ten agencies, all ticked")


def test_ten_agencies_and_their_sentences_are_one_sheet_of_paper(page: Page) -> None:
    tick_everything(page)
    page.select_option("#signer_kind", "guardian")

    assert sheets(page) == 1

    page.evaluate("window.print = () => {}")
    page.get_by_role("button", name="Print one page per agency").click()
    assert sheets(page) == 11


def sheets(page: Page) -> int:
    margin = dict.fromkeys(("top", "bottom", "left", "right"), "12mm")
    return len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4", margin=margin)))


def test_a_row_is_read_aloud_when_asked_and_the_plan_opens_with_our_own_tell(page: Page) -> None:
    plan = page.get_by_label("River Police may get the plan")
    expect(plan).to_be_disabled()
    spoken = page.get_by_text("River Police may be told your name")

    page.get_by_label("River Police may look me up").check()
    expect(spoken.first).to_be_attached()
    expect(spoken.first).to_be_hidden()
    page.get_by_role("button", name="read aloud: River Police").click()
    expect(spoken.first).to_be_visible()
    page.get_by_label("Harbour Centre may tell the meeting").check()
    expect(plan).to_be_enabled()
    nothing_for_axe(page, "one row read aloud")
    page.get_by_role("button", name="read all").click()
    expect(page.get_by_text("Probation, East is told nothing.")).to_be_visible()
    nothing_for_axe(page, "every row read aloud")
    page.get_by_role("button", name="read all").click()
    expect(spoken.first).to_be_hidden()

    page.get_by_role("button", name="Record this release").click()
    expect(page.locator("#problem a").first).to_be_visible()
    expect(page.get_by_label("River Police may look me up")).to_be_checked()


def test_she_rules_something_out_for_one_agency_alone(page: Page, ten: Ten) -> None:
    for row in ("Harbour Centre may tell the meeting", "River Police may tell the meeting"):
        page.get_by_label(row).check()
    card = page.locator("#rows tbody", has_text="River Police")
    card.get_by_role("button", name="read aloud").click()
    line = card.locator("[aria-live]")
    expect(line).to_contain_text("health")

    card.get_by_text("She rules something out for River Police alone").click()
    less = card.get_by_role("group", name="Ruled out for River Police alone")
    less.get_by_label("Health").check()
    less.get_by_label("What it recommends").check()

    expect(line).not_to_contain_text("health")
    expect(line).not_to_contain_text("what it recommends")
    expect(line).to_contain_text("the risks it sees")
    nothing_for_axe(page, "one agency is told less")
    page.get_by_label("Harbour Centre initials").fill("AB")
    page.get_by_label("River Police initials").fill("AB")
    ref = page.url.split("/")[-2]
    sign(page)
    page.get_by_role("button", name="Record this release").click()
    page.wait_for_url(f"**/cases/{ref}")

    told = _tells(ten, ref)
    assert {"health", "recommendations"} <= told[HARBOUR]
    assert told[HARBOUR] - told[RIVER] == {"health", "recommendations"}


def _tells(ten: Ten, ref: str) -> dict[str, frozenset[str]]:
    """What each agency may tell of this case, by its name; River's goes with what it is told."""

    async def told(desk: Desk) -> dict[str, frozenset[str]]:
        own, others = await consents.list_consents(desk, ref), await consents.passed_on_with(desk)
        return {
            desk.directory.agency(one.consent.discloser).name: one.consent.sections  # type: ignore[union-attr]
            for one in (*own, *others)
            if one.consent.kind is ConsentKind.TELL
        }

    return apart(lambda: asyncio.run(ten.coalition.do(HARBOUR, told)))


def test_a_telephone_shows_a_card_for_each_agency(page: Page) -> None:
    width, tall = PHONE
    page.set_viewport_size({"width": width, "height": tall})

    card = page.locator("#rows tbody", has_text="River Police")
    expect(card.get_by_text("may tell the meeting")).to_be_visible()
    card.get_by_role("button", name="read aloud").click()
    expect(card.get_by_text("River Police is told nothing.")).to_be_visible()
    nothing_for_axe(page, "cards")


def test_who_signs_for_her_is_asked_how_they_are_related(page: Page) -> None:
    expect(page.get_by_label("Relation to her")).to_be_hidden()

    page.select_option("#signer_kind", "guardian")

    expect(page.get_by_label("Relation to her")).to_be_visible()


def test_keys_alone_tick_a_row_read_it_and_come_to_the_button(page: Page) -> None:
    page.get_by_label("River Police may look me up").focus()
    page.keyboard.press("Space")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.ariaLabel") == "read aloud: River Police":
            break
    page.keyboard.press("Enter")

    expect(page.get_by_text("River Police may be told your name").first).to_be_visible()
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Record this release":
            return
    raise AssertionError("no key leads to the button")
