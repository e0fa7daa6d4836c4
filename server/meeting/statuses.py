"""Where a case stands on its way through the meeting. set_status() alone writes it.

Accepting, declining and closing need a Decision, and only deciding.py makes one.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from piccolo.columns import Column

from server.casework.bodies import read_body, shut_body
from server.casework.own import load as load_case
from server.casework.own import unix, whole_ref
from server.casework.writing import write
from server.meeting.intake_errors import (
    NotAccepted,
    NotCoordinating,
    NotDecided,
    NotTakenUp,
    WrongStep,
)
from server.meeting.tables import Intake
from server.node.access import Act, require
from server.node.database import in_transaction, lock_row, transaction
from server.node.desk import Desk
from tiers.fragment import SURVIVOR, Place
from tiers.pack_decision import TEAM
from tiers.protocol import Protocol

ACCEPT, DECLINE, CLOSE = "accept", "decline", "close"

REFERRED, SCREENING = "referred", "screening"
ASKED, SCHEDULED, HEARD, OPEN = "info_requested", "scheduled", "heard", "actions_open"
CLOSED, NOT_ACCEPTED, REOPENED = "closed", "not_accepted", "reopened"
OVER = frozenset({CLOSED, NOT_ACCEPTED})

_UNDER_WAY = frozenset({ASKED, SCHEDULED, HEARD, NOT_ACCEPTED})
# From where to where. What is not here cannot happen, by page, by command or by another room.
_NEXT: Mapping[str, frozenset[str]] = {
    SCREENING: _UNDER_WAY,
    REOPENED: _UNDER_WAY,
    ASKED: _UNDER_WAY | {OPEN, CLOSED},
    SCHEDULED: _UNDER_WAY | {OPEN, CLOSED, SCREENING},
    HEARD: _UNDER_WAY | {OPEN, CLOSED},
    OPEN: frozenset({ASKED, SCHEDULED, HEARD, CLOSED}),
    CLOSED: frozenset({REOPENED}),
    NOT_ACCEPTED: frozenset({REOPENED}),
}
_ACTS: Mapping[str, Act] = {
    SCHEDULED: Act.PLAN_MEETING,
    SCREENING: Act.RUN_MEETING,  # a chair puts a case off
    HEARD: Act.RUN_MEETING,
    OPEN: Act.RUN_MEETING,
}
_DECIDES = {NOT_ACCEPTED: DECLINE, CLOSED: CLOSE}
_MOMENTS = {ASKED: "asked_at", HEARD: "heard_at", CLOSED: "closed_at"}


@dataclass(frozen=True, slots=True)
class Decision:
    """That a case is accepted, declined or closed by the protocol's rule, and how that came."""

    case_ref: str
    question: str  # accept, decline, close
    how: str  # threshold, team, after_hearing, coordinator
    why: str
    motion: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What goes with a step: fields of the plan that travel, and words that stay here."""

    plan: Mapping[str, str | None] = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """A case that somebody took up here: its row, and what its body says."""

    row: Intake
    body: Mapping[str, Any]

    @property
    def accepted(self) -> bool:
        """Was it accepted, and not reopened since?"""
        return bool(self.row.decided_at) and self.row.status != NOT_ACCEPTED


async def taken_up(case_ref: str, desk: Desk) -> Taken:
    """The case as the intake has it; a stop when nobody took it up."""
    row = await Intake.objects().where(Intake.case_ref == case_ref).first()
    if row is None:
        raise NotTakenUp
    return Taken(row, read_body("intake", case_ref, row.body, desk))


def coordinating_only(desk: Desk) -> None:
    """Go on only at the coordinating node."""
    if not desk.node.coordinating:
        raise NotCoordinating


async def begin(row: Intake, plan: Mapping[str, str | None], desk: Desk) -> None:
    """Enter a referral that was taken up, as being screened; the caller is in a transaction."""
    row.status = SCREENING
    row.may_ask_at = unix(desk) if asks_before_deciding(desk.pack) else 0
    row.body = shut_body("intake", row.case_ref, {}, desk)
    await Intake.insert(row)
    await _tell(row, plan, Act.DECIDE_INTAKE, desk)


async def set_status(
    ref: str,
    status: str,
    desk: Desk,
    decision: Decision | None = None,
    news: News | None = None,
) -> None:
    """Move a case on, if it may go there; its plan says so at every agency that receives it."""
    act = _act_of(status, decision)
    require(desk, act)
    coordinating_only(desk)
    case_ref = await whole_ref(ref, desk)
    async with nullcontext() if in_transaction() else transaction():
        await lock_row(Intake, Intake.case_ref == case_ref)
        taken = await taken_up(case_ref, desk)
        if status == SCREENING:
            status = _before_the_agenda(taken.row)
        if status == taken.row.status and decision is None and news is None:
            return
        may_go(taken.row, status, decision)
        await _write(taken, status, decision, news or News(), act, desk)


async def plan_goes_round(case_ref: str, desk: Desk) -> None:
    """Once a heard case's plan is sent round, its actions are open."""
    row = await Intake.objects().where(Intake.case_ref == case_ref).first()
    if row is not None and row.status == HEARD and row.decided_at:
        await set_status(case_ref, OPEN, desk)


def _before_the_agenda(row: Intake) -> str:
    """Where a case stands again that was on an agenda and was not heard."""
    if row.heard_at and row.decided_at:
        return OPEN
    return ASKED if row.asked_at else SCREENING


def _act_of(status: str, decision: Decision | None) -> Act:
    """Counting a vote of the team is not deciding alone, so whoever puts motions may do it."""
    if decision is not None and decision.how == TEAM:
        return Act.PUT_MOTION
    return _ACTS.get(status, Act.DECIDE_INTAKE)


def may_go(row: Intake, status: str, decision: Decision | None) -> None:
    """Stop unless the protocol lets this case go there, and somebody decided it who may."""
    if decision is not None and decision.case_ref != row.case_ref:
        raise NotDecided
    if decision is not None and decision.question == ACCEPT:
        if status != row.status or status in OVER or row.decided_at:
            raise WrongStep
        return
    if status != row.status and status not in _NEXT.get(row.status, frozenset()):
        raise WrongStep
    if status in _DECIDES and (decision is None or decision.question != _DECIDES[status]):
        raise NotDecided
    if status in {ASKED, SCHEDULED, HEARD} and not row.may_ask_at:
        raise NotAccepted
    if status in {OPEN, CLOSED} and not row.decided_at:
        raise NotAccepted


async def _write(  # noqa: PLR0917 - a step has as many parts as it has
    taken: Taken, status: str, decision: Decision | None, news: News, act: Act, desk: Desk
) -> None:
    row, now = taken.row, unix(desk)
    values: dict[Column | str, Any] = {"status": status, "revision": row.revision + 1}
    body = {**taken.body, **news.kept}
    if status in _MOMENTS and status != row.status:
        values[_MOMENTS[status]] = now
    if decision is not None:
        body[decision.question] = {
            "how": decision.how,
            "why": decision.why,
            "motion": decision.motion,
            "at": now,
            "by": desk.who,
        }
        if decision.question != CLOSE:
            values["decided_at"] = now
    if decision is not None and decision.question == ACCEPT and not row.may_ask_at:
        values["may_ask_at"] = now
    if status == REOPENED:
        # What was decided once decides nothing now: it has to be accepted again.
        asks = now if asks_before_deciding(desk.pack) else 0
        values |= dict.fromkeys(("decided_at", "asked_at", "heard_at", "closed_at"), 0)
        values["may_ask_at"] = asks
        body = {name: words for name, words in body.items() if name not in {ACCEPT, CLOSE, DECLINE}}
    values["body"] = shut_body("intake", row.case_ref, body, desk)
    await Intake.update(values).where(Intake.case_ref == row.case_ref)
    for name, value in values.items():
        setattr(row, str(name), value)
    await _tell(row, news.plan, act, desk)


async def _tell(row: Intake, plan: Mapping[str, str | None], act: Act, desk: Desk) -> None:
    """Write where the case stands into the plan, from where it follows to whoever receives it."""
    case = await load_case(row.case_ref, desk)
    survivor = survivor_of(case.body.people)
    said = {
        "status": row.status,
        "received_on": _day(row.received_at, desk),
        "may_ask_on": _day(row.may_ask_at, desk),
        "heard_on": _day(row.heard_at, desk),
        **plan,
    }
    edits = {Place("plan_case", survivor, name): value for name, value in said.items()}
    await write(row.case_ref, edits, act, desk, status=row.status)


def asks_before_deciding(pack: Protocol) -> bool:
    """May others be asked before the case is accepted? Where a team decides: on what it knows."""
    return pack.decision.by_team(ACCEPT)


def survivor_of(people: Mapping[str, str]) -> str:
    """The code of the survivor in this case."""
    return min(person for person, role in people.items() if role == SURVIVOR)


def _day(at: int, desk: Desk) -> str | None:
    if not at:
        return None
    return (
        datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(desk.pack.timezone)).date().isoformat()
    )
