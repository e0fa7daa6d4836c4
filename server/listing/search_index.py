"""Making what the directory is searched by from its rows; inside the act that changes them."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from directory.audience import Audience
from server.listing import facts, index_words, search_engine, shelf
from server.listing.eligibility import Fact
from server.listing.facts import Doc
from server.listing.index_tables import (
    FacetValue,
    IndexedCard,
    IndexedDoc,
    IndexedParty,
    IndexState,
    ListingFacet,
    OpeningRow,
    UnusualRow,
)
from server.listing.reading import Reading
from server.listing.tables import ListingRow
from server.node import database

LEVEL: Final = {Audience.PUBLIC: 0, Audience.PROFESSIONAL: 1, Audience.TRUSTED: 1}
"""What is for named agencies alone is in no index: whoever sees it finds as all staff find."""

_FEW: Final = 60  # beyond so many organizations the whole directory is read at once
_CHUNK: Final = 500


@dataclass(slots=True)
class Adding:
    """Docs on their way into the index."""

    next_doc: int
    docs: list[tuple[Any, ...]] = field(default_factory=list)
    cards: list[tuple[int, str]] = field(default_factory=list)
    texts: dict[int, list[tuple[int, search_engine.Texts]]] = field(default_factory=dict)
    facts: list[tuple[int, Fact]] = field(default_factory=list)
    hours: list[tuple[Any, ...]] = field(default_factory=list)
    unusual: list[tuple[int, str]] = field(default_factory=list)

    def take(self, doc: Doc, level: int, party: int) -> None:
        """Give this doc its number, and lay its parts where they are written from."""
        number = self.next_doc
        self.next_doc += 1
        known = (level, doc.kind, party, doc.hsds_id, doc.offered, doc.name, doc.free_until)
        self.docs.append((number, *known))
        self.cards.append((number, doc.card))
        self.texts.setdefault(level, []).append((number, doc.texts))
        self.facts += [(number, fact) for fact in sorted(doc.facts)]
        self.hours += [
            (
                *(number, one.zone, one.days, one.opens, one.closes),
                *(one.first.toordinal(), one.last.toordinal(), False),
            )
            for one in doc.patterns
        ]
        self.unusual += [(number, body) for body in doc.unusual]


async def rebuild(org_ids: Collection[str] | None) -> None:
    """Make the index of these organizations anew, or of all of them; inside the caller's act."""
    database.require_transaction()
    if org_ids is not None and "" in org_ids:
        org_ids = None  # words that all share, such as a taxonomy's: any doc may hold them
    parties = await _parties(org_ids)
    await forget([party["id"] for party in parties])
    numbers = await _numbered(org_ids, parties)
    adding = Adding(await following(IndexedDoc))
    for level, viewer in ((0, Audience.PUBLIC), (1, Audience.PROFESSIONAL)):
        async for reading in _readings(org_ids, viewer):
            for organization in reading.organizations():
                if party := numbers.get(str(organization["id"])):
                    for doc in facts.prepare(reading, organization):
                        adding.take(doc, level, party)
    await write(adding)
    await settle(directory=0, horizon=0)


async def forget(parties: Sequence[int]) -> None:
    """Take the docs of these parties out of the index."""
    for some in _chunks(parties):
        rows = await IndexedDoc.select(IndexedDoc.id, IndexedDoc.level).where(
            IndexedDoc.party.is_in(some)
        )
        for level in search_engine.LEVELS:
            await _forget_docs(level, [row["id"] for row in rows if row["level"] == level])
        await IndexedDoc.delete().where(IndexedDoc.party.is_in(some))


async def _forget_docs(level: int, docs: Sequence[int]) -> None:
    if not docs:
        return
    await index_words.less(level, await search_engine.words_of(level, docs))
    await search_engine.remove(level, docs)
    for table in (IndexedCard, ListingFacet, OpeningRow, UnusualRow):
        await database.many(
            f"DELETE FROM {table._meta.tablename} WHERE doc = {{}}",  # noqa: S608  # our own table
            [(doc,) for doc in docs],
        )


async def write(adding: Adding) -> None:
    """Write docs that were taken."""
    await database.many(
        "INSERT INTO listing_doc (id, level, kind, party, hsds_id, offered, name, free_until) "
        "VALUES ({}, {}, {}, {}, {}, {}, {}, {})",
        adding.docs,
    )
    await database.many("INSERT INTO listing_card (doc, body) VALUES ({}, {})", adding.cards)
    for level, texts in adding.texts.items():
        await search_engine.add(level, texts)
        counted: Counter[str] = Counter()
        for _, columns in texts:
            counted.update({word for column in columns for word in column.split()})
        await index_words.more(level, counted)
    known = await values({fact for _, fact in adding.facts})
    await database.many(
        "INSERT INTO listing_facet (doc, value) VALUES ({}, {})",
        [(doc, known[fact]) for doc, fact in adding.facts],
    )
    await database.many(
        "INSERT INTO listing_opening (doc, zone, days, opens, closes, first, last, written) "
        "VALUES ({}, {}, {}, {}, {}, {}, {}, {})",
        adding.hours,
    )
    await database.many("INSERT INTO listing_unusual (doc, body) VALUES ({}, {})", adding.unusual)


async def settle(*, directory: int | None = None, horizon: int | None = None) -> None:
    """Write down up to what the index now goes, and drop values that nothing has any more."""
    await FacetValue.raw(
        "DELETE FROM listing_value WHERE NOT EXISTS "
        "(SELECT 1 FROM listing_facet f WHERE f.value = listing_value.id)"
    )
    zones = await OpeningRow.raw("SELECT DISTINCT zone FROM listing_opening ORDER BY zone")
    said = json.dumps([row["zone"] for row in zones])
    state = await IndexState.objects().first() or IndexState(id=1)
    state.zones, state.version = said, state.version + 1
    state.directory = state.directory if directory is None else directory
    state.horizon = state.horizon if horizon is None else horizon
    await state.save()


async def _parties(org_ids: Collection[str] | None) -> list[dict[str, Any]]:
    if org_ids is None:
        return await IndexedParty.select().where(IndexedParty.organization != "")
    found: list[dict[str, Any]] = []
    for some in _chunks(sorted(org_ids)):
        found += await IndexedParty.select().where(IndexedParty.organization.is_in(some))
    return found


async def _numbered(
    org_ids: Collection[str] | None, before: Sequence[dict[str, Any]]
) -> dict[str, int]:
    """The number of each organization that is there now; it keeps the one it had."""
    query = ListingRow.select(ListingRow.hsds_id, ListingRow.source)
    there: dict[str, str] = {}
    parts = [None] if org_ids is None else _chunks(sorted(org_ids))
    for some in parts:
        asked = query.where(ListingRow.table == "organizations")
        rows = await (asked if some is None else asked.where(ListingRow.hsds_id.is_in(some)))
        there |= {row["hsds_id"]: row["source"] for row in rows}
    had = {row["organization"]: row["id"] for row in before}
    gone = [number for organization, number in had.items() if organization not in there]
    for some in _chunks(gone):
        await IndexedParty.delete().where(IndexedParty.id.is_in(some))
    first = await following(IndexedParty)
    fresh = [one for one in sorted(there) if one not in had]
    had |= {one: first + place for place, one in enumerate(fresh)}
    await database.many(
        "INSERT INTO listing_party (id, organization, agency) VALUES ({}, {}, '')",
        [(had[one], one) for one in fresh],
    )
    await database.many(
        "UPDATE listing_party SET agency = {} WHERE id = {}",
        [(_identity(source), had[one]) for one, source in there.items()],
    )
    return {one: had[one] for one in there}


def _identity(source: str) -> str:
    """An agency's own entry has its identity for a source; an import has a word."""
    hexed = len(source) == 64 and all(figure in "0123456789abcdef" for figure in source)
    return source if hexed else ""


async def _readings(org_ids: Collection[str] | None, viewer: Audience) -> AsyncIterator[Reading]:
    if org_ids is None or len(org_ids) > _FEW:
        yield Reading(await shelf.dataset(viewer))
        return
    for one in sorted(org_ids):
        yield Reading(await shelf.organization(one, viewer))


async def values(wanted: Collection[Fact]) -> dict[Fact, int]:
    """The numbers of these facts, and of all others."""
    await database.many(
        "INSERT INTO listing_value (facet, words) VALUES ({}, {}) "
        "ON CONFLICT (facet, words) DO NOTHING",
        sorted(wanted),
    )
    rows = await FacetValue.select()
    return {(row["facet"], row["words"]): row["id"] for row in rows}


async def following(table: type[IndexedDoc] | type[IndexedParty]) -> int:
    """The next number of a table that numbers its own rows."""
    rows = await table.raw(f"SELECT max(id) AS most FROM {table._meta.tablename}")  # noqa: S608  # our own table
    return (rows[0]["most"] or 0) + 1


def _chunks(values: Sequence[Any]) -> list[list[Any]]:
    return [list(values[start : start + _CHUNK]) for start in range(0, len(values), _CHUNK)]
