"""Is somebody known here? Asked of this agency's own cases only; no answer ever leaves."""

from server.casework import described, walls
from server.casework.bodies import read_body
from server.casework.case_body import CaseBody
from server.casework.errors import BodyDamaged
from server.casework.tables import Case
from server.likeness.matching import Asked, Known, Match, alike
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk

__all__ = ["Asked", "Match", "search"]


async def search(asked: Asked, desk: Desk) -> tuple[Match, ...]:
    """Everybody in our own cases who may be the person asked about, the likeliest first."""
    require(desk, Act.ANSWER_REQUEST)
    desk.unlocked()
    async with transaction():
        await audit.record("case.searched", "", desk)
    return tuple(alike(asked, await _everybody(desk)))


async def _everybody(desk: Desk) -> list[Known]:
    held: list[Known] = []
    for row in await Case.objects():
        if not walls.may_list(row.case_ref, desk):
            continue
        try:
            body = CaseBody.from_json(read_body("case", row.id, row.body, desk))
        except BodyDamaged:
            continue  # the list of cases says so
        held += described.in_body(row.case_ref, body)
    return held
