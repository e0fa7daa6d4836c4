"""Imported organizations that are agencies now: under which id each goes, and what is kept aside.

What an import says of such an organization is in no page, search, export or answer; it is kept, so
that the agency can take it over and the coordinating node can take its word back.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from directory.audience import Audience
from directory.hsds.hanging import Key, Rows, Whose, owners
from directory.hsds.ids import stable_id
from directory.hsds.objects import Dataset
from directory.hsds.profile import redaction
from server.listing import kept, search_index, shelf, store
from server.listing.bodies import as_text, read_row
from server.listing.bulk import write_many
from server.listing.kept import Kept
from server.listing.tables import AsideRow, Claim, ListingRow, TrustedRow
from server.node import database
from server.node.desk import Desk

ORGANIZATIONS = "organizations"
_COMING = f"{store.IMPORT}:coming"
_ASIDE = (
    "INSERT INTO listing_aside (id, organization, source, text, box) VALUES ({}, {}, {}, {}, {})"
)
_AT_ONCE = 500


def own_id(agency: str) -> str:
    """The id an agency's own entry gives the organization it is, on every node."""
    return stable_id("agency", agency)


async def live() -> dict[str, str]:
    """Each imported organization that is an agency now, and which."""
    rows = await Claim.select(Claim.organization, Claim.agency).where(Claim.ended.eq(False))
    return {row["organization"]: row["agency"] for row in rows}


async def goes_by(agency: str) -> str:
    """The id under which the directory lists what this agency says of itself."""
    return {of: id for id, of in (await live()).items()}.get(agency, own_id(agency))


async def listed_as(organization: str) -> str:
    """The id of this organization in the directory, where it was an agency's own once."""
    return {own_id(of): id for id, of in (await live()).items()}.get(organization, organization)


async def naming(agency: str) -> dict[str, str]:
    """Every other id this agency's rows may go by here, and the one they are to go by."""
    now = await goes_by(agency)
    once = await Claim.select(Claim.organization).where(Claim.agency == agency).output(as_list=True)
    return {one: now for one in (own_id(agency), *once) if one != now}


def renamed(rows: Dataset, names: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The same rows under these ids, wherever they name them."""
    if not names:
        return {table: [dict(row) for row in some] for table, some in rows.items()}
    return {
        table: [
            {
                field: names.get(value, value) if isinstance(value, str) else value
                for field, value in row.items()
            }
            for row in some
        ]
        for table, some in rows.items()
    }


async def begin(organization: str, agency: str, at: int) -> None:
    """From now on this organization is that agency. Inside an act."""
    database.require_transaction()
    id = f"{organization}/{agency}"
    await Claim.delete().where(Claim.id == id)
    await Claim.insert(Claim(id=id, organization=organization, agency=agency, at=at))


async def end(organization: str) -> str:
    """It is no agency any more; which it was, or nothing. Inside an act."""
    database.require_transaction()
    agency = (await live()).get(organization, "")
    await Claim.update({Claim.ended: True}).where(Claim.organization == organization)
    return agency


async def set_aside(organization: str, desk: Desk) -> int:
    """Keep aside what imports say of this organization, shut what was shut; how many rows."""
    database.require_transaction()
    rows = Rows(await shelf.dataset(Audience.TRUSTED, desk))
    sources = await _sources()
    mine = {
        key
        for key, whose in owners(rows, {}).items()
        if whose.organization == organization and _imported(sources.get(key, ""))
    }
    going = mine - _shared(rows, mine)
    ids = ["/".join(key) for key in going]
    texts = await _column(ListingRow, ListingRow.body, ids)
    boxes = await _column(TrustedRow, TrustedRow.body, ids)
    await write_many(
        _ASIDE,
        [
            (
                *("/".join(key), organization, sources[key]),
                texts.get("/".join(key), ""),
                boxes.get("/".join(key), b""),
            )
            for key in sorted(going)
        ],
    )
    # What says in clear that a place was left out is made anew from the place itself.
    stand_ins = [_stand_in(of) for table, of in going if table == "locations"]
    await _take_away([*ids, *stand_ins], {organization})
    return len(going)


async def bring_back(organization: str, desk: Desk) -> int:
    """List again what imports said of it; how many rows stay the agency's, which took them over."""
    database.require_transaction()
    aside = await AsideRow.objects().where(AsideRow.organization == organization)
    rows: dict[str, list[dict[str, Any]]] = {}
    for one in aside:
        table = kept.key_of(one.id)[0]
        row = read_row(one.id, one.box, desk) if one.box else json.loads(one.text)
        rows.setdefault(table, []).append(row)
    # Written together and told apart afterwards: each writing looks around itself.
    put = await store.put(rows, _COMING, desk)
    for table in ("listing_row", "listing_trusted_row"):
        await write_many(
            f"UPDATE {table} SET source = {{}} WHERE id = {{}} AND source = {{}}",  # noqa: S608
            [(one.source, one.id, _COMING) for one in aside],
        )
    # What was made in clear beside them was never a row of a file's own.
    await ListingRow.update({ListingRow.source: store.IMPORT}).where(ListingRow.source == _COMING)
    await AsideRow.delete().where(AsideRow.organization == organization)
    return len(put.owned)


async def take_away(ids: Iterable[str], organization: str) -> None:
    """Imported rows of this organization are listed here no more. Inside an act."""
    wanted = sorted(ids)
    found = []
    for start in range(0, len(wanted), _AT_ONCE):
        found += await ListingRow.select(ListingRow.id).where(
            ListingRow.id.is_in(wanted[start : start + _AT_ONCE])
            & ListingRow.source.like(f"{store.IMPORT}%")
        )
    await _take_away([one["id"] for one in found], {organization})


async def keep(organization: str, rows: Dataset) -> None:
    """Keep these rows aside, in place of what was kept of it. Inside an act."""
    database.require_transaction()
    await AsideRow.delete().where(AsideRow.organization == organization)
    await write_many(
        _ASIDE,
        [
            (f"{table}/{row['id']}", organization, store.IMPORT, as_text(dict(row)), b"")
            for table, some in rows.items()
            for row in some
        ],
    )


async def told(organization: str) -> dict[str, list[dict[str, Any]]]:
    """What is kept aside of it and may travel: what signed-in staff saw, and no hidden place."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for one in await AsideRow.objects().where(AsideRow.organization == organization):
        table = kept.key_of(one.id)[0]
        if one.text and not (table == "locations" and one.box):
            rows.setdefault(table, []).append(json.loads(one.text))
    return rows


async def ids_aside() -> dict[Key, str]:
    """Every row kept aside, and of which organization it is."""
    rows = await AsideRow.select(AsideRow.id, AsideRow.organization)
    return {kept.key_of(row["id"]): row["organization"] for row in rows}


async def apart(dataset: Dataset, before: Kept) -> set[Key]:
    """Rows of a file that speak of an organization that writes its own entry now."""
    organizations, aside = set(await live()), await ids_aside()
    if not organizations:
        return set()
    rows = Rows(dataset)
    known = {key: one.whose for key, one in before.clear.items()}
    known |= {key: Whose(organization=of) for key, of in aside.items()}
    whose = owners(rows, known)
    new = {key for key in rows.by_key if key not in before.sources}
    found = {key for key in new if key in aside or whose[key].organization in organizations}
    found -= _needed(rows, found - aside.keys())
    # What hangs from a row kept aside would stand wider without it.
    while more := {key for key in new - found if _hangs(rows, key, aside.keys() | found)}:
        found |= more
    return found


def _shared(rows: Rows, mine: set[Key]) -> set[Key]:
    """Rows that somebody else's hang from, with what says where and how those are."""
    shared = _needed(rows, mine)
    places = {key for key in shared if key[0] == "locations"}
    while more := {key for key in mine - shared if _only_in(rows, key, places | shared)}:
        shared |= more
    return shared


def _needed(rows: Rows, mine: set[Key]) -> set[Key]:
    """Of these, those that a row of somebody else hangs from, up to the organization itself."""
    needed: set[Key] = set()
    asking = [key for key in rows.by_key if key not in mine]
    while asking:
        above = {
            parent
            for key in asking
            for parent in rows.parents(key)
            if parent in mine and parent[0] != ORGANIZATIONS
        }
        asking = sorted(above - needed)
        needed |= above
    return needed


def _only_in(rows: Rows, key: Key, places: set[Key]) -> bool:
    above = {parent for parent in rows.parents(key) if parent[0] != ORGANIZATIONS}
    return bool(above) and above <= places and key[0] != "service_at_location"


def _hangs(rows: Rows, key: Key, above: Iterable[Key]) -> bool:
    held = set(above)
    return any(one in held for one in rows.parents(key) if one[0] != ORGANIZATIONS)


def _imported(source: str) -> bool:
    return source.partition(":")[0] == store.IMPORT


def _stand_in(location: str) -> str:
    return f"attributes/{redaction(location)['id']}"


async def _sources() -> dict[Key, str]:
    found: dict[Key, str] = {}
    for table in (ListingRow, TrustedRow):
        for row in await table.select(table.id, table.source):
            found[kept.key_of(row["id"])] = row["source"]
    return found


async def _column(table: Any, column: Any, ids: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = await table.select(table.id, column).where(
            table.id.is_in(ids[start : start + _AT_ONCE])
        )
        found |= {row["id"]: row["body"] for row in rows}
    return found


async def _take_away(ids: list[str], organizations: set[str]) -> None:
    for table in ("listing_row", "listing_trusted_row"):
        statement = f"DELETE FROM {table} WHERE id = {{}}"  # noqa: S608  # our own tables
        await write_many(statement, [(one,) for one in ids])
    if ids:
        await search_index.rebuild(organizations)
