"""The intake: one queue with two clocks, taken up, accepted or declined, closed and reopened."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from server.casework import cases, consents, received, withdrawals
from server.meeting import deciding, intake, statuses
from server.meeting.intake_errors import (
    NotAccepted,
    NotCoordinating,
    NotDecided,
    NotHeard,
    ReferralEnded,
    TakenUp,
    ThresholdNotReached,
    WrongStep,
)
from server.meeting.statuses import Decision, set_status
from server.node import packs
from server.node.desk import Desk
from server.node.errors import Usage
from tests.coalition import HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.meeting import referred
from tiers.fragment import Place


async def plan_at(made: Coalition, name: str, ref: str) -> dict[str, str]:
    """What the plan that reached this agency says of where the case stands."""
    await made.settle()

    async def act(desk: Desk) -> dict[str, str]:
        await received.sort_in(desk)
        rows = [row for row in await received.live(desk) if row.exchange == "meeting"]
        reading = await received.open_shares(rows, desk)
        return {
            place.field: written[-1].value
            for known in reading.known.values()
            if known.lane.case_ref == ref
            for place, written in known.lane.fields.items()
            if place.section == "plan_case"
        }

    return await made.do(name, act)


async def at_status(made: Coalition, ref: str) -> str:
    return (await made.do(NORTHGATE, lambda desk: intake.line_of(ref, desk))).status


def test_a_referral_waits_in_the_queue_until_somebody_takes_it_up(agencies: Coalition):
    async def story() -> None:
        ref = await referred.refer(agencies)

        (line,) = await agencies.do(NORTHGATE, intake.queue)

        assert (line.case_ref, line.status, line.referred_name) == (ref, "referred", HARBOUR)
        assert line.received_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        assert line.may_ask_at is None

    run(story())


def test_taking_it_up_begins_our_own_case_and_the_plan_at_every_agency_she_named(
    agencies: Coalition,
):
    async def story() -> None:
        ref = await referred.refer(agencies)

        line = await agencies.do(NORTHGATE, lambda desk: intake.take_up(ref, desk))
        plans = [await plan_at(agencies, name, ref) for name in (HARBOUR, RIVER)]

        assert line.status == "screening"
        assert [plan["status"] for plan in plans] == ["screening", "screening"]
        assert plans[0]["received_on"] == "2026-11-23"
        with pytest.raises(TakenUp):
            await agencies.do(NORTHGATE, lambda desk: intake.take_up(ref, desk))

    run(story())


def test_an_agency_has_no_intake(agencies: Coalition):
    async def story() -> None:
        ref = await referred.refer(agencies)

        async def coordinating(desk: Desk) -> None:
            statuses.coordinating_only(desk)

        with pytest.raises(NotCoordinating):
            await agencies.do(HARBOUR, coordinating)
        assert ref

    run(story())


def test_a_case_that_reaches_the_threshold_is_accepted_and_the_others_are_asked(
    agencies: Coalition,
):
    async def story() -> None:
        ref = await referred.refer(agencies)
        await agencies.do(NORTHGATE, lambda desk: intake.take_up(ref, desk))
        with pytest.raises(NotAccepted):
            await agencies.do(NORTHGATE, lambda desk: intake.ask(ref, desk))

        await agencies.do(NORTHGATE, lambda desk: deciding.accept(ref, desk))
        line = await agencies.do(NORTHGATE, lambda desk: intake.ask(ref, desk))
        plan = await plan_at(agencies, RIVER, ref)

        assert line.accepted
        assert line.may_ask_at == line.asked_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        assert (plan["status"], plan["decision"]) == ("info_requested", "accepted")
        assert plan["asked_on"] == "2026-11-23"

    run(story())


def test_below_the_threshold_a_case_is_declined_with_reasons_that_go_back(agencies: Coalition):
    async def story() -> None:
        rows = [{**row} for row in referred.ROWS]
        rows[1] = {**rows[1], "handoff_sections": ["referral"]}
        ref = await referred.refer(agencies, rows)
        await agencies.do(NORTHGATE, lambda desk: intake.take_up(ref, desk))
        with pytest.raises(ThresholdNotReached):
            await agencies.do(NORTHGATE, lambda desk: deciding.accept(ref, desk))
        with pytest.raises(Usage):
            await agencies.do(NORTHGATE, lambda desk: deciding.decline(ref, " ", desk))

        await agencies.do(
            NORTHGATE, lambda desk: deciding.decline(ref, "No risk assessment came.", desk)
        )
        plan = await plan_at(agencies, HARBOUR, ref)

        assert plan["status"] == "not_accepted"
        assert plan["reasons"] == "No risk assessment came."

    run(story())


def test_a_case_is_closed_after_it_was_heard_and_accepted_again_when_reopened(
    agencies: Coalition,
):
    async def story() -> None:
        ref = await referred.refer(agencies)
        do = agencies.do
        await do(NORTHGATE, lambda desk: intake.take_up(ref, desk))
        await do(NORTHGATE, lambda desk: deciding.accept(ref, desk))
        with pytest.raises(NotHeard):
            await do(NORTHGATE, lambda desk: deciding.close(ref, "Done.", desk))
        for status in ("scheduled", "heard", "actions_open"):
            await do(NORTHGATE, lambda desk, to=status: set_status(ref, to, desk))

        await do(NORTHGATE, lambda desk: deciding.close(ref, "All steps are done.", desk))
        closed = await plan_at(agencies, HARBOUR, ref)
        line = await do(NORTHGATE, lambda desk: intake.reopen(ref, "He is back.", desk))

        assert (closed["status"], closed["reasons"]) == ("closed", "All steps are done.")
        assert closed["heard_on"] == "2026-11-23"
        assert (line.status, line.accepted, line.may_ask_at) == ("reopened", False, None)
        with pytest.raises(NotAccepted):
            await do(NORTHGATE, lambda desk: set_status(ref, "scheduled", desk))

    run(story())


@pytest.mark.parametrize("status", ["closed", "not_accepted"])
def test_no_other_room_sets_a_status_that_takes_a_decision(agencies: Coalition, status: str):
    async def story() -> None:
        ref = await referred.refer(agencies)
        await agencies.do(NORTHGATE, lambda desk: intake.take_up(ref, desk))
        await agencies.do(NORTHGATE, lambda desk: deciding.accept(ref, desk))
        await agencies.do(NORTHGATE, lambda desk: set_status(ref, "scheduled", desk))

        with pytest.raises(NotDecided):
            await agencies.do(NORTHGATE, lambda desk: set_status(ref, status, desk))
        other = Decision("0" * 26, "close", "team", "")
        with pytest.raises(NotDecided):
            await agencies.do(NORTHGATE, lambda desk: set_status(ref, status, desk, other))

        assert await at_status(agencies, ref) == "scheduled"

    run(story())


def test_a_case_goes_only_where_the_way_leads(agencies: Coalition):
    async def story() -> None:
        ref = await referred.refer(agencies)
        await agencies.do(NORTHGATE, lambda desk: intake.take_up(ref, desk))

        for status in ("referred", "actions_open", "reopened", "anything"):
            with pytest.raises(WrongStep):
                await agencies.do(NORTHGATE, lambda desk, to=status: set_status(ref, to, desk))

        assert await at_status(agencies, ref) == "screening"

    run(story())


def test_a_case_taken_off_an_agenda_stands_where_it_stood(agencies: Coalition):
    async def story() -> None:
        ref = await referred.refer(agencies)
        do = agencies.do
        await do(NORTHGATE, lambda desk: intake.take_up(ref, desk))
        await do(NORTHGATE, lambda desk: deciding.accept(ref, desk))
        await do(NORTHGATE, lambda desk: intake.ask(ref, desk))
        stood = []
        for heard in (False, True):
            if heard:
                await do(NORTHGATE, lambda desk: set_status(ref, "scheduled", desk))
                await do(NORTHGATE, lambda desk: set_status(ref, "heard", desk))
                await do(NORTHGATE, lambda desk: statuses.plan_goes_round(ref, desk))
            await do(NORTHGATE, lambda desk: set_status(ref, "scheduled", desk))
            await do(NORTHGATE, lambda desk: set_status(ref, "screening", desk))
            stood.append(await at_status(agencies, ref))

        assert stood == ["info_requested", "actions_open"]

    run(story())


def test_a_withdrawn_referral_is_said_to_have_ended_and_goes_nowhere(agencies: Coalition):
    async def story() -> None:
        ref = await referred.refer(agencies)
        await agencies.do(NORTHGATE, lambda desk: intake.take_up(ref, desk))
        await agencies.do(NORTHGATE, lambda desk: deciding.accept(ref, desk))
        await agencies.settle()

        consents_there = await agencies.do(HARBOUR, consents.list_consents)
        release = consents_there[0].consent.release_id
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, release=release))
        await agencies.settle()
        (line,) = await agencies.do(NORTHGATE, intake.queue)

        assert line.ended
        assert line.ask_by is None
        with pytest.raises(ReferralEnded):
            await agencies.do(NORTHGATE, lambda desk: intake.ask(ref, desk))

    run(story())


def test_a_basis_written_when_taking_up_lets_the_plan_speak_of_another_adult(agencies: Coalition):
    async def story() -> None:
        ref = await referred.refer(agencies)

        await agencies.do(
            NORTHGATE,
            lambda desk: intake.take_up(ref, desk, {"puv": "Needed to plan for her safety."}),
        )
        case = await agencies.do(NORTHGATE, lambda desk: cases.read(ref, desk))

        assert case.fragment.bases == {"puv": "Needed to plan for her safety."}
        assert Place("plan_case", "survivor", "status") in case.fragment.fields

    run(story())


@pytest.mark.parametrize("identity_at", ["referral", "request"])
def test_where_a_team_decides_the_others_may_be_asked_before_they_vote(identity_at: str):
    texas = packs.read(packs.load("dvhrt-texas"))

    assert statuses.asks_before_deciding(replace(texas, identity_at=identity_at))
    assert not statuses.asks_before_deciding(packs.read(packs.load("hrda-dorset")))
