"""The plan: written at the coordinating node, read at each agency, and closed row by row."""

import pytest

from server.casework import cases, withdrawals
from server.casework.errors import NotWritable, WrittenElsewhere
from server.meeting import circulating, plan, plan_rows
from server.node.desk import Desk
from server.node.errors import NotPermitted
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.meeting import plan_story as story
from tiers.fragment import Place


def test_a_risk_and_an_action_are_read_at_each_agency_that_gets_the_plan(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        await story.action(agencies, ref, "markers on the address", RIVER, more={"owner": "Sgt N"})
        await story.settle(agencies)

        for name in (HARBOUR, RIVER):
            seen = await story.seen(agencies, name, ref)
            assert [row.says("risk") for row in seen.risks] == ["stalking"]
            assert [row.says("action") for row in seen.actions] == ["markers on the address"]
            assert seen.actions[0].says("owner_agency") == agencies[RIVER].id
            assert seen.actions[0].fields["action"][-1].by == "Maya Lind"
        with pytest.raises(plan.NoSuchCase):
            await story.seen(agencies, BRIGID, ref)

    run(tale())


def test_nobody_gets_rows_about_a_person_their_consent_does_not_name(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        await story.risk(agencies, ref, "he knows the school", about="puv")
        await story.settle(agencies)

        seen = await story.seen(agencies, RIVER, ref)
        here = await story.seen(agencies, NORTHGATE, ref)

        assert [row.about for row in seen.risks] == ["survivor"]
        assert {row.about for row in here.risks} == {"survivor", "puv"}

    run(tale())


@pytest.mark.parametrize("locked", [False, True])
def test_a_row_closes_at_every_node_when_a_consent_it_rests_on_is_withdrawn(
    agencies: Coalition, locked: bool
):
    async def tale() -> None:
        ref = await story.begun(agencies)
        consent = await story.tell_of(agencies, BRIGID, ref)
        await story.risk(agencies, ref, "CANARY seen in the clinic", rests_on=(consent,))
        await story.settle(agencies)
        assert len((await story.seen(agencies, RIVER, ref)).risks) == 2

        await agencies.do(BRIGID, lambda desk: withdrawals.withdraw(desk, consent))
        await agencies.settle(locked=locked)
        if locked:
            with pytest.raises(plan.NoSuchCase):
                await story.seen(agencies, RIVER, ref)
        await story.settle(agencies)

        at_river = await story.seen(agencies, RIVER, ref)
        here = await story.seen(agencies, NORTHGATE, ref)
        assert [row.says("risk") for row in at_river.risks] == ["stalking"]
        assert {(row.closed, row.says("risk")) for row in here.risks} == {
            (False, "stalking"),
            (True, ""),
        }

    run(tale())


def test_a_closed_row_opens_again_when_a_person_rewrites_it_and_not_before(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        consent = await story.tell_of(agencies, BRIGID, ref)
        row = await story.risk(agencies, ref, "CANARY seen in the clinic", rests_on=(consent,))
        await story.settle(agencies)
        await agencies.do(BRIGID, lambda desk: withdrawals.withdraw(desk, consent))
        await story.settle(agencies)

        async def level_only(desk: Desk) -> None:
            await plan_rows.change(
                ref, "plan_risks", "survivor", row, {"level": "high"}, None, desk
            )

        async def rewritten(desk: Desk) -> None:
            fields = {"risk": "her health"}
            await plan_rows.change(ref, "plan_risks", "survivor", row, fields, None, desk)

        async def resting_on_what_ended(desk: Desk) -> None:
            await plan_rows.change(
                ref, "plan_risks", "survivor", row, {"risk": "x"}, None, desk, rests_on=(consent,)
            )

        with pytest.raises(plan_rows.NothingWritten):
            await agencies.do(NORTHGATE, level_only)
        with pytest.raises(plan_rows.NothingToRestOn):
            await agencies.do(NORTHGATE, resting_on_what_ended)
        await agencies.do(NORTHGATE, rewritten)
        await story.settle(agencies)

        seen = await story.seen(agencies, RIVER, ref)
        assert sorted(one.says("risk") for one in seen.risks) == ["her health", "stalking"]

    run(tale())


def test_coordinator_and_chair_typing_at_once_lose_nothing(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        drawn = await story.seen(agencies, NORTHGATE, ref)
        [risk] = drawn.risks

        async def coordinator(desk: Desk) -> None:
            said = {"in_place": "panic alarm"}
            await plan_rows.change(
                ref, "plan_risks", "survivor", risk.row, said, drawn.revision, desk
            )

        async def chair(desk: Desk) -> None:
            said = {"in_place": "new locks"}
            other = story.colleague(desk, "Chair Person")
            await plan_rows.change(
                ref, "plan_risks", "survivor", risk.row, said, drawn.revision, other
            )

        await agencies.do(NORTHGATE, coordinator)
        await agencies.do(NORTHGATE, chair)
        await story.settle(agencies)

        for name in (NORTHGATE, RIVER):
            [now] = (await story.seen(agencies, name, ref)).risks
            assert {(one.value, one.by) for one in now.fields["in_place"]} == {
                ("panic alarm", "Maya Lind"),
                ("new locks", "Chair Person"),
            }
            assert now.differ("in_place")

    run(tale())


def test_a_plan_that_changes_after_it_was_sent_round_says_so_at_every_node(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        await story.action(agencies, ref, "markers", RIVER)
        sent = await agencies.do(NORTHGATE, lambda desk: circulating.circulate(ref, desk))
        assert set(sent.to) == {agencies[HARBOUR].id, agencies[RIVER].id}
        await story.settle(agencies)
        assert [await _changed(agencies, name, ref) for name in (NORTHGATE, HARBOUR, RIVER)] == [
            False,
            False,
            False,
        ]

        await story.risk(agencies, ref, "another")
        await story.settle(agencies)

        assert [await _changed(agencies, name, ref) for name in (NORTHGATE, HARBOUR, RIVER)] == [
            True,
            True,
            True,
        ]

    run(tale())


def test_marks_rewritten_to_fit_an_altered_plan_do_not_deceive_whoever_had_it(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        await agencies.do(NORTHGATE, lambda desk: circulating.circulate(ref, desk))
        await story.settle(agencies)

        await story.risk(agencies, ref, "another")
        await agencies.do(NORTHGATE, lambda desk: circulating.circulate(ref, desk))
        await story.settle(agencies)

        assert await _changed(agencies, RIVER, ref)
        agencies.later(hours=1)
        await agencies.do(NORTHGATE, lambda desk: circulating.circulate(ref, desk))
        await story.settle(agencies)
        assert not await _changed(agencies, RIVER, ref)

    run(tale())


def test_the_plan_is_written_on_its_own_page_only(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        there = Place("plan_risks", "survivor", "0a0a.risk")

        with pytest.raises(WrittenElsewhere):
            await agencies.do(NORTHGATE, lambda desk: cases.edit(ref, {there: "x"}, 1, {}, desk))
        with pytest.raises(NotPermitted):
            await agencies.do(
                RIVER, lambda desk: plan_rows.add_risk(ref, "survivor", {"risk": "x"}, desk)
            )
        with pytest.raises(NotWritable):
            await agencies.do(
                NORTHGATE, lambda desk: plan_rows.add_risk(ref, "survivor", {"risk": " "}, desk)
            )

    run(tale())


async def _changed(made: Coalition, name: str, ref: str) -> bool:
    sent = (await story.seen(made, name, ref)).circulated
    assert sent is not None
    return sent.changed
