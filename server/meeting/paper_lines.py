"""What a plan, an agenda or an action says, as the lines of a paper: roles and codes, no names."""

from collections.abc import Sequence
from datetime import date, timedelta

from server.casework.own import agency_name
from server.meeting.action_words import status_words
from server.meeting.actions import ActionLine as OwnLine
from server.meeting.agenda import Agenda, AgendaCase
from server.meeting.attendance import Attends
from server.meeting.monitor import MonitorLine
from server.meeting.plan_view import ACTIONS, PlanRow, PlanView, Rest
from server.meeting.planned import PUT_OFF
from server.meeting.said import day_in
from server.node.desk import Desk
from server.papers.forms import (
    ActionLine,
    AgendaLine,
    AttendanceLine,
    LeadLine,
    MatrixLine,
)
from server.papers.marks import said_day
from tiers.fragment import CHILD, OTHER_AT_RISK, PERSON_USING_VIOLENCE, SURVIVOR

CLOSED = "Closed: a consent it rested on has ended. A person has to write it again."
WITHDRAWN = "Something was withdrawn."
_ORDER = (SURVIVOR, CHILD, PERSON_USING_VIOLENCE, OTHER_AT_RISK)


def matrix_lines(view: PlanView, desk: Desk) -> tuple[MatrixLine, ...]:
    """Person by person: each risk with its actions beside it, then actions of no one risk."""
    lines: list[MatrixLine] = []
    for about in sorted(view.people, key=lambda one: (_rank(view.people[one]), one)):
        actions = [row for row in view.actions if row.about == about]
        risks = [row for row in view.risks if row.about == about]
        for risk in risks:
            against = [one for one in actions if one.says("for_risk") == risk.row]
            lines += _with_actions(risk, against, desk)
        known = {risk.row for risk in risks}
        lines += [_action(one, desk) for one in actions if one.says("for_risk") not in known]
    return tuple(lines)


def lead_lines(view: PlanView, desk: Desk) -> tuple[LeadLine, ...]:
    """Who leads for whom."""
    return tuple(
        LeadLine(
            person=person(row, desk),
            agency=_agency(row.says("agency"), desk),
            name=row.says("name"),
            phone=row.says("phone"),
        )
        for row in sorted(view.leads, key=lambda one: (_rank(one.role), one.about))
        if not row.closed
    )


def agenda_lines(read: Agenda) -> tuple[AgendaLine, ...]:
    """The cases one after another, each beginning where the one before it ends."""
    lines, begins = [], read.meeting.starts_at
    for one in read.cases:
        lines.append(
            AgendaLine(
                position=one.position,
                begins=begins,
                minutes=one.minutes,
                case=one.short,
                referred_by=one.referred_by,
                missing=tuple(answer.name for answer in one.missing),
                note=" ".join(_notes(one)),
            )
        )
        begins += timedelta(minutes=one.minutes)
    return tuple(lines)


def attendance_lines(roster: Sequence[Attends]) -> tuple[AttendanceLine, ...]:
    """Who came, as the room wrote it; before that, whom each agency says it sends."""
    return tuple(
        AttendanceLine(
            agency=one.name,
            who=one.who or ", ".join(one.named),
            state=words_of(one.state),
            must=one.must,
            observer=one.observer,
            statement=one.statement,
            information_sent=one.information_sent,
            note=one.note,
        )
        for one in roster
    )


def own_action(line: OwnLine, desk: Desk) -> ActionLine:
    """One of our own actions, with what we answered."""
    return _listed(
        line.short,
        None,
        line.action,
        line.status,
        (line.answered("update") or line.answered("why"), line.answered("done_on")),
        desk,
    )


def monitored(line: MonitorLine, desk: Desk) -> ActionLine:
    """One action of any agency, with what its owner lets the meeting read."""
    told = line.told
    said = (told.says("update") or told.says("why"), told.says("done_on")) if told else ("", "")
    return _listed(line.short, line.heard_on, line.action, line.action.says("status"), said, desk)


def person(row: PlanRow, desk: Desk) -> str:
    """Whom a row concerns: the pack's word for the role, and the code of the person."""
    return f"{desk.pack.words.get(row.role, words_of(row.role))} ({row.about})"


def words_of(code: str) -> str:
    """A stored choice as people say it."""
    return code.replace("_", " ").capitalize()


def _notes(one: AgendaCase) -> list[str]:
    put_off = ["Put off."] if one.state == PUT_OFF else []
    return put_off + ([WITHDRAWN] if one.withdrawn else [])


def _listed(  # noqa: PLR0917 - a line of a list has as many cells as it has
    case: str,
    heard_on: date | None,
    row: PlanRow,
    status: str,
    told: tuple[str, str],
    desk: Desk,
) -> ActionLine:
    update, done_on = told
    return ActionLine(
        case=case,
        heard_on=heard_on,
        person=person(row, desk),
        action=row.says("action"),
        owner_agency=agency_name(row.says("owner_agency"), desk)
        if row.says("owner_agency")
        else "",
        owner=row.says("owner"),
        due=day_in(row.says("due")),
        status=status_words(status),
        update=update,
        done_on=day_in(done_on),
        outcome=row.says("outcome"),
        on_file=words_of(row.says("on_file")),
    )


def _with_actions(risk: PlanRow, actions: Sequence[PlanRow], desk: Desk) -> list[MatrixLine]:
    first = MatrixLine(
        person=person(risk, desk),
        risk=risk.says("risk"),
        level=words_of(risk.says("level")),
        in_place=risk.says("in_place"),
        on_file=words_of(risk.says("on_file")),
        rests_on=_rests(risk.rests),
        closed=CLOSED if risk.closed else "",
    )
    return [first, *(_action(one, desk) for one in actions)]


def _action(row: PlanRow, desk: Desk) -> MatrixLine:
    part = row.says("survivors_part")
    form = desk.pack.sections[ACTIONS].field(f"{row.row}.survivors_part")
    return MatrixLine(
        person=person(row, desk),
        action=row.says("action"),
        owner_agency=_agency(row.says("owner_agency"), desk),
        owner=row.says("owner"),
        due=day_in(row.says("due")),
        status=status_words(row.says("status")),
        survivors_part=f"{form.label}: {part}" if part and form else part,
        outcome=row.says("outcome"),
        on_file=words_of(row.says("on_file")),
        rests_on=_rests(row.rests),
        closed=CLOSED if row.closed else "",
    )


def _rests(rests: Sequence[Rest]) -> str:
    """Whose part a row restates, where this node knows it; nobody's: the meeting's own words."""
    if not rests:
        return "The meeting's own words"
    said = (
        f"{one.agency}, until {said_day(one.until)}"
        if one.agency
        else "What an agency told the meeting"
        for one in rests
    )
    return "\n".join(dict.fromkeys(said))


def _agency(identity: str, desk: Desk) -> str:
    return agency_name(identity, desk) if identity else ""


def _rank(role: str) -> int:
    return _ORDER.index(role) if role in _ORDER else len(_ORDER)
