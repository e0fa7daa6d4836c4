"""Finds that go when the coordinating node asks, where the protocol keeps identity back until then.

A person sends them with one press; or the node by itself, once unlocked, if whoever refers said so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from server.casework import ledger, mailroom, received, refs, walls
from server.casework.bodies import read_body, shut_body
from server.casework.errors import NoWeekKeyYet
from server.casework.ledger import Held
from server.casework.own import agency_name, me, unix, whole_ref
from server.casework.tables import ConsentRow, Share
from server.meeting import asked_errors
from server.meeting.said import day_in
from server.meeting.tables import Referral
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from tiers.consent import ConsentKind
from tiers.gate import Withheld

_AT_REQUEST = "request"
_PLAN, _ASKED_ON = "plan_case", "asked_on"
_HANDOFF = ConsentKind.FIND.exchange


@dataclass(frozen=True, slots=True)
class FindsDue:
    """A case of ours the coordinating node asked about, and who would now be told who she is."""

    ref: str
    short: str
    asked_on: date
    agencies: tuple[str, ...]  # identities
    names: tuple[str, ...]
    by_itself: bool


@dataclass(frozen=True, slots=True)
class FindsSent:
    """Who was told, and whom the gate kept it from and why."""

    sent: tuple[str, ...]
    withheld: tuple[tuple[str, str], ...]


async def finds_due(desk: Desk) -> tuple[FindsDue, ...]:
    """The cases in which identity may go now and has not gone."""
    require(desk, Act.READ_REFERRALS)
    due = await _due(desk)
    return tuple(one for one in due if walls.may_list(one.ref, desk))


async def send_finds(ref: str, desk: Desk) -> FindsSent:
    """Tell each agency her release names who she is, now that the coordinating node asked."""
    require(desk, Act.SHARE)
    case_ref = await whole_ref(ref, desk)
    due = next((one for one in await finds_due(desk) if one.ref == case_ref), None)
    if due is None:
        raise asked_errors.NotAskedYet
    sent, withheld = [], []
    for agency, name in zip(due.agencies, due.names, strict=True):
        try:
            result = await mailroom.send(case_ref, agency, _HANDOFF, desk)
        except NoWeekKeyYet as later:
            withheld.append((name, later.sentence))
            continue
        if isinstance(result, Withheld):
            withheld.append((name, result.reason.value))
            continue
        sent.append(name)
    return FindsSent(tuple(sent), tuple(withheld))


async def send_unasked(ref: str, yes: bool, desk: Desk) -> None:
    """Choose whether they go by themselves once the coordinating node asks."""
    require(desk, Act.REFER)
    case_ref = await whole_ref(ref, desk)
    async with transaction():
        row = await _referral(case_ref)
        if row is None:
            raise asked_errors.NotAskedYet("Nobody here refers this case.")
        body = {**read_body("referral", row.id, row.body, desk), "when_asked": yes}
        await Referral.update({Referral.body: shut_body("referral", row.id, body, desk)}).where(
            Referral.id == row.id
        )
        await audit.record("referral.when-asked", case_ref, desk, by_itself=yes)


async def sends_unasked(ref: str, desk: Desk) -> bool:
    """Did whoever refers this case say that they go by themselves?"""
    row = await _referral(await whole_ref(ref, desk))
    return bool(row and read_body("referral", row.id, row.body, desk).get("when_asked"))


async def send_those_due(desk: Desk) -> int:
    """What an unlocked node does unasked: send those of which a person said so; gives how many."""
    desk.unlocked()
    done = 0
    for one in await _due(desk):
        if not one.by_itself:
            continue
        for agency in one.agencies:
            try:
                result = await mailroom.send_unasked(one.ref, agency, _HANDOFF, desk)
            except NoWeekKeyYet:
                continue  # that agency has not synced lately; the next round tries again
            done += not isinstance(result, Withheld)
    return done


async def _due(desk: Desk) -> list[FindsDue]:
    if desk.pack.identity_at != _AT_REQUEST:
        return []
    await received.sort_in(desk)
    if await received.why_shut(desk):
        return []
    waiting = await _unsent(desk)
    asked = await _asked_on(waiting, desk)
    found = []
    for ref, day in sorted(asked.items()):
        named = [one.consent.recipient for one in waiting[ref]]
        names = {one: agency_name(one, desk) for one in named if walls.may_send(ref, one, desk)}
        if not names:
            continue
        to = sorted(names, key=lambda agency: names[agency])
        row = await _referral(ref)
        unasked = bool(row and read_body("referral", row.id, row.body, desk).get("when_asked"))
        found.append(
            FindsDue(ref, refs.short(ref), day, tuple(to), tuple(names[one] for one in to), unasked)
        )
    return found


async def _unsent(desk: Desk) -> dict[str, list[Held]]:
    """The finds somebody signed here under which nothing has gone yet, by case."""
    rows = await ConsentRow.objects().where(
        (ConsentRow.kind == ConsentKind.FIND.value)
        & (ConsentRow.discloser == me(desk))
        & (ConsentRow.recipient != desk.node.relay_identity)
        & ConsentRow.state.is_in(list(ledger.PERMITS))
        & (ConsentRow.ends > unix(desk))
    )
    if not rows:
        return {}
    gone = await Share.select(Share.consent).where(
        Share.consent.is_in([row.id for row in rows]) & (Share.owner == me(desk))
    )
    sent = {row["consent"] for row in gone}
    found: dict[str, list[Held]] = {}
    for row in rows:
        if row.id not in sent and row.case_ref and not refs.is_invented(row.case_ref):
            found.setdefault(row.case_ref, []).append(ledger.opened(row, desk))
    return found


async def _asked_on(cases: Mapping[str, object], desk: Desk) -> dict[str, date]:
    """For each of these cases the day the coordinating node asked, where its plan says so."""
    rows = [
        row
        for row in await received.live(desk, Share.owner == desk.node.relay_identity)
        if row.case_ref in cases
    ]
    found: dict[str, date] = {}
    for known in (await received.open_shares(rows, desk)).known.values():
        for place, written in known.lane.fields.items():
            day = day_in(written[-1].value)
            if (place.section, place.field) == (_PLAN, _ASKED_ON) and day is not None:
                found[known.lane.case_ref] = day
    return found


async def _referral(case_ref: str) -> Referral | None:
    row: Referral | None = (
        await Referral.objects()
        .where(Referral.case_ref == case_ref)
        .order_by(Referral.made_at, ascending=False)
        .first()
    )
    return row
