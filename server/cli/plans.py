"""The plan of a case: read anywhere it may go, written and sent round at the coordinating node."""

from collections.abc import Mapping, Sized
from pathlib import Path
from typing import Any

import click

from server.casework.cases import Edited
from server.casework.own import agency_name
from server.cli.line import Line, at_desk, line_options, read_form, read_words, table
from server.counted import agree
from server.meeting import circulating, leads, plan_rows
from server.meeting import plan as plans
from server.meeting.plan_rows import Added
from server.meeting.plan_view import ACTIONS, RISKS, PlanRow, PlanView
from server.node.desk import Desk
from server.node.errors import BadFile

_SECTIONS = {"risk": RISKS, "action": ACTIONS}


@click.group("plan")
def plan() -> None:
    """What the meeting wrote down: risks, actions, who leads, and what each row rests on."""


@plan.command("show")
@click.argument("ref")
@line_options
def show(line: Line, ref: str) -> None:
    """The plan as this node has it; a closed row says nothing."""

    async def act(desk: Desk) -> tuple[PlanView, dict[str, str]]:
        found = await plans.read(ref, desk)
        leads = [row.says("agency") for row in found.leads]
        return found, {agency: agency_name(agency, desk) for agency in leads}

    found, named = at_desk(line, act)
    line.say(_plain(found), *_lines(found, named))


@plan.command("risk")
@click.argument("ref")
@click.option("--about", required=True, metavar="PERSON")
@click.option("--level", type=click.Choice(["standard", "medium", "high"]))
@click.option("--rests-on", multiple=True, metavar="CONSENT", help="Whose part it restates.")
@click.option("--on-file", is_flag=True, help="Safe to put on file; else it is not.")
@line_options
def risk(  # noqa: PLR0917 - one parameter for each option of the command
    line: Line,
    ref: str,
    about: str,
    level: str | None,
    rests_on: tuple[str, ...],
    on_file: bool,
) -> None:
    """Write down a risk; its words come on standard input."""
    fields = {"risk": read_words(), "level": level or "", "on_file": _on_file(on_file)}

    async def act(desk: Desk) -> Added:
        return await plan_rows.add_risk(ref, about, fields, desk, rests_on=rests_on)

    _said(line, at_desk(line, act))


@plan.command("action")
@click.argument("ref")
@click.option("--about", required=True, metavar="PERSON")
@click.option("--owner", required=True, metavar="AGENCY", help="Whose action it is.")
@click.option("--due", metavar="DAY", help="Such as 2026-12-14; without it, the protocol's term.")
@click.option("--for-risk", metavar="ROW", help="The risk it answers.")
@click.option("--rests-on", multiple=True, metavar="CONSENT", help="Whose part it restates.")
@click.option("--on-file", is_flag=True, help="Safe to put on file; else it is not.")
@line_options
def action(  # noqa: PLR0917 - one parameter for each option of the command
    line: Line,
    ref: str,
    about: str,
    owner: str,
    due: str | None,
    for_risk: str | None,
    rests_on: tuple[str, ...],
    on_file: bool,
) -> None:
    """Write down an action; its words come on standard input."""
    fields = {
        "action": read_words(),
        "owner_agency": owner,
        "due": due or "",
        "for_risk": for_risk or "",
        "on_file": _on_file(on_file),
    }

    async def act(desk: Desk) -> Added:
        rests = rests_on or None
        return await plan_rows.add_action(ref, about, fields, desk, rests_on=rests)

    _said(line, at_desk(line, act))


@plan.command("change")
@click.argument("ref")
@click.argument("row")
@click.option("--field", "field", required=True, metavar="FIELD")
@click.option("--rests-on", multiple=True, metavar="CONSENT", help="What it rests on from now.")
@line_options
def change(line: Line, ref: str, row: str, field: str, rests_on: tuple[str, ...]) -> None:
    """Change one field of a row; the words come on standard input. A closed row is rewritten."""
    words = read_words()

    async def act(desk: Desk) -> Edited:
        view = await plans.read(ref, desk)
        there = next((one for one in (*view.risks, *view.actions) if one.row == row), None)
        if there is None:
            raise plan_rows.NoSuchRow
        rests, said = rests_on or None, {field: words}
        return await plan_rows.change(
            ref, there.section, there.about, row, said, view.revision, desk, rests_on=rests
        )

    edited = at_desk(line, act)
    line.say(
        {"row": row, **_reached(edited)},
        f"Changed. It goes to {_agencies(edited.reached)}.",
    )


@plan.command("lead")
@click.argument("ref")
@click.option("--about", required=True, metavar="PERSON")
@click.option("--agency", required=True, metavar="AGENCY")
@click.option("--from", "file", type=click.Path(path_type=Path), help="JSON: name, phone, why.")
@click.option("--rests-on", multiple=True, metavar="CONSENT", help="Whose part it restates.")
@line_options
def lead(  # noqa: PLR0917 - one parameter for each option of the command
    line: Line, ref: str, about: str, agency: str, file: Path | None, rests_on: tuple[str, ...]
) -> None:
    """Write down who leads for one person."""
    said = {} if file is None else _texts(read_form(file))

    async def act(desk: Desk) -> Edited:
        fields = {"agency": agency, **said}
        return await leads.lead(ref, about, fields, None, desk, rests_on=rests_on)

    edited = at_desk(line, act)
    line.say({"about": about, **_reached(edited)}, f"{agency} leads for {about}.")


@plan.command("circulate")
@click.argument("ref")
@line_options
def circulate(line: Line, ref: str) -> None:
    """Send the plan round: each agency what its consent allows, marked against later change."""
    sent = at_desk(line, lambda desk: circulating.circulate(ref, desk))
    line.say(
        {"at": sent.at, "to": list(sent.to)},
        f"Sent round to {_agencies(sent.to)}.",
    )


def _agencies(some: Sized) -> str:
    return agree(len(some), "agency", "agencies")


def _said(line: Line, added: Added) -> None:
    words = f"Written as row {added.row}. It goes to {_agencies(added.edited.reached)}."
    line.say({"row": added.row, **_reached(added.edited)}, words)


def _reached(edited: Edited) -> dict[str, Any]:
    beside = [[one.section, one.about, one.field] for one in edited.beside]
    return {"reached": list(edited.reached), "beside": beside}


def _texts(form: Mapping[str, Any]) -> dict[str, str]:
    if not form.keys() <= {"name", "phone", "why"} or not all(
        isinstance(one, str) for one in form.values()
    ):
        raise BadFile("The form holds name, phone and why, each a text, and nothing else.")
    return dict(form)


def _on_file(safe: bool) -> str:
    return "safe" if safe else "not_safe"


def _plain(view: PlanView) -> dict[str, Any]:
    sent = view.circulated
    return {
        "case_ref": view.case_ref,
        "revision": view.revision,
        "people": dict(view.people),
        "case": {name: [one.value for one in said] for name, said in sorted(view.case.items())},
        "risks": [_row(row) for row in view.risks],
        "actions": [_row(row) for row in view.actions],
        "leads": [_row(row) for row in view.leads],
        "closed": view.closed,
        "circulated": None if sent is None else {"at": sent.at, "changed": sent.changed},
        "until": view.until and view.until.isoformat(),
    }


def _row(row: PlanRow) -> dict[str, Any]:
    return {
        "row": row.row,
        "about": row.about,
        "closed": row.closed,
        "rests_on": list(row.rests_on),
        "fields": {
            name: [{"value": one.value, "by": one.by, "at": one.at} for one in said]
            for name, said in sorted(row.fields.items())
        },
    }


def _lines(view: PlanView, named: Mapping[str, str]) -> list[str]:
    lines = [f"Plan of {view.short}"]
    if view.circulated:
        changed = "changed since" if view.circulated.changed else "unchanged since"
        lines.append(f"Sent round {view.circulated.at}, {changed}.")
    for title, rows, name in (
        ("Risks", view.risks, "risk"),
        ("Actions", view.actions, "action"),
        ("Leads", view.leads, "agency"),
    ):
        lines.append(title)
        lines += table(
            [
                (
                    "  " + row.row,
                    row.about,
                    "closed: a consent ended"
                    if row.closed
                    else named.get(row.says(name), row.says(name)),
                    row.says("status"),
                    row.says("due"),
                )
                for row in rows
            ]
        )
    return lines


COMMANDS = (plan,)
