"""Who votes on a case, in which order, and when there are too few."""

import pytest

from server.casework import mailroom
from server.meeting import deciding, intake, motions, statuses
from server.meeting.intake_errors import (
    MotionOpen,
    NotAccepted,
    NotAVoter,
    TooFewVoters,
    ViewFirst,
)
from server.node import coalition
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.errors import NotPermitted
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.meeting.referred import (
    ROWS,
    cast,
    put,
    refer,
    take_up,
    under_way,
    view_given,
)
from tests.server.meeting.voting import (
    accepted,
    count,
    edit_motion,
    settle,
    status,
    write_lane,
)
from tiers.decision import Verdict
from tiers.rows import row_place


def test_nobody_votes_before_the_advocates_view_was_given(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)

        with pytest.raises(ViewFirst):
            await cast(team, RIVER, ref, motion, "yes")
        with pytest.raises(ViewFirst):
            await cast(team, HARBOUR, ref, motion, "yes")
        with pytest.raises(ViewFirst):
            await team.do(NORTHGATE, lambda desk: motions.open_votes(ref, motion.id, desk))
        place = row_place("ballots", "survivor", motion.id, "vote")
        for name in (RIVER, BRIGID, HARBOUR):
            await write_lane(team, name, ref, {place: ["yes"]})
        now = await count(team, ref, motion)

        assert now.tally.why is Verdict.VIEW_MISSING

    run(story())


def test_with_too_few_voters_no_motion_is_put_and_the_team_may_be_spared(team: Coalition):
    async def story() -> None:
        rows = [{**row, "plan": row["agency"] == HARBOUR} for row in ROWS]
        rows[1].pop("plan")
        ref = await refer(team, rows)
        await take_up(team, ref)

        with pytest.raises(TooFewVoters, match="asks for 3 agencies to vote, and 1 may"):
            await put(team, ref)
        await team.do(NORTHGATE, lambda desk: deciding.decline(ref, "Too few may vote.", desk))

        assert await status(team, ref) == "not_accepted"

    run(story())


def test_whoever_lost_the_seat_since_it_was_put_is_not_counted(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)
        await view_given(team, ref, motion)
        for name in (RIVER, BRIGID):
            await cast(team, name, ref, motion, "yes")
        await team.settle()

        await team.publish(
            lambda desk: coalition.change_partner(BRIGID, Change(no_seat=True), desk)
        )
        done = await settle(team, ref, motion)

        assert team[BRIGID].id not in {one.agency for one in done.tally.counted}
        assert done.tally.why is Verdict.TOO_FEW_VOTES
        assert not await accepted(team, ref)

    run(story())


def test_whoever_came_after_it_was_put_has_no_vote_in_it(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)
        await view_given(team, ref, motion)
        others = "\n".join(sorted({*motion.voters} - {team[BRIGID].id}))

        await edit_motion(team, ref, motion.id, {"voters": others})

        async def resend(desk: Desk) -> None:
            await mailroom.send(ref, BRIGID, "meeting", desk)

        await team.do(NORTHGATE, resend)
        await team.settle()

        with pytest.raises(NotAVoter):
            await cast(team, BRIGID, ref, motion, "yes")

    run(story())


def test_one_motion_of_a_case_is_put_at_a_time(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        await put(team, ref)

        with pytest.raises(MotionOpen):
            await put(team, ref)
        with pytest.raises(NotAccepted):
            await put(team, ref, "close")

    run(story())


def test_an_agency_can_neither_put_nor_count_a_motion(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)

        for act in (
            lambda desk: motions.put(ref, "accept", desk),
            lambda desk: deciding.settle(ref, motion.id, desk),
            lambda desk: deciding.accept(ref, desk),
            lambda desk: deciding.close(ref, "Done.", desk),
            lambda desk: intake.take_up(ref, desk),
            lambda desk: statuses.set_status(ref, "closed", desk),
        ):
            with pytest.raises(NotPermitted):
                await team.do(RIVER, act)

    run(story())
