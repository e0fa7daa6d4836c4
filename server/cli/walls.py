"""Walls between cases and people, and the ties that put them unasked."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from server.casework import ties as tie_acts
from server.casework import walling as acts
from server.casework.own_search import Asked
from server.casework.ties import TieEntry
from server.casework.walling import WallEntry
from server.cli.line import MOST_BYTES, Line, at_desk, line_options, parse_form, read_form, table
from server.meeting import lifting
from server.node.desk import Desk
from server.node.errors import BadFile, Usage
from tiers.reading import format_name

TIE_FORMAT = "casefold-tie-1"
_PARTS = ("names", "births", "addresses", "phones")


@click.group("wall")
def wall() -> None:
    """Who may not know that a case exists: to them it looks as if it were not here."""


@wall.command("put")
@click.argument("ref")
@click.option("--staff", "colleague", default="", help="A colleague, by name.")
@click.option("--agency", default="", help="An agency that is told nothing of this case.")
@click.option("--why", default="", help="For those who keep the walls.")
@line_options
def put(line: Line, ref: str, colleague: str, agency: str, why: str) -> None:
    """Put a wall between a case and a colleague, or an agency."""
    if bool(colleague) == bool(agency):
        raise Usage("Name one colleague with --staff, or one agency with --agency.")

    async def act(desk: Desk) -> None:
        await acts.put(ref, why, desk, staff=colleague, agency=agency)

    at_desk(line, act)
    line.say(
        {"walled": colleague or agency}, f"From now on {colleague or agency} finds nothing of it."
    )


@wall.command("lift")
@click.argument("number")
@line_options
def lift(line: Line, number: str) -> None:
    """Take a wall away."""

    async def act(desk: Desk) -> None:
        await lifting.lift(number, desk)

    at_desk(line, act)
    line.say({"lifted": number}, "The wall is lifted.")


@wall.command("keep")
@click.argument("number")
@line_options
def keep(line: Line, number: str) -> None:
    """Say that you looked at a wall this node put, and that it stands."""

    async def act(desk: Desk) -> None:
        await acts.look_at(number, desk)

    at_desk(line, act)
    line.say({"kept": number}, "The wall stands.")


@wall.command("list")
@click.argument("ref", required=False)
@line_options
def list_them(line: Line, ref: str | None) -> None:
    """The walls that stand, of one case or of all you may know of."""

    async def act(desk: Desk) -> tuple[WallEntry, ...]:
        return await acts.list_walls(desk, ref)

    found = at_desk(line, act)
    rows = [(one.id, one.short, one.name, one.why or "; ".join(one.because)) for one in found]
    line.say({"walls": [_wall_answer(one) for one in found]}, *table(rows))


def _wall_answer(one: WallEntry) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "case_ref": one.case_ref,
        "staff": one.staff or None,
        "agency": one.agency or None,
        "name": one.name,
        "why": one.why,
        "because": list(one.because),
        "by": one.by,
        "at": one.at,
        "to_look_at": one.to_look_at,
    }


@click.group("tie")
def tie() -> None:
    """Whom you are close to: cases in which they seem to be are walled from you."""


@tie.command("say")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, allow_dash=True),
    default="-",
    help="A casefold-tie-1 file; standard input without it.",
)
@click.option("--staff", "colleague", default="", help="A colleague whose tie it is.")
@line_options
def say(line: Line, file: Path, colleague: str) -> None:
    """Say somebody you are close to: names, births, addresses, phones, each a list."""
    written = _written(file)
    names, births, addresses, phones = (_list(written, part) for part in _PARTS)
    asked = Asked(names, births, addresses, phones)
    why = str(written.get("why", ""))

    async def act(desk: Desk) -> TieEntry:
        return await tie_acts.say(asked, why, desk, of=colleague)

    said = at_desk(line, act)
    line.say(_tie_answer(said), f"Tie {said.id} is held against every case here from now on.")


@tie.command("list")
@line_options
def list_said(line: Line) -> None:
    """The ties you said."""
    found = at_desk(line, tie_acts.list_ties)
    rows = [(one.id, one.name, "; ".join(one.asked.names), one.why) for one in found]
    line.say({"ties": [_tie_answer(one) for one in found]}, *table(rows))


@tie.command("take-back")
@click.argument("number")
@line_options
def take_back(line: Line, number: str) -> None:
    """Hold a tie against no case any more; walls that stand stay until somebody lifts them."""

    async def act(desk: Desk) -> None:
        await tie_acts.take_back(number, desk)

    at_desk(line, act)
    line.say({"taken_back": number}, "The tie is taken back.")


def _written(file: Path) -> Mapping[str, Any]:
    if str(file) == "-":
        raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        written = parse_form(raw, "standard input")
    else:
        written = read_form(file)
    format_name(written, TIE_FORMAT)
    if "format" not in written:
        raise BadFile(f"A tie must begin with format: {TIE_FORMAT}.")
    if odd := sorted({*written} - {"format", "why", *_PARTS}):
        raise BadFile(f"A tie has no {odd[0]}; write any of: {', '.join(_PARTS)}, why.")
    return written


def _list(written: Mapping[str, Any], part: str) -> tuple[str, ...]:
    said: Sequence[Any] = written.get(part, [])
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise BadFile(f"{part}: write a list of words.")
    return tuple(one.strip() for one in said if one.strip())


def _tie_answer(one: TieEntry) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "staff": one.staff,
        "name": one.name,
        "names": list(one.asked.names),
        "births": list(one.asked.births),
        "addresses": list(one.asked.addresses),
        "phones": list(one.asked.phones),
        "why": one.why,
        "at": one.at,
    }


COMMANDS = (wall, tie)
