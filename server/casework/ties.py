"""Ties: whom a colleague is close to, said by them or by whoever keeps the walls.

Who said a tie may read it and take it back. It is held against every case here; what came of that
is told to nobody it is about.
"""

import secrets
from dataclasses import dataclass

from server.casework import described, memory, received, tied
from server.casework.bodies import read_body, shut_body
from server.casework.case_body import CaseBody
from server.casework.errors import BodyDamaged, NoSuchTie
from server.casework.own import iso, unix
from server.casework.tables import Case, Tie
from server.casework.walling import colleague
from server.likeness.matching import Asked, Known
from server.node import audit, staff
from server.node.access import Act, Role, may, require
from server.node.database import transaction
from server.node.desk import Desk
from server.node.errors import NotPermitted, Usage
from server.node.member import StaffMember
from server.node.tables import Staff

TAKEN_BACK = "tie.take-back"


@dataclass(frozen=True, slots=True)
class TieEntry:
    """One tie: whose it is, whom it describes, and when it was said."""

    id: str
    staff: str
    name: str
    mine: bool
    asked: Asked
    why: str
    at: str


async def say(asked: Asked, why: str, desk: Desk, *, of: str = "") -> TieEntry:
    """Say whom I am close to, or a colleague is: from that moment their cases are walled."""
    require(desk, Act.TIE)
    assert desk.staff is not None  # noqa: S101  # require() has seen to it
    whose = await colleague(of) if of else desk.staff.id
    if whose != desk.staff.id and not may(desk.roles, Act.WALL):
        raise NotPermitted("For a colleague, a liaison, coordinator or privacy officer says it.")
    if not any((asked.names, asked.births, asked.addresses, asked.phones)):
        raise Usage("Write a name, an address or a telephone.")
    tie = secrets.token_hex(16)
    body = {
        "names": list(asked.names),
        "births": list(asked.births),
        "addresses": list(asked.addresses),
        "phones": list(asked.phones),
        "why": why.strip(),
        "by": desk.who,
    }
    row = Tie(id=tie, staff=whose, said_at=unix(desk), body=shut_body("tie", tie, body, desk))
    told = await _described_to_us(desk)
    async with transaction():
        await Tie.insert(row)
        await audit.record(Act.TIE.value, tie, desk)
        known = [*told, *await _described_here(desk)]
        await tied.put_for(tied.hits([tied.said(row, desk)], known), desk)
    return await _entry(row, desk)


async def list_ties(desk: Desk) -> tuple[TieEntry, ...]:
    """The ties this person said, of themselves or of a colleague."""
    require(desk, Act.TIE)
    desk.unlocked()
    rows = await Tie.objects().order_by(Tie.said_at, ascending=False)
    return tuple([await _entry(row, desk) for row in rows if _said_by(row, desk) == desk.who])


async def take_back(tie: str, desk: Desk) -> None:
    """Hold this tie against no case any more. A wall that stands is lifted by a person."""
    require(desk, Act.TIE)
    async with transaction():
        row = await Tie.objects().where(Tie.id == tie).first()
        if row is None or _said_by(row, desk) != desk.who:
            raise NoSuchTie
        await Tie.delete().where(Tie.id == tie)
        await audit.record(TAKEN_BACK, tie, desk)


async def add_colleague(
    name: str, roles: frozenset[Role], passphrase: str, desk: Desk
) -> StaffMember:
    """Give somebody a lock; cases that name them are walled before they can sign in."""
    require(desk, Act.ADD_STAFF)
    told = await _described_to_us(desk)

    async def wall_off(member: StaffMember) -> None:
        known = [*told, *await _described_here(desk)]
        await tied.put_for(tied.hits([tied.own_name(member.id, member.name)], known), desk)

    return await staff.add(name, roles, passphrase, desk, before_they_sign_in=wall_off)


async def _described_here(desk: Desk) -> list[Known]:
    """Everybody in our own cases. The node compares; nobody is shown anything by this."""
    found: list[Known] = []
    for row in await Case.objects():
        try:
            body = CaseBody.from_json(read_body("case", row.id, row.body, desk))
        except BodyDamaged:
            continue  # it opens to nobody
        found += described.in_body(row.case_ref, body)
    return found


async def _described_to_us(desk: Desk) -> list[Known]:
    """Everybody in what others told us; what stays shut now is compared when it opens."""
    found: list[Known] = []
    await received.sort_in(desk)
    reading = await received.open_unseen(await received.live(desk), desk)
    memory.forget_all(reading.shut)
    for known in reading.known.values():
        lane = known.lane
        found += described.in_fields(lane.case_ref, lane.people, lane.fields)
    return found


def _said_by(row: Tie, desk: Desk) -> str:
    return str(read_body("tie", row.id, row.body, desk)["by"])


async def _entry(row: Tie, desk: Desk) -> TieEntry:
    body = read_body("tie", row.id, row.body, desk)
    member = await Staff.select(Staff.name).where(Staff.staff_id == row.staff).first()
    return TieEntry(
        id=row.id,
        staff=row.staff,
        name=member["name"] if member else "Somebody who has left",
        mine=row.staff == desk.who,
        asked=tied.asked_in(body),
        why=body["why"],
        at=iso(row.said_at),
    )
