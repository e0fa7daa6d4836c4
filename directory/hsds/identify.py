"""Every row of a file under the id it will always have, and every reference under the same."""

from collections.abc import Mapping
from typing import Any

from directory.hsds.ids import content_id, known_id
from directory.hsds.objects import ANYWHERE, OBJECTS, Row, table_of
from directory.hsds.older import WHY, Tables
from directory.hsds.profile import is_confidential

MADE = "@made"
"""Beside a row that had no id."""


def identify(tables: Mapping[str, list[dict[str, Any]]], source: str) -> Tables:
    """The same rows, each named by a UUID; what the source called it is kept beside it.

    Tables HSDS does not know are left out: whoever reports on the file has them already.
    """
    written = {
        table: {str(row["id"]).strip() for row in rows if row.get("id") not in (None, "")}
        for table, rows in tables.items()
    }
    return {
        table: [_named(table, row, source, written) for row in rows]
        for table, rows in tables.items()
        if table in OBJECTS
    }


def needs_an_id(table: str, row: Row) -> bool:
    """Would an id made of what this row says tell others what it says? Then it needs its own."""
    return table == "locations" and bool(row.get(MADE)) and is_confidential(row)


def _named(
    table: str, row: Mapping[str, Any], source: str, written: Mapping[str, set[str]]
) -> dict[str, Any]:
    named = dict(row)
    for field in OBJECTS[table].references:
        if named.get(field.name) not in (None, ""):
            named[field.name] = known_id(source, field.refers_to, named[field.name])
    if table in ANYWHERE and named.get(ANYWHERE[table][0]) not in (None, ""):
        own, kind = ANYWHERE[table]
        of = _table_of(str(named[own]).strip(), named.get(kind), written)
        named[own] = known_id(source, of, named[own])
    if named.get("id") in (None, ""):
        said = {k: v for k, v in named.items() if not k.startswith("@")}
        named["id"] = content_id(source, table, said)
        named[MADE] = True
        named[WHY] = [*named.get(WHY, ()), "It had no id; it was given one made of what it says."]
        return named
    own_id = str(named["id"]).strip()
    named["id"] = known_id(source, table, own_id)
    if named["id"] != own_id:
        named["x_source_id"] = own_id
        if named["id"] != own_id.lower():
            named[WHY] = [*named.get(WHY, ()), f"Its id {own_id[:60]} is no UUID; it has one now."]
    return named


def _table_of(named: str, kind: object, written: Mapping[str, set[str]]) -> str:
    """The table a row that may hang anywhere means: the one it says, or the one with this id."""
    said = table_of(kind)
    if said and named in written.get(said, ()):
        return said
    found = [table for table in OBJECTS if named in written.get(table, ())]
    return found[0] if found else said
