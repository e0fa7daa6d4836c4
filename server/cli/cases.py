"""Cases: an agency's own records, and editing them without losing a colleague's words."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from server.casework import cases as acts
from server.casework import people
from server.casework.cases import CaseRecord, CaseSummary, Edited
from server.cli.line import (
    MOST_BYTES,
    Line,
    at_desk,
    line_options,
    names,
    parse_form,
    read_form,
    table,
)
from server.counted import agree
from server.node.desk import Desk
from server.node.errors import BadFile
from tiers.case_form import CaseForm, read_case
from tiers.fragment import Place
from tiers.reading import format_name

_EDIT_FORMAT = "casefold-edit-1"
_PEOPLE = ("people", "known_as", "bases")


@click.group("case")
def case() -> None:
    """This agency's own records of cases."""


@case.command("new-ref")
@line_options
def new_ref(line: Line) -> None:
    """A random case reference, which names nobody."""
    ref = acts.new_ref()
    line.say({"case_ref": ref}, ref)


@case.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--case-ref", help="The reference learned through a release; without it, a new one.")
@line_options
def import_case(line: Line, file: Path, case_ref: str | None) -> None:
    """Read a case form (casefold-case-1) as this agency's own record."""
    written = read_form(file)

    async def act(desk: Desk) -> CaseRecord:
        form: CaseForm = read_case(written, desk.pack)
        return await acts.import_case(form, case_ref, desk)

    record = at_desk(line, act)
    line.say(
        {
            "case_ref": record.ref,
            "short": record.short,
            "revision": record.revision,
            "fields": len(record.fragment.fields),
        },
        f"Case {record.short} holds {agree(len(record.fragment.fields), 'field')} ({record.ref}).",
    )


@case.command("list")
@line_options
def list_cases(line: Line) -> None:
    """The cases this agency works, and those others told it of."""

    async def act(desk: Desk) -> tuple[Sequence[CaseSummary], list[str]]:
        listed = await acts.list_cases(desk)
        return listed, [names(case.received_from, desk) for case in listed]

    found, from_whom = at_desk(line, act)
    rows = [(c.short, c.status, c.name, told) for c, told in zip(found, from_whom, strict=True)]
    line.say(
        {
            "cases": [
                {
                    "case_ref": c.ref,
                    "short": c.short,
                    "status": c.status,
                    "opened_on": None if c.opened_on is None else c.opened_on.isoformat(),
                    "name": c.name,
                    "own": c.own,
                    "received_from": list(c.received_from),
                }
                for c in found
            ]
        },
        *table(rows),
    )


@case.command("show")
@click.argument("ref")
@line_options
def show(line: Line, ref: str) -> None:
    """Everything this agency itself holds in one case."""

    async def act(desk: Desk) -> CaseRecord:
        return await acts.read(ref, desk)

    record = at_desk(line, act)
    line.say(_as_answer(record), *_as_lines(record))


@case.command("edit")
@click.argument("ref")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, allow_dash=True),
    default="-",
    help="A casefold-edit-1 file; standard input without it.",
)
@line_options
def edit(line: Line, ref: str, file: Path) -> None:
    """Write fields of a case, or add people to it; whoever holds a live share receives the change.

    Words about a person never stand on the command line, where every process list shows them.
    """
    if str(file) == "-":
        form = parse_form(sys.stdin.buffer.read(MOST_BYTES + 1), "the edit")
    else:
        form = read_form(file)
    edits, base = _edits(form)
    added, known_as, bases = (_codes(form, part) for part in _PEOPLE)

    async def act(desk: Desk) -> tuple[Edited, str]:
        if not edits:
            changed = await people.change(ref, added, known_as, bases, desk)
            return changed, names(changed.reached, desk)
        before = await acts.read(ref, desk)
        drawn = before.revision if base is None else base
        heads = before.heads if base is None else {}
        saved = await acts.edit(ref, edits, drawn, heads, desk)
        return saved, names(saved.reached, desk)

    edited, reached = at_desk(line, act)
    line.say(
        {
            "case_ref": edited.record.ref,
            "revision": edited.record.revision,
            "reached": list(edited.reached),
            "beside": [_place(place) for place in edited.beside],
        },
        f"Saved as revision {edited.record.revision}. It goes to {reached or 'nobody'}.",
        *(f"A colleague had changed {_said(p)} too: both are kept." for p in edited.beside),
    )


def _edits(form: Mapping[str, Any]) -> tuple[dict[Place, str | None], int | None]:
    format_name(form, _EDIT_FORMAT)
    if "format" not in form:
        raise BadFile(f"An edit must begin with format: {_EDIT_FORMAT}.")
    unknown = sorted(form.keys() - {"format", "base", "edits", *_PEOPLE})
    about_people = any(part in form for part in _PEOPLE)
    rows, base = form.get("edits", []), form.get("base")
    if unknown or not isinstance(rows, list) or bool(rows) == about_people:
        raise BadFile(
            "An edit holds format, and either edits (a list, at least one) and perhaps base, or "
            "people, known_as and bases, as many of these as are needed."
        )
    if base is not None and (not isinstance(base, int) or isinstance(base, bool)):
        raise BadFile("base must be the revision that case show printed.")
    return dict(_edit(row, number) for number, row in enumerate(rows)), base


def _codes(form: Mapping[str, Any], part: str) -> dict[str, str]:
    found = form.get(part, {})
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise BadFile(f"{part} names people by their codes, with a text for each.")
    return found


def _edit(row: object, number: int) -> tuple[Place, str | None]:
    names = {"section", "about", "field", "value"}
    if not isinstance(row, dict) or row.keys() != names:
        raise BadFile(f"edits[{number}] holds exactly section, about, field and value.")
    value = row["value"]
    if not all(isinstance(row[name], str) for name in names - {"value"}):
        raise BadFile(f"edits[{number}]: section, about and field are text.")
    if value is not None and not isinstance(value, str):
        raise BadFile(f"edits[{number}].value is text, or null to clear the field.")
    return Place(row["section"], row["about"], row["field"]), value


def _place(place: Place) -> dict[str, str]:
    return {"section": place.section, "about": place.about, "field": place.field}


def _said(place: Place) -> str:
    return f"{place.section}, {place.about}, {place.field}"


def _as_answer(record: CaseRecord) -> dict[str, Any]:
    return {
        "case_ref": record.ref,
        "short": record.short,
        "status": record.status,
        "opened_on": record.opened_on.isoformat(),
        "revision": record.revision,
        "people": dict(record.fragment.people),
        "fields": [
            {
                **_place(place),
                "values": [{"value": w.value, "at": w.at, "by": w.by} for w in written],
            }
            for place, written in sorted(record.fragment.fields.items())
        ],
    }


def _as_lines(record: CaseRecord) -> list[str]:
    lines = [f"Case {record.short}, {record.status}, revision {record.revision}"]
    section = None
    for place, written in sorted(record.fragment.fields.items()):
        if place.section != section:
            section = place.section
            lines += ["", section]
        values = " / ".join(w.value for w in written)
        lines.append(f"  {place.about}, {place.field}: {values}")
    return lines


COMMANDS = (case,)
