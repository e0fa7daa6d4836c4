"""Motions: what is put to the team, by the coordinating node, for agencies to vote on."""

import secrets
from collections.abc import Mapping

from server.casework.own import load, stamp, whole_ref
from server.casework.writing import write
from server.meeting import ballots, results, statuses
from server.meeting.intake_errors import (
    MotionCounted,
    MotionOpen,
    NobodyVotes,
    NoSuchMotion,
    NotAccepted,
    TooFewVoters,
    ViewFirst,
    WrongStep,
)
from server.meeting.motion import SECTION, Motion, read
from server.meeting.statuses import ACCEPT, CLOSE, OVER, survivor_of, taken_up
from server.meeting.voters import first_voices, too_few, voters
from server.node.access import Act, require
from server.node.desk import Desk
from tiers.rows import row_place


async def of_case(case_ref: str, desk: Desk) -> tuple[Motion, ...]:
    """The motions of this case at the coordinating node."""
    case = await load(case_ref, desk)
    return read({place: one.written[-1].value for place, one in case.body.fields.items()})


async def find(case_ref: str, motion: str, desk: Desk) -> Motion:
    """The motion of this case with this number."""
    for one in await of_case(case_ref, desk):
        if one.id == motion:
            return one
    raise NoSuchMotion


async def put(ref: str, question: str, desk: Desk) -> Motion:
    """Put a question to the team; refused, with the number, when too few agencies may vote."""
    require(desk, Act.PUT_MOTION)
    statuses.coordinating_only(desk)
    case_ref = await whole_ref(ref, desk)
    await _may_be_asked(case_ref, question, desk)
    may = [one for one in await voters(case_ref, desk) if not one.why_not]
    if (why := too_few(may, desk.pack)) is not None:
        raise TooFewVoters(f"{why} No motion was put.")
    terms = desk.pack.decision
    row = secrets.token_hex(4)
    said = {
        "question": question,
        "put_at": stamp(desk),
        "put_by": desk.staff.name if desk.staff else "",
        "method": terms.method,
        "quorum": str(terms.quorum),
        "voters": "\n".join(one.agency for one in may),
        "view_given_at": None if terms.first else stamp(desk),
    }
    await write_row(case_ref, row, said, desk)
    return await find(case_ref, row, desk)


async def open_votes(ref: str, motion: str, desk: Desk) -> Motion:
    """The advocate's view has come and was heard: from now on everybody may vote."""
    require(desk, Act.PUT_MOTION)
    statuses.coordinating_only(desk)
    case_ref = await whole_ref(ref, desk)
    found = await find(case_ref, motion, desk)
    if not found.open:
        raise MotionCounted
    if not found.view_given_at:
        views = {one.agency for one in await ballots.read(case_ref, motion, desk) if one.view}
        if not views & first_voices(await voters(case_ref, desk), desk.pack):
            raise ViewFirst
        await write_row(case_ref, motion, {"view_given_at": stamp(desk)}, desk)
    return await find(case_ref, motion, desk)


async def settle_row(
    case_ref: str, motion: str, said: Mapping[str, str | None], desk: Desk
) -> None:
    """Write the result once; whoever counted first, counted. The caller is in a transaction."""
    if not (await find(case_ref, motion, desk)).open:
        raise MotionCounted
    await write_row(case_ref, motion, said, desk)
    await results.note(case_ref, await find(case_ref, motion, desk), desk)


async def write_row(case_ref: str, motion: str, said: Mapping[str, str | None], desk: Desk) -> None:
    """Write these fields of a motion; the plans of all who receive them follow."""
    case = await load(case_ref, desk)
    survivor = survivor_of(case.body.people)
    edits = {row_place(SECTION, survivor, motion, name): said[name] for name in said}
    await write(case_ref, edits, Act.PUT_MOTION, desk, motion=motion)


async def _may_be_asked(case_ref: str, question: str, desk: Desk) -> None:
    if question not in {ACCEPT, CLOSE}:
        raise NoSuchMotion("A motion asks whether to accept a case or to close it.")
    if not desk.pack.decision.by_team(question):
        raise NobodyVotes
    taken = await taken_up(case_ref, desk)
    if taken.row.status in OVER or (question == ACCEPT and taken.accepted):
        raise WrongStep
    if question == CLOSE and not taken.accepted:
        raise NotAccepted
    if any(one.open for one in await of_case(case_ref, desk)):
        raise MotionOpen
