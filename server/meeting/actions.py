"""Actions as their owners have them: what is ours to do, by when, and what we answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.casework import mailroom, walls
from server.casework.case_body import CaseBody
from server.casework.cases import Edited
from server.casework.errors import NotWritable
from server.casework.ledger import Held
from server.casework.own import load, me, whole_ref
from server.casework.tables import Case
from server.casework.writing import write
from server.meeting import overdue, plan, tells
from server.meeting.plan_view import ACTIONS, NOT_DONE, OPEN_WORDS, PlanRow, PlanView
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from server.node.errors import NotFound
from tiers.fragment import Place, Written
from tiers.gate import Cleared
from tiers.rows import row_place

ANSWERS = "action_answers"


class NotYours(NotFound):
    """No action of this agency goes by that code in the plan of this case."""


class WhyNot(NotWritable):
    """Say why it was not done: the meeting keeps the two reasons apart. Nothing was saved."""


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One action: the case, what was agreed, and what we have answered so far."""

    case_ref: str
    short: str
    action: PlanRow
    answer: Mapping[str, tuple[Written, ...]]
    status: str
    overdue: bool
    revision: int  # of our own case, for the next answer; 0 where we have none

    def answered(self, name: str) -> str:
        """What our answer says here."""
        written = self.answer.get(name, ())
        return written[-1].value if written else ""


@dataclass(frozen=True, slots=True)
class Mine:
    """Our own actions, and those of others that are overdue where we lead."""

    own: tuple[ActionLine, ...]
    overseen: tuple[ActionLine, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A saved answer, and why it does not reach the meeting, where it does not."""

    edited: Edited
    stays: str


async def mine(desk: Desk) -> Mine:
    """Every action this agency owns, what is due first; and overdue ones where it leads."""
    require(desk, Act.READ_ACTIONS)
    desk.unlocked()
    own: list[ActionLine] = []
    overseen: list[ActionLine] = []
    for view in await _plans(desk):
        answers = await _answers(view, desk)
        led = {row.about for row in view.leads if row.says("agency") == me(desk)}
        for action in view.actions:
            line = _line(view, action, answers, desk)
            if action.says("owner_agency") == me(desk) and not action.closed:
                own.append(line)
            elif line.overdue and action.about in led and overdue.told(overdue.LEADS, desk):
                overseen.append(line)
    return Mine(tuple(sorted(own, key=_when)), tuple(sorted(overseen, key=_when)))


async def answer(
    ref: str,
    action: str,
    status: str,
    desk: Desk,
    *,
    update: str = "",
    why: str = "",
    done_on: str = "",
    base: int | None = None,
) -> Answered:
    """Say what became of an action of ours; it goes to the meeting under our own tell.

    `ref` is the plan's reference, or that of our own case which tells the meeting.
    """
    require(desk, Act.ANSWER_ACTION)
    if status in NOT_DONE and not why.strip():
        raise WhyNot
    case_ref, row = await _ours(await whole_ref(ref, desk), action, desk)
    done = done_on or (desk.today.isoformat() if status == "completed" else "")
    said = {"status": status, "update": update, "why": why, "done_on": done}
    if desk.node.coordinating:
        kept = {"status": status, "outcome": update or why or None}
        places = {row_place(ACTIONS, row.about, action, name): one for name, one in kept.items()}
        edited = await write(case_ref, places, Act.ANSWER_ACTION, desk, base=base, row=action)
        return Answered(edited, "")
    held = await tells.to_answer(case_ref, desk)
    about = tells.own_person(held, row.about)
    edits = {row_place(ANSWERS, about, action, name): one or None for name, one in said.items()}
    edited = await write(held.case_ref, edits, Act.ANSWER_ACTION, desk, base=base, row=action)
    return Answered(
        edited, await _stays(row_place(ANSWERS, row.about, action, "status"), held, desk)
    )


async def _plans(desk: Desk) -> list[PlanView]:
    if not desk.node.coordinating:
        return await plan.views_of(await plan.open_plans(desk, Act.READ_ACTIONS), desk)
    async with transaction():
        await audit.record(Act.READ_ACTIONS.value, "", desk)
    return await own_plans(desk)


async def own_plans(desk: Desk) -> list[PlanView]:
    """Every plan this coordinating node writes, of cases the person may know of."""
    refs = [row["case_ref"] for row in await Case.select(Case.case_ref)]
    return [await plan.written_here(ref, desk) for ref in refs if walls.may_list(ref, desk)]


async def _ours(ref: str, action: str, desk: Desk) -> tuple[str, PlanRow]:
    """This action of ours, and the reference of the plan it stands in."""
    for case_ref in await _as_planned(ref, desk):
        if desk.node.coordinating:
            views = [await plan.written_here(case_ref, desk)]
        else:
            lanes = await plan.open_plans(desk, Act.ANSWER_ACTION, case_ref)
            views = [await plan.as_received(lanes, desk)] if lanes else []
        for view in views:
            for row in view.actions:
                if row.row == action and row.says("owner_agency") == me(desk) and not row.closed:
                    return case_ref, row
    raise NotYours


async def _as_planned(ref: str, desk: Desk) -> list[str]:
    """What the meeting calls this case, where we tell it of one of ours that goes by `ref`."""
    told = await tells.all_live(desk)
    found = [theirs for theirs, held in told.items() if ref in {theirs, held.case_ref}]
    return sorted(found, key=lambda theirs: theirs != ref) or [ref]


async def _answers(view: PlanView, desk: Desk) -> tuple[int, Mapping[Place, tuple[Written, ...]]]:
    """Our own case's revision, and what it answers, by the people of the plan."""
    if desk.node.coordinating:
        return view.revision, {}
    held = (await tells.all_live(desk)).get(view.case_ref)
    if held is None:
        return 0, {}
    case = await load(held.case_ref, desk)
    return case.row.revision, _in_plan_words(case.body, held)


def _in_plan_words(body: CaseBody, held: Held) -> dict[Place, tuple[Written, ...]]:
    back = {own: released for released, own in held.people.items()}
    return {
        Place(ANSWERS, back.get(place.about, place.about), place.field): field.written
        for place, field in body.fields.items()
        if place.section == ANSWERS
    }


def _line(
    view: PlanView,
    action: PlanRow,
    answers: tuple[int, Mapping[Place, tuple[Written, ...]]],
    desk: Desk,
) -> ActionLine:
    revision, said = answers
    names = ("status", "update", "done_on", "why")
    answer = {
        name: wordings
        for name in names
        if (wordings := said.get(row_place(ANSWERS, action.about, action.row, name)))
    }
    status = answer["status"][-1].value if "status" in answer else action.says("status")
    over = action.overdue(desk.today) and status in OPEN_WORDS
    return ActionLine(view.case_ref, view.short, action, answer, status, over, revision)


async def _stays(place: Place, held: Held, desk: Desk) -> str:
    """Why this answer does not leave, in words; empty when it is on its way."""
    case = await load(held.case_ref, desk)
    asked = await mailroom.ask(case, held, held.consent.recipient, held.consent.kind.exchange, desk)
    if isinstance(asked.decision, Cleared) and place in asked.decision.fragment.fields:
        return ""
    left = {one.place: one.reason for one in asked.decision.left_out}
    return left[place].value if place in left else ""


def _when(line: ActionLine) -> tuple[bool, str, str]:
    return line.status not in OPEN_WORDS, line.action.says("due") or "9999", line.short
