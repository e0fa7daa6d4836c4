"""Motions: what is put to the team, how each agency votes, and whether the count holds."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath

from server.meeting import casting, deciding, intake
from server.meeting import motions as put_to_team
from server.meeting.ballots import VOTES
from server.meeting.casting import MotionHere
from server.meeting.deciding import Count
from server.meeting.motion import Motion
from server.meeting.statuses import REFERRED
from server.node.access import Act, may
from server.node.desk import Desk
from web.forms import new_token, typed
from web.frame import show
from web.pages.words import agency_names, short
from web.rendering import Tag
from web.workplace import AnyRequest, AtWork, go, once

_QUESTIONS: Final = {"accept": "Accept this case?", "close": "Close this case?"}
_RESULTS: Final = {"carried": Tag("Carried", "good"), "lost": Tag("Lost", "")}
_VOTE_WORDS: Final = {
    "yes": "Yes",
    "no": "No",
    "abstain": "Abstain",
    "recused": "We take no part in this one",
}


@dataclass(frozen=True, slots=True)
class BallotLine:
    """One agency's vote as its own part says it now, and as it was counted."""

    name: str
    vote: str
    counted: str
    view: str
    reasons: str


@dataclass(frozen=True, slots=True)
class MotionPart:
    """One motion at the coordinating node."""

    href: str
    id: str
    question: str
    put_at: str
    put_by: str
    rule: str
    result: Tag
    open: bool
    view_given: bool
    view_here: bool
    first: str
    lines: tuple[BallotLine, ...]
    outstanding: str
    verdict: str
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """One motion at an agency: the ballot to fill in, or what became of it."""

    href: str
    token: str
    id: str
    short: str
    case_href: str
    question: str
    put_at: str
    rule: str
    voters: str
    result: Tag
    open: bool
    first: bool
    vote: str
    view: str
    reasons: str
    counted: str
    why_not: str
    choices: tuple[tuple[str, str], ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MotionsPage:
    """Every motion: at an agency with its ballots, at the coordinating node with the count."""

    coordinating: bool
    doubtful: tuple[tuple[str, str], ...]  # cases whose plan says what no count says
    boxes: tuple[Box, ...]
    parts: tuple[tuple[str, MotionPart], ...]
    may_vote: bool


def motion_part(one: Count, desk: Desk) -> MotionPart:
    """A motion as the coordinating node sees it: each lane beside what was counted."""
    motion = one.motion
    counted = {each.agency: each.vote for each in motion.counted}
    return MotionPart(
        href=f"/motions/{motion.id}",
        id=motion.id,
        question=_QUESTIONS.get(motion.question, motion.question),
        put_at=motion.put_at,
        put_by=motion.put_by,
        rule=_rule(motion),
        result=_RESULTS.get(motion.result, Tag("Votes are open", "you")),
        open=motion.open,
        view_given=bool(motion.view_given_at),
        view_here=any(each.view for each in one.casts),
        first=desk.pack.agency_kinds.get(desk.pack.decision.first, ""),
        lines=tuple(
            BallotLine(
                name=each.name,
                vote="Two different votes; neither counts" if each.unclear else _vote(each.vote),
                counted=_vote(counted.get(each.agency, "")),
                view=each.view,
                reasons=each.reasons,
            )
            for each in one.casts
        ),
        outstanding=agency_names(one.outstanding, desk) if motion.open else "",
        verdict=one.tally.why.value if motion.open else "",
        doubts=one.doubts,
    )


@get("/motions")
async def motions_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """What is put to the team."""
    value = MotionsPage(
        coordinating=desk.node.coordinating,
        doubtful=tuple((short(ref), said) for ref, said in await casting.doubtful(desk)),
        boxes=tuple(_box(one, desk) for one in await casting.open_here(desk)),
        parts=await _parts(desk) if desk.node.coordinating else (),
        may_vote=may(desk.roles, Act.VOTE),
    )
    return await show(request, desk, "/motions", "motions/page.html", value)


@post("/motions/{ref:str}/{motion:str}")
async def vote(
    request: AnyRequest, ref: FromPath[str], motion: FromPath[str], desk: AtWork
) -> Response[Any]:
    """Vote for this agency, or give the advocate's view."""
    form = await typed(request)

    async def act() -> Response[Any]:
        view, reasons = form.whole("view"), form.whole("reasons")
        await casting.cast(ref, motion, form.word("vote"), view, reasons, desk)
        return go(request, "/motions", "Your vote is on its way, in your own part of the case.")

    return await once(request, form, act)


@post("/intake/{ref:str}/motions/{motion:str}/open")
async def open_votes(
    request: AnyRequest, ref: FromPath[str], motion: FromPath[str], desk: AtWork
) -> Response[Any]:
    """The advocate's view was heard: the others may vote."""
    form = await typed(request)

    async def act() -> Response[Any]:
        await put_to_team.open_votes(ref, motion, desk)
        return go(request, f"/intake/{ref}", "Every agency that may vote can do so now.")

    return await once(request, form, act)


@post("/intake/{ref:str}/motions/{motion:str}/count")
async def count(
    request: AnyRequest, ref: FromPath[str], motion: FromPath[str], desk: AtWork
) -> Response[Any]:
    """Count for good."""
    form = await typed(request)

    async def act() -> Response[Any]:
        rest = form.ticked("without-the-rest")
        done = await deciding.settle(ref, motion, desk, without_the_rest=rest)
        return go(request, f"/intake/{ref}", f"Counted. {done.tally.why.value}")

    return await once(request, form, act)


async def _parts(desk: Desk) -> tuple[tuple[str, MotionPart], ...]:
    found = []
    for line in await intake.queue(desk):
        if line.status == REFERRED:
            continue
        for one in await put_to_team.of_case(line.case_ref, desk):
            part = motion_part(await deciding.shown(line.case_ref, one.id, desk), desk)
            found.append((line.case_ref, part))
    return tuple(sorted(found, key=lambda one: not one[1].open))


def _box(one: MotionHere, desk: Desk) -> Box:
    motion = one.motion
    return Box(
        href=f"/motions/{one.case_ref}/{motion.id}",
        token=new_token(),
        id=motion.id,
        short=short(one.case_ref),
        case_href=f"/cases/{one.own_ref}" if one.own_ref else "",
        question=_QUESTIONS.get(motion.question, motion.question),
        put_at=motion.put_at,
        rule=_rule(motion),
        voters=agency_names(motion.voters, desk),
        result=_RESULTS.get(motion.result, Tag("Votes are open", "you")),
        open=motion.open,
        first=one.first,
        vote=one.ballot.get("vote", ""),
        view=one.ballot.get("view", ""),
        reasons=one.ballot.get("reasons", ""),
        counted=_vote(one.counted),
        why_not=one.why_not if motion.open else "",
        choices=tuple((code, _VOTE_WORDS[code]) for code in VOTES),
        doubts=one.doubts,
    )


def _rule(motion: Motion) -> str:
    how = (
        "nobody against it, and every agency has voted"
        if motion.method == "consensus"
        else "more than half of those who vote"
    )
    return f"It is carried by {how}; at least {motion.quorum} agencies vote, and two are for it."


def _vote(vote: str) -> str:
    return _VOTE_WORDS.get(vote, "")


handlers = (motions_page, vote, open_votes, count)
