"""A meeting held from the command line: who came, which case is heard, what was decided."""

import click

from server.casework import refs
from server.casework.own import named_agency
from server.cli.line import Line, at_desk, line_options
from server.cli.meetings import NEXT, meeting, the_meeting, the_slot
from server.meeting import attendance, hearing, planned
from server.meeting.agenda import AgendaCase
from server.meeting.attendance import Marked
from server.meeting.planned import Planned
from server.node.desk import Desk


@meeting.command("attend")
@click.argument("agency")
@click.argument("state", type=click.Choice(attendance.STATES))
@click.option("--meeting", "at", default=NEXT, show_default=True, metavar="MEETING")
@click.option("--who", default="", help="Who came.")
@click.option("--note", default="", help="What was said about it.")
@click.option("--information-sent", is_flag=True, help="They sent what they know.")
@line_options
def attend(  # noqa: PLR0917 - the options of one command
    line: Line, agency: str, state: str, at: str, who: str, note: str, information_sent: bool
) -> None:
    """Write down whether an agency came."""

    async def act(desk: Desk) -> Marked:
        return await attendance.attend(
            await the_meeting(at, desk),
            named_agency(agency, desk),
            state,
            desk,
            who=who,
            note=note,
            information_sent=information_sent,
        )

    marked = at_desk(line, act)
    line.say(
        {"agency": marked.line.agency, "state": marked.line.state},
        f"{marked.line.name}: {marked.line.state}.",
    )


@meeting.command("open")
@click.argument("at", metavar="MEETING", default=NEXT)
@line_options
def open_meeting(line: Line, at: str) -> None:
    """Open the meeting."""

    async def act(desk: Desk) -> Planned:
        return await hearing.open_meeting(await the_meeting(at, desk), desk)

    held = at_desk(line, act)
    line.say({"meeting": held.id, "state": held.state}, "The meeting is open.")


@meeting.command("hear")
@click.argument("ref")
@click.option("--meeting", "at", default=NEXT, show_default=True, metavar="MEETING")
@line_options
def hear(line: Line, ref: str, at: str) -> None:
    """Call a case up. One that was being heard goes back to waiting."""

    async def act(desk: Desk) -> AgendaCase:
        case = await the_slot(ref, at, desk)
        await hearing.hear(case.slot, desk)
        return case

    case = at_desk(line, act)
    line.say({"case_ref": case.ref, "state": "open"}, f"{case.short} is being heard.")


@meeting.command("heard")
@click.argument("ref")
@click.option("--meeting", "at", default=NEXT, show_default=True, metavar="MEETING")
@click.option("--decision", default=None, help="What the room decided, in its own words.")
@click.option("--reasons", default=None)
@click.option("--next-review", default=None, metavar="2026-06-01")
@line_options
def heard(  # noqa: PLR0917 - the options of one command
    line: Line,
    ref: str,
    at: str,
    decision: str | None,
    reasons: str | None,
    next_review: str | None,
) -> None:
    """A case has been heard; what was decided goes to every agency that gets its plan."""
    asked = {"decision": decision, "reasons": reasons, "next_review_on": next_review}
    words = {name: said for name, said in asked.items() if said is not None}

    async def act(desk: Desk) -> AgendaCase:
        case = await the_slot(ref, at, desk)
        if words:
            await hearing.record_decision(case.slot, words, None, desk)
        await hearing.heard(case.slot, desk)
        return case

    case = at_desk(line, act)
    line.say({"case_ref": case.ref, "state": planned.HEARD}, f"{case.short} has been heard.")


@meeting.command("put-off")
@click.argument("ref")
@click.option("--meeting", "at", default=NEXT, show_default=True, metavar="MEETING")
@line_options
def put_off(line: Line, ref: str, at: str) -> None:
    """A case is not heard today; it waits for another agenda."""

    async def act(desk: Desk) -> AgendaCase:
        case = await the_slot(ref, at, desk)
        await hearing.put_off(case.slot, desk)
        return case

    case = at_desk(line, act)
    line.say({"case_ref": case.ref, "state": planned.PUT_OFF}, f"{case.short} is put off.")


@meeting.command("over")
@click.argument("at", metavar="MEETING", default=NEXT)
@line_options
def over(line: Line, at: str) -> None:
    """End the meeting. Cases not heard are put off."""

    async def act(desk: Desk) -> tuple[str, ...]:
        return await hearing.over(await the_meeting(at, desk), desk)

    left = at_desk(line, act)
    line.say(
        {"put_off": list(left)},
        "The meeting is over.",
        *(f"Put off: {refs.short(ref)}" for ref in left),
    )
