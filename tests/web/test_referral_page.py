"""A referral by page: one thing at a time, thresholds reached or not, and nothing without her."""

import asyncio
import json
import re
from html import unescape
from typing import Any

import pytest

from server.casework.refs import short
from server.node import packs
from server.node.tables import NodeRow
from tests import nodes
from tests.web.asked import Pages

_STEPS = ("people", "incident", "assessments", "judgement", "contact", "wishes", "consent", "check")
_SCORED = "Assessed as high risk by its score"


async def begun(pages: Pages, node: nodes.TestedNode, pack: str = "hrda-dorset") -> str:
    """A referral of somebody new at this node, which works by this protocol."""
    texts = json.dumps(packs.load(pack))
    await NodeRow.update({NodeRow.pack_texts: texts}).where(NodeRow.id > 0)
    await pages.work(node)
    answer = await pages.post("/referrals", {})
    return answer.headers["hx-redirect"].removeprefix("/referrals/")


async def assess(pages: Pages, ref: str, row: str, **fields: str) -> Any:
    return await pages.post(
        f"/cases/{ref}/sections/assessments/survivor/rows/{row}", {"base": "1", **fields}
    )


async def read(pages: Pages, path: str) -> str:
    answer = await pages.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(answer.text)))


def test_every_page_says_who_must_not_learn_of_it(pages: Pages, node: nodes.TestedNode) -> None:
    async def scenario() -> None:
        ref = await begun(pages, node)

        for path in ("/referrals", f"/referrals/{ref}", *(f"/referrals/{ref}/{s}" for s in _STEPS)):
            assert "The perpetrator must not learn of this referral" in await read(pages, path)

    asyncio.run(scenario())


def test_assessments_stand_side_by_side_and_the_threshold_is_reached_or_not(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        ref = await begun(pages, node)

        await assess(pages, ref, "aaaa", instrument="SafeLives Dash", score="11")
        text = await read(pages, f"/referrals/{ref}/assessments")
        assert f"{_SCORED} Not reached" in text
        assert "below the threshold (medium)" in text
        assert "send her to: Paragon (HRDA where appropriate, and HRDA Plus)." in text
        await assess(pages, ref, "bbbb", instrument="SafeLives Dash", score="15")
        text = await read(pages, f"/referrals/{ref}/assessments")

        assert f"{_SCORED} Reached" in text
        assert "medium" in text
        assert "high" in text
        assert "below the threshold" not in text

    asyncio.run(scenario())


def test_a_score_is_asked_for_only_where_the_instrument_has_one(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        ref = await begun(pages, node)

        await assess(pages, ref, "aaaa", instrument="Police DASH/PPN", band="high")
        wanted = await read(pages, f"/referrals/{ref}")
        await assess(pages, ref, "aaaa", instrument="GP Red Flag", band="high")

        assert "Still empty: Score" in wanted
        assert "Score" not in await read(pages, f"/referrals/{ref}")

    asyncio.run(scenario())


def test_professional_judgement_is_enough(pages: Pages, node: nodes.TestedNode) -> None:
    async def scenario() -> None:
        ref = await begun(pages, node)
        await assess(pages, ref, "aaaa", instrument="SafeLives Dash", score="4")

        await pages.post(
            f"/cases/{ref}/sections/risk/survivor", {"base": "2", "professional_judgement": "yes"}
        )

        text = await read(pages, f"/referrals/{ref}/judgement")
        assert "Professional judgement Reached" in text
        assert "below the threshold" not in text

    asyncio.run(scenario())


def test_a_score_outside_its_instrument_is_not_kept(pages: Pages, node: nodes.TestedNode) -> None:
    async def scenario() -> None:
        ref = await begun(pages, node)

        answer = await assess(pages, ref, "aaaa", instrument="SafeLives Dash", score="240")

        assert answer.status_code == 422
        assert "0 to 24" in answer.text
        assert "240" not in await read(pages, f"/referrals/{ref}/assessments")

    asyncio.run(scenario())


def test_an_entry_is_taken_out_whole(pages: Pages, node: nodes.TestedNode) -> None:
    async def scenario() -> None:
        ref = await begun(pages, node)
        href = f"/cases/{ref}/sections/assessments/survivor/rows"
        await assess(pages, ref, "aaaa", instrument="SafeLives Dash", score="11")
        await assess(pages, ref, "bbbb", instrument="GP Red Flag", band="high")

        answer = await pages.post(f"{href}/aaaa/remove", {"base": "3"})

        assert "SafeLives" not in answer.text
        assert "GP Red Flag" in answer.text
        assert (await pages.get(f"{href}/aaaa")).status_code == 404

    asyncio.run(scenario())


def test_the_words_of_a_half_written_entry_come_back(pages: Pages, node: nodes.TestedNode) -> None:
    async def scenario() -> None:
        ref = await begun(pages, node)
        href = f"/cases/{ref}/sections/assessments/survivor/rows"
        form = (await pages.get(f"{href}/new")).text
        kept_at = re.findall(r'name="draft" value="([^"]+)"', form)[0]
        words = {"draft": kept_at, "base": "1", "assessed_by": "Half a na"}
        await pages.post("/drafts", words)

        again = (await pages.get(f"{href}/new")).text

        assert 'value="Half a na"' in again
        saved = re.findall(rf'hx-post="({href}/[0-9a-f]{{8}})"', again)[0]
        await pages.post(saved, {"base": "1", "assessed_by": "Half a name"})
        assert "Half a na" not in (await pages.get(f"{href}/new")).text

    asyncio.run(scenario())


@pytest.mark.parametrize("section", ["plan_actions", "ballots", "risk"])
def test_what_holds_no_rows_or_has_its_own_page_is_not_edited_here(
    pages: Pages, node: nodes.TestedNode, section: str
) -> None:
    async def scenario() -> None:
        ref = await begun(pages, node)
        href = f"/cases/{ref}/sections/{section}/survivor/rows"

        assert (await pages.get(f"{href}/new")).status_code == 404
        assert (await pages.post(f"{href}/aaaa", {"base": "1"})).status_code == 404

    asyncio.run(scenario())


def test_without_her_yes_the_page_says_to_act_now_and_has_no_button(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        ref = await begun(pages, node)

        missing = await pages.post(f"/referrals/{ref}/waiting", {"why": ""})
        done = await pages.post(f"/referrals/{ref}/waiting", {"why": "She is not alone."})

        assert missing.status_code == 422
        assert done.headers["hx-redirect"] == f"/referrals/{ref}"
        text = await read(pages, f"/referrals/{ref}")
        assert "Waiting for consent" in text
        assert "Act now under your own safeguarding procedure" in text
        assert "She is not alone." in text
        assert "If it is sent now Requests go out by " in text
        assert text.count(short(ref)) == 1
        check = (await pages.get(f"/referrals/{ref}/check")).text
        assert "It cannot be sent yet" in check
        assert f"/referrals/{ref}/send" not in check
        refused = await pages.post(f"/referrals/{ref}/send", {})
        assert refused.status_code == 422

    asyncio.run(scenario())


def test_a_person_added_from_the_referral_leads_back_to_it(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        ref = await begun(pages, node)
        puv = {"role": "person_using_violence", "back": "referral"}

        added = await pages.post(f"/cases/{ref}/people", puv)

        assert added.headers["hx-redirect"] == f"/referrals/{ref}/people"
        text = await read(pages, f"/referrals/{ref}/people")
        assert "Our own basis for telling about this person" in text
        steps = await read(pages, f"/referrals/{ref}")
        assert "Begun" not in steps  # nothing is written about anybody yet

    asyncio.run(scenario())


def test_a_page_of_no_step_or_no_referral_is_not_there(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        ref = await begun(pages, node)

        assert (await pages.get(f"/referrals/{ref}/send")).status_code in {404, 405}
        assert (await pages.get(f"/referrals/{ref}/release")).status_code == 404
        assert (await pages.get("/referrals/0000000000000000000000000A")).status_code == 404

    asyncio.run(scenario())
