"""What does not fit about a count: said on the page of whoever can see it, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from server.casework.own import agency_name, me
from server.casework.tables import RecordRow, Share
from server.meeting import results
from server.meeting.ballots import Cast
from server.meeting.motion import CARRIED, Motion, read
from server.meeting.statuses import ACCEPT, CLOSE, CLOSED, OPEN
from server.node.desk import Desk
from tiers.decision import Ballot, tally
from tiers.fragment import Place
from tiers.pack_decision import TEAM

_PLAN = "plan_case"
_ALTERED = "The result is not the one this node first saw. Ask the coordinating node why, by voice."
_DOES_NOT_FOLLOW = "The result does not follow from the votes that are said to have been counted."


async def at_agency(case_ref: str, motion: Motion, voted: str, desk: Desk) -> tuple[str, ...]:
    """What this agency can see for itself: its own vote, its own record, and the arithmetic."""
    if motion.open:
        return ()
    found = await _everywhere(case_ref, motion, desk)
    mine = next((one for one in motion.counted if one.agency == me(desk)), None)
    if mine is None:
        missed = voted and me(desk) in motion.voters
        return (*found, "Your vote was not counted.") if missed else found
    if mine.vote != voted:
        found += (f"Your vote was counted as {mine.vote}, and here it says {voted or 'nothing'}.",)
    if not await _is_of(mine.record, me(desk)):
        found += ("Your vote was counted from a record that this node never wrote.",)
    return found


async def at_coordinating(
    case_ref: str, motion: Motion, casts: Sequence[Cast], desk: Desk
) -> tuple[str, ...]:
    """What the coordinating node can see: each lane as it is now beside what was counted."""
    if motion.open:
        return ()
    found = await _everywhere(case_ref, motion, desk)
    now = {one.agency: one for one in casts}
    for one in motion.counted:
        name, cast = agency_name(one.agency, desk), now.get(one.agency)
        if cast is not None and cast.votes != (one.vote,):
            said = " and ".join(cast.votes) or "nothing"
            found += (f"{name} was counted as {one.vote}; its own part now says {said}.",)
        if not await _is_of(one.record, one.agency):
            found += (f"{name} was counted from a record that it never sent here.",)
    return found


async def of_plan(case_ref: str, fields: Mapping[Place, str], desk: Desk) -> tuple[str, ...]:
    """What the plan says of the case that no counted motion says; or a result that is gone."""
    motions = read(fields)
    said = {place.field: value for place, value in fields.items() if place.section == _PLAN}
    carried = {one.question for one in motions if one.result == CARRIED}
    found: tuple[str, ...] = ()
    terms = desk.pack.decision
    accepted = said.get("decision") == "accepted" or said.get("status") == OPEN
    if accepted and terms.by_team(ACCEPT) and ACCEPT not in carried:
        found += ("The plan says it is accepted, and no motion to accept it was carried.",)
    if said.get("status") == CLOSED and terms.by_team(CLOSE) and CLOSE not in carried:
        found += ("The plan says it is closed, and no motion to close it was carried.",)
    if await results.gone(case_ref, motions):
        found += ("A motion that was counted is no longer in the plan.",)
    return found


async def _everywhere(case_ref: str, motion: Motion, desk: Desk) -> tuple[str, ...]:
    found: tuple[str, ...] = ()
    if await results.altered(case_ref, motion, desk):
        found += (_ALTERED,)
    if _carried(motion, desk) != (motion.result == CARRIED):
        found += (_DOES_NOT_FOLLOW,)
    return found


def _carried(motion: Motion, desk: Desk) -> bool:
    """The arithmetic again, by the method and number the motion was put with."""
    terms = replace(
        desk.pack.decision,
        accept=TEAM,
        close=TEAM,
        method=motion.method,
        quorum=motion.quorum,
    )
    counted = [Ballot(one.agency, one.vote, one.record) for one in motion.counted]
    given = bool(motion.view_given_at)
    # Whoever might not vote any more was not counted, so the counted ones are all there were.
    may = {one.agency for one in motion.counted} & set(motion.voters)
    return tally(motion.question, terms, may, counted, given).carried


async def _is_of(record: str, agency: str) -> bool:
    """Is this a record of a share that this agency owns, which it alone can have signed?"""
    row = await RecordRow.select(RecordRow.share).where(RecordRow.id == record).first()
    if row is None:
        return False
    return bool(await Share.exists().where((Share.id == row["share"]) & (Share.owner == agency)))
