"""Is what an agency says of itself still right? Somebody there says so, once in the pack's term."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from client_sync.entry import Entry
from server.entry import own, sending
from server.entry.errors import NothingToSend
from server.listing.tables import ListingRow
from server.node import audit, database
from server.node.access import Act, may, require
from server.node.desk import Desk

ASSURED = "x_assured"


@dataclass(frozen=True, slots=True)
class Assurance:
    """When somebody last said that an entry is still right, and until when that holds."""

    on: date | None
    until: date | None
    overdue: bool


async def own_assurance(desk: Desk) -> Assurance | None:
    """How the own entry stands; None while there is none. It asks whoever keeps the entry."""
    if desk.keys is None:
        return None
    entry = await own.current(desk)
    row = entry.rows.get((own.ORGANIZATIONS, own.organization_id(desk.node.identity)))
    return None if row is None else _assurance(row.values.get(ASSURED), desk)


async def asks(desk: Desk) -> bool:
    """Is it time that whoever keeps the own entry looks through it?"""
    if not may(desk.roles, Act.EDIT_ENTRY):
        return False
    standing = await own_assurance(desk)
    return standing is not None and standing.overdue


async def assure(desk: Desk) -> tuple[str, ...]:
    """It is all still right as of today: written down, and sent; the parts that went."""
    require(desk, Act.EDIT_ENTRY)
    entry = await own.current(desk)
    if not entry.rows:
        raise NothingToSend
    today = desk.today.isoformat()
    await own.edit(_dated(entry, today), entry.heads, desk)
    async with database.transaction():
        await audit.record("entry.assure", "", desk, on=today)
    return await sending.send(desk)


async def overdue(organizations: Collection[str], desk: Desk) -> frozenset[str]:
    """Those of these whose agency has not said for the pack's term that its entry is right."""
    found = await published(organizations, desk)
    return frozenset(organization for organization, said in found.items() if said.overdue)


async def published(organizations: Collection[str], desk: Desk) -> dict[str, Assurance]:
    """How the entries stand that agencies of the directory sent, by organization; works locked."""
    if not organizations or not desk.directory.entries:
        return {}
    rows = await ListingRow.select(ListingRow.hsds_id, ListingRow.body).where(
        (ListingRow.table == own.ORGANIZATIONS)
        & ListingRow.hsds_id.is_in(sorted(organizations))
        & ListingRow.source.is_in([one.identity for one in desk.directory.entries])
    )
    return {
        str(row["hsds_id"]): _assurance(json.loads(row["body"]).get(ASSURED), desk) for row in rows
    }


async def sent_is_old(desk: Desk) -> bool:
    """Is what this agency sent itself past the term? Works locked."""
    return bool(await overdue([own.organization_id(desk.node.identity)], desk))


def _dated(entry: Entry, today: str) -> dict[tuple[str, str], dict[str, str]]:
    dated = {(row.table, row.id): {ASSURED: today} for row in entry.of(own.ORGANIZATIONS)}
    dated |= {(row.table, row.id): {"assured_date": today} for row in entry.of("services")}
    return dated


def _assurance(said: object, desk: Desk) -> Assurance:
    try:
        on = date.fromisoformat(str(said))
        until = on + timedelta(days=desk.pack.entry.assure_days)
    except (ValueError, OverflowError):  # a partner may have written the last day there is
        return Assurance(None, None, overdue=True)
    return Assurance(on, until, overdue=desk.today > until)
