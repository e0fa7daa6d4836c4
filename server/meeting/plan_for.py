"""The plan of a case as it may go to one agency now: field by field as the gate clears it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from server.casework import mailroom
from server.casework.errors import NoSuchCase
from server.casework.own import load
from server.meeting import circulated, plan
from server.meeting.plan_view import CASE, PlanRow, PlanView
from server.node.desk import Desk
from server.node.errors import NothingCleared
from tiers.fragment import Place, Written
from tiers.gate import Cleared
from tiers.reason import Reason
from tiers.rows import row_place


class NoPlanToGive(NothingCleared):
    """That agency has no live consent to get this plan. No paper was made."""


@dataclass(frozen=True, slots=True)
class PlanFor:
    """A plan for one reader: until when all of it may be kept, and whether something was taken."""

    view: PlanView
    until: date | None
    withdrawn: bool


async def agency(case_ref: str, to: str, desk: Desk) -> PlanFor:
    """What the gate clears of this plan for that agency, asked at this moment."""
    if not desk.node.coordinating:
        raise NoSuchCase  # nobody passes on another agency's words
    case = await load(case_ref, desk)
    cleared: list[Cleared] = []
    for row, held in await circulated.plans_of(case_ref, desk):
        if row.recipient != to:
            continue
        decision = (await mailroom.ask(case, held, to, row.exchange, desk)).decision
        if isinstance(decision, Cleared):
            cleared.append(decision)
    if not cleared:
        raise NoPlanToGive
    said = {place: one for each in cleared for place, one in each.fragment.fields.items()}
    here = await plan.written_here(case_ref, desk)
    view = replace(
        here,
        people={person: role for one in cleared for person, role in one.fragment.people.items()},
        risks=_rows(here.risks, said),
        actions=_rows(here.actions, said),
        leads=_rows(here.leads, said),
        case={place.field: one for place, one in said.items() if place.section == CASE},
    )
    ends = [rest.until for row in view.rows for rest in row.rests if rest.until]
    left = {out.reason for one in cleared for out in one.left_out}
    return PlanFor(
        replace(
            view,
            risks=_without_names(view.risks),
            actions=_without_names(view.actions),
            leads=_without_names(view.leads),
        ),
        min([one.until for one in cleared] + ends),
        Reason.RESTED_ON_ENDED in left,
    )


def _rows(
    rows: Sequence[PlanRow], said: Mapping[Place, tuple[Written, ...]]
) -> tuple[PlanRow, ...]:
    """These rows with the fields that may go; one of which nothing may go is left out."""
    kept = [replace(row, fields=_fields(row, said)) for row in rows]
    return tuple(row for row in kept if row.fields)


def _fields(
    row: PlanRow, said: Mapping[Place, tuple[Written, ...]]
) -> dict[str, tuple[Written, ...]]:
    places = {
        name: row_place(row.section, row.about, row.row, name)
        if row.row
        else Place(row.section, row.about, name)
        for name in row.fields
    }
    return {name: said[place] for name, place in places.items() if place in said}


def _without_names(rows: Sequence[PlanRow]) -> tuple[PlanRow, ...]:
    """Whose part a row rests on is between that agency and the meeting: the reader is not told."""
    return tuple(
        replace(row, rests=tuple(replace(one, agency="", until=None) for one in row.rests))
        for row in rows
    )
