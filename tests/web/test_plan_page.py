"""The plan, by page: written, closed when a consent ends, and its actions answered by owners."""

import html
import re
from dataclasses import dataclass

import httpx
import pytest

from server.casework import withdrawals
from server.meeting.plan_view import PlanView
from server.node.desk import Desk
from server.node.keyholder import Keyholder
from server.sync import Syncer
from tests.coalition import BRIGID, NORTHGATE, RIVER, Coalition
from tests.nodes import TestedNode
from tests.running import run
from tests.server.casework.conftest import agencies, coalition_original, pytest_generate_tests
from tests.server.meeting import plan_story as story
from tests.server.meeting import renewing
from tests.server.meeting.crafted import crafted
from tests.web.asked import Pages
from web import app
from web.pages.plan_parts import rows_part

__all__ = ["agencies", "coalition_original", "pytest_generate_tests"]

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def drawn(answer: httpx.Response) -> dict[str, str]:
    """The hidden fields a form was drawn with."""
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(answer.text)}


def words_of(answer: httpx.Response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


@dataclass
class At:
    """Somebody at work in a browser at one of the agencies."""

    made: Coalition
    name: str
    pages: Pages

    async def get(self, path: str) -> httpx.Response:
        with self.made.at(self.name):
            return await self.pages.get(path)

    async def post(self, path: str, form: dict[str, str]) -> httpx.Response:
        with self.made.at(self.name):
            return await self.pages.post(path, form)


async def at(made: Coalition, name: str) -> At:
    """Open the pages of that agency, signed in."""
    settings = made.settings(name)
    keyholder = Keyholder(settings.idle_minutes, lambda: None)
    syncer = Syncer(settings, keyholder)
    pages = Pages(app.create(settings, keyholder, syncer, "http://127.0.0.1:8400"), keyholder)
    with made.at(name) as here:
        await pages.work(TestedNode(settings, here.engine, here.identity, here.member, ""))
    return At(made, name, pages)


def test_a_coordinator_writes_an_action_and_its_owner_answers_by_page(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        maya = await at(agencies, NORTHGATE)
        form = await maya.get(f"/plan/{ref}/actions/nobody/new")
        said = {
            **drawn(form),
            "actions-about": "survivor",
            "actions-action": "Put markers on the address",
            "actions-owner_agency": agencies[RIVER].id,
            "actions-due": "2026-12-14",
            "actions-survivors_part": "She keeps the diary",
        }
        saved = await maya.post(f"/plan/{ref}/actions/nobody/new", said)
        assert "Put markers on the address" in words_of(saved)
        await story.settle(agencies)

        sam = await at(agencies, RIVER)
        mine = await sam.get("/actions")
        assert "Put markers on the address" in words_of(mine)
        assert "part in this step: She keeps the diary" in words_of(mine)
        [path] = re.findall(r'hx-post="(/actions/[^"]+)"', mine.text)
        without = await sam.post(path, {"form": "1" * 32, "status": "not_done_by_agency"})
        assert without.status_code == 422
        answer = {"form": "2" * 32, "status": "completed", "update": "CANARY both set"}
        assert (await sam.post(path, answer)).status_code < 400
        await story.settle(agencies)

        plan = words_of(await maya.get(f"/plan/{ref}"))
        everything = words_of(await maya.get("/actions/all"))
        assert "Done" in plan
        assert "CANARY" not in plan
        assert "CANARY both set" in everything

    run(tale())


def test_who_leads_is_asked_for_the_survivor_first(agencies: Coalition):
    people = {"a": "child", "b": "person_using_violence", "c": "survivor"}
    view = PlanView("ref", "", people, (), (), (), {}, written_here=True)

    async def asked(desk: Desk) -> list[str]:
        return [row.id for row in rows_part("leads", view, desk).rows]

    assert run(agencies.do(NORTHGATE, asked)) == ["leads-c-", "leads-a-", "leads-b-"]


def test_a_row_that_closed_says_nothing_until_it_is_written_anew(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        consent = await story.tell_of(agencies, BRIGID, ref)
        row = await story.risk(agencies, ref, "CANARY at the clinic", rests_on=(consent,))
        await story.settle(agencies)
        maya = await at(agencies, NORTHGATE)
        assert "CANARY" in (await maya.get(f"/plan/{ref}")).text

        await agencies.do(BRIGID, lambda desk: withdrawals.withdraw(desk, consent))
        await story.settle(agencies)

        page = await maya.get(f"/plan/{ref}")
        form = await maya.get(f"/plan/{ref}/risks/survivor/{row}")
        assert "CANARY" not in page.text + form.text
        assert "a consent it rested on ended" in words_of(page)
        said = {**drawn(form), "risks-risk": "Her health"}
        saved = await maya.post(f"/plan/{ref}/risks/survivor/{row}", said)
        assert "Her health" in words_of(saved)
        assert "a consent it rested on ended" not in words_of(saved)

    run(tale())


def test_two_wordings_stand_on_the_page_until_somebody_chooses(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        [risk] = (await story.seen(agencies, NORTHGATE, ref)).risks
        maya = await at(agencies, NORTHGATE)
        path = f"/plan/{ref}/risks/survivor/{risk.row}"
        early = drawn(await maya.get(path))
        await story.chair_writes(agencies, ref, risk.row, "new locks")

        both = await maya.post(path, {**early, **_kept(early), "risks-in_place": "panic alarm"})

        assert "Two of you wrote this" in words_of(both)
        assert "new locks" in words_of(both)
        assert "panic alarm" in words_of(both)
        chosen = {"field": "in_place", "value": "new locks"}
        after = words_of(await maya.post(f"{path}/choose", chosen))
        assert "panic alarm" not in after
        assert "Two of you wrote this" not in after

    run(tale())


def test_sending_round_and_the_parts_are_for_those_who_may(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        maya, sam, ines = [await at(agencies, name) for name in (NORTHGATE, RIVER, BRIGID)]

        assert (await maya.post(f"/plan/{ref}/circulate", {})).status_code < 400
        await story.settle(agencies)

        assert "Sent round" in words_of(await sam.get(f"/plan/{ref}"))
        assert "stalking" in words_of(await sam.get(f"/plan/{ref}/risks"))
        assert (await sam.get(f"/plan/{ref}/risks/nobody/new")).status_code == 404
        assert (await sam.get("/actions/all")).status_code == 404
        assert (await ines.get(f"/plan/{ref}")).status_code == 404

    run(tale())


def _kept(form: dict[str, str]) -> dict[str, str]:
    return {name[4:]: value for name, value in form.items() if name.startswith("was-")}


@pytest.mark.parametrize("name", [RIVER, NORTHGATE])
def test_a_plan_that_says_anything_is_drawn(agencies: Coalition, name: str):
    async def tale() -> None:
        ref = await crafted(agencies)
        await story.settle(agencies)
        there = await at(agencies, name)

        paths = [f"/plan/{ref}", "/actions", "/meetings"]
        paths += ["/actions/all"] if name == NORTHGATE else []
        drawn = {path: await there.get(path) for path in paths}

        assert {path: page.status_code for path, page in drawn.items()} == dict.fromkeys(paths, 200)
        assert "CANARY 0" in drawn[f"/plan/{ref}"].text
        assert "has changed since" not in drawn[f"/plan/{ref}"].text

    run(tale())


def test_what_ended_by_the_clock_is_on_no_page_of_the_plan(agencies: Coalition):
    async def tale() -> None:
        ref = await renewing.ends_early(agencies, "CANARY seen in the clinic", "CANARY ring them")
        paths = {
            NORTHGATE: (f"/plan/{ref}", "/actions", "/actions/all"),
            RIVER: (f"/plan/{ref}", "/actions"),
        }

        async def pages_at(name: str) -> str:
            there = await at(agencies, name)
            return "".join([(await there.get(path)).text for path in paths[name]])

        before = [await pages_at(name) for name in paths]
        agencies.now = renewing.AFTER_IT
        at_once = await pages_at(NORTHGATE)
        await story.settle(agencies)
        after = [await pages_at(name) for name in paths]

        assert all("CANARY" in page for page in before)
        assert "CANARY" not in at_once
        assert "Closed: a consent it rested on ended" in at_once
        assert not any("CANARY" in page for page in after)
        assert all("stalking" in page for page in after)

    run(tale())
