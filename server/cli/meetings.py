"""Meetings on the command line: planned, and their agenda made."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from server.casework import refs
from server.casework.errors import NoSuchCase
from server.casework.own import whole_ref
from server.cli.line import Line, at_desk, line_options, table
from server.meeting import agenda, planned, planning, slots
from server.meeting.agenda import Agenda, AgendaCase
from server.meeting.attendance import Attends
from server.meeting.planned import NoSuchMeeting, Planned
from server.meeting.planning import Coming
from server.node.desk import Desk
from server.node.errors import Usage

NEXT = "next"


@click.group("meeting")
def meeting() -> None:
    """Meetings by the protocol's calendar. MEETING is a number, how it begins, or "next"."""


@meeting.command("next")
@line_options
def coming(line: Line) -> None:
    """The next meetings of every series, planned or not."""

    async def act(desk: Desk) -> tuple[Sequence[Coming], str]:
        return await planning.coming(desk), desk.pack.timezone

    found, zone = at_desk(line, act)
    line.say(
        {
            "meetings": [
                {
                    "series": one.series,
                    "title": one.title,
                    "starts_at": _said(one.starts_at, zone),
                    "moved_from": one.moved_from and one.moved_from.isoformat(),
                    "place": one.place,
                    "facilitator": one.facilitator,
                    "meeting": one.meeting,
                    "state": one.state,
                }
                for one in found
            ]
        },
        *table(
            [
                (_said(one.starts_at, zone), one.series, one.state or "not planned", one.meeting)
                for one in found
            ]
        ),
    )


@meeting.command("plan")
@click.argument("series")
@click.option("--at", metavar="2026-03-17T12:00", help="An extra one; else the next of its kind.")
@line_options
def plan(line: Line, series: str, at: str | None) -> None:
    """Plan a meeting of this series. Planning it twice is planning it once."""

    async def act(desk: Desk) -> tuple[Planned, str]:
        starts_at = _moment(at, desk) if at else await _next_of(series, desk)
        return await planning.plan(series, starts_at, desk), desk.pack.timezone

    made, zone = at_desk(line, act)
    line.say(
        {"meeting": made.id, "series": made.series, "starts_at": _said(made.starts_at, zone)},
        f"Planned for {_said(made.starts_at, zone)} as {made.id}.",
    )


@meeting.command("agenda")
@click.argument("at", metavar="MEETING")
@line_options
def show_agenda(line: Line, at: str) -> None:
    """Its cases in order, what is missing, who is expected, and the words to read aloud."""

    async def act(desk: Desk) -> tuple[Agenda, str]:
        return await agenda.read(await the_meeting(at, desk), desk), desk.pack.timezone

    drawn, zone = at_desk(line, act)
    held = drawn.meeting
    line.say(
        {
            "meeting": held.id,
            "title": held.title,
            "starts_at": _said(held.starts_at, zone),
            "state": held.state,
            "place": held.place,
            "facilitator": held.facilitator,
            "cases": [_case(one) for one in drawn.cases],
            "attendance": [_attends(one, drawn) for one in drawn.roster],
            "something_withdrawn": drawn.withdrawn,
            "directory_words": list(drawn.directory_words),
        },
        f"{held.title}, {_said(held.starts_at, zone)} ({held.state})",
        *table([_case_line(one) for one in drawn.cases]),
        *(["Something on this agenda was withdrawn."] if drawn.withdrawn else []),
        *table(
            [
                (one.name, one.state, ", ".join(one.named), _words(one.agency, drawn))
                for one in drawn.roster
            ]
        ),
        f"Words of the directory: {' '.join(drawn.directory_words)}",
    )


@meeting.command("put-on")
@click.argument("ref")
@click.option("--meeting", "at", default=NEXT, show_default=True, metavar="MEETING")
@line_options
def put_on(line: Line, ref: str, at: str) -> None:
    """Put a case on the agenda, last; every agency that gets its plan sees when it is heard."""

    async def act(desk: Desk) -> tuple[str, str]:
        found = await the_meeting(at, desk)
        return (await slots.put_on(ref, found, desk)).case_ref, found

    case_ref, found = at_desk(line, act)
    line.say(
        {"case_ref": case_ref, "meeting": found},
        f"{refs.short(case_ref)} is on the agenda. casefold sync tells those who get its plan.",
    )


@meeting.command("take-off")
@click.argument("ref")
@click.option("--meeting", "at", default=NEXT, show_default=True, metavar="MEETING")
@line_options
def take_off(line: Line, ref: str, at: str) -> None:
    """Take a case that still waits off the agenda."""

    async def act(desk: Desk) -> AgendaCase:
        case = await the_slot(ref, at, desk)
        await slots.take_off(case.slot, desk)
        return case

    case = at_desk(line, act)
    line.say({"case_ref": case.ref}, f"{case.short} waits for another agenda.")


async def the_meeting(named: str, desk: Desk) -> str:
    """The one meeting that is meant: the one open or next, or the one whose number begins so."""
    every = await planning.list_meetings(desk)
    ahead = [one for one in every if one.state in {planned.PLANNED, planned.OPEN}]
    if named == NEXT:
        found = sorted(ahead, key=lambda one: (one.state != planned.OPEN, one.starts_at))[:1]
    else:
        found = [one for one in every if named and one.id.startswith(named.lower())]
    if len(found) != 1:
        raise NoSuchMeeting
    return found[0].id


async def the_slot(ref: str, at: str, desk: Desk) -> AgendaCase:
    """That case's place on the agenda of that meeting."""
    case_ref = await whole_ref(ref, desk)
    held = await planning.load(await the_meeting(at, desk), desk)
    for one in (await agenda.cases_of(held, desk)).cases:
        if one.ref == case_ref:
            return one
    raise NoSuchCase


async def _next_of(series: str, desk: Desk) -> datetime:
    for one in await planning.coming(desk, 1):
        if one.series == series:
            return one.starts_at
    raise NoSuchMeeting


def _moment(text: str, desk: Desk) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Usage("Write the time as 2026-03-17T12:00, by the coalition's clock.") from None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(desk.pack.timezone))


def _said(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")


def _words(agency: str, drawn: Agenda) -> str:
    return " ".join(drawn.words_with.get(agency, ()))


def _case(one: AgendaCase) -> dict[str, Any]:
    return {
        "case_ref": one.ref,
        "position": one.position,
        "minutes": one.minutes,
        "state": one.state,
        "referred_by": one.referred_by,
        "missing": [line.name for line in one.missing],
        "something_withdrawn": one.withdrawn,
    }


def _case_line(one: AgendaCase) -> tuple[str, ...]:
    missing = ", ".join(line.name for line in one.missing)
    return (
        f"{one.position}.",
        one.short,
        f"{one.minutes} min",
        one.state,
        f"no answer: {missing}" if missing else "",
        "something was withdrawn" if one.withdrawn else "",
    )


def _attends(one: Attends, drawn: Agenda) -> dict[str, Any]:
    return {
        "agency": one.agency,
        "name": one.name,
        "must_attend": one.must,
        "observer": one.observer,
        "state": one.state,
        "sends": list(one.named),
        "who": one.who,
        "statement": one.statement,
        "information_sent": one.information_sent,
        "words": _words(one.agency, drawn),
    }


COMMANDS = (meeting,)
