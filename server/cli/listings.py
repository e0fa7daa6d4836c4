"""The partner directory: taken in from a file, given out as a file, and listed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from directory.audience import Audience
from server.cli.line import Line, at_desk, line_options, table
from server.counted import agree
from server.listing import exporting, importing, report, shelf
from server.listing.importing import Imported
from server.listing.reading_files import read_path
from server.listing.report import Difference
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import Usage

_SHOWN = 20  # differences a person reads at once; a report holds all


@click.group("directory")
def directory() -> None:
    """The partner directory, in the words of HSDS 3.1."""


@directory.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what it would do, and write nothing.")
@click.option("--accept", is_flag=True, help="Change rows kept already as the file says.")
@click.option("--report", "report_file", type=click.Path(path_type=Path), help="Write CSV here.")
@click.option("--source", default="", help="Whose file it is, where its ids are plain numbers.")
@line_options
def import_path(
    line: Line,
    path: Path,
    report_file: Path | None,
    source: str,
    *,
    dry_run: bool,
    accept: bool,
) -> None:
    """Take in HSDS 3 JSON, HSDS tabular CSV (a folder or a zip), or CSV of HSDS 1 and 2.

    Every row is kept, repaired or refused, and the report says why. Rows kept already change only
    with --accept.
    """
    if dry_run and accept:
        raise Usage("Look at it with --dry-run, or write it with --accept, not both.")
    if report_file is not None and report_file.exists():
        raise Usage(f"There is a file {report_file} already. Name one that is not there yet.")

    async def act(desk: Desk) -> tuple[Imported, str]:
        require(desk, Act.IMPORT_LISTING)
        read = read_path(path, _progress)
        called = importing.source_of(source)
        done = await importing.take(read, called, desk, _progress, write=not dry_run, accept=accept)
        every = await report.lines(done.report.run, report.OUTCOMES, desk)
        return done, report.as_csv(one for _, one in every) if report_file else ""

    done, sheet = at_desk(line, act)
    if report_file is not None:
        report_file.write_text(sheet, encoding="utf-8", newline="")
    line.say(_as_answer(done, dry_run=dry_run), *_as_lines(done, dry_run=dry_run))


def _progress(words: str) -> None:
    click.echo(f"{words} …", err=True)


def _as_answer(done: Imported, *, dry_run: bool) -> dict[str, Any]:
    made = done.report
    return {
        "run": made.run,
        "file": made.file_name,
        "form": made.form,
        "source": made.source,
        "written": made.applied,
        "dry_run": dry_run,
        "added": made.added,
        "changed": made.changed,
        "unchanged": made.unchanged,
        "missing": made.missing,
        "tables": {name: dict(counts) for name, counts in made.counts.items()},
        "notes": list(made.notes),
        "rows": [
            {
                "table": one.table,
                "row": one.row,
                "id": one.id,
                "outcome": one.outcome.value,
                "why": one.why,
            }
            for one in done.lines
        ],
        "differences": [
            {
                "table": one.table,
                "id": one.id,
                "name": one.name,
                "fields": {n: {"before": a, "after": b} for n, (a, b) in one.fields.items()},
            }
            for one in done.differences
        ],
    }


def _as_lines(done: Imported, *, dry_run: bool) -> list[str]:
    made = done.report
    outcomes = (report.KEPT, report.REPAIRED, report.REFUSED)
    rows = [["", *outcomes]]
    rows += [
        [name, *(str(counts.get(one, 0)) for one in outcomes)]
        for name, counts in made.counts.items()
        if any(counts.get(one) for one in outcomes)
    ]
    rows.append(["all", *(str(made.total(one)) for one in outcomes)])
    said = [*table(rows), *made.notes, *_differences(done.differences)]
    if made.missing:
        missing = agree(made.missing, "row kept from before is", "rows kept from before are")
        said.append(f"{missing} not in it; nothing is taken away.")
    return [*said, _done(done, dry_run=dry_run)]


def _differences(found: Sequence[Difference]) -> list[str]:
    said = []
    for one in found[:_SHOWN]:
        said.append(f"{one.table} {one.name or one.id}")
        said += [
            f"  {name}: {report.shown(before)} → {report.shown(after)}"
            for name, (before, after) in one.fields.items()
        ]
    more = len(found) - _SHOWN
    return (
        [*said, f"and {more} more rows that differ; --report FILE holds all"] if more > 0 else said
    )


def _done(done: Imported, *, dry_run: bool) -> str:
    made = done.report
    counted = f"{made.added} new, {made.changed} changed, {made.unchanged} unchanged"
    if made.applied:
        return f"Written: {counted}."
    if dry_run:
        return f"Nothing was written. It would be: {counted}."
    return f"Nothing was written, for rows kept already differ: {counted}. Accept with --accept."


@directory.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--audience",
    type=click.Choice([Audience.PUBLIC.value, Audience.PROFESSIONAL.value]),
    default=Audience.PUBLIC.value,
    help="For whom: everybody, or the signed-in staff of partners.",
)
@line_options
def export(line: Line, path: Path, audience: str) -> None:
    """Write HSDS 3.1, as JSON (PATH.json) or as tables in an archive (PATH.zip)."""
    if path.exists():
        raise Usage(f"There is a file {path} already. Name one that is not there yet.")

    async def act(desk: Desk) -> exporting.Exported:
        return await exporting.export(Audience(audience), path.suffix, desk)

    made = at_desk(line, act)
    try:
        path.write_bytes(made.body)
    except OSError as error:
        raise Usage(f"The file {path} cannot be written: {error.strerror}.") from None
    rows = sum(made.counts.values())
    line.say(
        {"audience": audience, "tables": made.counts},
        f"Written for the {audience} audience: {agree(rows, 'row')} in {path}.",
    )


@directory.command("list")
@line_options
def list_directory(line: Line) -> None:
    """The organizations in the directory, and how many services each has."""

    async def act(desk: Desk) -> list[tuple[str, str, int]]:
        require(desk, Act.READ_LISTING)
        return await shelf.organizations(Audience.PROFESSIONAL)

    found = at_desk(line, act)
    line.say(
        {"organizations": [{"id": i, "name": name, "services": n} for i, name, n in found]},
        *table([(name, f"{n} services" if n != 1 else "1 service") for _, name, n in found]),
    )


COMMANDS = (directory,)
