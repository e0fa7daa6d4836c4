"""Taking a directory in: every row checked and reported, in one act that is all or nothing."""

import asyncio
import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from directory.audience import Audience, audience_of
from directory.hsds.assess import UNNAMED, Assessed, assess
from directory.hsds.hanging import Key, Rows
from directory.hsds.outcome import Line, Outcome
from directory.hsds.profile import audiences, is_confidential
from server.counted import agree
from server.listing import claims, kept, report, store
from server.listing.kept import Kept
from server.listing.reading_files import Progress, Read
from server.listing.report import Difference, Report
from server.listing.tables import ImportRun, ListingRow, TrustedRow
from server.node import audit, database
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import Usage

_MARKS: Final = (
    *("x_audience", "x_field_audience", "x_trusted", "x_confidential_location"),
    "x_source_id",
)
_OWNED: Final = "It is in an agency's own entry, which only that agency changes."
_APART: Final = "This organization writes its own entry now; what lists say of it is kept aside."
_NOT_SAID: Final = "What was done is not written here: the row is for named agencies alone."


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do: the report, and what differs from what is kept."""

    report: Report
    lines: tuple[Line, ...]
    differences: tuple[Difference, ...]

    @property
    def waits(self) -> bool:
        """Is nothing written, because rows kept already would change?"""
        return not self.report.applied and bool(self.differences)


def source_of(name: str) -> str:
    """How a source of imports is called: one name for each place whose plain numbers are ids."""
    plain = " ".join(name.split())
    if len(plain) > 60 or not plain.isprintable() or ":" in plain:
        raise Usage("The name of a source is up to 60 letters, without a colon.")
    return f"{store.IMPORT}:{plain}" if plain else store.IMPORT


async def take(
    read: Read,
    source: str,
    desk: Desk,
    progress: Progress,
    *,
    write: bool = True,
    accept: bool = False,
) -> Imported:
    """Import a file. Rows kept already change only where that was accepted.

    Without `accept`, a file that would change any of them writes nothing and shows the difference.
    """
    require(desk, Act.IMPORT_LISTING)
    desk.unlocked()
    progress("Checking every row")
    stored = await _stored_ids()
    # In a thread: a large file takes seconds, and the pages of others are answered meanwhile.
    found = await asyncio.to_thread(
        assess, read.tables, source, lambda table, of: (table, of) in stored
    )
    async with database.transaction():
        before = await kept.around(found.dataset, "", desk)
        apart = await claims.apart(found.dataset, before)
        coming, owned = _merged(found, source, before, apart)
        differences = _differences(coming, before)
        missing = await _missing(found, source)
        applied = write and (accept or not differences)
        new = sum(key not in before.sources for key in coming)
        hidden = _hidden(coming, before)
        lines = tuple(_line(one, owned, hidden) for one in found.lines)
        if applied:
            progress(f"Writing {len(coming)} rows")
            await store.put(_tables(coming), source, desk)
        run = ImportRun(
            id=secrets.token_hex(16),
            at=int(desk.now.timestamp()),
            by=desk.who,
            file_name=read.name[:200],
            digest=read.digest,
            form=read.form,
            source=source,
            added=new,
            changed=len(differences),
            unchanged=len(coming) - new - len(differences),
            applied=applied,
            notes=json.dumps([*read.notes, *_left(owned)], ensure_ascii=False),
        )
        shown = tuple(_shut_out(one, hidden) for one in differences)
        await report.write(run, lines, shown, missing)
        await audit.record(
            Act.IMPORT_LISTING.value,
            run.id,
            desk,
            digest=read.digest,
            applied=applied,
            added=new,
            changed=len(differences),
        )
    return Imported(await report.read(run.id, desk), lines, shown)


async def _stored_ids() -> set[Key]:
    clear = await ListingRow.select(ListingRow.id)
    shut = await TrustedRow.select(TrustedRow.id)
    aside = await claims.ids_aside()
    return {kept.key_of(one["id"]) for one in (*clear, *shut)} | aside.keys()


def _merged(
    found: Assessed, source: str, before: Kept, apart: Collection[Key]
) -> tuple[dict[Key, dict[str, Any]], dict[Key, str]]:
    """Each row as it would be kept, and why some of the file's rows are not written."""
    coming: dict[Key, dict[str, Any]] = {}
    owned: dict[Key, str] = {}
    for key, row in Rows(found.dataset).by_key.items():
        old = before.rows.get(key)
        if not store.may_write(source, before.sources.get(key, "")):
            owned[key] = _OWNED
        elif key in apart:
            owned[key] = _APART
        elif old is not None and is_confidential(old) and "x_confidential_location" not in row:
            owned[key] = "This node keeps this place as confidential, and knows more of it."
        else:
            coming[key] = _over(old, row, found.named[key])
    return coming, owned


def _left(owned: Mapping[Key, str]) -> list[str]:
    """That rows of agencies were left as they are, in a sentence."""
    count = sum(why in {_OWNED, _APART} for why in owned.values())
    if not count:
        return []
    are = agree(count, "row is", "rows are")
    return [f"{are} of agencies that write their own entry: nothing of theirs is changed."]


def _over(
    old: Mapping[str, Any] | None, row: Mapping[str, Any], named: frozenset[str] | None
) -> dict[str, Any]:
    """The file's row over the one kept: what the file cannot say stays."""
    if old is None:
        return {"x_audience": Audience.PUBLIC.value, **row}
    stays = {mark: old[mark] for mark in _MARKS if mark in old}
    marked = old.get("x_field_audience")
    # Whoever sent the file may have been shown no more than it says.
    unseen = marked.keys() if isinstance(marked, Mapping) else ()
    stays.update((name, old[name]) for name in unseen if name in old)
    if isinstance(old.get("x_other"), Mapping):
        beside = {k: v for k, v in old["x_other"].items() if k not in row}
        stays.update({"x_other": beside} if beside else {})
    if named is not None:
        # What was filled in for a blank says nothing where the sheet has no such column.
        row = {name: value for name, value in row.items() if name in named or name not in old}
        stays.update((name, value) for name, value in old.items() if name not in named)
    merged = {**stays, **row}
    return {"x_audience": Audience.PUBLIC.value, **merged}


def _differences(coming: Mapping[Key, dict[str, Any]], before: Kept) -> list[Difference]:
    found = []
    for (table, of), row in coming.items():
        old = before.rows.get((table, of))
        if old is None or old == row:
            continue
        fields = {
            name: (old.get(name), row.get(name))
            for name in sorted(old.keys() | row.keys())
            if old.get(name) != row.get(name)
        }
        name = str(row.get("name") or old.get("name") or row.get("number") or "")
        found.append(Difference(table, of, name, fields))
    return found


async def _missing(found: Assessed, source: str) -> list[tuple[str, str, str]]:
    """Rows of this source that this file, though it has their table, does not bring."""
    coming = Rows(found.dataset).by_key
    tables = sorted(found.dataset)
    rows = (
        await ListingRow.select(ListingRow.table, ListingRow.hsds_id, ListingRow.name)
        .where((ListingRow.source == source) & ListingRow.table.is_in(tables or [""]))
        .order_by(ListingRow.table, ListingRow.name, ListingRow.hsds_id)
    )
    return [
        (row["table"], row["hsds_id"], row["name"])
        for row in rows
        if (row["table"], row["hsds_id"]) not in coming and row["name"] != UNNAMED.casefold()
    ]


def _hidden(coming: Mapping[Key, dict[str, Any]], before: Kept) -> set[str]:
    """Ids of rows of which a report may repeat nothing: they are, or were, for named agencies."""
    meant = audiences(Rows(_tables({**before.rows, **coming})), {})
    hidden = {key[1] for key in coming if meant[key] is Audience.TRUSTED}
    marked = {key[1] for key, row in coming.items() if _is_marked(row)}
    return hidden | marked | {of for _, of in before.shut}


def _is_marked(row: Mapping[str, Any]) -> bool:
    """Is a field of this row for named agencies? A word nobody knows is read so too."""
    marks = row.get("x_field_audience")
    said = marks.values() if isinstance(marks, Mapping) else ()
    return any(audience_of(one, Audience.PUBLIC) is Audience.TRUSTED for one in said)


def _line(line: Line, owned: Mapping[Key, str], hidden: set[str]) -> Line:
    whys = [why for (_, of), why in owned.items() if of == line.id]
    if whys:
        return Line(line.table, line.row, line.id, Outcome.REFUSED, whys[0])
    if line.id in hidden and line.why and line.outcome is Outcome.REPAIRED:
        return Line(line.table, line.row, line.id, line.outcome, _NOT_SAID)
    return line


def _shut_out(one: Difference, hidden: set[str]) -> Difference:
    if one.id not in hidden:
        return one
    return Difference(one.table, one.id, "", dict.fromkeys(one.fields, ("not shown", "not shown")))


def _tables(rows: Mapping[Key, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    tables: dict[str, list[dict[str, Any]]] = {}
    for (table, _), row in rows.items():
        tables.setdefault(table, []).append(row)
    return tables
