"""What carries her yes to the plan, and what becomes of it when that part ends or comes anew."""

import pytest

from server.casework import consents, offering, withdrawals
from server.casework.tables import ConsentRow, Share
from server.casework.writing import write
from server.meeting import rounds
from server.node import coalition
from server.node.access import Act
from server.node.coalition import Change
from server.node.desk import Desk
from tests.coalition import (
    CASE,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    adopt_all,
    open_case,
    record,
    share,
    whole_story,
)
from tests.running import run
from tests.server.casework.riding import riding
from tests.server.meeting.referred import REFERRED, ROWS
from tiers.consent import ConsentKind
from tiers.fragment import Place


async def planned(made: Coalition) -> None:
    """The story, and at Northgate a plan that goes to whoever she named."""
    ref = await whole_story(made)
    await open_case(made, NORTHGATE, ref, {**CASE, "sections": {}})
    lead = {Place("plan_leads", "survivor", "name"): "Robin Vale"}
    await made.do(NORTHGATE, lambda desk: write(ref, lead, Act.WRITE_PLAN, desk))
    await adopt_all(made, NORTHGATE, ref)
    for name in (RIVER, HARBOUR):
        await share(made, NORTHGATE, ref, name, "meeting")
    await made.settle()


async def has_plan(made: Coalition, name: str) -> bool:
    """Does a live part of Northgate's lie at this agency?"""
    with made.at(name):
        return bool(
            await Share.exists().where(
                (Share.owner == made[NORTHGATE].id)
                & (Share.recipient == made[name].id)
                & (Share.state == "live")
            )
        )


async def states(made: Coalition, kind: ConsentKind) -> set[str]:
    """How the consents of this kind stand at Northgate."""
    with made.at(NORTHGATE):
        rows = await ConsentRow.select(ConsentRow.state).where(ConsentRow.kind == kind.value)
    return {row["state"] for row in rows}


async def carriers(made: Coalition) -> set[str]:
    with made.at(NORTHGATE):
        rows = await ConsentRow.select(ConsentRow.came_by).where(
            ConsentRow.kind == ConsentKind.PLAN.value
        )
    return {row["came_by"] for row in rows}


async def tended(made: Coalition) -> None:
    """What an unlocked coordinating node does after a round, and what that brings about."""
    await made.settle()
    await made.do(NORTHGATE, rounds.tend)
    await made.settle()


def test_taking_back_one_agencys_plan_leaves_the_others_theirs(agencies: Coalition) -> None:
    async def story() -> None:
        await planned(agencies)
        plan = await riding(agencies, RIVER, ConsentKind.PLAN)

        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=plan))
        await agencies.settle(locked=True)
        assert not await has_plan(agencies, HARBOUR)
        await tended(agencies)

        assert await has_plan(agencies, HARBOUR)
        assert not await has_plan(agencies, RIVER)

    run(story())


def test_a_yes_adopted_from_the_referral_goes_on_with_what_is_told_later(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR, None, REFERRED)).ref
        made = await record(agencies, ref, rows=ROWS)
        await share(agencies, HARBOUR, ref, NORTHGATE, "handoff")
        await agencies.settle()
        await open_case(agencies, NORTHGATE, ref, {**CASE, "sections": {}})
        await adopt_all(agencies, NORTHGATE, ref)
        before = await carriers(agencies)
        await share(agencies, HARBOUR, ref, NORTHGATE, "meeting")
        await tended(agencies)

        assert await carriers(agencies) != before
        (find,) = (
            one.id
            for one in made.consents
            if one.kind is ConsentKind.FIND and one.recipient == agencies[NORTHGATE].id
        )
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=find))
        await tended(agencies)
        assert await states(agencies, ConsentKind.PLAN) == {"given"}

        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, release=made.release_id))
        await tended(agencies)
        assert await states(agencies, ConsentKind.PLAN) == {"withdrawn"}

    run(story())


def test_what_she_took_back_herself_does_not_come_again(agencies: Coalition) -> None:
    async def story() -> None:
        await planned(agencies)
        plan = await riding(agencies, RIVER, ConsentKind.PLAN)
        other = await riding(agencies, HARBOUR, ConsentKind.PLAN)

        async def at_northgate(desk: Desk) -> None:
            await withdrawals.withdraw(desk, consent=other)

        await agencies.do(NORTHGATE, at_northgate)
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=plan))
        await tended(agencies)

        assert not await has_plan(agencies, HARBOUR)
        assert await states(agencies, ConsentKind.PLAN) == {"withdrawn"}

    run(story())


@pytest.mark.parametrize("said", [False, True])
def test_a_tell_that_fell_with_an_agreement_is_asked_about_again_unless_she_took_it_back(
    agencies: Coalition, said: bool
) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        (tell,) = (
            one.consent.id
            for one in await agencies.do(RIVER, consents.list_consents)
            if one.consent.kind is ConsentKind.TELL
        )

        async def change(made: Change) -> None:
            await agencies.publish(lambda desk: coalition.change_partner(RIVER, made, desk))
            await agencies.settle()

        await change(Change(suspended=True))
        if said:
            await agencies.do(RIVER, lambda desk: withdrawals.withdraw(desk, consent=tell))
        await change(Change(suspended=False))
        (offer,) = await agencies.do(HARBOUR, offering.offers)
        chosen = frozenset({offer.consent})
        await agencies.do(HARBOUR, lambda desk: offering.share_again(chosen, desk))
        await agencies.settle()

        waiting = [
            one.consent.id
            for one in await agencies.do(RIVER, consents.list_consents)
            if one.to_adopt
        ]
        assert waiting == ([] if said else [tell])
        assert await adopt_all(agencies, RIVER, ref) == waiting
        sent = await share(agencies, RIVER, ref, NORTHGATE, "meeting") if waiting else None
        assert (sent is None) is said

    run(story())
