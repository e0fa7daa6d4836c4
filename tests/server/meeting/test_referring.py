"""A referral: what she said yes to leaves, to whom it says, and without her yes nothing does."""

from typing import Any

import pytest

from server.casework import cases, consents, mailroom, people, withdrawals
from server.casework.finds import received_finds
from server.meeting import referring
from server.meeting.referral_errors import (
    HerYesStands,
    NoReferral,
    NothingReferred,
    NotReferred,
    TakesReferrals,
)
from server.meeting.referring import ReferralView
from server.node.desk import Desk
from tests.coalition import (
    BRIGID,
    CASE,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    case_file,
    open_case,
    record,
)
from tests.running import run
from tiers.fragment import Place
from tiers.gate import Cleared

_WRITTEN = {
    "referral": {
        "survivor": {"trigger_incident": "Sunday night.", "reason": "It is getting worse."}
    },
    "assessments": {"survivor": [{"instrument": "SafeLives Dash", "score": "17"}]},
    "survivor_voice": {"survivor": {"wishes": "To stay near the school."}},
}
_CARRIES = ["referral", "assessments", "risk", "survivor_voice"]
_REFERS = {"agency": NORTHGATE, "find": True, "handoff_sections": _CARRIES, "initials": "AB"}
_OWN = {"agency": HARBOUR, "tell": True, "plan": True, "initials": "AB"}
_LOOKED_UP = {"agency": RIVER, "find": True, "tell": True, "plan": True, "initials": "AB"}


async def referral(made: Coalition, **sections: Any) -> str:
    """Harbour has written a referral and nobody has signed anything yet."""
    ref = (await open_case(made, HARBOUR, written=case_file(**(sections or _WRITTEN)))).ref
    return await made.do(HARBOUR, lambda desk: referring.start(ref, desk))


async def looked_at(made: Coalition, ref: str) -> ReferralView:
    return await made.do(HARBOUR, lambda desk: referring.state(ref, desk))


async def sent(made: Coalition, ref: str) -> referring.Referred:
    done = await made.do(HARBOUR, lambda desk: referring.send(ref, desk))
    await made.settle()
    return done


def test_a_referral_reaches_the_coordinating_node_with_what_she_released(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await referral(agencies)
        await record(agencies, ref, rows=[_OWN, _REFERS, _LOOKED_UP])

        done = await sent(agencies, ref)

        went = {(one.agency, one.exchange) for one in done.sent}
        northgate = agencies[NORTHGATE].id
        assert {(northgate, "handoff"), (northgate, "meeting")} <= went
        assert not done.withheld
        [found] = await agencies.do(NORTHGATE, received_finds)
        told = {at: written[-1].value for at, written in found.fields.items()}
        assert found.case_ref == ref
        assert told[Place("referral", "survivor", "trigger_incident")] == "Sunday night."
        assert told[Place("assessments", "survivor", "0001.score")] == "17"
        assert not any(at.section == "private" for at in told)

    run(story())


def test_who_she_is_goes_to_the_others_when_the_protocol_says(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await referral(agencies)
        await record(agencies, ref, rows=[_OWN, _REFERS, _LOOKED_UP])
        view = await looked_at(agencies, ref)
        at_once = (await agencies.do(HARBOUR, _desk)).pack.identity_at == "referral"

        done = await sent(agencies, ref)

        [theirs] = [one for one in view.goes if one.agency == agencies[RIVER].id]
        assert theirs.later is not at_once
        assert (theirs.agency in {one.agency for one in done.sent}) is at_once
        assert bool(await agencies.do(RIVER, received_finds)) is at_once

    run(story())


async def _desk(desk: Desk) -> Desk:
    return desk


def test_sending_again_sends_nothing_twice(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await referral(agencies)
        await record(agencies, ref, rows=[_OWN, _REFERS])
        await sent(agencies, ref)
        first = await looked_at(agencies, ref)

        agencies.later(hours=1)
        await agencies.do(HARBOUR, lambda desk: referring.send(ref, desk))

        with agencies.at(HARBOUR):
            assert await mailroom.waiting(10, await agencies.desk(HARBOUR)) == []
        again = await looked_at(agencies, ref)
        assert (again.state, again.sent_at) == (referring.SENT, first.sent_at)

    run(story())


@pytest.mark.parametrize("without_her", [referring.waiting, referring.declined])
def test_without_her_yes_nothing_leaves(agencies: Coalition, without_her: Any) -> None:
    async def story() -> None:
        ref = await referral(agencies)
        await agencies.do(HARBOUR, lambda desk: without_her(ref, "She is not alone.", desk))

        with pytest.raises(NotReferred):
            await agencies.do(HARBOUR, lambda desk: referring.send(ref, desk))

        view = await looked_at(agencies, ref)
        assert view.state in {referring.WAITING, referring.DECLINED}
        assert [one.words for one in view.said] == ["She is not alone."]
        assert not view.goes
        with agencies.at(HARBOUR):
            assert await mailroom.waiting(10, await agencies.desk(HARBOUR)) == []

    run(story())


def test_her_yes_after_a_wait_opens_the_way(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await referral(agencies)
        await agencies.do(HARBOUR, lambda desk: referring.waiting(ref, "Not safe today.", desk))
        await record(agencies, ref, rows=[_OWN, _REFERS])

        assert (await looked_at(agencies, ref)).state == referring.DRAFT

        await sent(agencies, ref)
        assert (await looked_at(agencies, ref)).state == referring.SENT

    run(story())


def test_a_no_while_a_release_stands_asks_for_her_withdrawal(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await referral(agencies)
        await record(agencies, ref, rows=[_OWN, _REFERS])

        with pytest.raises(HerYesStands):
            await agencies.do(HARBOUR, lambda desk: referring.declined(ref, "No.", desk))

    run(story())


def test_what_was_taken_back_is_not_called_sent(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await referral(agencies)
        made = await record(agencies, ref, rows=[_OWN, _REFERS])
        await sent(agencies, ref)

        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, release=made.release_id))
        await agencies.settle()

        assert (await looked_at(agencies, ref)).state == referring.ENDED
        assert await agencies.do(NORTHGATE, received_finds) == ()
        assert await agencies.do(HARBOUR, lambda desk: referring.start(ref, desk)) == ref
        assert (await looked_at(agencies, ref)).state == referring.DRAFT

    run(story())


def test_a_release_that_leaves_out_why_is_no_referral(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await referral(agencies)
        await record(agencies, ref, rows=[_OWN, {**_REFERS, "handoff_sections": []}])

        assert not (await looked_at(agencies, ref)).may_send
        with pytest.raises(NothingReferred):
            await agencies.do(HARBOUR, lambda desk: referring.send(ref, desk))
        assert await agencies.do(NORTHGATE, received_finds) == ()

    run(story())


def test_a_child_goes_only_with_a_tick_and_another_adult_only_with_a_basis(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await referral(agencies)
        row = {**_REFERS, "about": ["child-a", "puv"], "initials": "AB"}
        await record(agencies, ref, rows=[_OWN, row])
        people_step = (await looked_at(agencies, ref)).steps[0]
        assert "Why we may tell of another adult" in people_step.missing
        assert _told(await looked_at(agencies, ref)) == {"survivor", "child-a"}

        await agencies.do(
            HARBOUR, lambda desk: people.set_basis(ref, "puv", "Proportionate.", desk)
        )

        assert _told(await looked_at(agencies, ref)) == {"survivor", "child-a", "puv"}

    run(story())


def _told(view: ReferralView) -> set[str]:
    decision = view.goes[0].decision
    assert isinstance(decision, Cleared)
    return set(decision.fragment.people)


def test_a_referral_of_somebody_new_begins_with_a_case_of_her_own(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await agencies.do(HARBOUR, lambda desk: referring.start(None, desk))

        view = await looked_at(agencies, ref)
        assert dict(view.record.fragment.people) == {"survivor": "survivor"}
        assert view.state == referring.DRAFT
        assert not any(step.done for step in view.steps)
        [line] = await agencies.do(HARBOUR, referring.listed)
        assert (line.ref, line.state) == (ref, referring.DRAFT)

    run(story())


def test_a_referral_that_was_begun_is_gone_on_with(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await referral(agencies)
        await agencies.do(HARBOUR, lambda desk: referring.waiting(ref, "Not today.", desk))

        await agencies.do(HARBOUR, lambda desk: referring.start(ref, desk))

        assert (await looked_at(agencies, ref)).state == referring.WAITING

    run(story())


def test_the_coordinating_node_makes_no_referral(agencies: Coalition) -> None:
    async def story() -> None:
        with pytest.raises(TakesReferrals):
            await agencies.do(NORTHGATE, lambda desk: referring.start(None, desk))

    run(story())


def test_a_case_nobody_referred_has_no_referral(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, BRIGID, written=CASE)).ref

        with pytest.raises(NoReferral):
            await agencies.do(BRIGID, lambda desk: referring.state(ref, desk))
        assert await agencies.do(BRIGID, referring.listed) == ()

    run(story())


def test_what_is_written_after_the_sending_follows(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await referral(agencies)
        await record(agencies, ref, rows=[_OWN, _REFERS])
        await sent(agencies, ref)
        at = Place("assessments", "survivor", "ab12.score")

        async def second(desk: Desk) -> cases.Edited:
            before = await cases.read(ref, desk)
            return await cases.edit(ref, {at: "9"}, before.revision, before.heads, desk)

        edited = await agencies.do(HARBOUR, second)
        await agencies.settle()

        assert agencies[NORTHGATE].id in edited.reached
        [found] = await agencies.do(NORTHGATE, received_finds)
        assert found.fields[at][-1].value == "9"
        listed = await agencies.do(HARBOUR, lambda desk: consents.list_consents(desk, ref))
        assert {one.consent.kind.value for one in listed} >= {"find", "tell"}

    run(story())
