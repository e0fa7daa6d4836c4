"""The plan of a case: written at the coordinating node, read at each agency under its consent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from client_sync.lane import Lane
from server.casework import ledger, received, refs, resting, walls
from server.casework.errors import NoSuchCase, StaleRead
from server.casework.own import agency_name, coordinating, load, me, unix, whole_ref
from server.casework.shared import last_day
from server.casework.tables import Share
from server.meeting import circulated
from server.meeting.plan_view import ACTIONS, CASE, LEADS, RISKS, PlanView, Rest, rows_of
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from tiers.consent import ConsentKind
from tiers.fragment import Place, Written

Fields = Mapping[Place, tuple[Written, ...]]


@dataclass(frozen=True, slots=True)
class PlanLane:
    """A lane of the plan that this agency received, and the share it came in."""

    share: Share
    lane: Lane


async def read(ref: str, desk: Desk) -> PlanView:
    """The plan of this case; that it was looked at is written down first."""
    require(desk, Act.READ_PLAN)
    desk.unlocked()
    case_ref = await whole_ref(ref, desk)
    if refs.is_invented(case_ref):
        raise NoSuchCase
    if desk.node.coordinating:
        async with transaction():
            view = await written_here(case_ref, desk)
            await audit.record(Act.READ_PLAN.value, case_ref, desk)
        return view
    if shut := await received.why_shut(desk):
        raise StaleRead(shut)
    lanes = await open_plans(desk, Act.READ_PLAN, case_ref)
    if not lanes:
        raise NoSuchCase
    return await as_received(lanes, desk)


async def written_here(case_ref: str, desk: Desk) -> PlanView:
    """The plan in the coordinating node's own case, with the rows that closed and why."""
    case = await load(case_ref, desk)
    fields = {place: field.written for place, field in case.body.fields.items()}
    closed = await resting.closed_rows(fields, desk)
    told = [
        held.consent
        for held in await ledger.for_case(case_ref, desk)
        if held.consent.kind is ConsentKind.PLAN and held.consent.live_on(desk.today)
    ]
    rests = await _rests(frozenset().union(*resting.named_in(fields).values()), desk)
    shown = _view(case_ref, fields, case.body.people, closed, rests)
    return replace(
        shown,
        written_here=True,
        revision=case.row.revision,
        circulated=await circulated.by_us(case_ref, fields, desk),
        told=frozenset(one.recipient for one in told),
    )


async def as_received(lanes: Sequence[PlanLane], desk: Desk) -> PlanView:
    """The plan as it reached this agency; parts of two releases stand side by side."""
    fields: dict[Place, tuple[Written, ...]] = {}
    people: dict[str, str] = {}
    for one in lanes:
        fields |= one.lane.fields
        people |= one.lane.people
    shown = _view(lanes[0].lane.case_ref, fields, people, {}, {})
    marks = [await circulated.to_us(one.share.id, one.lane) for one in lanes]
    return replace(
        shown,
        circulated=next((one for one in reversed(marks) if one), None),
        until=min(last_day(one.share.ends, desk) for one in lanes),
    )


async def open_plans(desk: Desk, act: Act, case_ref: str = "") -> list[PlanLane]:
    """The plans that reached this agency (of one case, or of all), after the look is recorded."""
    await received.sort_in(desk)
    if await received.why_shut(desk):
        return []
    rows = [row for row in await plans_here(desk) if case_ref in {"", row.case_ref}]
    if not rows:
        return []
    await note_look(rows, act, case_ref, desk)
    reading = await received.open_shares(rows, desk)
    return [
        PlanLane(row, reading.known[row.id].lane)
        for row in sorted(rows, key=lambda row: row.id)
        if row.id in reading.known and reading.known[row.id].consent.kind is ConsentKind.PLAN
    ]


async def plans_here(desk: Desk) -> list[Share]:
    """The live shares from the coordinating node to the meeting's agencies that reached us."""
    rows = await received.live(
        desk, Share.owner == coordinating(desk), Share.exchange == ConsentKind.PLAN.exchange
    )
    return [row for row in rows if walls.may_list(row.case_ref, desk)]


async def views_of(lanes: Sequence[PlanLane], desk: Desk) -> list[PlanView]:
    """Each case's plan once, whatever number of shares it came in."""
    cases: dict[str, list[PlanLane]] = {}
    for one in lanes:
        cases.setdefault(one.lane.case_ref, []).append(one)
    return [await as_received(some, desk) for some in cases.values()]


async def note_look(rows: Sequence[Share], act: Act, subject: str, desk: Desk) -> None:
    """Write down that these parts are about to be read, and count it, before any opens."""
    ids = sorted(row.id for row in rows)
    async with transaction():
        await audit.record(act.value, subject, desk, shares=ids)
        await Share.update(
            {Share.opened_count: Share.opened_count + 1, Share.opened_at: unix(desk)}
        ).where(Share.id.is_in(ids))


def _view(
    case_ref: str,
    fields: Fields,
    people: Mapping[str, str],
    closed: Mapping[tuple[str, str, str], frozenset[str]],
    rests: Mapping[str, Rest],
) -> PlanView:
    return PlanView(
        case_ref=case_ref,
        short=refs.short(case_ref),
        people=dict(people),
        risks=rows_of(RISKS, fields, people, closed, rests),
        actions=rows_of(ACTIONS, fields, people, closed, rests),
        leads=rows_of(LEADS, fields, people, closed, rests),
        case={place.field: said for place, said in fields.items() if place.section == CASE},
    )


async def _rests(consents: Collection[str], desk: Desk) -> dict[str, Rest]:
    """Whose part each of these consents is, and until when."""
    if not consents:
        return {}
    alive = await resting.standing(consents, desk)
    rows = await Share.objects().where(
        (Share.recipient == me(desk)) & Share.consent.is_in(sorted(consents))
    )
    return {
        row.consent: Rest(
            row.consent,
            agency_name(row.owner, desk),
            last_day(alive.get(row.consent, row.ends), desk),
            row.consent not in alive,
        )
        for row in rows
    }
