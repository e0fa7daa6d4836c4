"""What an import made of a file: kept for its page, said in lines, and as CSV that runs nothing."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from directory.hsds.outcome import Line, Outcome
from server.listing.bulk import write_many
from server.listing.tables import ImportLine, ImportRun
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NotFound
from server.papers import cells

KEPT, REPAIRED, REFUSED = (one.value for one in Outcome)
DIFFERS, MISSING = "differs", "missing"
OUTCOMES: Final = (KEPT, REPAIRED, REFUSED, DIFFERS, MISSING)
_RUNS_SHOWN: Final = 20
_RUNS_KEPT: Final = 5  # the lines of older ones are let go
_INSERT: Final = (
    'INSERT INTO listing_import_line (id, run, number, "table", "row", hsds_id, outcome, change, '
    "why) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A row kept already that the file says differently: each field before and after."""

    table: str
    id: str
    name: str
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """One import, counted."""

    run: str
    at: int
    file_name: str
    form: str
    source: str
    applied: bool
    added: int
    changed: int
    unchanged: int
    missing: int
    notes: tuple[str, ...]
    counts: Mapping[str, Mapping[str, int]]  # table as the file calls it → outcome → rows
    waiting: bool = False  # the file is kept, shut, until somebody accepts or discards it

    def total(self, outcome: str) -> int:
        """How many rows came to this."""
        return sum(of.get(outcome, 0) for of in self.counts.values())


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of the report."""

    table: str
    row: int
    id: str
    outcome: str
    why: str


async def write(
    run: ImportRun,
    lines: Sequence[Line],
    differences: Sequence[Difference],
    missing: Sequence[tuple[str, str, str]],
) -> None:
    """Keep a report; inside the act that made it."""
    await ImportRun.insert(run)
    said = [(one.table, one.row, one.id[:36], one.outcome.value, one.why) for one in lines]
    said += [
        (one.table, 0, one.id, DIFFERS, json.dumps([one.name, one.fields], ensure_ascii=False))
        for one in differences
    ]
    said += [(table, 0, of, MISSING, name) for table, of, name in missing]
    await write_many(
        _INSERT,
        [
            (f"{run.id}/{number}", run.id, number, table[:120], row, of, outcome, "", why)
            for number, (table, row, of, outcome, why) in enumerate(said)
        ],
    )
    older = await ImportRun.select(ImportRun.id).order_by(ImportRun.at, ascending=False)
    gone = [one["id"] for one in older if one["id"] != run.id][_RUNS_KEPT - 1 :]
    if gone:
        await ImportLine.delete().where(ImportLine.run.is_in(gone))


async def runs(desk: Desk) -> list[Report]:
    """The imports of this node, the last first."""
    require(desk, Act.IMPORT_LISTING)
    found = await ImportRun.select().order_by(ImportRun.at, ascending=False).limit(_RUNS_SHOWN)
    return [_report(one, {}) for one in found]


async def read(run: str, desk: Desk) -> Report:
    """One import with its counts."""
    require(desk, Act.IMPORT_LISTING)
    found = await ImportRun.select().where(ImportRun.id == run).first()
    if found is None:
        raise NotFound
    rows = await ImportLine.select(ImportLine.table, ImportLine.outcome).where(
        ImportLine.run == run
    )
    return _report(found, count((row["table"], row["outcome"]) for row in rows))


async def lines(
    run: str, outcomes: Sequence[str], desk: Desk, *, after: int = -1, most: int = 0
) -> list[tuple[int, ReportLine]]:
    """Lines of a report with these outcomes, in the order of the file; from one on, so many."""
    require(desk, Act.IMPORT_LISTING)
    query = (
        ImportLine.select()
        .where(
            (ImportLine.run == run)
            & ImportLine.outcome.is_in(list(outcomes))
            & (ImportLine.number > after)
        )
        .order_by(ImportLine.number)
    )
    found = await (query.limit(most) if most else query)
    return [
        (
            one["number"],
            ReportLine(one["table"], one["row"], one["hsds_id"], one["outcome"], one["why"]),
        )
        for one in found
    ]


def difference_of(line: ReportLine) -> Difference:
    """What a line about a row that differs says, field by field."""
    name, fields = json.loads(line.why)
    return Difference(line.table, line.id, name, {k: (v[0], v[1]) for k, v in fields.items()})


def in_words(line: ReportLine) -> str:
    """Why, as a sentence, whatever the line is about."""
    if line.outcome == MISSING:
        called = f" ({line.why})" if line.why else ""
        return f"Not in this file{called}; it stays as it is."
    if line.outcome != DIFFERS:
        return line.why
    fields = difference_of(line).fields
    return " ".join(f"{name}: {shown(a)} → {shown(b)}." for name, (a, b) in fields.items())


def shown(value: Any) -> str:
    """A value before or after, short enough to compare."""
    if value in (None, ""):
        return "nothing"
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    said = " ".join(said.split())
    return f"“{said[:200]}…”" if len(said) > 200 else f"“{said}”"


def as_csv(rows: Iterable[ReportLine]) -> str:
    """The report as CSV; no cell begins as a formula, whatever the file held."""
    return cells.as_csv(
        ("table", "row", "id", "outcome", "why"),
        ((row.table, str(row.row or ""), row.id, row.outcome, in_words(row)) for row in rows),
    )


def count(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """How many rows of each table came to what."""
    counted: dict[str, dict[str, int]] = {}
    for (table, outcome), rows in sorted(Counter(pairs).items()):
        counted.setdefault(table, {})[outcome] = rows
    return counted


def _report(one: Mapping[str, Any], counts: Mapping[str, Mapping[str, int]]) -> Report:
    return Report(
        run=one["id"],
        at=one["at"],
        file_name=one["file_name"],
        form=one["form"],
        source=one["source"],
        applied=one["applied"],
        added=one["added"],
        changed=one["changed"],
        unchanged=one["unchanged"],
        missing=sum(of.get(MISSING, 0) for of in counts.values()),
        notes=tuple(json.loads(one["notes"])),
        counts=counts,
        waiting=bool(one["upload"]) and not one["applied"],
    )
