"""Every action of every case at the coordinating node: what used to be a spreadsheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.casework import received
from server.casework.errors import NoSuchCase
from server.casework.own import agency_name
from server.casework.tables import Share
from server.meeting import actions, plan
from server.meeting.plan_view import PlanRow, PlanView
from server.meeting.said import day_in
from server.meeting.told_answers import ToldAnswer, answers_in, of_owner
from server.node.access import Act, require
from server.node.desk import Desk
from tiers.consent import ConsentKind


@dataclass(frozen=True, slots=True)
class MonitorLine:
    """One action: its case, who owns it, and what the owner told of it under its own consent."""

    case_ref: str
    short: str
    heard_on: date | None
    action: PlanRow
    owner: str
    told: ToldAnswer | None
    overdue: bool


async def monitor(
    desk: Desk, *, agency: str = "", role: str = "", overdue: bool = False, unsettled: bool = False
) -> tuple[MonitorLine, ...]:
    """The actions of all cases, what is due first; closed rows say nothing and are left out."""
    require(desk, Act.READ_ACTIONS)
    desk.unlocked()
    if not desk.node.coordinating:
        raise NoSuchCase
    views = await actions.own_plans(desk)
    told = await _told([view.case_ref for view in views], desk)
    lines = [
        _line(view, action, told, desk)
        for view in views
        for action in view.actions
        if not action.closed
        and agency in {"", action.says("owner_agency")}
        and role in {"", action.role}
        and (action.is_open or not unsettled)
    ]
    shown = [line for line in lines if line.overdue or not overdue]
    return tuple(sorted(shown, key=_when))


async def _told(refs: Sequence[str], desk: Desk) -> list[ToldAnswer]:
    """What owners told, as long as they let it be read; the look is recorded first."""
    await received.sort_in(desk)
    if await received.why_shut(desk):
        return []
    rows = [row for row in await received.live(desk) if _is_told(row, refs)]
    if not rows:
        return []
    await plan.note_look(rows, Act.READ_ACTIONS, "", desk)
    reading = await received.open_shares(rows, desk)
    return [
        answer
        for row in rows
        if row.id in reading.known
        for answer in answers_in(row.owner, reading.known[row.id].lane)
    ]


def _is_told(row: Share, refs: Sequence[str]) -> bool:
    return row.case_ref in refs and row.exchange == ConsentKind.TELL.exchange


def _line(view: PlanView, action: PlanRow, told: Sequence[ToldAnswer], desk: Desk) -> MonitorLine:
    owner = action.says("owner_agency")
    return MonitorLine(
        view.case_ref,
        view.short,
        day_in(view.says("heard_on")),
        action,
        agency_name(owner, desk) if owner else "",
        of_owner(action, told),
        action.overdue(desk.today),
    )


def _when(line: MonitorLine) -> tuple[bool, str, str]:
    return not line.action.is_open, line.action.says("due") or "9999", line.short
