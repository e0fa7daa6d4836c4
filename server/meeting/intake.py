"""Intake at the coordinating node: one queue, two clocks, and each case's way into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from server.calendar import clocks
from server.casework import cases, consents, finds, ledger, mailroom, received, refs, walls
from server.casework.errors import NoWeekKeyYet
from server.casework.own import agency_name, whole_ref
from server.casework.people import change as change_people
from server.casework.quarantine import refuse_while_closed
from server.casework.tables import Case
from server.meeting import statuses
from server.meeting.intake_errors import NoSuchReferral, ReferralEnded, TakenUp
from server.meeting.referred import Referred, referral_of, referrals
from server.meeting.statuses import News, Taken, set_status
from server.meeting.tables import Intake
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from tiers.case_form import CaseForm
from tiers.consent import ConsentKind
from tiers.gate import Withheld

__all__ = ["QueueLine", "ask", "live_plans", "queue", "reopen", "set_status", "take_up"]

_REQUEST_OUT = "request_out"
_ANSWERS_IN = "answers_in"


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One case of the intake: whose referral, where it stands, and its two clocks."""

    case_ref: str
    short: str
    referred_by: str
    referred_name: str
    status: str
    received_at: datetime
    may_ask_at: datetime | None  # None: not before somebody decides
    ask_by: datetime | None  # None: nothing to be asked is due
    asked_at: datetime | None
    accepted: bool
    ended: bool  # nothing it came under lives any more
    late: bool


async def queue(desk: Desk) -> tuple[QueueLine, ...]:
    """Every case somebody referred or took up, what is due first; none that is walled."""
    require(desk, Act.READ_INTAKE)
    statuses.coordinating_only(desk)
    live = {one.case_ref: one for one in await referrals(desk)}
    shut = await received.why_shut(desk)
    rows = await Intake.objects()
    lines = [
        _line(row, None if shut else live.get(row.case_ref), shut, desk)
        for row in rows
        if walls.may_list(row.case_ref, desk)
    ]
    known = {row.case_ref for row in rows}
    lines += [_new_line(one, desk) for ref, one in live.items() if ref not in known]
    return tuple(sorted(lines, key=_what_is_due_first))


async def take_up(ref: str, desk: Desk, bases: Mapping[str, str] | None = None) -> QueueLine:
    """Take a referral up: our own case of it begins, and agencies she named receive its plan."""
    require(desk, Act.DECIDE_INTAKE)
    statuses.coordinating_only(desk)
    refuse_while_closed(desk)
    referred = await referral_of(await whole_ref(ref, desk), desk)
    case_ref = referred.case_ref
    if await Intake.exists().where(Intake.case_ref == case_ref):
        raise TakenUp
    if not await Case.exists().where(Case.case_ref == case_ref):
        await cases.take_in(CaseForm(referred.people, {}, {}), case_ref, desk)
    if bases:
        await change_people(case_ref, {}, {}, bases, desk)
    row = Intake(
        case_ref=case_ref,
        share=referred.share,
        referred_by=referred.referred_by,
        received_at=referred.received_at,
    )
    async with transaction():
        if await Intake.exists().where(Intake.case_ref == case_ref):
            raise TakenUp
        await statuses.begin(row, {}, desk)
    await live_plans(case_ref, desk)
    return await line_of(case_ref, desk)


async def live_plans(case_ref: str, desk: Desk) -> tuple[str, ...]:
    """Adopt the plan consents that came for this case, and begin the plan at whoever they name."""
    settled = await ledger.settled()
    # The same consent may ride with the referral and with the referrer's own part.
    waiting = {
        one.consent.id: one.consent.kind
        for one in await finds.waiting_here(desk)
        if one.release_ref == case_ref
    }
    for consent, kind in sorted(waiting.items()):
        if kind is ConsentKind.PLAN and consent not in settled:
            await consents.adopt(consent, case_ref, {}, desk)
    return await send_plans(case_ref, desk)


async def send_plans(case_ref: str, desk: Desk) -> tuple[str, ...]:
    """Bring the plan up to date at whoever a live consent names; gives whom it reached."""
    reached = []
    for held in await ledger.for_case(case_ref, desk):
        plan = held.consent
        if plan.kind is not ConsentKind.PLAN or not plan.live_on(desk.today):
            continue
        try:
            sent = await mailroom.send_unasked(case_ref, plan.recipient, plan.kind.exchange, desk)
        except NoWeekKeyYet:
            continue  # that agency has not synced lately; the next step here tries again
        if not isinstance(sent, Withheld):
            reached.append(plan.recipient)
    return tuple(reached)


async def ask(ref: str, desk: Desk) -> QueueLine:
    """Ask the agencies she named: whoever receives the plan sees from when, and by when."""
    require(desk, Act.DECIDE_INTAKE)
    case_ref = await whole_ref(ref, desk)
    await _still_rests(case_ref, desk)
    clock = desk.pack.clock_rows.get(_ANSWERS_IN)
    by = None if clock is None else clocks.due(clock, desk.now, desk.pack)
    plan = {"asked_on": desk.today.isoformat(), "answer_by": None if by is None else moment(by)}
    await set_status(case_ref, statuses.ASKED, desk, news=News(plan))
    await live_plans(case_ref, desk)
    return await line_of(case_ref, desk)


async def reopen(ref: str, reasons: str, desk: Desk) -> QueueLine:
    """Take a closed or declined case up again; it has to be accepted again by the same rule."""
    require(desk, Act.DECIDE_INTAKE)
    case_ref = await whole_ref(ref, desk)
    await _still_rests(case_ref, desk)
    plan = {"decision": None, "reasons": reasons.strip() or None}
    await set_status(case_ref, statuses.REOPENED, desk, news=News(plan))
    await live_plans(case_ref, desk)
    return await line_of(case_ref, desk)


async def line_of(case_ref: str, desk: Desk) -> QueueLine:
    """This case as the queue shows it, taken up or not."""
    for line in await queue(desk):
        if line.case_ref == case_ref:
            return line
    raise NoSuchReferral


async def _still_rests(case_ref: str, desk: Desk) -> None:
    """Go on only while the referral, or a consent to tell somebody the plan, lives."""
    if any(one.case_ref == case_ref for one in await referrals(desk)):
        return
    for held in await ledger.for_case(case_ref, desk):
        if held.consent.live_on(desk.today):
            return
    raise ReferralEnded


def moment(at: datetime) -> str:
    """A moment as the fields of a plan say it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _line(row: Intake, referred: Referred | None, shut: str, desk: Desk) -> QueueLine:
    ended = referred is None and not shut
    ask_by = None if row.asked_at or row.status in statuses.OVER else _ask_by(row, desk)
    return QueueLine(
        case_ref=row.case_ref,
        short=refs.short(row.case_ref),
        referred_by=row.referred_by,
        referred_name=agency_name(row.referred_by, desk),
        status=row.status,
        received_at=_at(row.received_at),
        may_ask_at=_at(row.may_ask_at) if row.may_ask_at else None,
        ask_by=None if ended else ask_by,
        asked_at=_at(row.asked_at) if row.asked_at else None,
        accepted=Taken(row, {}).accepted,
        ended=ended,
        late=not ended and ask_by is not None and desk.now > ask_by,
    )


def _new_line(referred: Referred, desk: Desk) -> QueueLine:
    row = Intake(
        case_ref=referred.case_ref,
        referred_by=referred.referred_by,
        received_at=referred.received_at,
    )
    return _line(row, referred, "", desk)


def _ask_by(row: Intake, desk: Desk) -> datetime | None:
    """By when requests go out: from the referral, or from when a team allows it."""
    clock = desk.pack.clock_rows.get(_REQUEST_OUT)
    began = row.may_ask_at if desk.pack.decision.by_team(statuses.ACCEPT) else row.received_at
    if clock is None or not began:
        return None
    return clocks.due(clock, _at(began), desk.pack).astimezone(UTC)


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _what_is_due_first(line: QueueLine) -> tuple[bool, datetime, str]:
    over = line.ended or line.status in statuses.OVER
    return over, line.ask_by or line.received_at, line.case_ref
