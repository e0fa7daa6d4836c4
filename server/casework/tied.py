"""Ties held against cases: whoever is close to somebody in a case is walled from it unasked.

It happens wherever a person is described: a case entered or edited, a part opened, a tie said, a
colleague added. A colleague's own name is a tie that nobody has to say.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.casework.bodies import read_body, shut_body
from server.casework.own import unix
from server.casework.tables import Tie
from server.likeness.matching import LIKELY, Asked, Known, alike
from server.node import audit, database
from server.node.access import Act
from server.node.desk import Desk
from server.node.member import active
from server.node.walled import Wall

OWN_NAME = "their own name"
_SURE = 0.7  # a name alone has to be whole, and nearly the same, before it walls anybody


@dataclass(frozen=True, slots=True)
class Close:
    """A colleague, somebody they are close to, and how alike somebody in a case has to be."""

    staff: str
    asked: Asked
    by: str
    from_score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A case in which a colleague seems close to somebody, and what says so."""

    case_ref: str
    staff: str
    because: tuple[str, ...]


async def everybody(desk: Desk) -> list[Close]:
    """Every colleague's own name, and every tie that was said."""
    named = [own_name(row["staff_id"], row["name"]) for row in await active()]
    return [*named, *(said(row, desk) for row in await Tie.objects())]


def own_name(staff: str, name: str) -> Close:
    """The tie everybody has to themselves."""
    return Close(staff, Asked(names=(name,)), OWN_NAME, _SURE)


def said(row: Tie, desk: Desk) -> Close:
    """A tie somebody said."""
    return Close(row.staff, asked_in(read_body("tie", row.id, row.body, desk)), "a tie", LIKELY)


def asked_in(body: Mapping[str, Sequence[str]]) -> Asked:
    """Whom a tie's body describes."""
    return Asked(
        names=tuple(body["names"]),
        births=tuple(body["births"]),
        addresses=tuple(body["addresses"]),
        phones=tuple(body["phones"]),
    )


def hits(close: Iterable[Close], known: Sequence[Known]) -> list[Hit]:
    """Each case that one of these colleagues seems close to, once for each colleague."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in close:
        for match in alike(one.asked, known):
            if match.score >= one.from_score:
                reasons = found.setdefault((match.ref, one.staff), [])
                reasons += (f"{one.by}: {words}" for words in match.because)
    return [
        Hit(ref, staff, tuple(dict.fromkeys(because))) for (ref, staff), because in found.items()
    ]


async def wall_off(known: Sequence[Known], desk: Desk) -> None:
    """Put a wall wherever a colleague is close to one of these people; inside a transaction."""
    database.require_transaction()
    if known:
        await put_for(hits(await everybody(desk), known), desk)


async def guard(known: Sequence[Known], desk: Desk) -> None:
    """The same for parts that were opened just now; in a transaction of its own, if any is due."""
    found = hits(await everybody(desk), known) if known else []
    if found:
        async with database.transaction():
            await put_for(found, desk)


async def put_for(found: Sequence[Hit], desk: Desk) -> None:
    """Put these walls, but none that a person lifted who had seen the same reasons."""
    if not found:
        return
    database.require_transaction()
    rows = await Wall.objects().where(Wall.case_ref.is_in(sorted({hit.case_ref for hit in found})))
    for hit in found:
        theirs = [row for row in rows if (row.case_ref, row.staff) == (hit.case_ref, hit.staff)]
        if not any(_answers(row, hit, desk) for row in theirs):
            await put_one(hit.case_ref, desk, staff=hit.staff, because=hit.because)


async def put_one(  # noqa: PLR0917 - a wall has as many parts as it has
    case_ref: str,
    desk: Desk,
    staff: str = "",
    agency: str = "",
    why: str = "",
    because: Sequence[str] = (),
) -> str:
    """Write one wall down, put by the person here or, with reasons, by the node itself."""
    database.require_transaction()
    wall = secrets.token_hex(16)
    body = {"why": why, "by": "node" if because else desk.who, "because": list(because)}
    await Wall.insert(
        Wall(
            id=wall,
            case_ref=case_ref,
            staff=staff,
            agency=agency,
            made_at=unix(desk),
            body=shut_body("wall", wall, body, desk),
        )
    )
    by_tie = bool(because)
    await audit.record(Act.WALL.value, case_ref, desk, staff=staff, agency=agency, by_tie=by_tie)
    if agency:
        desk.walled.agencies.setdefault(case_ref, set()).add(agency)
    elif staff == desk.who:
        desk.walled.cases.add(case_ref)
    return wall


def _answers(row: Wall, hit: Hit, desk: Desk) -> bool:
    """Does this wall stand, or did somebody lift it who knew all that is known now?"""
    if not row.lifted_at:
        return True
    return set(hit.because) <= set(read_body("wall", row.id, row.body, desk)["because"])
