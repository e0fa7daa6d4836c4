"""Dorset week, over real processes: referred on a Tuesday at three, heard on Thursday at noon.

The clock of each step is the protocol's own (hrda-dorset), up to the three weeks for an action.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.dorset import (
    THURSDAY_AT_NOON,
    TUESDAY_AT_THREE,
    WEDNESDAY,
    WEDNESDAY_EVENING,
    answer,
    it_is,
    refer,
    standing,
    take_up_and_ask,
)
from tests.journeys.nodes import Coalition, Node, make, served
from tests.journeys.screens import Screens, bars_nobody, screens

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(1800)]

DAY_22 = "2031-05-30T09:00:00Z"


@pytest.fixture(scope="module")
def dorset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coalition]:
    """Four nodes that work by the protocol of Dorset; the relay is served."""
    folder = tmp_path_factory.mktemp("dorset") / "four"
    with served(make(folder, pack="hrda-dorset")) as made:
        yield made


@pytest.fixture
def shown() -> Iterator[Screens]:
    """A browser."""
    with screens() as opened:
        yield opened


def test_a_week_in_dorset(dorset: Coalition, shown: Screens, tmp_path: Path) -> None:
    surgery, police, advocate = dorset.hospital, dorset.police, dorset.centre
    meeting = dorset.coordinating

    it_is(dorset, TUESDAY_AT_THREE)
    ref = refer(surgery, tmp_path)

    it_is(dorset, WEDNESDAY)
    take_up_and_ask(meeting, ref)

    it_is(dorset, WEDNESDAY_EVENING)
    surgery.done("asked", "send-finds", ref)
    dorset.sync(surgery, police, advocate, locked=False)
    answer(police, ref, tmp_path, "Two calls in April.")
    answer(advocate, ref, tmp_path, "She rang us on Monday evening.")
    dorset.sync(police, advocate, meeting, locked=False)
    agenda = plan_the_meeting(shown.at(meeting), meeting, ref)

    it_is(dorset, THURSDAY_AT_NOON)
    row = hold_the_meeting(shown.at(meeting), meeting, agenda, ref)
    dorset.sync(locked=False)
    [ours] = police.done("action", "list")["own"]
    assert (ours["row"], ours["due"]) == (row, "2031-05-29")
    assert police.done("action", "list", "--overdue")["own"] == []

    it_is(dorset, DAY_22)
    [late] = police.done("action", "list", "--overdue")["own"]
    assert late["row"] == row
    own = late["case_ref"]
    police.done("action", "answer", own, row, "--status", "completed", stdin="The marker is set.")
    dorset.sync(locked=False)
    dorset.sync(locked=False)
    [done] = meeting.done("action", "list", "--all")["actions"]
    assert (done["status"], done["overdue"]) == ("completed", False)
    meeting.done("intake", "close", ref, stdin="Actions are allocated; the leads keep watch.")
    assert standing(meeting, ref) == "closed"


def plan_the_meeting(page: Page, meeting: Node, ref: str) -> str:
    """No meeting is held on a Wednesday: the next one is Thursday's, at noon."""
    page.goto(f"{meeting.url}/meetings")
    first = page.locator("#coming > li").first
    expect(first).to_contain_text("8 May 2031, 12:00")
    first.get_by_role("button", name=re.compile("^Plan this meeting")).click()
    page.wait_for_url(re.compile(r"/meetings/[0-9a-f]{32}$"))
    page.get_by_role("button", name=re.compile(f"^Put {ref[:3]}-{ref[3:6]}")).click()
    expect(page.locator("#agenda-cases ol")).to_contain_text("Referred by St Brigid's Hospital")
    bars_nobody(page)
    page.reload()
    for who in (meeting.name, "Rosa Lindqvist", "Joy Adeyemi"):
        expect(page.locator("body")).to_contain_text(who)
    agenda = page.url.rsplit("/", 1)[-1]
    page.context.close()
    return agenda


def hold_the_meeting(page: Page, meeting: Node, agenda: str, ref: str) -> str:
    """Her voice first, a risk, an action with an owner, a decision; then it is heard."""
    page.goto(f"{meeting.url}/meetings/{agenda}")
    page.get_by_role("button", name="Open the meeting").click()
    page.get_by_role("button", name="Call this case up").click()
    for words in ("To keep the flat and the school.", "Two calls in April.", "She rang us"):
        expect(page.locator(".meeting-case")).to_contain_text(words)
    meeting.done("plan", "risk", ref, "--about", "survivor", stdin="Followed home twice.")
    added = meeting.done(
        *("plan", "action", ref, "--about", "survivor", "--owner", "Northfield Police"),
        stdin="Put a marker on the address.",
    )
    page.locator("#decision").fill("Police act; the advocate keeps in touch.")
    bars_nobody(page)
    page.get_by_role("button", name=re.compile("^Heard")).click()
    expect(page.locator("body")).to_contain_text("Heard")
    page.context.close()
    meeting.done("plan", "circulate", ref)
    return str(added["row"])
