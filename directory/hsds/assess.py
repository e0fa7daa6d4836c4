"""A whole file against the rules: the rows that can be kept, and a line for every row there was."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from directory.hsds.checking import Known, check
from directory.hsds.identify import MADE, identify, needs_an_id
from directory.hsds.objects import OBJECTS, Row
from directory.hsds.older import FROM, WHY, Tables, line, modernise
from directory.hsds.outcome import Line, Outcome

PARTIAL = "@partial"
"""Beside a row of a sheet: a column the sheet does not have says nothing about the row."""

UNNAMED = "Organization missing from the list"
"""The name of an organization that services name and no file has brought yet."""

_WORDS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Assessed:
    """Rows by table as they can be kept, the fields each named, and what became of every row."""

    dataset: Tables
    named: Mapping[tuple[str, str], frozenset[str] | None]  # nothing: the row says all there is
    lines: tuple[Line, ...]


class _Assessing:
    def __init__(self, tables: Tables, stored: Known) -> None:
        self.tables = tables
        self.kept: dict[str, dict[str, dict[str, Any]]] = {table: {} for table in OBJECTS}
        self.at: dict[tuple[str, str], int] = {}
        self.named: dict[tuple[str, str], frozenset[str] | None] = {}
        self.lines: list[Line] = []
        self._stored = stored
        self._coming = {table: {str(row["id"]) for row in rows} for table, rows in tables.items()}

    def table(self, table: str) -> None:
        """Every row of one table; the tables it refers to have been before it."""

        def known(of: str, one: str) -> bool:
            # Rows of one table may name each other in any order.
            ahead = of == table and one in self._coming[table]
            return ahead or one in self.kept[of] or self._stored(of, one)

        for row in self.tables.get(table, ()):
            self._row(table, row, known)

    def _row(self, table: str, written: Row, known: Known) -> None:
        row = {name: _opened(name, v) for name, v in written.items() if not name.startswith("@")}
        whys = [*written.get(WHY, ())]
        checked = check(table, row, known)
        refused = checked.refused or self._again(table, checked.row)
        if not refused and needs_an_id(table, {**checked.row, MADE: written.get(MADE)}):
            refused = "A confidential location needs an id of its own, which says nothing of it."
        if refused:
            self.lines.append(line(written, Outcome.REFUSED, refused))
            return
        of = str(row["id"])
        self.kept[table][of] = checked.row
        self.at[table, of] = written.get(FROM, ("", 0))[1]
        self.named[table, of] = frozenset(row) if written.get(PARTIAL) else None
        whys += checked.repairs
        if FROM not in written:
            return  # made of a row that has a line of its own
        outcome = Outcome.REPAIRED if whys else Outcome.KEPT
        self.lines.append(line(written, outcome, " ".join(whys)))

    def absent(self) -> None:
        """An organization for services whose own is not here: nobody would find them otherwise."""
        offers = [str(row.get("organization_id", "")) for row in self.kept["services"].values()]
        for of, count in sorted(Counter(offers).items()):
            if not of or of in self.kept["organizations"] or self._stored("organizations", of):
                continue
            self.kept["organizations"][of] = {"id": of, "name": UNNAMED, "description": ""}
            self.named["organizations", of] = frozenset()
            services = "1 service names" if count == 1 else f"{count} services name"
            why = f"{services} it and the file does not bring it; written without its name."
            self.lines.append(Line("organizations", 0, of, Outcome.REPAIRED, why))

    def _again(self, table: str, row: Row) -> str:
        before = self.kept[table].get(str(row["id"]))
        if before is None:
            return ""
        number = self.at[table, str(row["id"])]
        if before == row:
            return f"It says the same as row {number}, which is kept."
        return f"Row {number} has the same id and says something else; that one is kept."


def assess(tables: Tables, source: str, stored: Known) -> Assessed:
    """Check every row of a file; `stored` knows the rows this node keeps already."""
    modern, lines = modernise(tables)
    for table in sorted(modern.keys() - OBJECTS.keys()):
        why = f"HSDS has no table called {table[:60]}."
        lines += [line(row, Outcome.REFUSED, why) for row in modern[table]]
    assessing = _Assessing(identify(modern, source), stored)
    for table in OBJECTS:
        assessing.table(table)
    assessing.absent()
    dataset = {table: list(rows.values()) for table, rows in assessing.kept.items() if rows}
    every = sorted([*lines, *assessing.lines], key=lambda one: (one.table, one.row))
    return Assessed(dataset, assessing.named, tuple(every))


def _opened(name: str, value: Any) -> Any:
    """A field of our own as it was before a sheet made text of it."""
    if not name.startswith("x_") or not isinstance(value, str):
        return value
    if value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return _WORDS.get(value.strip().lower(), value)
