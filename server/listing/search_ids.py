"""What matches some words, as ids in order: for callers that draw their own pages."""

from typing import Final

from directory.audience import Audience
from server.listing import agencies, search_engine, wording
from server.listing.folding import words
from server.listing.index_tables import IndexedDoc
from server.listing.search import MOST_WORDS
from server.listing.search_engine import Wording
from server.listing.search_index import LEVEL
from server.node.desk import Desk

_SELECT: Final = {
    "service": "SELECT d.hsds_id AS id, min(h.score) AS score FROM hit h "
    "CROSS JOIN listing_doc d WHERE d.id = h.doc AND d.kind = 'service' "
    "GROUP BY d.hsds_id ORDER BY score, id",
    "organization": "SELECT p.organization AS id, min(h.score) AS score FROM hit h "
    "CROSS JOIN listing_doc d CROSS JOIN listing_party p WHERE d.id = h.doc "
    "AND p.id = d.party AND p.organization <> '' GROUP BY p.organization ORDER BY score, id",
}


async def matching(text: str, kind: str, viewer: Audience, desk: Desk) -> list[str]:
    """The services, or the organizations, that match; the best first."""
    await agencies.follow(desk)
    level, typed = LEVEL[viewer], words(text)[:MOST_WORDS]
    if not typed:
        return []
    found = await _ask(level, wording.as_typed(typed), kind)
    if found:
        return found
    return await _ask(level, await wording.misspelt(level, typed, f"{text} "), kind)


async def _ask(level: int, wordings: tuple[Wording, ...], kind: str) -> list[str]:
    if not wordings:
        return []
    sql, values = search_engine.asking(level, wordings)
    rows = await IndexedDoc.raw(f"WITH hit AS MATERIALIZED ({sql}) {_SELECT[kind]}", *values)
    return [row["id"] for row in rows]
