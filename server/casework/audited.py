"""The record of what was done, as this person may read it: nothing of a case behind a wall."""

from server.casework.tables import ConsentRow, Release, Share
from server.node import audit
from server.node.audit import Entry
from server.node.desk import Desk

_BATCH = 500
_NOWHERE = "-"  # so that somebody without a wall does the same work


async def entries(limit: int, desk: Desk) -> list[Entry]:
    """The latest entries, newest first; as many as there would be if nothing were walled."""
    hidden = await _hidden(desk)
    shown: list[Entry] = []
    before = None
    while len(shown) < limit:
        batch = await audit.list_entries(_BATCH, before)
        shown += [one for one in batch if not _speaks_of(one, hidden)]
        if len(batch) < _BATCH:
            break
        before = batch[-1].n
    return shown[:limit]


async def _hidden(desk: Desk) -> frozenset[str]:
    """Every number by which an entry may speak of a case that is walled from this person."""
    refs = [*desk.walled.cases, _NOWHERE]
    releases = await Release.select(Release.id).where(Release.case_ref.is_in(refs))
    consents = await ConsentRow.select(ConsentRow.id, ConsentRow.release).where(
        ConsentRow.case_ref.is_in(refs)
    )
    theirs = [row["id"] for row in releases] + [row["release"] for row in consents]
    shares = await Share.select(Share.id, Share.consent).where(
        Share.case_ref.is_in(refs) | Share.release.is_in([*theirs, _NOWHERE])
    )
    found = {*desk.walled.cases, *theirs, *(row["id"] for row in consents)}
    return frozenset(found | {row[key] for row in shares for key in ("id", "consent")} - {""})


def _speaks_of(entry: Entry, hidden: frozenset[str]) -> bool:
    """Does it name such a number, or nothing but such numbers?"""
    if entry.subject in hidden:
        return True
    for value in entry.detail.values():
        if isinstance(value, str) and value in hidden:
            return True
        if isinstance(value, list) and value and hidden.issuperset(value):
            return True
    return False
