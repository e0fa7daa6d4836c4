"""Papers: what is taken away as a file, marked for whom it is made."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import click

from server.cli.line import Line, at_desk, line_options, write_new
from server.cli.meetings import the_meeting
from server.meeting import exporting
from server.meeting.exporting import Paper
from server.node.desk import Desk
from server.node.errors import Usage

_out = click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Write the file here."
)


@click.group("paper")
def paper() -> None:
    """Agenda and plan as PDF, actions and attendance as a sheet."""


@paper.command("agenda")
@click.argument("meeting")
@_out
@line_options
def agenda(line: Line, meeting: str, out: Path) -> None:
    """The agenda of a meeting, as an accessible PDF."""

    async def made(desk: Desk) -> Paper:
        return await exporting.agenda(await the_meeting(meeting, desk), desk)

    _write(line, out, made)


@paper.command("plan")
@click.argument("ref")
@click.option("--for", "agency", help="The agency that takes it away; without it, this node.")
@_out
@line_options
def plan(line: Line, ref: str, agency: str | None, out: Path) -> None:
    """The plan of a case, as an accessible PDF: what may go to that agency, and no more."""
    _write(line, out, lambda desk: exporting.plan(ref, agency, desk))


@paper.command("actions")
@_out
@line_options
def actions(line: Line, out: Path) -> None:
    """The actions as XLSX or CSV, by the ending of the file's name."""
    _write(line, out, lambda desk: exporting.actions(desk, _ending(out)))


@paper.command("attendance")
@click.argument("meeting")
@_out
@line_options
def attendance(line: Line, meeting: str, out: Path) -> None:
    """Who is expected at a meeting or was there, as XLSX or CSV by the file's ending."""

    async def made(desk: Desk) -> Paper:
        return await exporting.attendance(await the_meeting(meeting, desk), desk, _ending(out))

    _write(line, out, made)


def _ending(out: Path) -> str:
    return out.suffix.removeprefix(".").lower()


def _write(line: Line, out: Path, make: Callable[[Desk], Awaitable[Paper]]) -> None:
    if out.exists():
        raise Usage(f"There is a file {out} already. Name one that is not there yet.")
    made = at_desk(line, make)
    write_new(out, made.content)
    line.say(
        {"file": str(out), "media_type": made.media_type},
        f"Written to {out}. It is recorded that you took it; destroy it when its day comes.",
    )


COMMANDS = (paper,)
