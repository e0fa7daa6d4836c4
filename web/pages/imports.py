"""Imports: a directory's file looked at row by row, and taken in once somebody accepts it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath

from server.counted import agree
from server.listing import report, waiting
from server.listing.importing import Imported
from server.listing.report import Report, ReportLine
from server.node.access import Act, require
from server.node.desk import Desk
from web.forms import Option, new_token, typed
from web.frame import show
from web.rendering import html
from web.workplace import AnyRequest, AtWork, go, once

_LINES: Final = 100
_DIFFERENCES: Final = 50
WORDS: Final = {
    report.KEPT: "Kept",
    report.REPAIRED: "Repaired",
    report.REFUSED: "Refused",
    report.DIFFERS: "Differs",
    report.MISSING: "Not in this file",
}
_TONES: Final = {report.REFUSED: "bad", report.REPAIRED: "you", report.KEPT: "good"}
_ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class RunLine:
    """One import in the list."""

    run: str
    at: str
    file_name: str
    words: str
    waiting: bool


@dataclass(frozen=True, slots=True)
class ImportsPage:
    """Where a file is chosen, and the imports there were."""

    token: str
    runs: tuple[RunLine, ...]
    coordinating: bool


@dataclass(frozen=True, slots=True)
class CountLine:
    """One table of the file, counted by what became of its rows."""

    table: str
    kept: int
    repaired: int
    refused: int


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a row before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class DifferencePart:
    """A row kept already that the file says differently."""

    table: str
    name: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of the report."""

    table: str
    row: str
    words: str
    tone: str
    why: str


@dataclass(frozen=True, slots=True)
class LinesPart:
    """Some lines of a report, and from where the next are asked for."""

    run: str
    outcome: str
    lines: tuple[ShownLine, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class ReportPage:
    """What a file would do, or did."""

    token: str
    run: str
    file_name: str
    at: str
    done: str
    waiting: bool
    button: str
    notes: tuple[str, ...]
    counts: tuple[CountLine, ...]
    total: CountLine
    missing: str
    differences: tuple[DifferencePart, ...]
    more_differences: int
    outcomes: tuple[Option, ...]
    part: LinesPart


@get("/imports")
async def imports_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """Choose a file, or look at an import again."""
    runs = tuple(_run_line(one) for one in await report.runs(desk))
    return await show(
        request,
        desk,
        "/partners",
        "imports/page.html",
        ImportsPage(new_token(), runs, desk.node.coordinating),
    )


@post("/imports")
async def look(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Look at a file: every row is checked, nothing is written."""
    require(desk, Act.IMPORT_LISTING)
    form = await typed(request)
    file = form.files.get("file")
    raw = await file.read() if file is not None else b""
    name = file.filename if file is not None else ""
    if not raw:
        form.wrong("file", "Choose a file: JSON, CSV, or a zip archive of CSV.")
    form.settle()

    async def act() -> Response[Any]:
        looked = await waiting.look(name, raw, form.word("source"), desk)
        return go(request, f"/imports/{looked.report.run}")

    return await once(request, form, act)


@get("/imports/{run:str}")
async def report_page(request: AnyRequest, run: FromPath[str], desk: AtWork) -> Response[str]:
    """What became of every row, and what would change."""
    made = await report.read(run, desk)
    differing = await report.lines(run, [report.DIFFERS], desk, most=_DIFFERENCES)
    every = made.total(report.DIFFERS)
    value = ReportPage(
        token=new_token(),
        run=run,
        file_name=made.file_name,
        at=_when(made),
        done=_done(made),
        waiting=made.waiting,
        button=f"Accept {agree(made.changed, 'change')} and write" if made.changed else "Write it",
        notes=made.notes,
        counts=tuple(
            CountLine(table, *(of.get(one, 0) for one in _KINDS))
            for table, of in made.counts.items()
            if any(of.get(one) for one in _KINDS)
        ),
        total=CountLine("All", *(made.total(one) for one in _KINDS)),
        missing=_missing(made),
        differences=tuple(_difference(one) for _, one in differing),
        more_differences=max(0, every - _DIFFERENCES),
        outcomes=(
            Option(_ALL, "All rows"),
            *(Option(word, WORDS[word]) for word in report.OUTCOMES if made.total(word)),
        ),
        part=await _lines(run, _first_shown(made), -1, desk),
    )
    return await show(request, desk, "/partners", "imports/report.html", value)


@post("/imports/{run:str}/lines")
async def lines(request: AnyRequest, run: FromPath[str], desk: AtWork) -> Response[Any]:
    """Lines with one outcome, from one line on."""
    form = await typed(request)
    after = form.word("after")
    part = await _lines(run, form.word("outcome"), int(after) if after.isdigit() else -1, desk)
    return Response(html("imports/_lines.html", part), media_type="text/html")


@post("/imports/{run:str}/accept")
async def accept(request: AnyRequest, run: FromPath[str], desk: AtWork) -> Response[Any]:
    """Write the file that was looked at."""
    form = await typed(request)

    async def act() -> Response[Any]:
        taken = await waiting.accept(run, desk)
        return go(request, f"/imports/{taken.report.run}", _notice(taken))

    return await once(request, form, act)


@post("/imports/{run:str}/discard")
async def discard(request: AnyRequest, run: FromPath[str], desk: AtWork) -> Response[Any]:
    """Leave the directory as it is."""
    await waiting.discard(run, desk)
    return go(request, "/imports", "The file was let go. Nothing was written.")


@get("/imports/{run:str}/report.csv")
async def sheet(run: FromPath[str], desk: AtWork) -> Response[str]:
    """The whole report as a sheet."""
    await report.read(run, desk)
    every = await report.lines(run, report.OUTCOMES, desk)
    return Response(
        report.as_csv(one for _, one in every),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="import-report.csv"'},
    )


_KINDS: Final = (report.KEPT, report.REPAIRED, report.REFUSED)


def _when(made: Report) -> str:
    return datetime.fromtimestamp(made.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _run_line(made: Report) -> RunLine:
    return RunLine(made.run, _when(made), made.file_name, _done(made), made.waiting)


def _counted(made: Report) -> str:
    return f"{made.added} new, {made.changed} changed, {made.unchanged} unchanged"


def _done(made: Report) -> str:
    if made.applied:
        return f"Written: {_counted(made)}."
    if made.waiting:
        return f"Nothing is written yet. It would be: {_counted(made)}."
    return f"Looked at, not written: {_counted(made)}."


def _notice(taken: Imported) -> str:
    return f"The file is in the directory: {_counted(taken.report)}."


def _missing(made: Report) -> str:
    if not made.missing:
        return ""
    rows = agree(made.missing, "row")
    return f"{rows} of this source not in this file; they stay as they are."


def _first_shown(made: Report) -> str:
    found = [word for word in (report.REFUSED, report.REPAIRED) if made.total(word)]
    return found[0] if found else _ALL


async def _lines(run: str, outcome: str, after: int, desk: Desk) -> LinesPart:
    wanted = [outcome] if outcome in report.OUTCOMES else list(report.OUTCOMES)
    found = await report.lines(run, wanted, desk, after=after, most=_LINES + 1)
    shown = found[:_LINES]
    more = shown[-1][0] if len(found) > _LINES else None
    return LinesPart(run, outcome, tuple(_line(one) for _, one in shown), more)


def _line(one: ReportLine) -> ShownLine:
    return ShownLine(
        one.table,
        str(one.row or ""),
        WORDS[one.outcome],
        _TONES.get(one.outcome, "info"),
        report.in_words(one),
    )


def _difference(one: ReportLine) -> DifferencePart:
    found = report.difference_of(one)
    fields = tuple(
        FieldChange(name, report.shown(before), report.shown(after))
        for name, (before, after) in found.fields.items()
    )
    return DifferencePart(found.table.replace("_", " "), found.name or found.id, fields)


handlers = (imports_page, look, report_page, lines, accept, discard, sheet)
