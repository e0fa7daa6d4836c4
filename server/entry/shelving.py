"""Puts what agencies say of themselves into the directory this node keeps, and never more."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from directory.audience import Audience
from directory.hsds.checking import Known, check
from directory.hsds.hanging import Rows
from directory.hsds.objects import OBJECTS, Dataset, Row
from directory.hsds.profile import is_confidential, part_of, redaction, seen_by
from server.entry.composing import VOCABULARY
from server.entry.errors import NotAnEntry, OpenPartFirst
from server.listing import claims, store
from server.listing.bodies import read_row
from server.listing.tables import ListingRow, TrustedRow
from server.node.desk import Desk

_MOST_ROWS = 5_000
_COMING, _GOING = f"{store.IMPORT}:coming", f"{store.IMPORT}:going"
_NOTHING: Final[Dataset] = MappingProxyType({})


def _anything(_: str, __: str) -> bool:
    return True


_HIDDEN = {"id": str(UUID(int=0)), "location_type": "physical", "x_confidential_location": True}
_WORDS = {
    table: rows
    for table, rows in seen_by({"locations": [_HIDDEN]}, Audience.PUBLIC).items()
    if table in VOCABULARY
}
_AT_ONCE = 500


async def put_open(source: str, rows: Dataset, desk: Desk) -> None:
    """Everything this agency says openly, in place of what it said before. Inside an act."""
    rows = claims.renamed(await checked(rows), await claims.naming(source))
    await _not_for_another(source, rows, desk)
    if Rows(seen_by(rows, Audience.PROFESSIONAL)).by_key != Rows(rows).by_key:
        raise NotAnEntry("An open part names rows that are not for everybody at a partner.")
    await _of_nobody_else(source, rows)
    await _words_beside(rows, desk)
    held = await _trusted_rows(source, desk)
    await store.put(_over(rows, held), source, desk, whole=True)


async def put_trusted(source: str, rows: Dataset, desk: Desk) -> None:
    """Everything this agency shows to few, in place of what it showed before. Inside an act."""
    below = await _open_rows(source)
    rows = await checked(claims.renamed(rows, await claims.naming(source)), below)
    await _of_nobody_else(source, rows)
    await store.put(_over(below, rows), source, desk, whole=True)


async def put_own(rows: Dataset, desk: Desk) -> None:
    """The own entry as it was just sent. Inside an act."""
    source = desk.node.identity
    await store.put(claims.renamed(rows, await claims.naming(source)), source, desk, whole=True)


async def put_own_row(table: str, row: Row, desk: Desk) -> None:
    """One row of the own entry, as it was just sent alone. Inside an act."""
    source = desk.node.identity
    rows = claims.renamed({table: [dict(row)]}, await claims.naming(source))
    await store.put(rows, source, desk)


async def put_anew(source: str, desk: Desk) -> None:
    """What is kept of this agency under the id it goes by now; a locked node moves what it can."""
    names = await claims.naming(source)
    held = _over(await _open_rows(source), await _trusted_rows(source, desk))
    await store.put(claims.renamed(held, names), source, desk, whole=True)
    if desk.keys is not None and names:
        # A shut row that says nothing of its organization is the same box as before.
        await TrustedRow.update({TrustedRow.organization: await claims.goes_by(source)}).where(
            (TrustedRow.source == source) & TrustedRow.organization.is_in(list(names))
        )


async def forget(source: str, desk: Desk) -> None:
    """Nothing of this agency is listed here any more. Inside an act."""
    await store.put({}, source, desk, whole=True)


async def put_imported(chunks: Mapping[str, Dataset], desk: Desk) -> dict[str, str]:
    """Chunks of imported rows by source, in place of what each said; why rows were not taken.

    Written together and told apart afterwards: each writing looks around itself. Inside an act.
    """
    total: dict[str, list[dict[str, Any]]] = {}
    keys: dict[str, set[str]] = {}
    whys: dict[str, str] = {}
    for source, rows in chunks.items():
        kept, whys[source] = importable(rows)
        keys[source] = {"/".join(key) for key in Rows(kept).by_key}
        for table, some in kept.items():
            total.setdefault(table, []).extend(some)
    gone = [
        (one["id"], one["source"])
        for one in await ListingRow.select(ListingRow.id, ListingRow.source).where(
            ListingRow.source.is_in(list(chunks))
        )
        if one["id"] not in keys[one["source"]]
    ]
    await store.put(total, _COMING, desk)
    for source, ids in keys.items():
        await _named(sorted(ids), _COMING, source)
    if gone:
        for source in chunks:
            # A row that another chunk brings now is that one's already, and stays.
            await _named([of for of, was in gone if was == source], source, _GOING)
        await store.put({}, _GOING, desk, whole=True)
    return whys


async def _named(ids: Sequence[str], was: str, source: str) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        await ListingRow.update({ListingRow.source: source}).where(
            ListingRow.id.is_in(list(ids[start : start + _AT_ONCE])) & (ListingRow.source == was)
        )


def importable(rows: Dataset) -> tuple[Dataset, str]:
    """The rows of an import that may be taken, and why others are not."""
    kept: dict[str, list[dict[str, Any]]] = {}
    whys: dict[str, int] = {}
    for table, some in rows.items():
        for row in some:
            why = _not_importable(table, row, _anything)
            if why:
                whys[why] = whys.get(why, 0) + 1
                continue
            kept.setdefault(table, []).append(row)
    return kept, " ".join(f"{count}: {why}" for why, count in whys.items())


def _not_importable(table: str, row: Row, known: Known) -> str:
    if table not in OBJECTS:
        return "A directory knows no rows of this kind."
    if part_of(table, row, Audience.PROFESSIONAL) != row or is_confidential(row):
        return "This row is not for everybody at a partner."
    return check(table, row, known).refused


async def checked(rows: Dataset, below: Dataset = _NOTHING) -> Dataset:
    """These rows as HSDS has them; a stop unless each is whole and hangs from rows beside it."""
    if sum(map(len, rows.values())) > _MOST_ROWS:
        raise NotAnEntry("This entry has more rows than an agency's entry may have.")
    if any(table not in OBJECTS or table in VOCABULARY for table in rows):
        raise NotAnEntry("This entry has rows of a kind that no agency brings.")
    keyed = Rows(rows)
    beside = {*keyed.by_key, *Rows(below).by_key}
    if any(parent not in beside for key in keyed.by_key for parent in keyed.parents(key)):
        raise OpenPartFirst
    known = await known_to(rows, below)
    found: dict[str, list[dict[str, Any]]] = {}
    for table, some in rows.items():
        for row in some:
            seen = check(table, row, known)
            if seen.refused:
                raise NotAnEntry(seen.refused)
            found.setdefault(table, []).append(seen.row)
    return found


async def known_to(rows: Dataset, below: Dataset = _NOTHING) -> Known:
    """What these rows may name: each other, and the words that all agencies share."""
    keys = {*Rows(rows).by_key, *Rows(below).by_key}
    named = {
        str(row[name])
        for some in rows.values()
        for row in some
        for name in ("taxonomy_term_id", "unit_id")
        if row.get(name)
    }
    found = await ListingRow.select(ListingRow.table, ListingRow.hsds_id).where(
        ListingRow.table.is_in(["taxonomy_terms", "units"])
        & ListingRow.hsds_id.is_in(sorted(named)[:_AT_ONCE] or [""])
    )
    keys |= {(str(one["table"]), str(one["hsds_id"])) for one in found}
    keys |= set(Rows(_WORDS).by_key)
    return lambda table, of: (table, of) in keys


async def _words_beside(rows: Dataset, desk: Desk) -> None:
    """The words by which a place left out says so, where an entry leaves one out."""
    terms = {str(row.get("taxonomy_term_id")) for row in rows.get("attributes", ())}
    if terms & {str(row["id"]) for row in _WORDS["taxonomy_terms"]}:
        await store.put(_WORDS, store.IMPORT, desk)


async def _not_for_another(source: str, rows: Dataset, desk: Desk) -> None:
    """An agency that has yet to send its entry finds the ids that it will go by still free."""
    others = {claims.own_id(one.id) for one in desk.directory.entries if one.id != source}
    others |= {of for of, agency in (await claims.live()).items() if agency != source}
    others |= {of for (_, of), id in (await claims.ids_aside()).items() if id in others}
    if any(str(row["id"]) in others for some in rows.values() for row in some):
        raise NotAnEntry("This entry goes by the id of another agency.")


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
