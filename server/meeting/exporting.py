"""What leaves as a file: consent is asked again for every field as the file is made, and it is
written down who took what away before they have it.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from server.casework import received
from server.casework.own import agency_name, me, named_agency, whole_ref
from server.casework.shared import last_day
from server.meeting import agenda as agendas
from server.meeting import paper_lines, plan_for
from server.meeting import plan as plans
from server.meeting.actions import mine
from server.meeting.agenda import Agenda
from server.meeting.monitor import monitor
from server.meeting.said import day_in
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from server.node.errors import Usage
from server.papers import sheets
from server.papers.agenda import agenda_pdf
from server.papers.forms import AgendaPaper, Mark, MatrixPaper
from server.papers.matrix import matrix_pdf

_NOWHERE: Final = "-"  # a protocol that names no place
_PDF: Final = "application/pdf"
_SHEETS: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


class NoSuchForm(Usage):
    """A sheet is made as xlsx or as csv."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file to take away; its name says neither a case nor a person."""

    name: str
    media_type: str
    content: bytes


async def agenda(meeting: str, desk: Desk) -> Paper:
    """The agenda of this meeting, with what is missing and the words compared aloud."""
    require(desk, Act.EXPORT_PAPER)
    read = await agendas.read(meeting, desk)
    refs = [one.ref for one in read.cases]
    paper = AgendaPaper(
        mark=_mark(desk.node.name, await _until(refs, desk), desk),
        title=read.meeting.title,
        starts_at=read.meeting.starts_at,
        place="" if read.meeting.place == _NOWHERE else read.meeting.place,
        facilitator=read.meeting.facilitator,
        confidentiality=desk.pack.action_terms.confidentiality,
        beacon_words=tuple(
            (one.name, " ".join(read.words_with[one.agency]))
            for one in read.roster
            if one.agency in read.words_with and not one.observer
        ),
        directory_words=" ".join(read.directory_words),
        attending=paper_lines.attendance_lines(read.roster),
        lines=paper_lines.agenda_lines(read),
        withdrawn=read.withdrawn,
    )
    await _record("agenda", meeting, desk)
    day = _day_of(read, desk)
    return await _made(f"agenda-{day}.pdf", _PDF, lambda: agenda_pdf(paper))


async def attendance(meeting: str, desk: Desk, form: str) -> Paper:
    """Who is expected at this meeting, or was there."""
    require(desk, Act.EXPORT_PAPER)
    media = _media(form)
    read = await agendas.read(meeting, desk)
    lines = paper_lines.attendance_lines(read.roster)
    mark = _mark(desk.node.name, await _until([one.ref for one in read.cases], desk), desk)
    write = sheets.attendance_xlsx if form == "xlsx" else sheets.attendance_csv
    await _record("attendance", meeting, desk)
    day = _day_of(read, desk)
    return await _made(f"attendance-{day}.{form}", media, lambda: write(lines, mark))


async def actions(desk: Desk, form: str) -> Paper:
    """The actions: of every agency at the coordinating node, elsewhere this agency's own."""
    require(desk, Act.EXPORT_PAPER)
    media = _media(form)
    if desk.node.coordinating:
        watched = await monitor(desk)
        refs = {one.case_ref for one in watched}
        lines = [paper_lines.monitored(one, desk) for one in watched]
    else:
        own = (await mine(desk)).own
        refs = {one.case_ref for one in own}
        lines = [paper_lines.own_action(one, desk) for one in own]
    mark = _mark(desk.node.name, await _until(refs, desk), desk)
    write = sheets.actions_xlsx if form == "xlsx" else sheets.actions_csv
    await _record("actions", "", desk)
    return await _made(f"actions-{desk.today}.{form}", media, lambda: write(lines, mark))


async def plan(ref: str, agency: str | None, desk: Desk) -> Paper:
    """The plan of this case as it may go to that agency; without one, as this node may read it."""
    require(desk, Act.EXPORT_PAPER)
    case_ref = await whole_ref(ref, desk)
    to = named_agency(agency, desk) if agency else me(desk)
    seen = await _seen(case_ref, to, desk)
    view = seen.view
    paper = MatrixPaper(
        mark=_mark(agency_name(to, desk), seen.until, desk),
        title=desk.pack.words["matrix"],
        case=view.short,
        heard_on=day_in(view.says("heard_on")),
        decision=view.says("decision"),
        next_review_on=day_in(view.says("next_review_on")),
        lines=paper_lines.matrix_lines(view, desk),
        leads=paper_lines.lead_lines(view, desk),
        withdrawn=seen.withdrawn,
    )
    await _record("plan", case_ref, desk, to=to)
    return await _made(f"plan-{desk.today}.pdf", _PDF, lambda: matrix_pdf(paper))


async def _seen(case_ref: str, to: str, desk: Desk) -> plan_for.PlanFor:
    """What this node may take away for itself, or what the gate clears for another agency now."""
    if to != me(desk):
        return await plan_for.agency(case_ref, to, desk)
    view = await plans.read(case_ref, desk)
    return plan_for.PlanFor(view, view.until or await _until([case_ref], desk), bool(view.closed))


async def _until(refs: Collection[str], desk: Desk) -> date | None:
    """The day on which the first of what was received about these cases ends."""
    rows = [row for row in await received.live(desk) if row.case_ref in refs]
    return min((last_day(row.ends, desk) for row in rows), default=None)


def _day_of(read: Agenda, desk: Desk) -> date:
    """The day of the meeting where the coalition lives."""
    return read.meeting.starts_at.astimezone(ZoneInfo(desk.pack.timezone)).date()


def _mark(made_for: str, until: date | None, desk: Desk) -> Mark:
    terms = desk.pack.action_terms
    return Mark(
        made_for=made_for,
        made_by=desk.staff.name if desk.staff else "",
        made_at=desk.now,
        until=until,
        restricted=terms.restricted,
        never_told=terms.never_told,
        timezone=desk.pack.timezone,
        sheet="us-letter" if desk.pack.timezone.startswith("America/") else "a4",
    )


async def _record(paper: str, subject: str, desk: Desk, **plain: str) -> None:
    async with transaction():
        await audit.record(Act.EXPORT_PAPER.value, subject, desk, paper=paper, **plain)


async def _made(name: str, media_type: str, make: Callable[[], bytes]) -> Paper:
    """Set the paper beside the loop, so that a long one keeps nobody waiting."""
    return Paper(name, media_type, await asyncio.to_thread(make))


def _media(form: str) -> str:
    if form not in _SHEETS:
        raise NoSuchForm
    return _SHEETS[form]
