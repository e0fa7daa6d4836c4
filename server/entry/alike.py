"""Which imported organizations may be agencies of the directory: by likeness; a person decides."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Final
from urllib.parse import urlsplit

from server.likeness import traces
from server.listing import claims
from server.listing.folding import fold
from server.listing.store import IMPORT
from server.listing.tables import ListingRow
from server.node.access import Act, require
from server.node.desk import Desk

_LIKE: Final = 0.8  # of one: two spellings of a name are nearer than this, two agencies seldom are


@dataclass(frozen=True, slots=True)
class Claimed:
    """An imported organization that is an agency now."""

    organization: str
    agency: str
    name: str
    aside: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An imported organization that looks like an agency, and in what."""

    organization: str
    called: str
    agency: str
    name: str
    because: tuple[str, ...]


@dataclass(slots=True)
class _Known:
    name: str = ""
    host: str = ""
    numbers: list[str] = field(default_factory=list)


async def claimed(desk: Desk) -> tuple[Claimed, ...]:
    """Every imported organization that was said to be an agency, by the agency's name."""
    require(desk, Act.READ_LISTING)
    aside = list((await claims.ids_aside()).values())
    names = {one.id: one.name for one in desk.directory.entries}
    found = [
        Claimed(of, agency, names.get(agency, "An agency that has left"), aside.count(of))
        for of, agency in (await claims.live()).items()
    ]
    return tuple(sorted(found, key=lambda one: one.name.casefold()))


async def open_ones(desk: Desk) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What is left to be said: imported organizations and agencies with an entry, id and name."""
    require(desk, Act.READ_LISTING)
    imported, agencies = await _known(desk)
    names = {one.id: one.name for one in desk.directory.entries}
    return (
        _by_name({of: one.name for of, one in imported.items()}),
        _by_name({of: names[of] for of in agencies}),
    )


async def suggestions(desk: Desk) -> tuple[Suggestion, ...]:
    """The pairs that are alike, those alike in most first."""
    require(desk, Act.READ_LISTING)
    imported, agencies = await _known(desk)
    names = {one.id: one.name for one in desk.directory.entries}
    found = [
        Suggestion(of, one.name, agency, names[agency], because)
        for of, one in imported.items()
        for agency, other in agencies.items()
        if (because := _because(one, other))
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.because), one.called, one.name)))


async def _known(desk: Desk) -> tuple[dict[str, _Known], dict[str, _Known]]:
    """Imported organizations, and agencies with an entry of their own, that are not yet one."""
    live = await claims.live()
    there = {one.id for one in desk.directory.entries if not one.suspended} - set(live.values())
    imported: dict[str, _Known] = {}
    agencies: dict[str, _Known] = {}
    columns = (ListingRow.table, ListingRow.organization, ListingRow.source, ListingRow.body)
    for row in await ListingRow.select(*columns).where(
        ListingRow.table.is_in([claims.ORGANIZATIONS, "phones"]) & (ListingRow.organization != "")
    ):
        if row["source"] in there:
            known = agencies.setdefault(row["source"], _Known())
        elif row["source"].partition(":")[0] == IMPORT and row["organization"] not in live:
            known = imported.setdefault(row["organization"], _Known())
        else:
            continue
        _learn(known, row["table"], json.loads(row["body"]))
    return (
        {of: one for of, one in imported.items() if one.name},
        {of: one for of, one in agencies.items() if one.name},
    )


def _learn(known: _Known, table: str, row: Mapping[str, Any]) -> None:
    if table == "phones":
        known.numbers.append(str(row.get("number") or ""))
        return
    known.name = str(row.get("name") or "")
    known.host = _host(str(row.get("website") or ""))


def _because(one: _Known, other: _Known) -> tuple[str, ...]:
    because = []
    first, second = fold(one.name), fold(other.name)
    if first == second:
        because.append("the same name")
    elif SequenceMatcher(None, first, second).ratio() >= _LIKE:
        because.append("a name like it")
    if any(traces.phones(a, b) for a in one.numbers for b in other.numbers):
        because.append("the same telephone")
    if one.host and one.host == other.host:
        because.append("the same website")
    return tuple(because)


def _host(website: str) -> str:
    try:
        named = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return ""
    return named.removeprefix("www.")


def _by_name(names: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(names.items(), key=lambda one: one[1].casefold())
