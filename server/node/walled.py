"""Walls as every desk carries them: read once, when somebody sits down, and asked in memory."""

from dataclasses import dataclass, field

from piccolo.columns import BigInt, Bytea, Varchar
from piccolo.table import Table


class Wall(Table, tablename="casework_wall"):
    """Somebody who may not know that a case exists: a colleague here, or a whole agency."""

    id = Varchar(length=32, primary_key=True)
    case_ref = Varchar(length=26, index=True)
    staff = Varchar(length=64, default="", index=True)  # one of the two is filled in
    agency = Varchar(length=64, default="", index=True)
    made_at = BigInt()
    lifted_at = BigInt(default=0)
    body = Bytea()  # why, and who decided


@dataclass(frozen=True, slots=True)
class Walled:
    """The cases that whoever is here may not know of, and the agencies that are told nothing.

    A wall that is put while this desk is at work stands for it at once.
    """

    cases: set[str] = field(default_factory=set)
    agencies: dict[str, set[str]] = field(default_factory=dict)


async def walled_from_somebody() -> frozenset[str]:
    """The cases that some colleague here may not know of; what anybody may read names none."""
    rows = await Wall.select(Wall.case_ref).where((Wall.staff != "") & (Wall.lifted_at == 0))
    return frozenset(row["case_ref"] for row in rows)


async def load(staff: str) -> Walled:
    """What stands between the cases of this node, this colleague and other agencies."""
    walled = Walled()
    theirs = (Wall.agency != "") | (Wall.staff == staff)
    rows = await Wall.select(Wall.case_ref, Wall.agency).where((Wall.lifted_at == 0) & theirs)
    for row in rows:
        if row["agency"]:
            walled.agencies.setdefault(row["case_ref"], set()).add(row["agency"])
        else:
            walled.cases.add(row["case_ref"])
    return walled
