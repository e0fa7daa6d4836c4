"""The agency's own entry in the partner directory: shown, changed, sent, and said to be right."""

from typing import Any

import click

from directory.hsds.objects import OBJECTS
from server.cli.line import Line, at_desk, line_options, names, table
from server.cli.listings import directory
from server.counted import agree
from server.entry import assuring, own, sending, typed
from server.entry.sending import OPEN, Leaving, Outgoing
from server.node.desk import Desk
from server.node.errors import Usage


@directory.group("entry")
def entry() -> None:
    """What this agency says of itself to the others."""


@entry.command("show")
@line_options
def show(line: Line) -> None:
    """Every row, and where two colleagues wrote different things, both."""

    async def act(desk: Desk) -> dict[str, Any]:
        found = await own.read(desk)
        return {
            "organization": own.organization_id(desk.node.identity),
            "rows": [
                {
                    "table": row.table,
                    "values": row.values,
                    "to_choose": {
                        name: [said.value for said in row.fields[name]] for name in row.open_fields
                    },
                    "removed_meanwhile": row.contested,
                }
                for row in found.rows.values()
                if not row.removed
            ],
        }

    answer = at_desk(line, act)
    lines = [
        (one["table"], one["values"]["id"], str(one["values"].get("name", "")))
        for one in answer["rows"]
    ]
    line.say(answer, *(table(lines) or ["There is nothing in your entry yet."]))


@entry.command("set")
@click.argument("of", metavar="TABLE")
@click.argument("row", metavar="ID|new")
@click.argument("fields", nargs=-1, metavar="FIELD=VALUE…")
@click.option("--remove", is_flag=True, help="Take this row away, and what hangs from it.")
@line_options
def set_fields(line: Line, of: str, row: str, fields: tuple[str, ...], *, remove: bool) -> None:
    """Write fields of a row, in the words of HSDS 3.1; “own” is the organization itself.

    \b
    An empty value takes a field away. Beside HSDS:
      x_audience=public|professional|trusted    x_trusted="Harbour Centre, St Brigid Hospital"
      x_confidential_location=yes               x_field_audience=email:trusted
    """
    pairs = [one.partition("=") for one in fields]
    if remove == bool(fields) or any(not sign for _, sign, _ in pairs):
        raise Usage("Say fields as NAME=VALUE, or --remove; not both.")
    said = {name.strip(): value for name, _, value in pairs}

    async def act(desk: Desk) -> str:
        begun = await own.begin(desk)
        ident = _row(of, row, desk)
        if remove:
            await own.remove(of, ident, begun.heads, desk)
        else:
            written = typed.values(of, ident, _placed(of, row, said, desk), desk)
            await own.edit({(of, ident): written}, begun.heads, desk)
        return ident

    ident = at_desk(line, act)
    words = "Taken away" if remove else "Written"
    line.say({"table": of, "id": ident, "removed": remove}, f"{words}: {of} {ident}")


@entry.command("publish")
@click.option("--dry-run", is_flag=True, help="Show what would leave, and to whom; send nothing.")
@line_options
def publish(line: Line, *, dry_run: bool) -> None:
    """Send the entry to the directory: to everybody what is open, to the named what is theirs."""

    async def act(desk: Desk) -> tuple[Outgoing, tuple[str, ...], list[str]]:
        leaving = await sending.outgoing(desk)
        sent = () if dry_run else await sending.send(desk)
        return leaving, sent, [_said(part, desk) for part in leaving.parts]

    leaving, sent, lines = at_desk(line, act)
    answer = {
        "dry_run": dry_run,
        "sent": list(sent),
        "to_choose": leaving.to_choose,
        "mistakes": list(leaving.mistakes),
        "parts": [
            {"to": part.part, "new": part.new, "rows": part.rows, "waits": part.waits}
            for part in leaving.parts
        ],
    }
    if not dry_run and not sent:
        lines = ["Nothing is new since it was sent last."]
    line.say(answer, *lines, *leaving.mistakes)


@entry.command("assure")
@line_options
def assure(line: Line) -> None:
    """Say that all of it is still right as of today, and send that."""
    sent = at_desk(line, assuring.assure)
    line.say(
        {"sent": list(sent)}, "Written down: it is all still right. It goes with the next sync."
    )


def _row(of: str, row: str, desk: Desk) -> str:
    if of not in OBJECTS:
        raise Usage(f"An entry has rows of: {', '.join(sorted(OBJECTS))}.")
    if row == "own" and of == own.ORGANIZATIONS:
        return own.organization_id(desk.node.identity)
    return own.new_id() if row == "new" else row


def _placed(of: str, row: str, said: dict[str, str], desk: Desk) -> dict[str, str]:
    """A new row that names nothing it hangs from belongs to the organization itself."""
    hangs = [name for name, field in OBJECTS[of].fields.items() if field.refers_to]
    if row != "new" or "organization_id" not in hangs or said.keys() & set(hangs):
        return said
    return {**said, "organization_id": own.organization_id(desk.node.identity)}


def _said(part: Leaving, desk: Desk) -> str:
    to = "everybody at a partner" if part.part == OPEN else names([part.part], desk)
    count = sum(map(len, part.rows.values()))
    state = part.waits or ("new" if part.new else "as it was sent")
    return f"To {to}: {agree(count, 'row')}, {state}"
