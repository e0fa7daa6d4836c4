"""What this node keeps already around some rows: enough to know whose each is, and for whom."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from piccolo.custom_types import Combinable

from directory.hsds.hanging import Key, Rows, Whose, owners
from directory.hsds.objects import ANYWHERE, OBJECTS, Dataset
from directory.hsds.profile import redaction, stand_ins
from server.listing.bodies import read_row
from server.listing.tables import ListingRow, TrustedRow
from server.node.desk import Desk

_MANY = 3_000  # ids; beyond, reading everything is the quicker way
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class InClear:
    """A row as it stands in clear, and beside it what the table says of it."""

    text: str
    whose: Whose
    audience: str
    source: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows kept already: in clear, shut, and as they are when both are read together."""

    clear: Mapping[Key, InClear]
    shut: Mapping[Key, dict[str, Any]]  # empty rows while locked
    rows: Mapping[Key, dict[str, Any]]
    sources: Mapping[Key, str]
    closed: frozenset[Key] = field(default_factory=frozenset)  # shut, and nobody can read them now


async def around(dataset: Dataset, source: str, desk: Desk) -> Kept:
    """What is kept of these rows, of what they hang from and of whose they are.

    With a source, also every row of that source.
    """
    stored = {one["id"]: one for one in await _stored(dataset, source)}
    boxes = await _boxes(dataset, stored, source)
    # What stands in clear for a row that is shut belongs to it, whoever it hangs from.
    beside = await _among(
        "hsds_id", _stand_ins(boxes) - {one["hsds_id"] for one in stored.values()}
    )
    stored.update((one["id"], one) for one in beside)
    return _read(list(stored.values()), boxes, desk)


def key_of(text: str) -> Key:
    """The key a row is kept under, as table and id."""
    table, _, of = text.partition("/")
    return table, of


async def _boxes(dataset: Dataset, stored: Mapping[str, Any], source: str) -> list[dict[str, Any]]:
    """The shut rows among these, and those of the same organizations."""
    organizations = {one["organization"] for one in stored.values()} - {""}
    organizations |= {str(row["id"]) for row in dataset.get("organizations", ())}
    organizations |= {
        str(row["organization_id"])
        for rows in dataset.values()
        for row in rows
        if row.get("organization_id")
    }
    keys = {"/".join(key) for key in Rows(dataset).by_key} | stored.keys()
    boxes = await TrustedRow.select()
    return [
        box
        for box in boxes
        if box["organization"] in organizations
        or box["id"] in keys
        or (source and box["source"] == source)
    ]


def _stand_ins(boxes: list[dict[str, Any]]) -> set[str]:
    keys = [key_of(box["id"]) for box in boxes]
    places = [stand_ins(of) for table, of in keys if table == "locations"]
    return {of for _, of in keys}.union(*places)


async def _stored(dataset: Dataset, source: str) -> list[dict[str, Any]]:
    ids = _named(dataset)
    if len(ids) > _MANY:
        every: list[dict[str, Any]] = await ListingRow.select()
        return every
    found = {one["id"]: one for one in await _among("hsds_id", ids)}
    rows = Rows(dataset)
    known = {key_of(one["id"]): _whose(one) for one in found.values()}
    whose = [*owners(rows, known).values(), *known.values()]
    for column in ("organization", "service", "location"):
        wanted = {getattr(one, column) for one in whose} - {""}
        found.update((one["id"], one) for one in await _among(column, wanted))
    if source:
        found.update(
            (one["id"], one) for one in await ListingRow.select().where(ListingRow.source == source)
        )
    await _add_above(found)
    return list(found.values())


async def _add_above(found: dict[str, dict[str, Any]]) -> None:
    """What these rows hang from, up to the top: without it a row would stand wider than that."""
    asked = {one["hsds_id"] for one in found.values()}
    while ids := _above(found) - asked:
        asked |= ids
        found.update((one["id"], one) for one in await _among("hsds_id", ids))


def _above(found: Mapping[str, Mapping[str, Any]]) -> set[str]:
    tables: dict[str, list[dict[str, Any]]] = {}
    for one in found.values():
        tables.setdefault(one["table"], []).append(json.loads(one["body"]))
    rows = Rows(tables)
    return {of for key in rows.by_key for _, of in rows.parents(key)}


async def _among(column: str, values: Iterable[str]) -> list[dict[str, Any]]:
    every, found = sorted(values), []
    for start in range(0, len(every), _AT_ONCE):
        part: Combinable = getattr(ListingRow, column).is_in(every[start : start + _AT_ONCE])
        found += await ListingRow.select().where(part)
    return found


def _named(dataset: Dataset) -> set[str]:
    """Every id in the dataset, of a row or in a reference."""
    ids = set()
    for table, rows in dataset.items():
        fields = ["id", *(one.name for one in OBJECTS[table].references), *ANYWHERE.get(table, ())]
        for row in rows:
            ids |= {str(row[name]) for name in fields if row.get(name)}
            if table == "locations":
                ids |= stand_ins(str(row["id"]))
    return ids


def _read(stored: list[dict[str, Any]], boxes: list[dict[str, Any]], desk: Desk) -> Kept:
    clear = {
        key_of(one["id"]): InClear(one["body"], _whose(one), one["audience"], one["source"])
        for one in stored
    }
    rows: dict[Key, dict[str, Any]] = {key: json.loads(one.text) for key, one in clear.items()}
    sources = {key: one.source for key, one in clear.items()}
    sources.update((key_of(box["id"]), box["source"]) for box in boxes)
    keys = {key_of(box["id"]): box for box in boxes}
    if desk.keys is None:
        for key in keys:
            rows.pop(key, None)
        return Kept(clear, {}, rows, sources, frozenset(keys))
    shut = {key: read_row(box["id"], box["body"], desk) for key, box in keys.items()}
    for table, of in shut:
        if table == "locations":
            # What says in clear that a place was left out is made anew from the place itself.
            rows.pop(("attributes", str(redaction(of)["id"])), None)
    rows.update(shut)
    return Kept(clear, shut, rows, sources)


def _whose(one: Mapping[str, Any]) -> Whose:
    return Whose(one["organization"], one["service"], one["location"])
