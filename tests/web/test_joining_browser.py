"""Joining with nineteen sites of one kind, the self-review and leaving, in a real browser."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from crypto.keys import Identity, NodeKey
from directory import card as cards
from directory.card import Card
from server.casework import rehearsing
from server.node import coalition, onboarding
from server.node.desk import Desk
from server.node.steps import Said
from tests.coalition import HARBOUR, NORTHGATE
from tests.web.conftest import Story
from tests.web.served import apart, needs_htmx
from tests.web.windows import PHONE, WIDE, nothing_for_axe, signed_in
from tiers.tier import Tier

pytestmark = [
    pytest.mark.browser,
    needs_htmx,
]
_WHO = {NORTHGATE: "Maya Lind", HARBOUR: "Robin Vale"}
Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, story: Story) -> Iterator[Opened]:
    """Ask it for an agency: a page of its node on which somebody has signed in."""
    windows: list[Page] = []

    def at(name: str, size: tuple[int, int] = WIDE) -> Page:
        windows.append(signed_in(browser, story.served[name].url, _WHO[name], size))
        return windows[-1]

    yield at
    for window in windows:
        window.context.close()


async def _site(number: int, desk: Desk) -> None:
    """One of many sites of the same kind, joining."""
    identity, node_key = Identity(bytes([100 + number]) * 32), NodeKey(bytes([number]) * 32)
    made = Card(
        name=f"Family Justice Center, site {number}",
        kind="community",
        identity=identity.public,
        node_key=node_key.public,
        coordinating=False,
        relay=None,
        pack=desk.pack.digest,
        rehearsal=True,
        issued=1,
    )
    raw, words = cards.make(made, identity), " ".join(made.words)
    await coalition.enrol(raw, Tier.DIRECTORY, frozenset(), None, words, desk)


async def _lead_named(desk: Desk) -> None:
    said = Said("internal_lead", desk.node.identity, done=True, who="Robin Vale", on=desk.today)
    await onboarding.record("", said, desk)


def test_an_open_checklist_shows_what_the_other_side_did_and_keeps_what_is_being_typed(
    opened: Opened, story: Story
) -> None:
    """Also the list of who is joining: neither page is loaded again."""

    async def told() -> None:
        await story.coalition.do(HARBOUR, _lead_named)
        await story.coalition.settle()

    listed, page = opened(NORTHGATE), opened(NORTHGATE)
    listed.goto(f"{story.served[NORTHGATE].url}/partners/joining")
    page.goto(f"{story.served[NORTHGATE].url}/partners/joining")
    page.get_by_role("link", name=HARBOUR).click()
    for window in (listed, page):
        window.evaluate("window.sameDocument = true")
    expect(page.locator("#step-internal_lead-now")).to_contain_text("Open")
    page.locator("#step-internal_lead summary", has_text="Write down").click()
    word = page.locator("#note-internal_lead")
    word.fill("As we agreed on the tele")

    apart(lambda: asyncio.run(told()))
    story.served[NORTHGATE].ring()

    expect(page.locator("#step-internal_lead-now")).to_contain_text(f"{HARBOUR}: Robin Vale")
    expect(page.locator("#joining-head")).to_contain_text("1 of 6 steps are done")
    expect(page.locator("#said")).to_have_text("Changed: An internal lead.")
    expect(page.get_by_role("button", name="Write it down anew")).to_be_visible()
    expect(word).to_be_focused()
    expect(word).to_have_value("As we agreed on the tele")
    expect(listed.locator("#joining-agencies tr", has_text=HARBOUR)).to_contain_text("1 of 6")
    page.get_by_role("button", name="Send an invented person").focus()
    for window in (listed, page):
        nothing_for_axe(window, window.url)
        assert window.evaluate("window.sameDocument")

    apart(lambda: asyncio.run(_rehearsed(story)))
    story.served[NORTHGATE].ring()

    expect(page.locator("#rehearsal-now")).to_contain_text("A test handoff arrived.")
    expect(page.get_by_role("button", name="Answer with an invented person")).to_be_focused()
    expect(word).to_have_value("As we agreed on the tele")
    assert page.evaluate("window.sameDocument")


async def _rehearsed(story: Story) -> None:
    """Harbour sends an invented person to the coordinating node."""
    made = story.coalition
    await made.do(HARBOUR, lambda desk: rehearsing.begin(made[NORTHGATE].id, desk))
    await made.settle()


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_nineteen_sites_of_one_kind_are_one_list_and_each_has_its_steps(
    opened: Opened, story: Story, size: tuple[int, int]
) -> None:
    for number in range(1, 20):
        apart(
            lambda n=number: asyncio.run(story.coalition.do(NORTHGATE, lambda desk: _site(n, desk)))
        )
    page = opened(NORTHGATE, size)

    page.goto(f"{story.served[NORTHGATE].url}/partners/joining")
    nothing_for_axe(page, page.url)
    expect(page.get_by_text("Joining", exact=True)).to_have_count(20)  # the heading, and a tag each
    page.get_by_role("link", name="site 7").click()
    expect(page.get_by_text("0 of 6 steps are done")).to_be_visible()
    nothing_for_axe(page, page.url)


def test_the_self_review_is_recorded_and_stands_to_be_printed(opened: Opened, story: Story) -> None:
    page = opened(HARBOUR)
    page.goto(f"{story.served[HARBOUR].url}/self-review")
    nothing_for_axe(page, page.url)

    page.get_by_role("button", name="Record this self-review").click()
    expect(page.locator("#problem")).to_contain_text("Say whether this duty is kept")
    for kept in page.get_by_label("Kept", exact=True).all():
        kept.check()
    page.get_by_role("button", name="Record this self-review").click()

    expect(page.get_by_text("Recorded. The next is due in a year.")).to_be_visible()
    expect(page.locator("dd .tag.good")).to_have_count(4)
    nothing_for_axe(page, page.url)


def test_leaving_says_first_what_will_happen_and_then_who_has_confirmed(
    opened: Opened, story: Story
) -> None:
    page = opened(HARBOUR)
    page.goto(f"{story.served[HARBOUR].url}/partners/leaving")
    nothing_for_axe(page, page.url)
    expect(page.get_by_text("This agency's own records stay, all of them: 1 case.")).to_be_visible()

    page.get_by_role("button", name=f"Leave {NORTHGATE}").click()
    expect(page.locator("#problem")).to_contain_text("Tick that this is decided")
    page.get_by_label("Our management has decided this").check()
    page.get_by_role("button", name=f"Leave {NORTHGATE}").click()

    expect(page.get_by_text("Waiting to confirm")).to_have_count(3)
    nothing_for_axe(page, page.url)
    page.get_by_text("Do not wait any longer").click()
    page.get_by_role("button", name="Leave now, without the receipts").click()
    expect(page.get_by_role("heading", name=f"Left {NORTHGATE}")).to_be_visible()
    nothing_for_axe(page, page.url)
    page.goto(f"{story.served[HARBOUR].url}/cases")
    expect(page.get_by_text("Invented Asha Bell").first).to_be_visible()
