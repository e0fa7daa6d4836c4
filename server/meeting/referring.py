"""Referring: an agency asks the coordinating node to take a case up, as far as she allows it."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from server.calendar.clocks import due
from server.casework import cases, mailroom
from server.casework.bodies import read_body, shut_body
from server.casework.cases import CaseRecord
from server.casework.own import stamp, unix, whole_ref
from server.casework.quarantine import refuse_while_closed
from server.meeting.referral_errors import (
    HerYesStands,
    NoReferral,
    NothingReferred,
    NotReferred,
    TakesReferrals,
)
from server.meeting.referral_goes import Goes, goes_with, release_of, yeses
from server.meeting.referral_steps import Step, steps_of
from server.meeting.tables import Referral
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from tiers.case_form import CaseForm
from tiers.fragment import SURVIVOR
from tiers.gate import Withheld
from tiers.threshold import Reached, reached

DRAFT, WAITING, DECLINED, SENT, ENDED = (
    "draft",
    "waiting_for_consent",
    "declined",
    "sent",
    "ended",
)

REFERRAL_RECEIVED = "referral_received"  # the clocks of the protocol that a referral sets going


@dataclass(frozen=True, slots=True)
class Said:
    """What was written down about her consent, when, and by whom."""

    at: str
    by: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of the coalition that a referral sets going, and its last moment."""

    title: str
    due: datetime


@dataclass(frozen=True, slots=True)
class ReferralView:
    """One referral: how far it is, what is missing, and exactly what would leave to whom."""

    record: CaseRecord
    state: str
    steps: tuple[Step, ...]
    reached: Reached
    goes: tuple[Goes, ...]
    said: tuple[Said, ...]
    clocks: tuple[Clock, ...]  # from the sending; while nothing was sent, from now
    made_at: datetime
    sent_at: datetime | None

    @property
    def may_send(self) -> bool:
        """Would the coordinating node be told why she is referred?"""
        return bool(self.goes) and self.goes[0].refers


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """One referral in the list."""

    ref: str
    short: str
    name: str
    state: str
    made_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Referred:
    """What was put on its way, to whom, and what the gate kept here."""

    ref: str
    sent: tuple[Goes, ...]
    withheld: tuple[Goes, ...]


async def start(ref: str | None, desk: Desk) -> str:
    """Begin a referral of this case, or of a new one with a survivor in it; gives its reference."""
    require(desk, Act.REFER)
    _refuse_at_the_coordinating_node(desk)
    if ref is None:
        form = CaseForm({SURVIVOR: SURVIVOR}, {}, {})
        case_ref = (await cases.import_case(form, None, desk)).ref
    else:
        case_ref = (await cases.read(ref, desk)).ref
    latest = await _latest(case_ref)
    if latest is None or await _state(latest, desk) == ENDED:
        await _begin(case_ref, desk)
    return case_ref


async def state(ref: str, desk: Desk) -> ReferralView:
    """How far this referral is, what is missing, and what would leave if it were sent now."""
    require(desk, Act.READ_REFERRALS)
    row = await _named(ref, desk)
    record = await cases.read(row.case_ref, desk)
    said = read_body("referral", row.id, row.body, desk)["said"]
    values = {at: written[-1].value for at, written in record.fragment.fields.items()}
    goes = await goes_with(row.case_ref, desk)
    sent_at = _moment(row.sent_at) if row.sent_at else None
    return ReferralView(
        record=record,
        state=await _state(row, desk),
        steps=steps_of(record, bool(goes), bool(row.sent_at), desk.pack),
        reached=reached(values, desk.pack),
        goes=goes,
        said=tuple(Said(*one) for one in said),
        clocks=_clocks(sent_at or desk.now, desk),
        made_at=_moment(row.made_at),
        sent_at=sent_at,
    )


async def unfinished(ref: str, desk: Desk) -> bool | None:
    """Does a referral of this case wait to be sent? None where nobody has begun one."""
    require(desk, Act.READ_REFERRALS)
    row = await _latest(await whole_ref(ref, desk))
    return None if row is None else not row.sent_at


async def listed(desk: Desk) -> tuple[ReferralLine, ...]:
    """The latest referral of each case that this person may know of, the newest first."""
    require(desk, Act.READ_REFERRALS)
    names = {one.ref: one for one in await cases.list_cases(desk) if one.own}
    found: dict[str, ReferralLine] = {}
    newest = Referral.objects().order_by(Referral.made_at, ascending=False)
    for row in await newest.order_by(Referral.sent_at):
        case = names.get(row.case_ref)
        if case is None or row.case_ref in found:
            continue
        found[row.case_ref] = ReferralLine(
            row.case_ref,
            case.short,
            case.name,
            await _state(row, desk),
            _moment(row.made_at),
            _moment(row.sent_at) if row.sent_at else None,
        )
    return tuple(found.values())


async def waiting(ref: str, why: str, desk: Desk) -> None:
    """She has not been asked yet, and why. Nothing leaves; act now under your own procedure."""
    await _without_her_yes(ref, WAITING, why, desk)


async def declined(ref: str, words: str, desk: Desk) -> None:
    """She said no, in her words. Nothing leaves; act now under your own procedure."""
    await _without_her_yes(ref, DECLINED, words, desk)


async def send(ref: str, desk: Desk) -> Referred:
    """Put what she released on its way; pressing it again sends only what is new since."""
    require(desk, Act.REFER)
    _refuse_at_the_coordinating_node(desk)
    refuse_while_closed(desk)
    row = await _named(ref, desk)
    goes = [one for one in await goes_with(row.case_ref, desk) if not one.later]
    if not goes or not goes[0].is_referral(desk):
        raise NotReferred
    first, *others = goes
    if isinstance(first.decision, Withheld):
        raise NotReferred(first.decision.reason.value)
    if not first.refers:
        raise NothingReferred
    done = await mailroom.send(row.case_ref, first.agency, first.exchange, desk)
    if isinstance(done, Withheld):
        raise NotReferred(done.reason.value)
    # The referral itself is on its way: what stops the rest now can be pressed again.
    await _mark_sent(row, done.cleared.consent.release_id, desk)
    sent = [first]
    withheld: list[Goes] = []
    for one in others:
        followed = await mailroom.send(row.case_ref, one.agency, one.exchange, desk)
        (withheld if isinstance(followed, Withheld) else sent).append(one)
    return Referred(row.case_ref, tuple(sent), tuple(withheld))


async def _state(row: Referral, desk: Desk) -> str:
    """Where it stands today: her yes ends a wait or a no, and its end ends what was sent."""
    live = await yeses(row.case_ref, desk)
    if not row.sent_at:
        asked = bool(release_of(live, desk)) and row.state in {WAITING, DECLINED}
        return DRAFT if asked else str(row.state)
    stands = any(
        one.release_id == row.release and one.recipient == desk.node.relay_identity for one in live
    )
    return SENT if stands else ENDED


def _clocks(event: datetime, desk: Desk) -> tuple[Clock, ...]:
    return tuple(
        Clock(row.title, due(row, event, desk.pack))
        for row in desk.pack.clock_rows.values()
        if row.starts == REFERRAL_RECEIVED
    )


async def _latest(case_ref: str) -> Referral | None:
    newest = Referral.objects().where(Referral.case_ref == case_ref)
    # Begun in the second in which another ended: the one that was never sent goes on.
    newest = newest.order_by(Referral.made_at, ascending=False).order_by(Referral.sent_at)
    row: Referral | None = await newest.first()
    return row


async def _named(ref: str, desk: Desk) -> Referral:
    row = await _latest(await whole_ref(ref, desk))
    if row is None:
        raise NoReferral
    return row


async def _begin(case_ref: str, desk: Desk) -> None:
    number = secrets.token_hex(16)
    async with transaction():
        await Referral.insert(
            Referral(
                id=number,
                case_ref=case_ref,
                made_at=unix(desk),
                body=shut_body("referral", number, {"said": []}, desk),
            )
        )
        await audit.record(Act.REFER.value, case_ref, desk, state=DRAFT)


async def _without_her_yes(ref: str, to: str, words: str, desk: Desk) -> None:
    require(desk, Act.REFER)
    case_ref = (await _named(ref, desk)).case_ref
    if release_of(await yeses(case_ref, desk), desk):
        raise HerYesStands
    async with transaction():
        row = await _named(case_ref, desk)
        body = read_body("referral", row.id, row.body, desk)
        author = desk.staff.name if desk.staff else desk.node.name
        body["said"].append([stamp(desk), author, to, words.strip()])
        await Referral.update(
            {Referral.state: to, Referral.body: shut_body("referral", row.id, body, desk)}
        ).where(Referral.id == row.id)
        await audit.record(Act.REFER.value, case_ref, desk, state=to)


async def _mark_sent(row: Referral, release: str, desk: Desk) -> None:
    if row.sent_at and row.release == release:
        return
    async with transaction():
        await Referral.update(
            {
                Referral.state: SENT,
                Referral.release: release,
                Referral.sent_at: row.sent_at or unix(desk),
            }
        ).where(Referral.id == row.id)
        await audit.record(Act.REFER.value, row.case_ref, desk, state=SENT, release=release)


def _refuse_at_the_coordinating_node(desk: Desk) -> None:
    if desk.node.coordinating:
        raise TakesReferrals


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
