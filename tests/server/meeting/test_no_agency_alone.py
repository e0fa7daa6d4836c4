"""No single agency accepts or closes a case: by its acts, by a crafted lane or by a crafted row.

Over real nodes: ballots are sealed at the agencies, carried by the relay's code and opened at the
coordinating node. The family violence centre, police and a hospital make the team; three must vote.
"""

import pytest

from server.casework import mailroom
from server.casework.keeping import Kept
from server.casework.tables import RecordRow, Share
from server.meeting import ballots, casting, deciding, intake, statuses
from server.meeting.intake_errors import (
    NoSuchMotion,
    NotDecided,
    TeamDecides,
    VotesOutstanding,
    WrongStep,
)
from server.node.desk import Desk
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.meeting.referred import (
    cast,
    put,
    under_way,
    view_given,
)
from tests.server.meeting.voting import (
    accepted,
    count,
    settle,
    status,
    write_lane,
)
from tiers.decision import Verdict
from tiers.fragment import Place
from tiers.rows import row_place


def test_the_team_accepts_by_ballots_in_each_agencys_own_lane(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)
        await view_given(team, ref, motion)
        await cast(team, RIVER, ref, motion, "yes")
        await cast(team, BRIGID, ref, motion, "no")

        done = await settle(team, ref, motion)
        (here,) = await team.do(RIVER, casting.open_here)

        assert done.tally.carried
        assert (done.tally.yes, done.tally.no) == (2, 1)
        assert await accepted(team, ref)
        assert (here.motion.result, here.counted, here.doubts) == ("carried", "yes", ())

    run(story())


def test_the_team_closes_and_a_case_reopened_is_put_to_it_again(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        for question in ("accept", "close"):
            motion = await put(team, ref, question)
            await view_given(team, ref, motion)
            await cast(team, RIVER, ref, motion, "yes")
            await cast(team, BRIGID, ref, motion, "abstain")
            await settle(team, ref, motion)
            if question == "accept":
                for to in ("scheduled", "heard"):
                    await team.do(NORTHGATE, lambda desk, to=to: statuses.set_status(ref, to, desk))

        closed = await status(team, ref)
        await team.do(NORTHGATE, lambda desk: intake.reopen(ref, "He is back.", desk))

        assert closed == "closed"
        assert not await accepted(team, ref)
        with pytest.raises(WrongStep):
            await team.do(NORTHGATE, lambda desk: statuses.set_status(ref, "closed", desk))

    run(story())


def test_the_coordinating_node_accepts_declines_and_closes_nothing_by_itself(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)

        for act in (
            lambda desk: deciding.accept(ref, desk),
            lambda desk: deciding.decline(ref, "Not for us.", desk),
            lambda desk: deciding.close(ref, "Done.", desk),
        ):
            with pytest.raises(TeamDecides):
                await team.do(NORTHGATE, act)
        for to in ("closed", "not_accepted"):
            with pytest.raises((NotDecided, WrongStep)):
                await team.do(NORTHGATE, lambda desk, to=to: statuses.set_status(ref, to, desk))

        assert await status(team, ref) == "screening"

    run(story())


@pytest.mark.parametrize("alone", [HARBOUR, RIVER, BRIGID])
def test_one_agencys_yes_carries_nothing(team: Coalition, alone: str):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)
        await view_given(team, ref, motion, "yes" if alone == HARBOUR else "abstain")
        for name in {RIVER, BRIGID} - {alone}:
            await cast(team, name, ref, motion, "abstain")
        if alone != HARBOUR:
            await cast(team, alone, ref, motion, "yes")

        done = await settle(team, ref, motion)

        assert (done.tally.why, done.tally.yes) == (Verdict.ONE_AGENCY, 1)
        assert not await accepted(team, ref)

    run(story())


def test_a_lane_cannot_claim_another_agencys_ballot(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)
        await view_given(team, ref, motion)
        hospital = team[BRIGID].id
        await write_lane(
            team,
            RIVER,
            ref,
            {
                row_place("ballots", "survivor", motion.id, "vote"): ["yes"],
                row_place("ballots", "survivor", motion.id, "agency"): [hospital],
                row_place("ballots", "survivor", motion.id, hospital): ["yes"],
                Place("ballots", hospital, f"{motion.id}.vote"): ["yes"],
                row_place("motions", "survivor", motion.id, "result"): ["carried"],
                row_place("motions", "survivor", motion.id, "counted"): [
                    f"{hospital} yes {'0' * 64}"
                ],
                Place("plan_case", "survivor", "status"): ["closed"],
            },
        )

        now = await count(team, ref, motion)

        assert {one.agency for one in now.tally.counted} == {team[HARBOUR].id, team[RIVER].id}
        assert now.outstanding == (hospital,)
        assert now.motion.open
        with pytest.raises(VotesOutstanding):
            await settle(team, ref, motion)
        done = await settle(team, ref, motion, rest=False)
        assert done.tally.why is Verdict.TOO_FEW_VOTES
        assert not await accepted(team, ref)

    run(story())


def test_two_ballots_of_one_agency_are_no_ballot(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)
        await view_given(team, ref, motion)
        await cast(team, BRIGID, ref, motion, "no")
        await write_lane(
            team,
            RIVER,
            ref,
            {row_place("ballots", "survivor", motion.id, "vote"): ["yes", "no"]},
        )

        now = await count(team, ref, motion)

        police = next(one for one in now.casts if one.agency == team[RIVER].id)
        assert police.unclear
        assert not police.vote
        assert now.outstanding == (team[RIVER].id,)

    run(story())


def test_a_ballot_for_a_motion_never_put_counts_for_nothing(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        invented = {row_place("ballots", "survivor", "aaaaaaaa", "vote"): ["yes"]}
        await write_lane(team, RIVER, ref, invented)
        await write_lane(team, BRIGID, ref, invented)
        await team.settle()

        with pytest.raises(NoSuchMotion):
            await team.do(NORTHGATE, lambda desk: deciding.settle(ref, "aaaaaaaa", desk))
        motion = await put(team, ref)
        now = await count(team, ref, motion)

        assert now.casts == ()
        assert not await accepted(team, ref)

    run(story())


def test_a_lane_replayed_brings_back_no_older_vote(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)
        await view_given(team, ref, motion)
        await cast(team, RIVER, ref, motion, "yes")
        await team.settle()

        async def records(desk: Desk) -> list[tuple[bytes, bytes]]:
            rows = await RecordRow.objects().order_by(RecordRow.seq)
            theirs = await Share.select(Share.id).where(Share.owner == team[RIVER].id)
            wanted = {one["id"] for one in theirs}
            return [
                (bytes(row.stub), bytes(row.body or b"")) for row in rows if row.share in wanted
            ]

        older = await team.do(NORTHGATE, records)
        await cast(team, RIVER, ref, motion, "no")
        await team.settle()

        async def replay(desk: Desk) -> Kept:
            return await mailroom.keep(older, [], desk)

        kept = await team.do(NORTHGATE, replay)
        now = await count(team, ref, motion)

        police = next(one for one in now.casts if one.agency == team[RIVER].id)
        assert kept.accepted == 0
        assert police.vote == "no"

    run(story())


def test_a_ballot_copied_from_another_case_is_none_here(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)
        await view_given(team, ref, motion)
        await cast(team, RIVER, ref, motion, "yes")
        await team.settle()

        async def act(desk: Desk) -> int:
            return len(await ballots.read("0" * 26, motion.id, desk))

        assert await team.do(NORTHGATE, act) == 0

    run(story())
