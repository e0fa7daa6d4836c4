"""Rows of the plan and the parts they rest on: renewed for as much, for less, or ended."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from server.casework import resting, withdrawals
from server.casework.tables import Share
from server.meeting import plan, plan_rows
from server.node.desk import Desk
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.meeting import plan_story as story
from tests.server.meeting import renewing

WORDS = "CANARY seen in the clinic"
_READERS = (NORTHGATE, RIVER, HARBOUR)
LESS: tuple[Mapping[str, Any], ...] = (
    {"tell_sections": ["service_involvement"]},
    {"exclude": [["risks", "threats"]]},
)


async def _rested(made: Coalition) -> tuple[str, str, str]:
    """A plan with a risk that rests on what Brigid told: the case, that consent, and the row."""
    ref = await story.begun(made)
    consent = await story.tell_of(made, BRIGID, ref)
    row = await story.risk(made, ref, WORDS, rests_on=(consent,))
    await story.settle(made)
    assert await renewing.open_at(made, RIVER, ref) == ["stalking", WORDS]
    return ref, consent, row


def test_a_part_renewed_for_as_much_carries_its_rows_on(agencies: Coalition):
    async def tale() -> None:
        ref, _, _ = await _rested(agencies)

        await renewing.renew(agencies, ref, "2027-02-01", {})
        await story.settle(agencies)
        between = [
            await renewing.open_at(agencies, name, ref) for name in (NORTHGATE, RIVER, HARBOUR)
        ]
        await renewing.told_anew(agencies, ref)
        await story.settle(agencies)

        assert between == [["stalking"]] * 3
        for name in _READERS:
            assert await renewing.open_at(agencies, name, ref) == ["stalking", WORDS]
        [row] = [one for one in (await story.seen(agencies, NORTHGATE, ref)).risks if one.rests_on]
        assert [str(rest.until) for rest in row.rests] == ["2027-02-01"]

    run(tale())


@pytest.mark.parametrize("changed", LESS, ids=["sections", "a field"])
def test_a_part_renewed_for_less_carries_nothing_on(
    agencies: Coalition, changed: Mapping[str, Any]
):
    async def tale() -> None:
        ref, old, row = await _rested(agencies)
        before = await renewing.lane_to(agencies, RIVER)

        await renewing.renew(agencies, ref, "2027-02-01", changed)
        await story.settle(agencies)
        new = await renewing.told_anew(agencies, ref)
        await story.settle(agencies)

        for name in _READERS:
            assert await renewing.open_at(agencies, name, ref) == ["stalking"]
        await renewing.gone_from(agencies, RIVER, before)

        async def rewritten(desk: Desk, rests_on: str) -> None:
            said = {"risk": "her health"}
            await plan_rows.change(
                ref, "plan_risks", "survivor", row, said, None, desk, rests_on=(rests_on,)
            )

        with pytest.raises(plan_rows.NothingToRestOn):
            await agencies.do(NORTHGATE, lambda desk: rewritten(desk, old))
        await agencies.do(NORTHGATE, lambda desk: rewritten(desk, new))
        await story.settle(agencies)
        assert await renewing.open_at(agencies, RIVER, ref) == ["stalking", "her health"]

    run(tale())


@pytest.mark.parametrize("changed", [{}, LESS[0]], ids=["as much", "less"])
def test_a_locked_node_closes_the_plan_and_opens_it_with_the_rows_that_are_carried_on(
    agencies: Coalition, changed: Mapping[str, Any]
):
    async def tale() -> None:
        ref, _, _ = await _rested(agencies)

        await renewing.renew(agencies, ref, "2027-02-01", changed)
        await agencies.sync(HARBOUR, BRIGID)
        await renewing.told_anew(agencies, ref)
        await agencies.settle(locked=True)
        for name in (RIVER, HARBOUR):
            with pytest.raises(plan.NoSuchCase):
                await story.seen(agencies, name, ref)
        await story.settle(agencies)

        carried = [] if changed else [WORDS]
        for name in _READERS:
            assert await renewing.open_at(agencies, name, ref) == ["stalking", *carried]

    run(tale())


def test_only_an_unlocked_node_knows_that_a_renewal_covers_as_much(agencies: Coalition):
    async def tale() -> None:
        ref, old, _ = await _rested(agencies)
        await renewing.renew(agencies, ref, "2027-02-01", {})
        await story.settle(agencies)
        new = await renewing.told_anew(agencies, ref)
        await story.settle(agencies)

        with agencies.at(NORTHGATE):
            read = await resting.standing({old, new}, await agencies.desk(NORTHGATE))
            unread = await resting.standing({old, new}, await agencies.locked(NORTHGATE))

        assert read.keys() == {old, new}
        assert unread.keys() == {new}

    run(tale())


@pytest.mark.parametrize("locked", [False, True])
def test_what_a_renewal_carried_on_closes_when_the_renewal_is_withdrawn(
    agencies: Coalition, locked: bool
):
    async def tale() -> None:
        ref, _, _ = await _rested(agencies)
        await renewing.renew(agencies, ref, "2027-02-01", {})
        await story.settle(agencies)
        new = await renewing.told_anew(agencies, ref)
        await story.settle(agencies)
        assert await renewing.open_at(agencies, RIVER, ref) == ["stalking", WORDS]

        await agencies.do(BRIGID, lambda desk: withdrawals.withdraw(desk, new))
        await agencies.settle(locked=locked)
        if locked:
            with pytest.raises(plan.NoSuchCase):
                await story.seen(agencies, RIVER, ref)
        await story.settle(agencies)

        for name in _READERS:
            assert await renewing.open_at(agencies, name, ref) == ["stalking"]

    run(tale())


def test_a_row_is_carried_on_as_long_as_some_renewal_lives(agencies: Coalition):
    async def tale() -> None:
        ref, old, _ = await _rested(agencies)
        await renewing.renew(agencies, ref, "2027-02-01", {})
        await story.settle(agencies)
        new = await renewing.told_anew(agencies, ref)
        await story.settle(agencies)
        long_ago = int((agencies.now - timedelta(days=101)).timestamp())
        with agencies.at(NORTHGATE):  # as after two more renewals: its log is forgotten by now
            await Share.update({Share.ends: long_ago}).where(Share.consent == old)
        await story.settle(agencies)
        assert await renewing.open_at(agencies, RIVER, ref) == ["stalking", WORDS]

        await agencies.do(BRIGID, lambda desk: withdrawals.withdraw(desk, new))
        await story.settle(agencies)

        assert await renewing.open_at(agencies, RIVER, ref) == ["stalking"]
        with agencies.at(NORTHGATE):
            assert not await Share.exists().where(Share.consent == old)

    run(tale())


def test_what_a_part_covered_is_remembered_shut_and_only_where_plans_are_written(
    agencies: Coalition,
):
    async def tale() -> None:
        ref, consent, _ = await _rested(agencies)
        await renewing.renew(agencies, ref, "2027-02-01", {})
        await story.settle(agencies)

        with agencies.at(NORTHGATE):
            [ended] = await Share.objects().where(Share.consent == consent)
        assert (ended.state, ended.case_ref) == ("closed", "")
        assert ended.body
        assert b"service_involvement" not in bytes(ended.body)
        for name in (HARBOUR, RIVER, BRIGID):
            with agencies.at(name):
                rows = await Share.objects().where(Share.recipient == agencies[name].id)
            assert rows
            assert not any(row.body for row in rows)

    run(tale())


def test_after_a_withdrawal_of_the_whole_release_nothing_is_remembered(agencies: Coalition):
    async def tale() -> None:
        ref, consent, _ = await _rested(agencies)
        with agencies.at(BRIGID):
            row = await Share.objects().where(Share.consent == consent).first()
        assert row is not None

        await agencies.do(BRIGID, lambda desk: withdrawals.withdraw(desk, release=row.release))
        await story.settle(agencies)

        with agencies.at(NORTHGATE):
            parts = await Share.objects().where(Share.recipient == agencies[NORTHGATE].id)
        assert parts
        assert not any(part.body for part in parts)
        assert await renewing.open_at(agencies, NORTHGATE, ref) == ["stalking"]

    run(tale())
