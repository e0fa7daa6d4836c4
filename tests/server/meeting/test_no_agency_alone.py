"""No single agency accepts or closes a case: by its acts, by a crafted lane or by a crafted row.

Over real nodes: ballots are sealed at the agencies, carried by the relay's code and opened at the
coordinating node. The family violence centre, police and a hospital make the team; three must vote.
"""

import pytest

from server.casework import cases, mailroom, sealing
from server.casework.case_body import CaseBody, Field
from server.casework.errors import WrittenElsewhere
from server.casework.keeping import Kept
from server.casework.own import keep, load
from server.casework.tables import RecordRow, Share
from server.meeting import ballots, casting, deciding, intake, motions, statuses
from server.meeting.deciding import Count
from server.meeting.intake_errors import (
    MotionCounted,
    MotionOpen,
    NoSuchMotion,
    NotAccepted,
    NotAVoter,
    NotDecided,
    TeamDecides,
    TooFewVoters,
    ViewFirst,
    VotesOutstanding,
    WrongStep,
)
from server.meeting.motion import Motion
from server.node import coalition
from server.node.coalition import Change
from server.node.database import transaction
from server.node.desk import Desk
from server.node.errors import NotPermitted
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, Coalition, run
from tests.server.meeting.referred import (
    ROWS,
    cast,
    put,
    refer,
    take_up,
    under_way,
    view_given,
)
from tiers.case_form import FormMistake, read_case
from tiers.decision import Verdict
from tiers.fragment import Place, Written
from tiers.rows import row_place


async def count(made: Coalition, ref: str, motion: Motion) -> Count:
    await made.settle()
    return await made.do(NORTHGATE, lambda desk: deciding.count(ref, motion.id, desk))


async def settle(made: Coalition, ref: str, motion: Motion, *, rest: bool = True) -> Count:
    await made.settle()
    done = await made.do(
        NORTHGATE,
        lambda desk: deciding.settle(ref, motion.id, desk, without_the_rest=not rest),
    )
    await made.settle()
    return done


async def status(made: Coalition, ref: str) -> str:
    return (await made.do(NORTHGATE, lambda desk: intake.line_of(ref, desk))).status


async def accepted(made: Coalition, ref: str) -> bool:
    return (await made.do(NORTHGATE, lambda desk: intake.line_of(ref, desk))).accepted


async def write_lane(made: Coalition, name: str, ref: str, said: dict[Place, list[str]]) -> None:
    """That agency's node writes anything at all into its own lane, past every act and form."""

    async def act(desk: Desk) -> None:
        rows = await Share.objects().where(
            (Share.owner == desk.node.identity) & (Share.exchange == "meeting")
        )
        (row,) = [row for row in rows if row.case_ref == ref]
        words = {
            place: tuple(Written(value, "2026-11-23T09:00:00Z", "Sam Okoro") for value in values)
            for place, values in said.items()
        }
        async with transaction():
            await sealing.write(row, [(None, words)], desk)

    await made.do(name, act)


async def edit_motion(made: Coalition, ref: str, motion: str, said: dict[str, str]) -> None:
    """Somebody with the coordinating node's keys writes into a motion, past every act."""
    await forge(
        made, ref, {row_place("motions", "survivor", motion, name): said[name] for name in said}
    )


async def forge(made: Coalition, ref: str, said: dict[Place, str | None]) -> None:
    """Somebody with the coordinating node's keys writes anything into its case, past every act."""

    async def act(desk: Desk) -> None:
        async with transaction():
            case = await load(ref, desk)
            fields = dict(case.body.fields)
            for place, value in said.items():
                fields.pop(place, None)
                if value is not None:
                    fields[place] = Field((Written(value, "2026-11-23T09:00:00Z", "x"),), 99, "x")
            body = CaseBody(case.body.people, fields, case.body.bases)
            await keep(case.row, body, case.row.revision + 1, desk)
        await mailroom.send(ref, RIVER, "meeting", desk)

    await made.do(NORTHGATE, act)
    await made.settle()


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
