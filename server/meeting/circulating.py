"""Sending the plan round: each agency's own part of it is marked, so that a change shows."""

from dataclasses import dataclass

from server.casework.errors import NoSuchCase
from server.casework.own import load, stamp, whole_ref
from server.casework.quarantine import refuse_while_closed
from server.casework.writing import write
from server.meeting import circulated, intake, plan_mark, statuses
from server.meeting.plan_view import CASE
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from server.node.errors import RefusedAct
from tiers.fragment import SURVIVOR, Place


class NobodyToTell(RefusedAct):
    """Nobody gets this plan: no consent to get it lives. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Whom the plan went to, by identity, and when."""

    at: str
    to: tuple[str, ...]


async def circulate(ref: str, desk: Desk) -> Sent:
    """Send the plan round as it stands: to each agency what its own consent allows, marked."""
    require(desk, Act.CIRCULATE_PLAN)
    refuse_while_closed(desk)
    if not desk.node.coordinating:
        raise NoSuchCase
    case_ref = await whole_ref(ref, desk)
    await intake.live_plans(case_ref, desk)
    await statuses.plan_goes_round(case_ref, desk)
    async with transaction():
        rows = await circulated.plans_of(case_ref, desk)
        said = await circulated.said_to(case_ref, desk)
        to = tuple(sorted({row.recipient for row, _ in rows if row.id in said}))
        if not to:
            raise NobodyToTell
        survivor = await _survivor(case_ref, desk)
        at = stamp(desk)
        marks = sorted(plan_mark.line(share, mark) for share, mark in said.items())
        edits = {
            Place(CASE, survivor, circulated.AT): at,
            Place(CASE, survivor, circulated.MARKS): "\n".join(marks),
        }
        await write(case_ref, edits, Act.CIRCULATE_PLAN, desk)
        for share, mark in sorted(said.items()):
            await audit.record("plan.marked", share, desk, at=at, said=mark)
    return Sent(at, to)


async def _survivor(case_ref: str, desk: Desk) -> str:
    people = (await load(case_ref, desk)).body.people
    return next(person for person, role in sorted(people.items()) if role == SURVIVOR)
