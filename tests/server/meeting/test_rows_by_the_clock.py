"""Nobody withdraws, and nobody is told: a row closes when a consent it rests on reaches its end."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from server.meeting import exporting, plan
from tests.coalition import HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.meeting import plan_story as story
from tests.server.meeting import renewing

WORDS = "CANARY seen in the clinic"
STEP = "CANARY ring the clinic"


async def _sheet(made: Coalition, name: str) -> str:
    """The actions as that agency takes them away."""
    paper = await made.do(name, lambda desk: exporting.actions(desk, "csv"))
    return paper.content.decode()


async def _paper(made: Coalition, name: str, ref: str, to: str | None = None) -> str:
    """The words of the plan as somebody there takes it away, for their own agency or another."""
    paper = await made.do(name, lambda desk: exporting.plan(ref, to, desk))
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages)


@pytest.mark.parametrize("locked", [False, True])
def test_a_row_closes_at_every_node_when_a_consent_it_rests_on_expires(
    agencies: Coalition, locked: bool
):
    async def tale() -> None:
        ref = await renewing.ends_early(agencies, WORDS, STEP)
        lanes = {name: await renewing.lane_to(agencies, name) for name in (RIVER, HARBOUR)}
        for name in (NORTHGATE, RIVER, HARBOUR):
            assert await renewing.open_at(agencies, name, ref) == ["stalking", WORDS]
        assert STEP in await _sheet(agencies, RIVER)
        assert "CANARY" in await _paper(agencies, RIVER, ref)

        agencies.now = renewing.AFTER_IT
        here = await renewing.open_at(agencies, NORTHGATE, ref)
        to_river = await _paper(agencies, NORTHGATE, ref, RIVER)
        await agencies.settle(locked=locked)
        if locked:
            with pytest.raises(plan.NoSuchCase):
                await story.seen(agencies, RIVER, ref)
        await story.settle(agencies)

        assert here == ["stalking"]
        assert "CANARY" not in to_river
        for name in (NORTHGATE, RIVER, HARBOUR):
            assert await renewing.open_at(agencies, name, ref) == ["stalking"]
            assert "CANARY" not in await _sheet(agencies, name)
            assert "CANARY" not in await _paper(agencies, name, ref)
        for name, before in lanes.items():
            if locked:
                assert (await renewing.lane_to(agencies, name)).id != before.id
            else:
                await renewing.gone_from(agencies, name, before)

    run(tale())


def test_a_row_stands_through_the_last_day_of_the_consent_it_rests_on(agencies: Coalition):
    async def tale() -> None:
        ref = await renewing.ends_early(agencies, WORDS, STEP)

        agencies.now = renewing.AFTER_IT - timedelta(days=1)
        await story.settle(agencies)

        for name in (NORTHGATE, RIVER):
            assert await renewing.open_at(agencies, name, ref) == ["stalking", WORDS]

    run(tale())
