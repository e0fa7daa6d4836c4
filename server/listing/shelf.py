"""Reading the directory: rows as a viewer may see them, one organization, or all of it."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from piccolo.custom_types import Combinable

from directory.audience import Audience
from directory.hsds.objects import OBJECTS, Row
from directory.hsds.profile import part_of, redaction
from server.listing.bodies import read_row
from server.listing.tables import ListingRow, TrustedRow
from server.node.desk import Desk

_AT_ONCE = 500  # ids in one question; SQLite takes a limited number
_BESIDE = (
    ("taxonomy_terms", "taxonomy_term_id", "attributes"),
    ("units", "unit_id", "service_capacity"),
    ("taxonomies", "taxonomy_id", "taxonomy_terms"),
    ("taxonomy_terms", "parent_id", "taxonomy_terms"),
)
"""Rows that belong to no organization, and the rows that name them."""

Tables = dict[str, list[dict[str, Any]]]


async def rows(
    table: str,
    viewer: Audience,
    desk: Desk | None = None,
    *,
    ids: Collection[str] | None = None,
    organization: str | None = None,
) -> list[dict[str, Any]]:
    """The rows of one table that this viewer sees, by name."""
    where: Combinable = ListingRow.table == table
    if organization is not None:
        where = where & (ListingRow.organization == organization)
    parts = [where]
    if ids is not None:
        parts = [where & ListingRow.hsds_id.is_in(part) for part in _parts(ids)]

    def wanted(of: str, whose: str, row: Row) -> bool:
        ours = organization is None or whose == organization
        return of == table and ours and (ids is None or row["id"] in ids)

    return (await _read(parts, wanted, viewer, desk)).get(table, [])


async def organization(organization_id: str, viewer: Audience, desk: Desk | None = None) -> Tables:
    """Everything of one organization, with the places and words it shares with others."""

    def ours(_: str, whose: str, __: Row) -> bool:
        return whose == organization_id

    found = await _read([ListingRow.organization == organization_id], ours, viewer, desk)
    places = {str(row["location_id"]) for row in found.get("service_at_location", ())}
    places -= {row["id"] for row in found.get("locations", ())}

    def there(table: str, _: str, row: Row) -> bool:
        place = row["id"] if table == "locations" else row.get("location_id")
        return place in places and not row.get("service_id")

    shared = [
        ListingRow.location.is_in(part) & (ListingRow.service == "") for part in _parts(places)
    ]
    _merge(found, await _read(shared, there, viewer, desk))
    for table, field, named_in in _BESIDE:
        named = {str(row[field]) for row in found.get(named_in, ()) if row.get(field)}
        named -= {row["id"] for row in found.get(table, ())}
        _merge(found, {table: await rows(table, viewer, desk, ids=named)})
    return {table: kept for table, kept in found.items() if kept}


async def dataset(viewer: Audience, desk: Desk | None = None) -> Tables:
    """The whole directory as this viewer sees it; the trusted part needs an unlocked desk."""
    return await _read([ListingRow.table.is_in(list(OBJECTS))], _everything, viewer, desk)


async def organizations(viewer: Audience) -> list[tuple[str, str, int]]:
    """Every organization this viewer sees, by name: its id, its name, how many services it has."""
    found = await _read(
        [ListingRow.table.is_in(["organizations", "services"])], _everything, viewer, None
    )
    services = Counter(row.get("organization_id") for row in found.get("services", ()))
    return [(row["id"], row["name"], services[row["id"]]) for row in found.get("organizations", ())]


def _everything(_: str, __: str, ___: Row) -> bool:
    return True


async def _read(
    where: Sequence[Combinable],
    wanted: Callable[[str, str, Row], bool],
    viewer: Audience,
    desk: Desk | None,
) -> Tables:
    found: Tables = {}
    for part in where:
        query = (
            ListingRow.select(ListingRow.table, ListingRow.body)
            .where(part)
            .order_by(ListingRow.table, ListingRow.name, ListingRow.hsds_id)
        )
        if viewer is Audience.PUBLIC:
            query = query.where(ListingRow.audience == Audience.PUBLIC.value)
        for one in await query:
            shown = part_of(one["table"], json.loads(one["body"]), viewer)
            if shown is not None:
                found.setdefault(one["table"], []).append(shown)
    if viewer is Audience.TRUSTED and desk is not None:
        await _lay_over(found, wanted, desk)
    return found


async def _lay_over(found: Tables, wanted: Callable[[str, str, Row], bool], desk: Desk) -> None:
    """Put what was shut in the place of what stands for it in clear."""
    stand_ins: set[str] = set()
    boxes = await TrustedRow.select().order_by(TrustedRow.id)
    for box in boxes:
        table = box["id"].partition("/")[0]
        row = read_row(box["id"], box["body"], desk)
        if wanted(table, box["organization"], row):
            kept = [one for one in found.get(table, ()) if one["id"] != row["id"]]
            found[table] = [*kept, row]
        stand_ins.add(str(redaction(row["id"])["id"]))
    if "attributes" in found:
        found["attributes"] = [one for one in found["attributes"] if one["id"] not in stand_ins]


def _merge(found: Tables, more: Tables) -> None:
    for table, added in more.items():
        here = {row["id"] for row in found.get(table, ())}
        found.setdefault(table, []).extend(row for row in added if row["id"] not in here)


def _parts(ids: Iterable[str]) -> list[list[str]]:
    every = sorted(ids)
    return [every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE)]
