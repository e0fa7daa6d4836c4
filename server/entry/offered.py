"""What lists say of this agency and its own entry does not: offered, and taken over in one press.

It comes as the coordinating node keeps it. Rows of a place that a list keeps confidential never do.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from client_sync.entry import Entry
from directory.hsds.hanging import Key, Rows
from directory.hsds.objects import Row
from server.entry import own
from server.entry.composing import VOCABULARY
from server.listing import claims
from server.listing.folding import fold
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import Usage

_OF_THE_FILE: Final = frozenset({"id", "x_source_id", "x_other"})
_TITLES: Final = ("name", "number", "description", "address_1", "url", "email")


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing a list says of us that our entry does not, with how much hangs from it."""

    id: str  # table and id; of our own organization: fields it lacks
    table: str
    title: str
    rows: int


async def offers(desk: Desk) -> tuple[Offer, ...]:
    """What could be taken over: fields of the organization first, then services, then the rest."""
    require(desk, Act.READ_LISTING)
    held = await _aside(desk)
    entry = await own.current(desk) if held else Entry()
    found = []
    if lacking := _lacking(held, entry, desk):
        own_key = "/".join(_own(desk))
        found.append(Offer(own_key, own.ORGANIZATIONS, ", ".join(sorted(lacking)), 1))
    rows, roots = _new(held, entry)
    for key in sorted(roots, key=lambda one: (one[0] != "services", one[0], _title(rows, one))):
        count = len(_with(rows, {key}, entry))
        found.append(Offer("/".join(key), key[0], _title(rows, key), count))
    return tuple(found)


async def take_over(ids: Collection[str], desk: Desk) -> int:
    """Write these into the own entry, and what hangs from them; how many rows. Nothing is sent."""
    require(desk, Act.EDIT_ENTRY)
    held, entry = await _aside(desk), await own.current(desk)
    rows, roots = _new(held, entry)
    chosen = {key for key in roots if "/".join(key) in ids}
    changes: dict[tuple[str, str], Mapping[str, Any]] = {
        key: {name: said for name, said in rows.by_key[key].items() if name not in _OF_THE_FILE}
        for key in _with(rows, chosen, entry)
    }
    lacking = _lacking(held, entry, desk)
    if lacking and "/".join(_own(desk)) in ids:
        changes[_own(desk)] = lacking
    if not changes:
        raise Usage("There is nothing of that to take over. Load the page again.")
    await own.edit(changes, entry.heads, desk)
    return len(changes)


async def _aside(desk: Desk) -> Mapping[Key, Row]:
    """What lists say of this agency, under the ids its own entry goes by."""
    us = desk.node.identity
    organization = await claims.goes_by(us)
    if organization == claims.own_id(us):
        return {}
    names = {organization: claims.own_id(us)}
    told = claims.renamed(await claims.told(organization), names)
    return Rows({name: some for name, some in told.items() if name not in VOCABULARY}).by_key


def _own(desk: Desk) -> Key:
    return own.ORGANIZATIONS, own.organization_id(desk.node.identity)


def _lacking(held: Mapping[Key, Row], entry: Entry, desk: Desk) -> dict[str, Any]:
    """Fields of the organization that a list has and our entry has nothing in."""
    mine = entry.rows.get(_own(desk))
    said = {} if mine is None else mine.values
    return {
        name: value
        for name, value in held.get(_own(desk), {}).items()
        if name not in said and value not in (None, "") and not name.startswith("x_")
    }


def _new(held: Mapping[Key, Row], entry: Entry) -> tuple[Rows, set[Key]]:
    """The rows we have not got, and of those the ones that hang from none of the others."""
    known = {_said(one.table, one.values) for one in entry.rows.values() if not one.removed}
    every = Rows(_tables(held))
    fresh = {
        key: row
        for key, row in held.items()
        if key[0] != own.ORGANIZATIONS
        and key not in entry.rows
        and (_above(every, key) or _said(key[0], row) not in known)
    }
    rows = Rows(_tables(fresh))
    roots = {key for key in fresh if fresh.keys().isdisjoint(_above(rows, key))}
    return rows, {key for key in roots if _with(rows, {key}, entry)}


def _with(rows: Rows, chosen: set[Key], entry: Entry) -> set[Key]:
    """These rows and what hangs from them, where all that each hangs from is there too."""
    there = {key for key, one in entry.rows.items() if not one.removed}
    taken: set[Key] = set()
    while more := {
        key
        for key in rows.by_key.keys() - taken
        if (key in chosen or not taken.isdisjoint(_above(rows, key)))
        and _above(rows, key) <= there | taken
    }:
        taken |= more
    return taken


def _above(rows: Rows, key: Key) -> set[Key]:
    """What a row hangs from, beside the organization itself."""
    return {one for one in rows.parents(key) if one[0] != own.ORGANIZATIONS}


def _tables(rows: Mapping[Key, Row]) -> dict[str, list[dict[str, Any]]]:
    tables: dict[str, list[dict[str, Any]]] = {}
    for (table, _), row in rows.items():
        tables.setdefault(table, []).append(dict(row))
    return tables


def _said(table: str, row: Row) -> tuple[str, str]:
    """What a row is called, so that what was typed again is not offered again."""
    title = fold(next((str(row[name]) for name in _TITLES if row.get(name)), ""))
    figures = "".join(sign for sign in title if sign.isdecimal())
    said = figures if table == "phones" and figures else title
    return table, said or str(row["id"])


def _title(rows: Rows, key: Key) -> str:
    row = rows.by_key[key]
    return next((str(row[name]) for name in _TITLES if row.get(name)), "")
