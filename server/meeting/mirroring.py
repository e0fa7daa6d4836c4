"""An owner's status word, copied into the plan at the coordinating node so that all may see it.

The word only: what the owner wrote stays in its own lane. Nobody's lane speaks for another agency.
"""

from server.casework import received
from server.casework.tables import Case, Share
from server.casework.writing import write_unasked
from server.meeting import automatic_leads, plan
from server.meeting.plan_view import ACTIONS, PlanRow
from server.meeting.told_answers import ToldAnswer, answers_in, of_owner
from server.node.access import Act
from server.node.database import transaction
from server.node.desk import Desk
from tiers.consent import ConsentKind
from tiers.fragment import Place, Written
from tiers.rows import row_place

_SETTLED_HERE = "superseded"

_mirrored: dict[str, str] = {}  # share → the record up to which it has been looked at


async def mirror(desk: Desk) -> bool:
    """Copy what owners answered since the last look; True if the plan of any case changed."""
    if desk.keys is None or not desk.node.coordinating or desk.node.behind:
        return False
    await received.sort_in(desk)
    if await received.why_shut(desk):
        return False
    news = await _news(desk)
    known = {row["case_ref"] for row in await Case.select(Case.case_ref)}
    changed = False
    for case_ref in sorted({row.case_ref for row in news} & known):
        rows = [row for row in news if row.case_ref == case_ref]
        changed |= await _take(case_ref, rows, desk)
        _mirrored.update({row.id: row.last_id for row in rows})
    return changed


async def _news(desk: Desk) -> list[Share]:
    live = await received.live(desk)
    for gone in _mirrored.keys() - {row.id for row in live}:
        del _mirrored[gone]
    return [
        row
        for row in live
        if row.case_ref
        and row.exchange == ConsentKind.TELL.exchange
        and _mirrored.get(row.id) != row.last_id
    ]


async def _take(case_ref: str, rows: list[Share], desk: Desk) -> bool:
    reading = await received.open_shares(rows, desk)
    lanes = {row.id: reading.known[row.id] for row in rows if row.id in reading.known}
    answers = [
        one for row in rows if row.id in lanes for one in answers_in(row.owner, lanes[row.id].lane)
    ]
    async with transaction():
        view = await plan.written_here(case_ref, desk)
        edits: dict[Place, str | None] = {}
        owners = set()
        for action in view.actions:
            told = of_owner(action, answers)
            if told is not None and _news_of(action, told, desk) and told.status is not None:
                edits[row_place(ACTIONS, action.about, action.row, "status")] = told.status.value
                owners.add(told.agency)
        leads = automatic_leads.due(view, list(lanes.values()), desk)
        if leads:
            await write_unasked(case_ref, leads, Act.WRITE_PLAN, desk, automatic=True)
        if edits:
            facts = {"mirrored": True, "owners": len(owners)}
            await write_unasked(case_ref, edits, Act.ANSWER_ACTION, desk, **facts)
    return bool(edits or leads)


def _news_of(action: PlanRow, told: ToldAnswer, desk: Desk) -> bool:
    """Is the owner's word newer than what a person here decided about this action?"""
    status, said = told.status, action.fields.get("status", ())
    if status is None or action.closed:
        return False
    form = desk.pack.sections[ACTIONS].field("0000.status")
    if form is None or status.value not in form.choices:
        return False
    if not said or said[-1].value == status.value:
        return not said
    if said[-1].value == _SETTLED_HERE:
        return False
    return _by_the_node(said[-1], desk) or _as_made(action, said[-1]) or status.at > said[-1].at


def _by_the_node(said: Written, desk: Desk) -> bool:
    return said.by == desk.node.name


def _as_made(action: PlanRow, said: Written) -> bool:
    """Has nobody touched the status since the action was agreed?"""
    return said.at == min(one.at for wordings in action.fields.values() for one in wordings)
