"""Walls as people put, look through and lift them; what a tie put waits for somebody to look."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.casework import drafts, ending, ledger, received, refs, tied, walls
from server.casework.bodies import read_body, shut_body
from server.casework.errors import NoSuchCase, NoSuchWall
from server.casework.own import agency_name, iso, known_refs, me, named_agency, unix, whole_ref
from server.casework.tables import ConsentRow, Share
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from server.node.errors import NotFound, Usage
from server.node.member import active, fold
from server.node.tables import Staff
from server.node.walled import Wall

LIFTED = "wall.lift"
LOOKED_AT = "wall.keep"
WALLED = "walled"


@dataclass(frozen=True, slots=True)
class WallEntry:
    """One wall: between which case and whom, why, who put it, and whether anybody looked."""

    id: str
    case_ref: str
    short: str
    staff: str
    agency: str
    name: str
    why: str
    because: tuple[str, ...]
    by: str
    at: str
    to_look_at: bool


async def put(case_ref: str, why: str, desk: Desk, *, staff: str = "", agency: str = "") -> None:
    """Let a colleague, named or by number, or an agency know nothing of this case from now on."""
    require(desk, Act.WALL)
    ref = await case_of(case_ref, desk)
    if bool(staff) == bool(agency):
        raise Usage("Name one colleague or one agency.")
    member = await colleague(staff) if staff else ""
    other = named_agency(agency, desk) if agency else ""
    if other == me(desk):
        raise Usage("A wall within this agency is put for a colleague, not for the agency.")
    endings = ending.Endings()
    async with transaction():
        for one in await same_case(ref, desk):
            if not await _standing(one, member, other):
                await tied.put_one(one, desk, staff=member, agency=other, why=why.strip())
            if other:
                await _close_shares(one, other, endings, desk)
            else:
                await drafts.drop_about(one, member, desk)
    await ending.shred(endings, desk)


async def case_of(text: str, desk: Desk) -> str:
    """The case this person means: our own, or one that others told us of."""
    desk.unlocked()
    await received.sort_in(desk)
    ref = await whole_ref(text, desk)
    if ref not in await known_refs(desk):
        raise NoSuchCase
    return ref


async def lift(wall: str, desk: Desk) -> tuple[str, ...]:
    """Take a wall away, on every reference its case goes by; gives those an agency may know of."""
    require(desk, Act.WALL)
    async with transaction():
        row = await _found(wall, desk)
        everywhere = await same_case(row.case_ref, desk)
        rows = await Wall.select(Wall.id).where(
            Wall.case_ref.is_in(everywhere)
            & (Wall.staff == row.staff)
            & (Wall.agency == row.agency)
            & (Wall.lifted_at == 0)
        )
        await Wall.update({Wall.lifted_at: max(1, unix(desk))}).where(
            Wall.id.is_in([one["id"] for one in rows])
        )
        for ref in everywhere:
            desk.walled.agencies.get(ref, set()).discard(row.agency)
        await audit.record(LIFTED, row.case_ref, desk, staff=row.staff, agency=row.agency)
    return tuple(everywhere) if row.agency else ()


async def look_at(wall: str, desk: Desk) -> None:
    """Somebody looked at a wall the node put, and says that it stands."""
    require(desk, Act.WALL)
    async with transaction():
        row = await _found(wall, desk)
        body = {**read_body("wall", row.id, row.body, desk), "looked": desk.who}
        await Wall.update({Wall.body: shut_body("wall", row.id, body, desk)}).where(
            Wall.id == row.id
        )
        await audit.record(LOOKED_AT, row.case_ref, desk, staff=row.staff)


async def list_walls(desk: Desk, case_ref: str | None = None) -> tuple[WallEntry, ...]:
    """The walls that stand, of one case or of all this person may know of; the latest first."""
    require(desk, Act.WALL)
    desk.unlocked()
    only = None if case_ref is None else await whole_ref(case_ref, desk)
    rows = await Wall.objects().where(Wall.lifted_at == 0).order_by(Wall.made_at, ascending=False)
    names = {row["staff_id"]: row["name"] for row in await Staff.select()}
    return tuple(
        _entry(row, names, desk)
        for row in rows
        if walls.may_know(row.case_ref, desk) and only in {None, row.case_ref}
    )


async def same_case(ref: str, desk: Desk) -> list[str]:
    """Every reference here of the same survivor's case: our own, and those of adopted parts."""
    rows = await ConsentRow.objects().where(
        (ConsentRow.came_by != "") & (ConsentRow.case_ref != "")
    )
    pairs = {(row.case_ref, ledger.opened(row, desk).release_ref) for row in rows}
    found = {ref}
    while more := {one for pair in pairs if found & {*pair} for one in pair} - found:
        found |= more
    return sorted(found)


async def join(one: str, other: str, desk: Desk) -> None:
    """Two references turn out to be one case: what is walled from one is walled from both."""
    rows = await Wall.objects().where(Wall.case_ref.is_in([one, other]) & (Wall.lifted_at == 0))
    there = {(row.case_ref, row.staff, row.agency) for row in rows}
    for row in rows:
        beside = other if row.case_ref == one else one
        if (beside, row.staff, row.agency) not in there:
            body = read_body("wall", row.id, row.body, desk)
            await tied.put_one(
                beside, desk, row.staff, row.agency, body["why"], tuple(body["because"])
            )


async def _standing(ref: str, staff: str, agency: str) -> bool:
    same = (Wall.case_ref == ref) & (Wall.staff == staff) & (Wall.agency == agency)
    return bool(await Wall.exists().where(same & (Wall.lifted_at == 0)))


async def _found(wall: str, desk: Desk) -> Wall:
    row = await Wall.objects().where((Wall.id == wall) & (Wall.lifted_at == 0)).first()
    if row is None or not walls.may_know(row.case_ref, desk):
        raise NoSuchWall
    return row


async def colleague(named: str) -> str:
    """The number of a colleague, named as people name them or by that number."""
    for row in await active():
        if named == row["staff_id"] or fold(named) == row["folded_name"]:
            return str(row["staff_id"])
    raise NotFound("Nobody of that name works here. casefold staff list shows who does.")


async def _close_shares(ref: str, agency: str, endings: ending.Endings, desk: Desk) -> None:
    rows: Sequence[Share] = await Share.objects().where(
        (Share.case_ref == ref)
        & (Share.owner == me(desk))
        & (Share.recipient == agency)
        & (Share.state == ending.LIVE)
    )
    await ending.close_own(rows, WALLED, endings, desk)


def _entry(row: Wall, names: dict[str, str], desk: Desk) -> WallEntry:
    body = read_body("wall", row.id, row.body, desk)
    gone = "Somebody who has left"
    return WallEntry(
        id=row.id,
        case_ref=row.case_ref,
        short=refs.short(row.case_ref),
        staff=row.staff,
        agency=row.agency,
        name=agency_name(row.agency, desk) if row.agency else names.get(row.staff, gone),
        why=body["why"],
        because=tuple(body["because"]),
        by="This node" if body["by"] == "node" else names.get(body["by"], gone),
        at=iso(row.made_at),
        to_look_at=body["by"] == "node" and "looked" not in body,
    )
