"""A test handoff with an invented person: real acts, the real way, and then nothing is left."""

from dataclasses import dataclass
from typing import Any, Final

from server.casework import (
    cases,
    ending,
    finds,
    invented,
    mailroom,
    received,
    refs,
    releases,
    shared,
    withdrawals,
)
from server.casework.finds import ReceivedFind
from server.casework.own import agency_name, me, named_agency
from server.casework.tables import Case, ConsentRow, OutboxRow, Release, Share, StatementRow
from server.node import audit, onboarding
from server.node.access import Act, may, require
from server.node.database import transaction
from server.node.desk import Desk
from server.node.errors import RefusedAct
from server.node.joining_tables import Rehearsal
from server.node.steps import REHEARSED, said_of
from tiers.case_form import read_case
from tiers.gate import Withheld
from tiers.release_form import read_release

HANDOFF: Final = "handoff"
OUT, IN = "out", "in"


@dataclass(frozen=True, slots=True)
class TestHandoff:
    """One invented person's handoff, in one direction, and what has become of it."""

    share: str
    partner: str
    partner_name: str
    direction: str
    began_at: int
    sent: bool  # the relay has it
    opened: int  # how often; for ours, as the other side signed it
    ended_at: int
    confirmed_at: int  # ours: when the other side's receipt came; theirs: when ours was sent

    @property
    def live(self) -> bool:
        """Is it still open at somebody's node?"""
        return not self.ended_at

    @property
    def proven(self) -> bool:
        """Has it ended, with a signed receipt for that?"""
        return bool(self.ended_at and self.confirmed_at)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Everything rehearsed with one partner, newest first."""

    partner: str
    name: str
    handoffs: tuple[TestHandoff, ...]

    @property
    def arrived(self) -> tuple[TestHandoff, ...]:
        """What came from them and waits to be opened, answered or ended."""
        return tuple(one for one in self.handoffs if one.direction == IN and one.live)

    @property
    def live(self) -> tuple[TestHandoff, ...]:
        """What has not ended, in both directions."""
        return tuple(one for one in self.handoffs if one.live)

    @property
    def both_ways(self) -> bool:
        """Did one go and one come, and did both end with a receipt?"""
        proven = {one.direction for one in self.handoffs if one.proven}
        return proven == {OUT, IN}


async def begin(to: str, desk: Desk) -> TestHandoff | Withheld:
    """Send an invented person to this partner by the very acts a real one would go by."""
    require(desk, Act.REHEARSE)
    partner = named_agency(to, desk)
    if partner == me(desk):
        raise RefusedAct("A test handoff goes to another agency.")
    if any(one.direction == OUT for one in (await rehearsed_with(partner, desk)).live):
        raise RefusedAct("A test handoff is on its way there already. End that one first.")
    ref = refs.new_invented_ref()
    form = read_case(invented.case_form(desk), desk.pack)
    await cases.take_in(form, ref, desk)
    try:
        sent = await _send(partner, ref, desk)
    except Exception:
        await _destroy([ref], desk)
        raise
    if isinstance(sent, Withheld):
        await _destroy([ref], desk)
        return sent
    async with transaction():
        await audit.record(Act.REHEARSE.value, sent.share, desk, to=partner)
    found = await rehearsed_with(partner, desk)
    return next(one for one in found.handoffs if one.share == sent.share)


async def rehearsals(desk: Desk) -> list[Rehearsed]:
    """What was rehearsed with each partner, and what has come from one."""
    require(desk, Act.READ_ONBOARDING)
    await _look(desk)
    rows = await Rehearsal.objects().order_by(Rehearsal.began_at, ascending=False)
    partners = dict.fromkeys(row.partner for row in rows)
    found = [
        await _of(partner, [row for row in rows if row.partner == partner], desk)
        for partner in partners
    ]
    await _note_proven(found, desk)
    return found


async def rehearsed_with(partner: str, desk: Desk) -> Rehearsed:
    """What was rehearsed with this one partner."""
    identity = named_agency(partner, desk)
    for one in await rehearsals(desk):
        if one.partner == identity:
            return one
    return Rehearsed(identity, agency_name(identity, desk), ())


async def open_arrived(partner: str, desk: Desk) -> tuple[ReceivedFind, ...]:
    """Open what this partner sent for a test, as a find is opened: written down first."""
    require(desk, Act.REHEARSE)
    arrived = (await rehearsed_with(partner, desk)).arrived
    if not arrived:
        raise RefusedAct("No test handoff has arrived from there.")
    shares = {one.share for one in arrived}
    found = tuple(
        one for one in await finds.received_finds(desk, invented=True) if one.share in shares
    )
    if not found:
        raise RefusedAct(await received.why_shut(desk) or "It does not open. Sync, then try again.")
    await Rehearsal.update({Rehearsal.opened_at: _now(desk)}).where(
        Rehearsal.id.is_in(sorted(one.share for one in found)) & (Rehearsal.opened_at == 0)
    )
    return found


async def end(partner: str, desk: Desk) -> Rehearsed:
    """Withdraw whatever is still open with this partner, in both directions; receipts follow."""
    require(desk, Act.REHEARSE)
    found = await rehearsed_with(partner, desk)
    if not found.live:
        raise RefusedAct("Nothing is open there: there is no test handoff to end.")
    shares = [one.share for one in found.live]
    rows = await Rehearsal.objects().where(Rehearsal.id.is_in(shares))
    for release in dict.fromkeys(row.release for row in rows):
        await withdrawals.withdraw(desk, release=release)
    return await rehearsed_with(partner, desk)


async def _send(partner: str, ref: str, desk: Desk) -> mailroom.Sent | Withheld:
    await releases.record_release(
        read_release(invented.release_form(partner, ref, desk)), ref, desk
    )
    return await mailroom.send(ref, partner, HANDOFF, desk)


async def _look(desk: Desk) -> None:
    """Notice test handoffs that were sent or came, and destroy our own records of ended ones."""
    if desk.keys is not None and may(desk.roles, Act.REHEARSE):
        await received.sort_in(desk)
    rows = await Share.select(
        Share.id,
        Share.owner,
        Share.recipient,
        Share.release,
        Share.case_ref,
        Share.state,
        Share.began_at,
    ).where(Share.case_ref.like(refs.INVENTED_LIKE))
    known = set(await Rehearsal.select(Rehearsal.id).output(as_list=True))
    new = [_row_of(row, desk) for row in rows if row["id"] not in known]
    if new:
        async with transaction():
            await Rehearsal.insert(*new).on_conflict(target=Rehearsal.id, action="DO NOTHING")
    ours = [row for row in rows if row["owner"] == me(desk)]
    live = {row["case_ref"] for row in ours if row["state"] == ending.LIVE}
    over = {row["case_ref"] for row in ours} - live
    over |= await _cut_short(live, desk)
    if over:
        await _destroy(sorted(over), desk)


async def _cut_short(live: set[str], desk: Desk) -> set[str]:
    """Invented records of an earlier day for which nothing was ever sent: the power went, say."""
    left = await Case.select(Case.case_ref).where(
        Case.case_ref.like(refs.INVENTED_LIKE) & (Case.opened_on < desk.today)
    )
    return {row["case_ref"] for row in left} - live


async def _destroy(case_refs: list[str], desk: Desk) -> None:
    """Nothing of the invented person stays: record, release and consents go."""
    theirs = Case.case_ref.is_in(case_refs)
    if not await Case.exists().where(theirs):
        return
    async with transaction():
        await Case.delete().where(theirs)
        await ConsentRow.delete().where(ConsentRow.case_ref.is_in(case_refs))
        await Release.update({Release.body: b"", Release.state: "withdrawn"}).where(
            Release.case_ref.is_in(case_refs)
        )
        await audit.record("rehearsal.destroyed", "", desk, cases=len(case_refs))


async def _of(partner: str, rows: list[Rehearsal], desk: Desk) -> Rehearsed:
    ids = [row.id for row in rows]
    ended = await Share.select(Share.id, Share.destroyed_at).where(Share.id.is_in(ids))
    ended_at = {row["id"]: row["destroyed_at"] for row in ended}
    waiting = set(await OutboxRow.select(OutboxRow.share).output(as_list=True))
    opened = await shared.opened_by(partner)
    receipts = await _receipts(ids)
    handoffs = tuple(
        TestHandoff(
            share=row.id,
            partner=partner,
            partner_name=agency_name(partner, desk),
            direction=row.direction,
            began_at=row.began_at,
            sent=row.id not in waiting,
            opened=opened.get(row.id, 0) if row.direction == OUT else int(bool(row.opened_at)),
            ended_at=ended_at.get(row.id, 0),
            confirmed_at=receipts.get(row.id, 0),
        )
        for row in rows
    )
    return Rehearsed(partner, agency_name(partner, desk), handoffs)


async def _receipts(shares: list[str]) -> dict[str, int]:
    """When the receipt of each share came here, or left for its owner."""
    rows = await StatementRow.select(
        StatementRow.share, StatementRow.direction, StatementRow.at, StatementRow.sent
    ).where((StatementRow.kind == "receipt") & StatementRow.share.is_in(shares))
    return {row["share"]: row["at"] if row["direction"] == IN else row["sent"] for row in rows}


async def _note_proven(found: list[Rehearsed], desk: Desk) -> None:
    """Once both directions are proven, say so in the checklist of that joining, once."""
    if desk.keys is None or not may(desk.roles, Act.REHEARSE):
        return
    for one in found:
        agency = _joining_of(one.partner, desk)
        if not one.both_ways or not agency:
            continue
        if any(s.step == REHEARSED and s.by == me(desk) for s in await said_of(agency)):
            continue
        note = f"Both ways with {one.name}, ended, and confirmed by signed receipts."
        async with transaction():
            await onboarding.note_rehearsal(agency, note, desk)


def _joining_of(partner: str, desk: Desk) -> str:
    """Whose joining a rehearsal with this partner belongs to; nobody's between two agencies."""
    if desk.node.coordinating:
        return partner
    return me(desk) if partner == desk.node.relay_identity else ""


def _row_of(row: dict[str, Any], desk: Desk) -> Rehearsal:
    out = row["owner"] == me(desk)
    return Rehearsal(
        id=row["id"],
        partner=row["recipient"] if out else row["owner"],
        direction=OUT if out else IN,
        case_ref=row["case_ref"],
        release=row["release"],
        began_at=(row["began_at"] if out else 0) or _now(desk),
    )


def _now(desk: Desk) -> int:
    return max(1, int(desk.now.timestamp()))
