"""The directory as the API of HSDS gives it out: pages of objects, narrowed, for a viewer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from piccolo.custom_types import Combinable

from directory.audience import Audience
from directory.hsds.nesting import Nest
from directory.hsds.profile import part_of
from server.listing import claims, search_ids, shelf
from server.listing.facts import moment
from server.listing.tables import ListingRow
from server.node.desk import Desk
from server.node.errors import NotFound

MOST_ON_A_PAGE: Final = 100
_EVERYTHING: Final = 1_000_000
_NOT_PUBLIC: Final = frozenset({"x_audience", "x_field_audience"})
_ONE: Final = {
    "services": (("organization", "organization_id", "organizations"),),
    "service_at_location": (
        ("location", "location_id", "locations"),
        ("service", "service_id", "services"),
    ),
    "taxonomy_terms": (("taxonomy_detail", "taxonomy_id", "taxonomies"),),
}
"""What stands inside an object of a list: one of each, with its own fields alone."""

Thing = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller asks for. Every part that is given narrows."""

    search: str = ""
    page: int = 1
    per_page: int = 50
    taxonomy_term_id: str = ""
    taxonomy_id: str = ""
    organization_id: str = ""
    modified_after: datetime | None = None
    minimal: bool = False
    full: bool = False
    full_service: bool = False
    postcode: str = ""
    parent_id: str = ""
    top_only: bool = False


@dataclass(frozen=True, slots=True)
class PageOf:
    """One page of objects, in the envelope of HSDS."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[Thing]


async def page(table: str, wanted: Wanted, viewer: Audience, desk: Desk) -> PageOf:
    """One page of the objects of this table."""
    size = _EVERYTHING if wanted.minimal else wanted.per_page
    start = (wanted.page - 1) * size
    ids = await _ids(table, wanted, viewer, desk)
    shown = await _objects(table, ids[start : start + size], wanted, viewer)
    pages = -(-len(ids) // size)
    return PageOf(
        total_items=len(ids),
        total_pages=pages,
        page_number=wanted.page,
        size=len(shown),
        first_page=wanted.page == 1,
        last_page=wanted.page >= pages,
        empty=not shown,
        contents=shown,
    )


async def one(table: str, of: str, wanted: Wanted, viewer: Audience) -> Thing:
    """One object with all that hangs from it; what is not there and what is not shown are alike."""
    of = await claims.listed_as(of)
    rows = await shelf.rows(table, viewer, ids=[of])
    if not rows:
        raise NotFound
    return (await _whole(table, [of], wanted, viewer))[0]


async def _ids(table: str, wanted: Wanted, viewer: Audience, desk: Desk) -> list[str]:
    """The ids that are left, by name; where words were searched for, the best first."""
    where: Combinable = ListingRow.table == table
    if wanted.organization_id:
        whose = await claims.listed_as(wanted.organization_id)
        where = where & (ListingRow.organization == whose)
    if viewer is Audience.PUBLIC:
        where = where & (ListingRow.audience == Audience.PUBLIC.value)
    query = ListingRow.select(ListingRow.hsds_id, ListingRow.service, ListingRow.organization)
    rows = await query.where(where).order_by(ListingRow.name, ListingRow.hsds_id)
    hidden = await _hidden(table, viewer)
    rows = [row for row in rows if row["hsds_id"] not in hidden]
    if wanted.taxonomy_term_id or (wanted.taxonomy_id and table != "taxonomy_terms"):
        linked = await _classified(wanted, viewer)
        rows = [row for row in rows if not linked.isdisjoint(_names(table, row))]
    if wanted.modified_after:
        since = wanted.modified_after
        fresh = {
            row["id"]
            for row in await shelf.rows("services", viewer)
            if (said := moment(row.get("last_modified"))) is None or said >= since
        }
        rows = [row for row in rows if row["service"] in fresh]
    if wanted.postcode:
        there = await _at_postcode(wanted.postcode, viewer)
        rows = [row for row in rows if not there.isdisjoint((row["hsds_id"], row["service"]))]
    if table == "taxonomy_terms":
        rows = await _terms(rows, wanted, viewer)
    ids = [row["hsds_id"] for row in rows]
    if not wanted.search:
        return ids
    if table.startswith("taxonom"):
        return await _named(table, ids, wanted.search, viewer)
    return await _found(table, rows, wanted.search, viewer, desk)


async def _found(
    table: str, rows: Sequence[Mapping[str, Any]], text: str, viewer: Audience, desk: Desk
) -> list[str]:
    key = {"organizations": "organization", "service_at_location": "service"}.get(table, "hsds_id")
    kind = "organization" if table == "organizations" else "service"
    order = {of: at for at, of in enumerate(await search_ids.matching(text, kind, viewer, desk))}
    met = [row for row in rows if row[key] in order]
    return [row["hsds_id"] for row in sorted(met, key=lambda row: order[row[key]])]


def _names(table: str, row: Mapping[str, Any]) -> set[str]:
    """What an attribute names when it says of this row what it is."""
    named = {row["hsds_id"]}
    if table == "service_at_location":
        named.add(row["service"])
    return named


async def _classified(wanted: Wanted, viewer: Audience) -> set[str]:
    """What carries the term asked for, or one of its taxonomy; and whose services do."""
    terms = {wanted.taxonomy_term_id} - {""}
    if wanted.taxonomy_id:
        every = await shelf.rows("taxonomy_terms", viewer)
        within = {row["id"] for row in every if row.get("taxonomy_id") == wanted.taxonomy_id}
        terms = terms & within if terms else within
    links = [
        row
        for row in await shelf.rows("attributes", viewer)
        if row.get("taxonomy_term_id") in terms
    ]
    found = {str(row.get("link_id")) for row in links}
    services = await shelf.rows("services", viewer, ids=sorted(found)) if found else []
    return found | {str(row.get("organization_id")) for row in services}


async def _at_postcode(postcode: str, viewer: Audience) -> set[str]:
    """What is offered at an address with this postcode, as far as addresses are shown."""
    plain = "".join(postcode.split()).casefold()
    places = {
        row.get("location_id")
        for row in await shelf.rows("addresses", viewer)
        if "".join(str(row.get("postal_code") or "").split()).casefold() == plain
    }
    links = await shelf.rows("service_at_location", viewer)
    met = [row for row in links if row.get("location_id") in places]
    return {str(row[name]) for row in met for name in ("id", "service_id") if row.get(name)}


async def _terms(rows: Sequence[Thing], wanted: Wanted, viewer: Audience) -> list[Thing]:
    shown = {row["id"]: row for row in await shelf.rows("taxonomy_terms", viewer)}
    parents = {row.get("parent_id") for row in shown.values()}

    def met(of: str) -> bool:
        row = shown.get(of, {})
        if wanted.taxonomy_id and row.get("taxonomy_id") != wanted.taxonomy_id:
            return False
        if wanted.parent_id and row.get("parent_id") != wanted.parent_id:
            return False
        return not (wanted.top_only and of in parents)

    return [row for row in rows if met(row["hsds_id"])]


async def _named(table: str, ids: Sequence[str], text: str, viewer: Audience) -> list[str]:
    rows = await shelf.rows(table, viewer)
    wanted = text.casefold()
    met = {row["id"] for row in rows if wanted in f"{row.get('name')}".casefold()}
    return [of for of in ids if of in met]


async def _hidden(table: str, viewer: Audience) -> frozenset[str]:
    """Rows for everybody of which so much is not for everybody that nothing is left to show."""
    if viewer is not Audience.PUBLIC:
        return frozenset()
    marked = await ListingRow.select(ListingRow.hsds_id, ListingRow.body).where(
        (ListingRow.table == table) & ListingRow.body.like('%"x_field_audience"%')
    )
    return frozenset(
        row["hsds_id"] for row in marked if part_of(table, json.loads(row["body"]), viewer) is None
    )


async def _objects(table: str, ids: Sequence[str], wanted: Wanted, viewer: Audience) -> list[Thing]:
    if wanted.full and not table.startswith("taxonom"):
        return await _whole(table, ids, wanted, viewer)
    rows = {row["id"]: row for row in await shelf.rows(table, viewer, ids=ids)} if ids else {}
    if wanted.minimal:
        return [{"id": of, "modified_date": rows[of].get("last_modified")} for of in ids]
    for part, own, other in _ONE.get(table, ()):
        named = {str(row[own]) for row in rows.values() if row.get(own)}
        found = await shelf.rows(other, viewer, ids=sorted(named)) if named else []
        by_id = {row["id"]: row for row in found}
        for row in rows.values():
            if row.get(own) in by_id:
                row[part] = by_id[row[own]]
    return [_given(rows[of], viewer) for of in ids]


async def _whole(table: str, ids: Sequence[str], wanted: Wanted, viewer: Audience) -> list[Thing]:
    """Objects with all that hangs from them, read organization by organization."""
    if table.startswith("taxonom"):
        return await _objects(table, ids, wanted, viewer)
    rows = await ListingRow.select(ListingRow.hsds_id, ListingRow.organization).where(
        (ListingRow.table == table) & ListingRow.hsds_id.is_in(list(ids))
    )
    whose = {row["hsds_id"]: row["organization"] for row in rows}
    made: dict[str, Thing] = {}
    for organization in sorted(set(whose.values())):
        dataset = await shelf.organization(organization, viewer)
        nest = Nest(dataset)
        for row in dataset.get(table, ()):
            if row["id"] in whose:
                made[row["id"]] = _complete(table, row, nest, dataset, wanted)
    return [_given(made[of], viewer) for of in ids if of in made]


def _complete(
    table: str, row: Thing, nest: Nest, dataset: Mapping[str, list[Thing]], wanted: Wanted
) -> Thing:
    whole = nest.object(table, row)
    services = dataset.get("services", [])
    if table == "organizations":
        own = [one for one in services if one.get("organization_id") == row["id"]]
        whole["services"] = [
            nest.object("services", one) if wanted.full_service else _plain(one) for one in own
        ]
    if table == "service_at_location":
        whole["service"] = next(
            (
                nest.object("services", one)
                for one in services
                if one["id"] == row.get("service_id")
            ),
            None,
        )
    return whole


def _plain(service: Thing) -> Thing:
    return {name: service[name] for name in ("id", "name", "status") if name in service}


def _given(value: Any, viewer: Audience) -> Any:
    """An object without what says nothing, and without the marks of who may see it."""
    if isinstance(value, list):
        return [_given(one, viewer) for one in value]
    if not isinstance(value, dict):
        return value
    left = _NOT_PUBLIC if viewer is Audience.PUBLIC else frozenset[str]()
    return {
        name: _given(part, viewer)
        for name, part in value.items()
        if part is not None and name not in left
    }
