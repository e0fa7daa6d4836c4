"""Withdrawn at noon, over real processes: taken back between the agenda and the decision.

Everybody looks: the room at the meeting and at its agenda, the police at their plan. First what
one agency tells goes, then all of it. It leaves every open page, the plan at every node, and what
is taken away as a file; that something was withdrawn is said, and not what.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.dorset import (
    THURSDAY_AT_NOON,
    TUESDAY_AT_THREE,
    answer,
    it_is,
    refer,
    take_up_and_ask,
)
from tests.journeys.nodes import Coalition, Node, make, served
from tests.journeys.screens import Screens, screens
from tests.journeys.takeaways import new_file, taken_away

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(1800)]

HERS = "To keep the flat and the school."
TOLD = "Two calls in April."  # by the police
RESTS = "Out twice, and he was there."  # a row of the plan that restates it
STEP = "Put a marker on the address."  # another, on what the surgery told
OFFICER = "Rosa Lindqvist"  # whom the police send, as they told
GONE = "Something was withdrawn"
OFF = "Something on this agenda was withdrawn"
CLOSED = "This row says nothing until somebody writes it anew."


@pytest.fixture(scope="module")
def dorset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coalition]:
    """Four nodes that work by the protocol of Dorset; the relay is served."""
    folder = tmp_path_factory.mktemp("noon") / "four"
    with served(make(folder, pack="hrda-dorset")) as made:
        for node in made.nodes:
            node.idle_minutes = 15  # they look, and nobody touches a key
        yield made


@pytest.fixture
def shown() -> Iterator[Screens]:
    """A browser."""
    with screens() as opened:
        yield opened


@dataclass(frozen=True, slots=True)
class Noon:
    """The case that is being heard, and the windows of those who look at it."""

    four: Coalition
    ref: str
    meeting: str
    into: Path  # where files are taken away to
    chair: Page
    planner: Page
    officer: Page

    @property
    def case(self) -> str:
        """The reference as pages and papers say it."""
        return f"{self.ref[:3]}-{self.ref[3:6]}"

    @property
    def readers(self) -> tuple[Node, Node]:
        """The room and the police, who take papers away."""
        return self.four.coordinating, self.four.police

    def paper(self, node: Node, kind: str, *named: str, ending: str = "pdf") -> str:
        """What that paper says, taken away now."""
        return taken_away(node, kind, *named, into=self.into, ending=ending)


def test_what_she_takes_back_leaves_every_screen_while_the_room_hears_her_case(
    dorset: Coalition, shown: Screens, tmp_path: Path
) -> None:
    ref = on_the_agenda(dorset, tmp_path)
    noon = everybody_looks(dorset, shown, ref, heard_at_noon(dorset, ref), tmp_path)
    all_of_it_is_there(noon)

    dorset.police.done("withdraw", tell_of(dorset.police))

    what_the_police_told_left_the_screens(noon)
    what_the_police_told_left_nodes_and_papers(noon)

    dorset.hospital.done("withdraw", "--release", release_of(dorset.hospital))
    dorset.sync(dorset.hospital)

    all_of_it_left_the_screens(noon)
    all_of_it_left_nodes_and_papers(noon)


def on_the_agenda(four: Coalition, folder: Path) -> str:
    """Referred, told of by two agencies and on Thursday's agenda, with a risk and an action."""
    room, police, surgery = four.coordinating, four.police, four.hospital
    it_is(four, TUESDAY_AT_THREE)
    ref = refer(surgery, folder)
    four.sync(surgery, room, locked=False)
    take_up_and_ask(room, ref)
    four.sync(room, surgery, locked=False)
    surgery.done("asked", "send-finds", ref)
    four.sync(surgery, police, locked=False)
    answer(police, ref, folder, TOLD)
    four.sync(police, room, locked=False)
    room.done("meeting", "plan", "daily")
    room.done("meeting", "put-on", ref)
    hers, owner = ("--about", "survivor"), ("--owner", police.name)
    room.done("plan", "risk", ref, *hers, "--rests-on", tell_of(police), stdin=RESTS)
    room.done("plan", "action", ref, *hers, *owner, "--rests-on", tell_of(surgery), stdin=STEP)
    return ref


def heard_at_noon(four: Coalition, ref: str) -> str:
    """Thursday: every node has the plan, and the meeting hears the case; its number."""
    it_is(four, THURSDAY_AT_NOON)
    meeting = str(four.coordinating.done("meeting", "open")["meeting"])
    four.coordinating.done("meeting", "hear", ref)
    four.police.serve()
    return meeting


def everybody_looks(four: Coalition, shown: Screens, ref: str, meeting: str, into: Path) -> Noon:
    """The chair at the meeting, a colleague at its agenda, an officer at the plan."""
    chair, planner, officer = (
        shown.at(four.coordinating),
        shown.at(four.coordinating),
        shown.at(four.police),
    )
    chair.goto(f"{four.coordinating.url}/meetings/{meeting}/live")
    planner.goto(f"{four.coordinating.url}/meetings/{meeting}")
    officer.goto(f"{four.police.url}/plan/{ref}")
    return Noon(four, ref, meeting, into, chair, planner, officer)


def all_of_it_is_there(noon: Noon) -> None:
    """Each page and paper says what it will no longer say."""
    room = noon.four.coordinating
    stays(noon.chair, HERS, TOLD, RESTS, STEP, noon.case)
    stays(noon.planner, OFFICER, noon.case)
    stays(noon.officer, RESTS, STEP)
    for node in noon.four.nodes:
        says(node.done("plan", "show", noon.ref), RESTS, STEP)
    says(noon.paper(room, "agenda", noon.meeting), noon.case, OFFICER)
    for node in noon.readers:
        says(noon.paper(node, "plan", noon.ref), RESTS, STEP)
        says(noon.paper(node, "actions", ending="csv"), STEP)


def what_the_police_told_left_the_screens(noon: Noon) -> None:
    """The room hears that something was withdrawn; what others told stays."""
    left(noon.chair, TOLD, RESTS)
    expect(noon.chair.locator(".meeting-case")).to_contain_text(GONE)
    expect(noon.chair.locator(".meeting-side")).to_contain_text(CLOSED)
    expect(noon.chair.locator("#aside-ended")).not_to_contain_text(noon.four.police.name)
    stays(noon.chair, HERS, STEP, noon.case)
    left(noon.planner, OFFICER)
    stays(noon.planner, OFF, GONE, noon.case)
    left(noon.officer, RESTS)
    stays(noon.officer, STEP)


def what_the_police_told_left_nodes_and_papers(noon: Noon) -> None:
    """What restated it is closed at every node; the police's own record is their own."""
    room, advocate, _, surgery = noon.four.nodes
    noon.four.sync(surgery, advocate)
    for node in noon.four.nodes:
        plan = node.done("plan", "show", noon.ref)
        says(plan, STEP)
        hushed(plan, RESTS)
    hushed(room.done("view", noon.ref), TOLD)
    agenda = room.done("meeting", "agenda", noon.meeting)
    assert [one["something_withdrawn"] for one in agenda["cases"]] == [True]
    hushed(agenda, OFFICER)
    paper = noon.paper(room, "agenda", noon.meeting)
    says(paper, noon.case, GONE)
    hushed(paper, OFFICER)
    for node in noon.readers:
        paper = noon.paper(node, "plan", noon.ref)
        says(paper, STEP)
        hushed(paper, RESTS)


def all_of_it_left_the_screens(noon: Noon) -> None:
    """The case is on no agenda, and the plan is nowhere to be seen."""
    left(noon.chair, HERS, STEP, noon.case)
    expect(noon.chair.locator("#live-agenda")).to_contain_text(GONE)
    left(noon.planner, noon.case)
    stays(noon.planner, OFF)
    left(noon.officer, STEP, noon.case)
    assert noon.officer.url.endswith(f"/plan/{noon.ref}")


def all_of_it_left_nodes_and_papers(noon: Noon) -> None:
    """No other node has a plan still; the room's own record and papers say nothing of it."""
    room, advocate, police, surgery = noon.four.nodes
    noon.four.sync(surgery, advocate)
    agenda = room.done("meeting", "agenda", noon.meeting)
    assert (agenda["cases"], agenda["something_withdrawn"]) == ([], True)
    hushed(agenda, noon.ref)
    hushed(noon.paper(room, "agenda", noon.meeting), noon.case)
    assert room.run("view", noon.ref).exit == 5
    hushed(room.done("plan", "show", noon.ref), RESTS, STEP)
    hushed(noon.paper(room, "plan", noon.ref), RESTS, STEP)
    for node in noon.readers:
        hushed(noon.paper(node, "actions", ending="xlsx"), noon.case, STEP)
    for node in (advocate, police, surgery):
        file = new_file(noon.into, "pdf")
        assert node.run("plan", "show", noon.ref).exit == 5
        assert node.run("paper", "plan", noon.ref, "--out", str(file)).exit == 5
        assert not file.exists()
    for node in noon.four.nodes:
        assert node.done("audit", "verify")["ok"]
    for node in (advocate, police):
        hushed(node.done("asked", "list"), noon.ref)


def stays(page: Page, *words: str) -> None:
    """All of it is on that page."""
    for said in words:
        expect(page.locator("main")).to_contain_text(said)


def left(page: Page, *words: str) -> None:
    """None of it is on that page any more, and nobody loaded it again."""
    for said in words:
        expect(page.locator("body")).not_to_contain_text(said)


def says(answer: object, *words: str) -> None:
    """All of it is in what the node answered."""
    whole = json.dumps(answer)
    assert [said for said in words if json.dumps(said)[1:-1] not in whole] == []


def hushed(answer: object, *words: str) -> None:
    """None of it is in what the node answered."""
    whole = json.dumps(answer)
    assert [said for said in words if json.dumps(said)[1:-1] in whole] == []


def tell_of(agency: Node) -> str:
    """The consent under which it tells the meeting."""
    [tell] = [one for one in agency.done("consent", "list")["consents"] if one["kind"] == "tell"]
    return str(tell["consent"])


def release_of(surgery: Node) -> str:
    """The one release she signed there."""
    [release] = {one["release"] for one in surgery.done("consent", "list")["consents"]}
    return str(release)
