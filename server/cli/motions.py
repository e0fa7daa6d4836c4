"""Motions: put to the team at the coordinating node, voted on at each agency, counted once."""

from collections.abc import Sequence
from typing import Any

import click

from server.cli.line import Line, at_desk, line_options, names, read_words, table
from server.meeting import casting, deciding, intake
from server.meeting import motions as acts
from server.meeting.ballots import VOTES
from server.meeting.casting import MotionHere
from server.meeting.deciding import Count
from server.meeting.motion import Motion
from server.node.desk import Desk

_Found = tuple[Sequence[tuple[str, Count]], Sequence[MotionHere], Sequence[tuple[str, str]]]


@click.group("motion")
def motion() -> None:
    """What is put to the team: no agency accepts or closes a case alone."""


@motion.command("put")
@click.argument("ref")
@click.argument("question", type=click.Choice(["accept", "close"]))
@line_options
def put(line: Line, ref: str, question: str) -> None:
    """Put to the team whether to accept this case, or to close it."""

    async def act(desk: Desk) -> tuple[Motion, str]:
        found = await acts.put(ref, question, desk)
        return found, names(found.voters, desk)

    found, who = at_desk(line, act)
    line.say(_motion(found), f"Motion {found.id} is put. May vote: {who}.")


@motion.command("open")
@click.argument("ref")
@click.argument("id")
@line_options
def open_votes(line: Line, ref: str, id: str) -> None:
    """The advocate's view has come and was heard: the others may vote from now on."""

    async def act(desk: Desk) -> Motion:
        return await acts.open_votes(ref, id, desk)

    line.say(_motion(at_desk(line, act)), "Everybody may vote now.")


@motion.command("list")
@click.argument("ref", required=False)
@line_options
def list_motions(line: Line, ref: str | None) -> None:
    """The motions before this agency; at the coordinating node, those of the intake or a case."""

    async def act(desk: Desk) -> _Found:
        if not desk.node.coordinating:
            here = [one for one in await casting.open_here(desk) if _of(ref, one.case_ref)]
            return (), here, [one for one in await casting.doubtful(desk) if _of(ref, one[0])]
        cases = [one.case_ref for one in await intake.queue(desk) if one.status != "referred"]
        found = [
            (case, await deciding.shown(case, one.id, desk))
            for case in cases
            if _of(ref, case)
            for one in await acts.of_case(case, desk)
        ]
        return found, (), ()

    counts, here, doubtful = at_desk(line, act)
    said = [{"case_ref": case, **_count(one)} for case, one in counts]
    said += [_here(one) for one in here]
    doubts = [doubt for _, one in counts for doubt in one.doubts]
    doubts += [doubt for one in here for doubt in one.doubts]
    line.say(
        {"motions": said, "doubtful": [{"case_ref": case, "why": why} for case, why in doubtful]},
        *table(
            [(case[:6], one.motion.id, one.motion.question, _state(one)) for case, one in counts]
        ),
        *table(
            [(one.case_ref[:6], one.motion.id, one.motion.question, _mine(one)) for one in here]
        ),
        *doubts,
        *(f"{case[:6]}: {why}" for case, why in doubtful),
    )


@motion.command("vote")
@click.argument("ref")
@click.argument("id")
@click.argument("vote", type=click.Choice([*VOTES, "later"]))
@click.option("--view", is_flag=True, help="The advocate's view comes on standard input.")
@click.option("--reasons", is_flag=True, help="The reasons come on standard input.")
@line_options
def vote(  # noqa: PLR0917 - a ballot has as many parts as it has
    line: Line, ref: str, id: str, vote: str, view: bool, reasons: bool
) -> None:
    """Vote for this agency, in its own part of the case; `later` gives the view alone."""
    words = read_words() if view or reasons else ""
    said = "" if vote == "later" else vote

    async def act(desk: Desk) -> MotionHere:
        return await casting.cast(
            ref, id, said, words if view else "", words if reasons and not view else "", desk
        )

    found = at_desk(line, act)
    line.say(_here(found), "It goes to the coordinating node in this agency's own part.")


@motion.command("count")
@click.argument("ref")
@click.argument("id")
@click.option("--without-the-rest", is_flag=True, help="Also while some have not voted.")
@line_options
def count(line: Line, ref: str, id: str, without_the_rest: bool) -> None:
    """Count the ballots for good. The result goes to everybody who receives the plan."""

    async def act(desk: Desk) -> Count:
        return await deciding.settle(ref, id, desk, without_the_rest=without_the_rest)

    done = at_desk(line, act)
    line.say(_count(done), done.tally.why.value)


def _of(ref: str | None, case: str) -> bool:
    return ref is None or case.startswith(ref.upper().replace("-", ""))


def _motion(one: Motion) -> dict[str, Any]:
    return {
        "motion": one.id,
        "question": one.question,
        "put_at": one.put_at,
        "method": one.method,
        "quorum": one.quorum,
        "voters": list(one.voters),
        "view_given_at": one.view_given_at,
        "result": one.result,
        "counted": [
            {"agency": each.agency, "vote": each.vote, "record": each.record}
            for each in one.counted
        ],
        "settled_at": one.settled_at,
    }


def _count(one: Count) -> dict[str, Any]:
    return {
        **_motion(one.motion),
        "ballots": [{"agency": each.agency, "vote": each.vote} for each in one.casts],
        "outstanding": list(one.outstanding),
        "carried_now": one.tally.carried,
        "why": one.tally.why.value,
        "doubts": list(one.doubts),
    }


def _here(one: MotionHere) -> dict[str, Any]:
    return {
        "case_ref": one.case_ref,
        "own_ref": one.own_ref,
        **_motion(one.motion),
        "vote": one.ballot.get("vote", ""),
        "counted_as": one.counted,
        "may_vote": not one.why_not,
        "why_not": one.why_not,
        "doubts": list(one.doubts),
    }


def _state(one: Count) -> str:
    return one.motion.result or f"{len(one.outstanding)} have not voted"


def _mine(one: MotionHere) -> str:
    return one.motion.result or one.ballot.get("vote") or one.why_not or "waits for your vote"


COMMANDS = (motion,)
