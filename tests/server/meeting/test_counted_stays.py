"""What was put, voted and counted cannot be altered later without its showing."""

import pytest

from server.casework import cases
from server.casework.errors import WrittenElsewhere
from server.meeting import casting, deciding
from server.meeting.intake_errors import (
    MotionCounted,
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
    edit_motion,
    forge,
    settle,
    status,
    write_lane,
)
from tiers.case_form import FormMistake, read_case
from tiers.fragment import Place
from tiers.rows import row_place


@pytest.mark.parametrize("section", ["motions", "ballots", "plan_case"])
def test_neither_an_edit_nor_an_import_writes_a_motion_a_ballot_or_a_status(
    team: Coalition, section: str
):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)
        field = "status" if section == "plan_case" else f"{motion.id}.vote"
        edits = {Place(section, "survivor", field): "yes"}

        for name in (NORTHGATE, RIVER):
            with pytest.raises(WrittenElsewhere):
                await team.do(name, lambda desk: cases.edit(ref, edits, 0, {}, desk))

        async def take_in(desk: Desk) -> None:
            rows = [{"vote": "yes"}] if section != "plan_case" else {"status": "closed"}
            form = {
                "format": "casefold-case-1",
                "people": {"survivor": "survivor"},
                "sections": {section: {"survivor": rows}},
            }
            await cases.import_case(read_case(form, desk.pack), None, desk)

        with pytest.raises(FormMistake):
            await team.do(NORTHGATE, take_in)

    run(story())


def test_a_result_altered_after_the_count_shows_at_both_ends(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)
        await view_given(team, ref, motion, "no")
        await cast(team, RIVER, ref, motion, "no")
        await cast(team, BRIGID, ref, motion, "yes")
        done = await settle(team, ref, motion)
        assert not done.tally.carried
        (before,) = await team.do(RIVER, casting.open_here)

        counted = "\n".join(
            f"{one.agency} {'yes' if one.agency == team[RIVER].id else one.vote} {one.record}"
            for one in done.tally.counted
        )
        await edit_motion(team, ref, motion.id, {"result": "carried", "counted": counted})
        (after,) = await team.do(RIVER, casting.open_here)
        here = await team.do(NORTHGATE, lambda desk: deciding.shown(ref, motion.id, desk))

        assert before.doubts == ()
        assert any("not the one this node first saw" in doubt for doubt in after.doubts)
        assert any("counted as yes, and here it says no" in doubt for doubt in after.doubts)
        assert any("River Police was counted as yes" in doubt for doubt in here.doubts)
        assert not await accepted(team, ref)

    run(story())


def test_a_vote_invented_for_an_agency_shows_at_that_agency(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)
        await view_given(team, ref, motion)
        counted = "\n".join(f"{team[name].id} yes {'0' * 64}" for name in (HARBOUR, RIVER, BRIGID))
        invented = {"result": "carried", "counted": counted, "settled_at": "2026-11-23T09:00:00Z"}

        await edit_motion(team, ref, motion.id, invented)
        (here,) = await team.do(RIVER, casting.open_here)

        assert any("a record that this node never wrote" in doubt for doubt in here.doubts)
        assert not await accepted(team, ref)

    run(story())


def test_a_plan_that_says_what_no_motion_says_is_doubted_at_every_agency(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        clean = await team.do(RIVER, casting.doubtful)

        await forge(
            team,
            ref,
            {
                Place("plan_case", "survivor", "status"): "closed",
                Place("plan_case", "survivor", "decision"): "accepted",
            },
        )
        doubted = await team.do(RIVER, casting.doubtful)

        assert clean == ()
        assert doubted == (
            (ref, "The plan says it is accepted, and no motion to accept it was carried."),
            (ref, "The plan says it is closed, and no motion to close it was carried."),
        )
        assert await status(team, ref) == "screening"

    run(story())


def test_a_counted_motion_taken_out_of_the_plan_is_missed(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)
        await view_given(team, ref, motion, "no")
        await cast(team, RIVER, ref, motion, "no")
        await cast(team, BRIGID, ref, motion, "no")
        await settle(team, ref, motion)
        await team.do(RIVER, casting.open_here)

        names = ("question", "put_at", "put_by", "method", "quorum", "voters", "view_given_at")
        every = (*names, "result", "counted", "settled_at")
        await forge(
            team,
            ref,
            {row_place("motions", "survivor", motion.id, name): None for name in every},
        )
        doubted = await team.do(RIVER, casting.doubtful)

        assert doubted == ((ref, "A motion that was counted is no longer in the plan."),)

    run(story())


def test_a_vote_changed_after_the_count_shows_beside_what_was_counted(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        motion = await put(team, ref)
        await view_given(team, ref, motion)
        await cast(team, RIVER, ref, motion, "yes")
        await cast(team, BRIGID, ref, motion, "yes")
        await settle(team, ref, motion)
        with pytest.raises(MotionCounted):
            await cast(team, RIVER, ref, motion, "no")

        place = row_place("ballots", "survivor", motion.id, "vote")
        await write_lane(team, RIVER, ref, {place: ["no"]})
        await team.settle()
        here = await team.do(NORTHGATE, lambda desk: deciding.shown(ref, motion.id, desk))

        assert here.doubts == ("River Police was counted as yes; its own part now says no.",)
        with pytest.raises(MotionCounted):
            await settle(team, ref, motion)

    run(story())
