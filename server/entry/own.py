"""This agency's own entry: read, and written so that two colleagues on two pages lose nothing."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from client_sync import document
from client_sync.entry import (
    HERE,
    REMOVED,
    ROW_STATE,
    Entry,
    EntryRow,
    place,
    read_entry,
    register_of,
)
from client_sync.errors import UnknownHeads
from server.casework.bodies import as_bytes, as_text, read_body, shut_body
from server.entry.errors import NoSuchRow, PageTooOld
from server.entry.tables import EntryDocument
from server.listing.claims import own_id
from server.node import audit, database
from server.node.access import Act, require
from server.node.desk import Desk
from tiers.fragment import Place, Written

__all__ = [
    "ROW_STATE",
    "Changes",
    "Entry",
    "EntryRow",
    "add",
    "begin",
    "choose",
    "current",
    "edit",
    "new_id",
    "organization_id",
    "read",
    "remove",
    "tidy",
]

Changes = Mapping[tuple[str, str], Mapping[str, Any]]
"""For each row, by table and id, the fields to write; None takes a field away."""

ORGANIZATIONS = "organizations"
_TABLE = "entry_document"
_MANY = 400  # changes after which the document is begun anew, once nobody can be on an old page
_QUIET = 12 * 3_600  # longer than any session lasts


@dataclass(frozen=True, slots=True)
class _Kept:
    changes: tuple[bytes, ...]
    heads: tuple[str, ...]


def organization_id(identity: str) -> str:
    """The id of the organization that an agency of this identity is, on every node."""
    return own_id(identity)


async def read(desk: Desk) -> Entry:
    """The own entry as it stands, with both wordings where two colleagues differ."""
    require(desk, Act.READ_LISTING)
    return await current(desk)


async def current(desk: Desk) -> Entry:
    """The own entry, for whoever else works with it here."""
    row = await EntryDocument.objects().first()
    if row is None:
        return Entry()
    kept = _kept(row.body, desk)
    return read_entry(document.read(kept.changes, desk.unlocked().identity.public))


async def edit(changes: Changes, heads: Sequence[str], desk: Desk) -> Entry:
    """Write these fields as drawn from `heads`; what colleagues wrote meanwhile stays beside."""
    require(desk, Act.EDIT_ENTRY)
    async with database.transaction():
        entry = await _write([_edits(changes, HERE, desk)], heads, desk)
        rows = sorted({f"{table}/{row}" for table, row in changes})
        await audit.record(Act.EDIT_ENTRY.value, "", desk, rows=rows[:20])
    return entry


async def add(table: str, values: Mapping[str, Any], desk: Desk) -> str:
    """A new row; its id."""
    row = new_id()
    entry = await read(desk)
    await edit({(table, row): values}, entry.heads, desk)
    return row


async def remove(table: str, row: str, heads: Sequence[str], desk: Desk) -> Entry:
    """Take a row away, and what hangs from it; a colleague's change meanwhile is kept beside."""
    require(desk, Act.EDIT_ENTRY)
    async with database.transaction():
        entry = await current(desk)
        gone = _with_children((table, row), entry)
        written = await _write([_edits({key: {} for key in gone}, REMOVED, desk)], heads, desk)
        rows = sorted(f"{name}/{one}" for name, one in gone)
        await audit.record(Act.EDIT_ENTRY.value, "", desk, removed=rows[:20])
    return written


async def choose(table: str, row: str, name: str, number: int, desk: Desk) -> Entry:
    """Keep one of several wordings, by its place in what the page showed."""
    require(desk, Act.EDIT_ENTRY)
    async with database.transaction():
        entry = await current(desk)
        found = entry.rows.get((table, row))
        said = () if found is None else _wordings(found, name)
        if not 0 <= number < len(said):
            raise NoSuchRow
        chosen = said[number].value
        if name == ROW_STATE:
            edits = _edits({(table, row): {}}, str(chosen), desk)
        else:
            edits = _edits({(table, row): {name: chosen}}, HERE, desk)
        # Taken away first: a value that stands there already would not replace the other one.
        written = await _write([dict.fromkeys(edits), edits], entry.heads, desk)
        await audit.record(Act.EDIT_ENTRY.value, "", desk, chosen=f"{table}/{row}/{name}")
    return written


async def begin(desk: Desk) -> Entry:
    """The entry, begun with the agency's name where nobody has written in it yet."""
    require(desk, Act.EDIT_ENTRY)
    entry = await current(desk)
    if entry.rows:
        return entry
    own = (ORGANIZATIONS, organization_id(desk.node.identity))
    return await edit({own: {"name": desk.node.name}}, (), desk)


def new_id() -> str:
    """An id for a new row."""
    return str(UUID(bytes=secrets.token_bytes(16), version=4))


async def tidy(desk: Desk) -> bool:
    """Begin the document anew when it has grown and nobody can be writing: old words leave it."""
    at = int(desk.now.timestamp())
    if not await EntryDocument.exists().where(_grown(at)):
        return False
    async with database.transaction():
        row = await database.lock_row(EntryDocument, _grown(at))
        if row is None:
            return False
        owner = desk.unlocked().identity.public
        lane = document.read(_kept(row["body"], desk).changes, owner)
        gone = {key for key, one in read_entry(lane).rows.items() if one.removed}
        fields = {
            where: said
            for where, said in lane.fields.items()
            if (where.section, where.about) not in gone
        }
        composed = document.compose_entry(fields, owner)
        await _keep(_Kept(composed.changes, composed.heads), row["revision"] + 1, at, desk)
    database.checkpoint()
    return True


def _grown(at: int) -> Any:
    return (EntryDocument.changes >= _MANY) & (EntryDocument.changed_at <= at - _QUIET)


async def _write(
    batches: Sequence[Mapping[Place, Written | None]], heads: Sequence[str], desk: Desk
) -> Entry:
    owner, at = desk.unlocked().identity.public, int(desk.now.timestamp())
    row = await database.lock_row(EntryDocument, EntryDocument.id == 1)
    if row is None:
        fields = {where: (one,) for where, one in batches[-1].items() if one is not None}
        composed = document.compose_entry(fields, owner)
        await _keep(_Kept(composed.changes, composed.heads), 1, at, desk)
        return read_entry(document.read(composed.changes, owner))
    kept = _kept(row["body"], desk)
    drawn_from = tuple(heads) or kept.heads
    for edits in batches:
        try:
            changed = document.change(kept.changes, drawn_from, edits, owner)
        except UnknownHeads:
            raise PageTooOld from None
        kept = _Kept((*kept.changes, *changed.new), changed.heads)
        drawn_from = kept.heads
    await _keep(kept, row["revision"] + 1, at, desk)
    return read_entry(document.read(kept.changes, owner))


async def _keep(kept: _Kept, revision: int, at: int, desk: Desk) -> None:
    plain = {"changes": as_text(kept.changes), "heads": list(kept.heads)}
    row = EntryDocument(
        id=1,
        body=shut_body(_TABLE, "1", plain, desk),
        revision=revision,
        changes=len(kept.changes),
        changed_at=at,
    )
    await EntryDocument.insert(row).on_conflict(
        target=EntryDocument.id,
        action="DO UPDATE",
        values=[
            EntryDocument.body,
            EntryDocument.revision,
            EntryDocument.changes,
            EntryDocument.changed_at,
        ],
    )


def _kept(body: bytes, desk: Desk) -> _Kept:
    plain = read_body(_TABLE, "1", body, desk)
    return _Kept(as_bytes(plain["changes"]), tuple(plain["heads"]))


def _edits(changes: Changes, state: str, desk: Desk) -> dict[Place, Written | None]:
    at = desk.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    edits: dict[Place, Written | None] = {}
    for (table, row), fields in changes.items():
        for name, value in fields.items():
            edits[place(table, row, name)] = (
                None if value is None else register_of(value, at, desk.who)
            )
        # Never the same twice: Automerge takes no note of a value that stands there already.
        once = f"{desk.who} {secrets.token_hex(4)}"
        edits[place(table, row, ROW_STATE)] = register_of(state, at, once)
    return edits


def _wordings(row: EntryRow, name: str) -> tuple[Any, ...]:
    return row.states if name == ROW_STATE else row.fields.get(name, ())


def _with_children(start: tuple[str, str], entry: Entry) -> set[tuple[str, str]]:
    """A row and every row that names it, or names one that does."""
    gone, found = {start}, {start}
    while found:
        ids = {row for _, row in found}
        found = {
            key
            for key, row in entry.rows.items()
            if key not in gone and not row.removed and ids & _named_by(row)
        }
        gone |= found
    return gone


def _named_by(row: EntryRow) -> set[str]:
    return {str(v) for name, v in row.values.items() if name.endswith("_id") and name != "id"}
