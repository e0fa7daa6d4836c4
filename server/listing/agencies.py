"""The agencies of the signed directory among what is found, and hours up to a day that moves on."""

import json
from datetime import timedelta
from typing import Any, Final

from directory.agency import Agency
from server.listing import opening, search_index
from server.listing.eligibility import Fact
from server.listing.facts import Doc
from server.listing.folding import fold
from server.listing.index_tables import (
    IndexedDoc,
    IndexedParty,
    IndexState,
    OpeningRow,
    UnusualRow,
)
from server.node import database
from server.node.desk import Desk
from tiers.tier import Tier

TIER: Final = "tier"
KIND: Final = "kind"
_STAFF: Final = 1  # the level: who takes part is not public
_AHEAD: Final = timedelta(days=400)
_ENOUGH: Final = timedelta(days=60)


async def follow(desk: Desk) -> IndexState:
    """Bring the index to the directory and the day of this desk, where it is behind."""
    state = await IndexState.objects().first()
    if state is not None and not behind(state, desk):
        return state
    async with database.transaction():
        state = await IndexState.objects().first() or IndexState(id=1)
        if state.directory != desk.directory.number:
            await _agencies(desk)
        if state.horizon < (desk.today + _ENOUGH).toordinal():
            await _unusual(desk)
        horizon = (desk.today + _AHEAD).toordinal()
        await search_index.settle(directory=desk.directory.number, horizon=horizon)
    fresh = await IndexState.objects().first()
    assert fresh is not None  # noqa: S101  # settle() wrote it
    return fresh


def behind(state: IndexState, desk: Desk) -> bool:
    """Has the directory, or the day, gone on since?"""
    if state.directory != desk.directory.number:
        return True
    return state.horizon < (desk.today + _ENOUGH).toordinal()


async def _agencies(desk: Desk) -> None:
    alone = await IndexedParty.select().where(IndexedParty.organization == "")
    await search_index.forget([row["id"] for row in alone])
    await IndexedParty.delete().where(IndexedParty.organization == "")
    await IndexedDoc.raw(
        "DELETE FROM listing_facet WHERE value IN "
        "(SELECT id FROM listing_value WHERE facet IN ({}, {}))",
        TIER,
        KIND,
    )
    listed: dict[str, list[int]] = {}
    for row in await IndexedParty.select().where(IndexedParty.agency != ""):
        listed.setdefault(row["agency"], []).append(row["id"])
    adding = search_index.Adding(await search_index.following(IndexedDoc))
    party = await search_index.following(IndexedParty)
    for agency in desk.directory.entries:
        if agency.id in listed:
            await _place(agency, listed[agency.id], desk)
            continue
        await IndexedParty.insert(IndexedParty(id=party, organization="", agency=agency.id))
        adding.take(_doc(agency, desk), _STAFF, party)
        party += 1
    await search_index.write(adding)


async def _place(agency: Agency, parties: list[int], desk: Desk) -> None:
    """What a listed agency offers is found by its tier and kind too."""
    facts = _facts(agency, desk)
    values = await search_index.values(facts)
    docs = await IndexedDoc.select(IndexedDoc.id).where(
        IndexedDoc.party.is_in(parties) & (IndexedDoc.level == _STAFF)
    )
    await database.many(
        "INSERT INTO listing_facet (doc, value) VALUES ({}, {})",
        [(row["id"], values[fact]) for row in docs for fact in facts],
    )


def _facts(agency: Agency, desk: Desk) -> list[Fact]:
    return [(TIER, desk.pack.tiers[Tier(agency.tier)].title), (KIND, _kind(agency, desk))]


def _kind(agency: Agency, desk: Desk) -> str:
    return desk.pack.agency_kinds.get(agency.kind, agency.kind)


def _doc(agency: Agency, desk: Desk) -> Doc:
    kind = _kind(agency, desk)
    return Doc(
        kind="agency",
        hsds_id="",
        offered=True,
        name=fold(agency.name)[:200],
        texts=(fold(agency.name), fold(kind), "", ""),
        facts=frozenset(_facts(agency, desk)),
        patterns=(),
        unusual=(),
        free_until=0,
        card=json.dumps({"name": agency.name, "types": [kind]}, ensure_ascii=False),
    )


async def _unusual(desk: Desk) -> None:
    """Write out what no week repeats, from yesterday (a night may still go on) to the horizon."""
    await OpeningRow.delete().where(OpeningRow.written.eq(True))
    since, until = desk.today - timedelta(days=1), desk.today + _AHEAD
    rows: list[tuple[Any, ...]] = []
    for row in await UnusualRow.select():
        rows += [
            (
                *(row["doc"], one.zone, one.days, one.opens, one.closes),
                *(one.first.toordinal(), one.last.toordinal(), True),
            )
            for one in opening.patterns(json.loads(row["body"]), "", since, until)
        ]
    await database.many(
        "INSERT INTO listing_opening (doc, zone, days, opens, closes, first, last, written) "
        "VALUES ({}, {}, {}, {}, {}, {}, {}, {})",
        rows,
    )
