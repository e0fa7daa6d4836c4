"""Writing the directory: rows of one source, each kept for those it is meant for and no wider."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from directory.audience import Audience
from directory.hsds.hanging import Key, Rows, Whose, owners
from directory.hsds.objects import Dataset
from directory.hsds.profile import audiences, part_of, seen_by
from server.listing import kept, search_index
from server.listing.bodies import as_text, shut_row
from server.listing.bulk import write_many
from server.listing.kept import InClear, Kept
from server.node import database
from server.node.desk import Desk

IMPORT = "import"
_CLEAR = (
    'INSERT INTO listing_row (id, "table", hsds_id, organization, service, location, name, '
    "audience, source, changed_at, body) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})"
)
_SHUT = (
    "INSERT INTO listing_trusted_row (id, organization, source, changed_at, body) "
    "VALUES ({}, {}, {}, {}, {})"
)

KeyedRows = Mapping[Key, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Put:
    """What came of writing: how many rows, of which organizations, and which were not ours."""

    added: int
    changed: int
    unchanged: int
    removed: int
    organizations: frozenset[str]
    owned: tuple[Key, ...]  # rows of another agency's own entry, left as they are


def may_write(source: str, owner: str) -> bool:
    """May this source write a row that is another's? What was imported, anybody may put right."""
    return owner in ("", source) or owner.partition(":")[0] == IMPORT


async def put(dataset: Dataset, source: str, desk: Desk, *, whole: bool = False) -> Put:
    """Write rows of this source; with `whole`, what it no longer says goes. Inside an act.

    A locked desk writes what is kept in clear and leaves everything shut as it is.
    """
    database.require_transaction()
    before = await kept.around(dataset, source if whole else "", desk)
    every = Rows(dataset).by_key
    owned = tuple(k for k in every if not may_write(source, before.sources.get(k, "")))
    coming = {key: dict(row) for key, row in every.items() if key not in set(owned)}
    gone = {
        key
        for key, of in before.sources.items()
        if whole and of == source and key not in coming and key in before.rows
    }
    rows = {key: row for key, row in before.rows.items() if key not in gone} | coming
    sources = {**before.sources, **dict.fromkeys(coming, source)}
    touched = await _write(rows, sources, before, desk)
    if touched:
        await search_index.rebuild(touched)
    fresh = [key for key in coming if key not in before.sources]
    same = [key for key in coming if before.rows.get(key) == coming[key]]
    return Put(
        added=len(fresh),
        changed=len(coming) - len(fresh) - len(same),
        unchanged=len(same),
        removed=len(gone),
        organizations=touched,
        owned=owned,
    )


async def _write(
    rows: KeyedRows, sources: Mapping[Key, str], before: Kept, desk: Desk
) -> frozenset[str]:
    """Bring what is kept to these rows; the organizations of all that changed."""
    closed = dict.fromkeys(before.closed - rows.keys(), Audience.TRUSTED)
    below = Rows(seen_by(_tables(rows), Audience.PROFESSIONAL, closed))
    meant = audiences(below, {})
    known = {key: one.whose for key, one in before.clear.items()}
    whose = owners(Rows(_tables({**rows, **below.by_key})), known)
    clear = {
        key: InClear(as_text(dict(row)), whose[key], meant[key].value, _source(key, row, sources))
        for key, row in below.by_key.items()
    }
    old = before.clear
    stale = {key for key in old if old[key] != clear.get(key) and key not in closed}
    new = {key: one for key, one in clear.items() if old.get(key) != one}
    await _delete("listing_row", stale)
    if stale:
        database.checkpoint()  # once this act ends: a street that became a secret is in no log
    await write_many(
        _CLEAR, [_clear_row(key, one, below.by_key[key], desk) for key, one in new.items()]
    )
    in_part = {key for key in rows if rows[key] != below.by_key.get(key)} - before.closed
    wanted = {key: rows[key] for key in in_part}
    shut = await _shut(wanted, sources, whose, before, desk)
    touched = {old[key].whose for key in stale} | {one.whose for one in new.values()}
    return frozenset(one.organization for one in touched | shut)


async def _shut(
    wanted: KeyedRows,
    sources: Mapping[Key, str],
    whose: Mapping[Key, Whose],
    before: Kept,
    desk: Desk,
) -> set[Whose]:
    """Shut whole what is not kept whole in clear."""
    old = {key: (row, before.sources[key]) for key, row in before.shut.items()}
    said = {key: (row, sources[key]) for key, row in wanted.items()}
    stale = {key for key in old if said.get(key) != old[key]}
    new = {key: row for key, (row, source) in said.items() if old.get(key) != (row, source)}
    await _delete("listing_trusted_row", stale)
    now = int(desk.now.timestamp())
    await write_many(
        _SHUT,
        [
            (
                "/".join(key),
                whose[key].organization,
                sources[key],
                now,
                shut_row("/".join(key), row, desk),
            )
            for key, row in new.items()
        ],
    )
    return {whose[key] for key in new}


async def _delete(table: str, keys: set[Key]) -> None:
    # The names of the two tables stand above; nothing of a person or a file is in the statement.
    statement = f"DELETE FROM {table} WHERE id = {{}}"  # noqa: S608
    await write_many(statement, [("/".join(key),) for key in sorted(keys)])


def _tables(rows: Mapping[Key, Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    tables: dict[str, list[dict[str, Any]]] = {}
    for (table, _), row in rows.items():
        tables.setdefault(table, []).append(dict(row))
    return tables


def _source(key: Key, row: Mapping[str, Any], sources: Mapping[Key, str]) -> str:
    """Whose word a row is; what says that a place was left out is the place's own source's."""
    place = ("locations", str(row.get("link_id")))
    return sources.get(key) or sources.get(place, IMPORT)


def _ordered_by(table: str, row: Mapping[str, Any]) -> str:
    """The name as everybody sees it: an order by any other would tell of what is hidden."""
    shown = part_of(table, row, Audience.PUBLIC) or {}
    return str(shown.get("name") or "").casefold()[:200]


def _clear_row(key: Key, one: InClear, row: Mapping[str, Any], desk: Desk) -> tuple[object, ...]:
    return (
        "/".join(key),
        key[0],
        key[1],
        one.whose.organization,
        one.whose.service,
        one.whose.location,
        _ordered_by(key[0], row),
        one.audience,
        one.source,
        int(desk.now.timestamp()),
        one.text,
    )
