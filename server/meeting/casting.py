"""Voting at an agency: what is put to it, its ballot in its own part, and how that was counted."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.casework import ledger, mailroom, received, refs, walls
from server.casework.ledger import Held
from server.casework.memory import Known
from server.casework.own import coordinating, load, me, unix
from server.casework.tables import ConsentRow, Share
from server.casework.writing import write
from server.meeting import doubts, plan
from server.meeting.ballots import SECTION, VOTES
from server.meeting.intake_errors import (
    CannotVoteYet,
    MotionCounted,
    NoSuchMotion,
    NotAVote,
    NotAVoter,
    ViewFirst,
)
from server.meeting.motion import Motion, read
from server.meeting.statuses import survivor_of
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from server.node.errors import NothingCleared
from tiers.consent import ConsentKind
from tiers.fragment import Place
from tiers.gate import Withheld
from tiers.rows import row_place

_WRITTEN = ("vote", "view", "reasons")


@dataclass(frozen=True, slots=True)
class MotionHere:
    """A motion this agency may vote on, or did: its own ballot, and what is doubtful about it."""

    case_ref: str
    short: str
    own_ref: str  # our own case of hers; empty until our consent to tell was taken up
    motion: Motion
    first: bool  # ours is the view the protocol wants before anybody votes
    ballot: Mapping[str, str]
    counted: str  # how our ballot was counted; empty if it was not
    why_not: str  # why nobody here can vote on it now; empty when somebody can
    doubts: tuple[str, ...]


async def open_here(desk: Desk) -> tuple[MotionHere, ...]:
    """The motions of every plan that reached this agency; that they were looked at is recorded."""
    told = await _told(desk)
    found: dict[tuple[str, str], MotionHere] = {}
    for known in await _plans(desk):
        for one in await _here(known, told, desk):
            found[one.case_ref, one.motion.id] = one
    return tuple(sorted(found.values(), key=lambda one: (not one.motion.open, one.motion.put_at)))


async def doubtful(desk: Desk) -> tuple[tuple[str, str], ...]:
    """Cases whose plan says what no counted motion says, each with a sentence about it."""
    found: list[tuple[str, str]] = []
    for known in await _plans(desk):
        fields, ref = _latest(known), known.lane.case_ref
        found += [(ref, words) for words in await doubts.of_plan(ref, fields, desk)]
    return tuple(dict.fromkeys(found))


async def _plans(desk: Desk) -> list[Known]:
    """The plans that reached this agency, opened; the look is written down first."""
    require(desk, Act.READ_PLAN)
    desk.unlocked()
    if desk.node.coordinating:
        return []
    await received.sort_in(desk)
    rows = await plan.plans_here(desk)
    if not rows or await received.why_shut(desk):
        return []
    ids = sorted(row.id for row in rows)
    async with transaction():
        await audit.record("motions.opened", "", desk, shares=ids)
        await Share.update(
            {Share.opened_count: Share.opened_count + 1, Share.opened_at: unix(desk)}
        ).where(Share.id.is_in(ids))
    reading = await received.open_shares(rows, desk)
    known = [reading.known[row.id] for row in rows if row.id in reading.known]
    return [one for one in known if one.consent.kind is ConsentKind.PLAN]


async def cast(  # noqa: PLR0917 - a ballot has as many parts as it has
    ref: str, motion: str, vote: str, view: str, reasons: str, desk: Desk
) -> MotionHere:
    """Write this agency's ballot into its own part of the case; it goes to the coordinating node.

    Until the motion is counted the ballot may be changed; afterwards nothing of it moves.
    """
    require(desk, Act.VOTE)
    here = await find(ref, motion, desk)
    if here.why_not:
        raise _refusal(here)
    said = {"vote": vote.strip(), "view": view.strip(), "reasons": reasons.strip()}
    if said["vote"] not in {*VOTES, ""} or not (said["vote"] or (here.first and said["view"])):
        raise NotAVote
    if here.first and not said["view"] and said["vote"] != "recused":
        raise ViewFirst("The protocol wants your view of what she needs before anybody votes.")
    case = await load(here.own_ref, desk)
    survivor = survivor_of(case.body.people)
    edits = {row_place(SECTION, survivor, motion, name): said[name] or None for name in _WRITTEN}
    edited = await write(here.own_ref, edits, Act.VOTE, desk, motion=motion)
    coordinator = coordinating(desk)
    if coordinator not in edited.reached:
        sent = await mailroom.send(here.own_ref, coordinator, ConsentKind.TELL.exchange, desk)
        if isinstance(sent, Withheld):
            raise NothingCleared(f"Your vote is kept here and has not left: {sent.reason.value}")
        if not any(place.section == SECTION for place in sent.cleared.fragment.fields):
            raise NothingCleared("Your vote is kept here: what she signed lets no vote leave.")
    return await find(ref, motion, desk)


async def find(ref: str, motion: str, desk: Desk) -> MotionHere:
    """The motion with this number, of the case that begins like this."""
    wanted = refs.plain(ref)
    for one in await open_here(desk):
        if one.motion.id == motion and wanted and one.case_ref.startswith(wanted):
            return one
    raise NoSuchMotion


def _refusal(here: MotionHere) -> Exception:
    kinds = (MotionCounted, NotAVoter, CannotVoteYet, ViewFirst)
    return next(kind for kind in kinds if here.why_not == kind().sentence)()


async def _told(desk: Desk) -> dict[str, Held]:
    """Our consents to tell the coordinating node, by the reference its plan goes by."""
    rows = await ConsentRow.objects().where(
        (ConsentRow.kind == ConsentKind.TELL.value)
        & (ConsentRow.discloser == me(desk))
        & (ConsentRow.recipient == coordinating(desk))
    )
    held = sorted((ledger.opened(row, desk) for row in rows), key=lambda one: one.consent.ends)
    live = [one for one in held if one.case_ref and one.consent.live_on(desk.today)]
    return {one.release_ref: one for one in live}


async def _here(known: Known, told: Mapping[str, Held], desk: Desk) -> tuple[MotionHere, ...]:
    case_ref = known.lane.case_ref
    held = told.get(case_ref)
    own_ref = held.case_ref if held and walls.may_know(held.case_ref, desk) else ""
    found = []
    for motion in read(_latest(known)):
        ballot = await _ballot(own_ref, motion.id, desk) if own_ref else {}
        mine = next((one for one in motion.counted if one.agency == me(desk)), None)
        first = _kind(desk) == desk.pack.decision.first
        found.append(
            MotionHere(
                case_ref=case_ref,
                short=refs.short(case_ref),
                own_ref=own_ref,
                motion=motion,
                first=first,
                ballot=ballot,
                counted=mine.vote if mine else "",
                why_not=_why_not(motion, own_ref, first, desk),
                doubts=await doubts.at_agency(case_ref, motion, ballot.get("vote", ""), desk),
            )
        )
    return tuple(found)


def _latest(known: Known) -> dict[Place, str]:
    return {place: said[-1].value for place, said in known.lane.fields.items() if said}


async def _ballot(own_ref: str, motion: str, desk: Desk) -> dict[str, str]:
    case = await load(own_ref, desk)
    survivor = survivor_of(case.body.people)
    places = {name: row_place(SECTION, survivor, motion, name) for name in _WRITTEN}
    fields = case.body.fields
    return {
        name: fields[place].written[-1].value for name, place in places.items() if place in fields
    }


def _why_not(motion: Motion, own_ref: str, first: bool, desk: Desk) -> str:
    if not motion.open:
        return MotionCounted().sentence
    if me(desk) not in motion.voters:
        return NotAVoter().sentence
    if not own_ref:
        return CannotVoteYet().sentence
    if not (first or motion.view_given_at):
        return ViewFirst().sentence
    return ""


def _kind(desk: Desk) -> str:
    listed = desk.directory.agency(me(desk))
    return listed.kind if listed else ""
