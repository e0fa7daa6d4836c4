"""What of an entry leaves, composed anew each time from what it says now: by part and by agency.

Nothing that was removed, replaced or narrowed is in it, and no name of anybody who wrote it.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from client_sync import document
from client_sync.entry import Entry, place, register_of
from directory.audience import Audience
from directory.hsds.hanging import Key, Rows
from directory.hsds.objects import Dataset, Row
from directory.hsds.profile import audiences, seen_by
from tiers.fragment import Place, Written

TRUSTED = "x_trusted"
VOCABULARY = frozenset({"taxonomies", "taxonomy_terms"})
"""Tables of words that all agencies share; no entry brings its own."""


def whole(entry: Entry) -> dict[str, list[dict[str, Any]]]:
    """Everything the entry says now, without rows that hang from one that was removed."""
    removed = {key for key, row in entry.rows.items() if row.removed}
    there = {key: row.values for key, row in sorted(entry.rows.items()) if key not in removed}
    while True:
        rows = Rows(_by_table(there))
        gone = {key for key in there if not removed.isdisjoint(rows.parents(key))}
        if not gone:
            return _by_table(there)
        removed |= gone
        there = {key: row for key, row in there.items() if key not in gone}


def open_part(dataset: Dataset) -> dict[str, list[dict[str, Any]]]:
    """What everybody signed in at a partner may see, and so what the public may see of it."""
    seen = seen_by(dataset, Audience.PROFESSIONAL)
    return {table: rows for table, rows in seen.items() if rows and table not in VOCABULARY}


def shut_parts(dataset: Dataset) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """For each named agency, the rows that it alone, and others named like it, may see."""
    rows = Rows(dataset)
    meant = audiences(rows, {})
    in_open = Rows(seen_by(dataset, Audience.PROFESSIONAL)).by_key
    named: dict[Key, frozenset[str] | None] = {}
    parts: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for key, row in rows.by_key.items():
        shown = in_open.get(key)
        narrow = meant[key] is Audience.TRUSTED
        if not narrow and shown is not None and _all_shown(row, shown):
            continue
        for agency in sorted(_named(key, rows, meant, named) or ()):
            part = parts.setdefault(agency, {})
            part.setdefault(key[0], []).append(_as_sent(row))
    return parts


def changes_of(dataset: Dataset, at: str, owner: bytes) -> tuple[bytes, ...]:
    """The rows as Automerge changes that have never said anything else."""
    fields: dict[Place, tuple[Written, ...]] = {}
    for table, rows in dataset.items():
        for row in rows:
            for name, value in row.items():
                if name != "id":
                    fields[place(table, str(row["id"]), name)] = (register_of(value, at, ""),)
    return document.compose_entry(fields, owner).changes


def digest(dataset: Dataset) -> str:
    """The same for the same rows; only ever kept shut, so that nobody can try guesses on it."""
    text = json.dumps(dataset, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=32, person=b"cf-entry-digest").hexdigest()


def _by_table(rows: Mapping[Key, Row]) -> dict[str, list[dict[str, Any]]]:
    dataset: dict[str, list[dict[str, Any]]] = {}
    for (table, _), row in rows.items():
        dataset.setdefault(table, []).append(dict(row))
    return dataset


def _named(
    key: Key,
    rows: Rows,
    meant: Mapping[Key, Audience],
    found: dict[Key, frozenset[str] | None],
) -> frozenset[str] | None:
    """Who may see this narrow row: those it names, and only if all it hangs from names them too."""
    if key in found:
        return found[key]
    found[key] = frozenset()  # rows that hang from each other in a circle are for nobody
    own = _own(rows.by_key[key])
    above = [
        _named(parent, rows, meant, found)
        for parent in rows.parents(key)
        if parent in rows.by_key and meant[parent] is Audience.TRUSTED
    ]
    allowed = [one for one in above if one is not None]
    if own or not allowed:
        allowed.append(own)
    found[key] = frozenset.intersection(*allowed)
    return found[key]


def _own(row: Row) -> frozenset[str]:
    names = row.get(TRUSTED)
    return frozenset(map(str, names)) if isinstance(names, Iterable) and names else frozenset()


def _all_shown(row: Row, shown: Row) -> bool:
    return all(shown.get(name) == value or name.startswith("x_") for name, value in row.items())


def _as_sent(row: Row) -> dict[str, Any]:
    """The whole row with its marks, but not who else may see it."""
    return {name: value for name, value in row.items() if name != TRUSTED}
