"""Accepting, declining and closing a case by the protocol's rule; no agency does it alone.

The only module that makes a Decision, and so the only way to a case accepted, declined or closed.
"""

from dataclasses import dataclass, replace

from server.casework.own import stamp, whole_ref
from server.meeting import ballots, doubts, motions, statuses
from server.meeting.ballots import Cast
from server.meeting.intake import live_plans
from server.meeting.intake_errors import (
    MotionCounted,
    NotHeard,
    TeamDecides,
    ThresholdNotReached,
    VotesOutstanding,
)
from server.meeting.motion import CARRIED, LOST, Motion
from server.meeting.referred import referral_of
from server.meeting.statuses import ACCEPT, CLOSE, DECLINE, Decision, News, taken_up
from server.meeting.voters import first_voices, too_few, voters
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from server.node.errors import Usage
from tiers.decision import Ballot, Tally, tally
from tiers.pack_decision import TEAM
from tiers.protocol import DecisionTerms
from tiers.threshold import reached

_ACCEPTED, _DECLINED, _CLOSED = "accepted", "not accepted", "closed"


@dataclass(frozen=True, slots=True)
class Count:
    """What the ballots of a motion come to at this moment, and who has yet to vote."""

    motion: Motion
    casts: tuple[Cast, ...]
    tally: Tally
    outstanding: tuple[str, ...]  # identities
    doubts: tuple[str, ...] = ()


async def accept(ref: str, desk: Desk) -> None:
    """Accept a case for hearing because what was told of it reaches the protocol's threshold."""
    require(desk, Act.DECIDE_INTAKE)
    case_ref = await whole_ref(ref, desk)
    if desk.pack.decision.by_team(ACCEPT):
        raise TeamDecides
    taken = await taken_up(case_ref, desk)
    told = reached((await referral_of(case_ref, desk)).fields, desk.pack)
    if not told.is_met:
        raise ThresholdNotReached
    why = "; ".join(row.title for row in told.met)
    decision = Decision(case_ref, ACCEPT, "threshold", why)
    news = News({"decision": _ACCEPTED, "reasons": why})
    await statuses.set_status(case_ref, taken.row.status, desk, decision, news)
    await live_plans(case_ref, desk)


async def decline(ref: str, reasons: str, desk: Desk) -> None:
    """Decline a case; the reasons go back in the plan. A team declines by a motion it lost."""
    require(desk, Act.DECIDE_INTAKE)
    case_ref = await whole_ref(ref, desk)
    if not reasons.strip():
        raise Usage("Say why: the reasons go back to whoever referred her.")
    how, motion = "coordinator", ""
    if desk.pack.decision.by_team(ACCEPT):
        how, motion = TEAM, await _lost(case_ref, desk)
    decision = Decision(case_ref, DECLINE, how, reasons.strip(), motion)
    news = News({"decision": _DECLINED, "reasons": reasons.strip()})
    await statuses.set_status(case_ref, statuses.NOT_ACCEPTED, desk, decision, news)


async def close(ref: str, reasons: str, desk: Desk) -> None:
    """Close a case that was heard, where the protocol lets the coordinating node close it."""
    require(desk, Act.DECIDE_INTAKE)
    case_ref = await whole_ref(ref, desk)
    if desk.pack.decision.by_team(CLOSE):
        raise TeamDecides
    if not (await taken_up(case_ref, desk)).row.heard_at:
        raise NotHeard
    decision = Decision(case_ref, CLOSE, "after_hearing", reasons.strip())
    news = News({"decision": _CLOSED, "reasons": reasons.strip() or None})
    await statuses.set_status(case_ref, statuses.CLOSED, desk, decision, news)


async def count(ref: str, motion: str, desk: Desk) -> Count:
    """What the ballots in the agencies' own lanes come to now; nothing is decided by looking."""
    require(desk, Act.READ_INTAKE)
    statuses.coordinating_only(desk)
    case_ref = await whole_ref(ref, desk)
    found = await motions.find(case_ref, motion, desk)
    now = [one for one in await voters(case_ref, desk) if not one.why_not]
    # Whoever could not vote when it was put, or may not any more, is not counted.
    may = {one.agency for one in now} & set(found.voters)
    casts = await ballots.read(case_ref, motion, desk)
    views = {one.agency for one in casts if one.view}
    first = first_voices(now, desk.pack)
    said = tally(
        found.question,
        _stricter(desk.pack.decision, found),
        may,
        [Ballot(one.agency, one.vote, one.record) for one in casts if one.vote],
        bool(found.view_given_at and views & first & may),
    )
    voted = {one.agency for one in said.counted}
    return Count(found, casts, said, tuple(sorted(may - voted)))


async def shown(ref: str, motion: str, desk: Desk) -> Count:
    """A motion with its ballots as a page shows it, and whatever does not fit about its count."""
    case_ref = await whole_ref(ref, desk)
    now = await count(case_ref, motion, desk)
    found = await doubts.at_coordinating(case_ref, now.motion, now.casts, desk)
    return replace(now, doubts=found)


async def settle(ref: str, motion: str, desk: Desk, *, without_the_rest: bool = False) -> Count:
    """Count a motion for good: its result and every ballot's record go into the plan."""
    require(desk, Act.PUT_MOTION)
    case_ref = await whole_ref(ref, desk)
    counted = await count(case_ref, motion, desk)
    if not counted.motion.open:
        raise MotionCounted
    if counted.outstanding and not without_the_rest:
        raise VotesOutstanding
    carried = counted.tally.carried
    said = {
        "result": CARRIED if carried else LOST,
        "counted": "\n".join(
            f"{one.agency} {one.vote} {one.record}" for one in counted.tally.counted
        ),
        "settled_at": stamp(desk),
    }
    async with transaction():
        await motions.settle_row(case_ref, motion, said, desk)
        if carried:
            await _carry_out(case_ref, counted, desk)
    return counted


async def _carry_out(case_ref: str, counted: Count, desk: Desk) -> None:
    question, votes = counted.motion.question, counted.tally
    why = f"{votes.yes} for, {votes.no} against, {votes.abstained} abstained"
    decision = Decision(case_ref, question, TEAM, why, counted.motion.id)
    if question == CLOSE:
        news = News({"decision": _CLOSED, "reasons": why})
        await statuses.set_status(case_ref, statuses.CLOSED, desk, decision, news)
        return
    status = (await taken_up(case_ref, desk)).row.status
    news = News({"decision": _ACCEPTED, "reasons": why})
    await statuses.set_status(case_ref, status, desk, decision, news)


async def _lost(case_ref: str, desk: Desk) -> str:
    """The motion to accept that the team lost; none where too few agencies may vote at all."""
    asked = [one for one in await motions.of_case(case_ref, desk) if one.question == ACCEPT]
    if asked and asked[-1].result == LOST:
        return asked[-1].id
    may = [one for one in await voters(case_ref, desk) if not one.why_not]
    if asked or too_few(may, desk.pack) is None:
        raise TeamDecides
    return ""


def _stricter(terms: DecisionTerms, motion: Motion) -> DecisionTerms:
    """The rule in force when it was put, and the rule now: whichever asks for more."""
    consensus = "consensus" in {terms.method, motion.method}
    return replace(
        terms,
        quorum=max(terms.quorum, motion.quorum),
        method="consensus" if consensus else terms.method,
    )
