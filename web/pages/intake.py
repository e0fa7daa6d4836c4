"""Intake: the queue of a coordinating node, and one case of it with what is to be done next."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from server.meeting import deciding, intake_case
from server.meeting import intake as acts
from server.meeting.intake import QueueLine
from server.meeting.intake_case import IntakeCase
from server.meeting.statuses import ACCEPT, CLOSE, NOT_ACCEPTED, REFERRED
from server.node.access import Act, may
from server.node.desk import Desk
from web.forms import new_token
from web.frame import show
from web.pages import intake_acts, motions
from web.pages.intake_words import status_tag, told_words
from web.pages.motions import MotionPart, motion_part
from web.pages.words import people_words, person_words
from web.rendering import Tag
from web.workplace import AnyRequest, AtWork

_DECIDING = frozenset({"screening", "reopened"})
_AFTER_HEARING = frozenset({"heard", "actions_open"})


@dataclass(frozen=True, slots=True)
class IntakeLine:
    """One case in the queue."""

    href: str
    short: str
    referred_name: str
    tag: Tag
    line: QueueLine


@dataclass(frozen=True, slots=True)
class IntakePage:
    """The queue: what is due first, what is under way, what is over."""

    now: tuple[IntakeLine, ...]
    under_way: tuple[IntakeLine, ...]
    over: tuple[IntakeLine, ...]
    by_team: bool


@dataclass(frozen=True, slots=True)
class Adult:
    """Another adult of whom the plan may speak only when we say why."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case of the intake: its clocks, what was told, and the one thing to do next."""

    token: str
    href: str
    ref: str
    short: str
    tag: Tag
    line: QueueLine
    people: str
    may_ask: bool  # also before it is decided
    next: str  # which step the page offers; empty when there is nothing to do here
    by_team: bool
    closed_by_team: bool
    met: tuple[str, ...]
    band: str
    route: str
    adults: tuple[Adult, ...]
    told: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    voters: tuple[tuple[str, str], ...]
    may_vote: int
    quorum: int
    too_few: str
    motions: tuple[MotionPart, ...]
    decided: str
    may_decide: bool
    may_put: bool
    may_wall: bool
    question: str


@get("/intake")
async def queue_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """Every referral here, what is due first."""
    lines = [_line(one) for one in await acts.queue(desk)]
    waits = [one for one in lines if one.tag.tone == "you"]
    over = [one for one in lines if not one.tag.tone]
    value = IntakePage(
        now=tuple(waits),
        under_way=tuple(one for one in lines if one not in waits and one not in over),
        over=tuple(over),
        by_team=desk.pack.decision.by_team(ACCEPT),
    )
    return await show(request, desk, "/intake", "intake/page.html", value)


def _line(one: QueueLine) -> IntakeLine:
    return IntakeLine(f"/intake/{one.case_ref}", one.short, one.referred_name, status_tag(one), one)


@get("/intake/{ref:str}")
async def case_page(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """One case of the intake."""
    found = await intake_case.show(ref, desk)
    line, pack = found.line, desk.pack
    counts = [await deciding.shown(line.case_ref, one.id, desk) for one in found.motions]
    value = CasePage(
        token=new_token(),
        href=f"/intake/{line.case_ref}",
        ref=line.case_ref,
        short=line.short,
        tag=status_tag(line),
        line=line,
        people=people_words(found.people, pack),
        may_ask=bool(line.may_ask_at and not line.asked_at and line.status in _DECIDING),
        next=_next(found, desk),
        by_team=pack.decision.by_team(ACCEPT),
        closed_by_team=pack.decision.by_team(CLOSE),
        met=tuple(row.title for row in found.reached.met),
        band=found.reached.band,
        route=pack.agency_kinds.get(found.reached.route, ""),
        adults=tuple(
            Adult(code, person_words(code, found.people[code], pack)) for code in found.adults
        ),
        told=told_words(found.people, found.told, pack),
        voters=tuple((one.name, one.why_not) for one in found.voters),
        may_vote=sum(not one.why_not for one in found.voters),
        quorum=pack.decision.quorum,
        too_few=found.too_few,
        motions=tuple(motion_part(one, desk) for one in counts),
        decided=_decided(found),
        may_decide=may(desk.roles, Act.DECIDE_INTAKE),
        may_put=may(desk.roles, Act.PUT_MOTION),
        may_wall=may(desk.roles, Act.WALL),
        question=CLOSE if line.accepted else ACCEPT,
    )
    return await show(request, desk, "/intake", "intake/case.html", value)


def _next(found: IntakeCase, desk: Desk) -> str:
    """The one step this page offers, by where the case stands and what the protocol says."""
    line, terms = found.line, desk.pack.decision
    if line.status == REFERRED:
        return "take-up"
    if line.status in {"closed", NOT_ACCEPTED}:
        return "" if line.ended else "reopen"
    if line.ended:
        return ""
    if any(one.open for one in found.motions):
        return "count"
    if not line.accepted:
        return "put" if terms.by_team(ACCEPT) else "decide"
    if line.status in _DECIDING:
        return "ask"
    if terms.by_team(CLOSE):
        return "put"
    return "close" if line.status in _AFTER_HEARING else ""


def _decided(found: IntakeCase) -> str:
    """How it came to be accepted, declined or closed, in a line."""
    said = [
        f"{words}: {found.decided[question]['why']}"
        for question, words in (
            ("accept", "Accepted"),
            ("decline", "Not accepted"),
            ("close", "Closed"),
        )
        if question in found.decided
    ]
    return ". ".join(said)


handlers = (queue_page, case_page, *intake_acts.handlers, *motions.handlers)
