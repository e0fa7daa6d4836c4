"""Puts what agencies say of themselves into the directory this node keeps, and never more."""

import json
from collections.abc import Mapping
from typing import Any

from directory.hsds.checking import check

from directory.audience import Audience
from directory.hsds.hanging import Rows
from directory.hsds.objects import OBJECTS, Dataset, Row
from directory.hsds.profile import is_confidential, part_of, redaction, seen_by
from server.entry.errors import NotAnEntry
from server.listing import store
from server.listing.bodies import read_row
from server.listing.tables import ListingRow, TrustedRow
from server.node.desk import Desk

_MOST_ROWS = 5_000
_AT_ONCE = 500


async def put_open(source: str, rows: Dataset, desk: Desk) -> None:
    """Everything this agency says openly, in place of what it said before. Inside an act."""
    checked(rows)
    if Rows(seen_by(rows, Audience.PROFESSIONAL)).by_key != Rows(rows).by_key:
        raise NotAnEntry("An open part names rows that are not for everybody at a partner.")
    await _of_nobody_else(source, rows)
    held = await _trusted_rows(source, desk)
    await store.put(_over(rows, held), source, desk, whole=True)


async def put_trusted(source: str, rows: Dataset, desk: Desk) -> None:
    """Everything this agency shows to few, in place of what it showed before. Inside an act."""
    checked(rows)
    await _of_nobody_else(source, rows)
    await store.put(_over(await _open_rows(source), rows), source, desk, whole=True)


async def put_own(rows: Dataset, desk: Desk) -> None:
    """The own entry as it was just sent. Inside an act."""
    await store.put(rows, desk.node.identity, desk, whole=True)


async def forget(source: str, desk: Desk) -> None:
    """Nothing of this agency is listed here any more. Inside an act."""
    await store.put({}, source, desk, whole=True)


async def put_imported(source: str, rows: Dataset, desk: Desk) -> str:
    """A chunk of imported rows; why some of them were not taken. Inside an act."""
    ids = {table: frozenset(str(row.get("id")) for row in some) for table, some in rows.items()}
    kept: dict[str, list[dict[str, Any]]] = {}
    whys: dict[str, int] = {}
    for table, some in rows.items():
        for row in some:
            why = _not_importable(table, row, ids)
            if why:
                whys[why] = whys.get(why, 0) + 1
                continue
            kept.setdefault(table, []).append(row)
    await store.put(kept, source, desk, whole=True)
    return " ".join(f"{count}: {why}" for why, count in whys.items())


def _not_importable(table: str, row: Row, ids: Mapping[str, frozenset[str]]) -> str:
    if table not in OBJECTS:
        return "A directory knows no rows of this kind."
    if part_of(table, row, Audience.PROFESSIONAL) != row or is_confidential(row):
        return "This row is not for everybody at a partner."
    return check(table, row, ids).refused


def checked(rows: Dataset) -> None:
    """Stop unless every row is one that HSDS knows, whole, and names only rows beside it."""
    if sum(map(len, rows.values())) > _MOST_ROWS:
        raise NotAnEntry("This entry has more rows than an agency's entry may have.")
    ids = {table: frozenset(str(row["id"]) for row in some) for table, some in rows.items()}
    for table, some in rows.items():
        if table not in OBJECTS:
            raise NotAnEntry("This entry has rows of a kind that a directory does not know.")
        for row in some:
            refused = check(table, row, ids).refused
            if refused:
                raise NotAnEntry(refused)


async def _of_nobody_else(source: str, rows: Dataset) -> None:
    """An agency speaks of its own rows: an id that is somebody else's is not taken over."""
    keys = [f"{name}/{row['id']}" for name, some in rows.items() for row in some]
    for table in (ListingRow, TrustedRow):
        for start in range(0, len(keys), _AT_ONCE):
            found = await table.exists().where(
                table.id.is_in(keys[start : start + _AT_ONCE]) & (table.source != source)
            )
            if found:
                raise NotAnEntry("This entry names a row that is another organization's.")


async def _open_rows(source: str) -> Dataset:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in await ListingRow.select(ListingRow.table, ListingRow.body).where(
        ListingRow.source == source
    ):
        found.setdefault(row["table"], []).append(json.loads(row["body"]))
    return found


async def _trusted_rows(source: str, desk: Desk) -> Dataset:
    """What is shut of this agency here; a locked node leaves it as it is."""
    if desk.keys is None:
        return {}
    found: dict[str, list[dict[str, Any]]] = {}
    for box in await TrustedRow.select().where(TrustedRow.source == source):
        row = read_row(box["id"], box["body"], desk)
        found.setdefault(str(box["id"]).partition("/")[0], []).append(row)
    return found


def _over(below: Dataset, above: Dataset) -> Dataset:
    """The rows of both; where both have one, the one that says more."""
    upper = Rows(above).by_key
    stand_ins = {
        ("attributes", str(redaction(of)["id"])) for table, of in upper if table == "locations"
    }
    found: dict[str, list[dict[str, Any]]] = {}
    for key, row in {**Rows(below).by_key, **upper}.items():
        if key not in stand_ins:
            found.setdefault(key[0], []).append(dict(row))
    return found
