"""How one agency came to stand as it does: each directory in which it changed, and who signed."""

from dataclasses import dataclass
from datetime import date

from directory import snapshot
from directory.steps import differences
from server.node import believed
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.standing_words import sentence


@dataclass(frozen=True, slots=True)
class Turn:
    """One directory in which this agency's standing changed."""

    number: int
    issued: date
    said: tuple[str, ...]
    signed_by: tuple[str, ...]


async def history(agency: str, desk: Desk) -> tuple[Turn, ...]:
    """Every change of this agency's standing that this node has seen, the latest first."""
    require(desk, Act.LIST_PARTNERS)
    kept = await believed.all_kept(desk.node.trusted)
    names = {entry.id: entry.name for one in kept for entry in one.entries}
    turns = []
    before = snapshot.EMPTY
    for one in kept:
        found = [each for each in differences(before, one) if each.agency == agency]
        if found:
            said = tuple(sentence(each, desk.pack, names) for each in found)
            signed = tuple(sorted(names.get(id, "an unknown agency") for id in one.signed_by))
            turns.append(Turn(one.number, one.issued, said, signed))
        before = one
    return tuple(reversed(turns))
