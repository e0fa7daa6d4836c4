"""Finding a partner: one box and some facts to narrow by, answered by the database."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from directory.audience import Audience
from server.listing import agencies, lines, wording
from server.listing.asked import FREE, OPEN, PAGE_SIZE, Asked, Clock, statement
from server.listing.folding import words
from server.listing.index_tables import IndexedDoc, IndexState
from server.listing.lines import Card
from server.listing.search_index import LEVEL
from server.node.access import Act, require
from server.node.desk import Desk

Row = Mapping[str, Any]
FACETS: Final = (
    "type", "kind", "tier", "area", "language", "age", "gender", "children", "pets", "access",
    "immigration",
)  # fmt: skip
MOST_WORDS: Final = 8


@dataclass(frozen=True, slots=True)
class Result:
    """One partner that was found, with those of its services that match best."""

    organization: str
    agency: str
    itself: Card
    services: tuple[Card, ...]
    matching: int


@dataclass(frozen=True, slots=True)
class Count:
    """One value of a facet, and how many partners are left when it is chosen."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found, with counts to narrow it by."""

    total: int
    services: int
    page: int
    pages: int
    results: tuple[Result, ...]
    facets: Mapping[str, tuple[Count, ...]]
    open_now: Count
    free_now: Count
    some_words: bool = False  # nothing holds every word; these hold some
    instead: tuple[str, ...] = ()  # words looked for in place of those that stand nowhere


async def find(
    text: str,
    facets: Mapping[str, Sequence[str]],
    viewer: Audience,
    page: int,
    desk: Desk,
) -> Found:
    """The partners that match, the best first. What is asked is written down nowhere."""
    require(desk, Act.READ_LISTING)
    return await look(text, facets, viewer, page, desk)


async def look(
    text: str,
    facets: Mapping[str, Sequence[str]],
    viewer: Audience,
    page: int,
    desk: Desk,
) -> Found:
    """As find(), for whoever may look without having signed in."""
    here = str(desk.settings.data)
    known = _STATES.get(here)
    if known is not None and not agencies.behind(known, desk):
        # What the index was made up to is believed until an answer says that it has changed.
        with suppress(_Changed):
            return await _look(text, facets, viewer, page, desk, known)
    _STATES[here] = await agencies.follow(desk)
    return await _look(text, facets, viewer, page, desk, _STATES[here])


class _Changed(Exception):
    """The index is another by now than it was thought to be."""


_STATES: Final[dict[str, IndexState]] = {}


async def _look(  # noqa: PLR0917  # the question's parts, in their order, and the index it meets
    text: str,
    facets: Mapping[str, Sequence[str]],
    viewer: Audience,
    page: int,
    desk: Desk,
    state: IndexState,
) -> Found:
    typed = words(text)[:MOST_WORDS]
    zones = tuple(json.loads(state.zones))
    clock = Clock(desk.now, desk.pack.timezone, zones, state.version)
    asked = Asked(
        level=LEVEL[viewer],
        wordings=wording.as_typed(typed),
        begins=" ".join(typed),
        chosen={facet: tuple(facets[facet]) for facet in FACETS if facets.get(facet)},
        open_now=bool(facets.get(OPEN)),
        free_now=bool(facets.get(FREE)),
        page=max(1, page),
    )
    if not typed:
        return await _without_words(asked, clock, state, desk)
    rows = await _ask(asked, clock)
    found = _found(rows, asked, clock)
    if found.total:
        return found
    # Only now is it asked whether a word is misspelt: most are not, and what is found by the
    # words as they were typed comes before anything else.
    if maybe := await wording.misspelt(asked.level, typed, text):
        asked = replace(asked, wordings=maybe)
        found = _found(await _ask(asked, clock), asked, clock)
        if found.total:
            return replace(found, instead=wording.instead(maybe, typed))
    if len(typed) > 1:
        asked = replace(asked, wordings=await wording.loosely(asked.level, typed, text))
        rows = await _ask(asked, clock) if asked.wordings else rows
        found = _found(rows, asked, clock)
        instead = wording.instead(asked.wordings, typed)
        return replace(found, some_words=found.total > 0, instead=instead)
    return found


async def _without_words(asked: Asked, clock: Clock, state: IndexState, desk: Desk) -> Found:
    """What stands there before anything is typed, and what one fact alone leaves of it."""
    alone = len(asked.chosen) == 1 and not asked.open_now and not asked.free_now
    if asked.narrowed and not alone:
        return _found(await _ask(asked, clock), asked, clock)
    first = replace(asked, chosen={}, page=1)
    # While nothing changes the whole directory is counted once a minute at most: it is what
    # everybody begins with.
    minute = int(clock.now.timestamp()) // 60
    key = (str(desk.settings.data), state.version, asked.level, minute)
    if key in _FIRST:
        if not await IndexState.exists().where(IndexState.version == state.version):
            raise _Changed
    else:
        if len(_FIRST) >= _MOST_FIRST:
            _FIRST.clear()
        _FIRST[key] = await _ask(first, clock)
    if asked == first:
        return _found(_FIRST[key], asked, clock)
    found = _found(await _ask(asked, clock), asked, clock)
    others = _facets([row for row in _FIRST[key] if row["tag"] == "value"], asked)
    return replace(
        found,
        facets={
            facet: others.get(facet, counts) if facet in asked.chosen else counts
            for facet, counts in found.facets.items()
        },
    )


_FIRST: Final[dict[tuple[str, int, int, int], list[Row]]] = {}
_MOST_FIRST: Final = 8


async def _ask(asked: Asked, clock: Clock) -> list[Row]:
    sql, values = statement(asked, clock)
    rows: list[Row] = await IndexedDoc.raw(sql, *values)
    if any(row["tag"] == "state" and row["n"] != clock.version for row in rows):
        raise _Changed
    return rows


def _found(rows: Sequence[Row], asked: Asked, clock: Clock) -> Found:
    by_tag: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_tag[row["tag"]].append(row)
    total, services = sum(row["number"] for row in by_tag["total"]), by_tag["total"]
    return Found(
        total=total,
        services=sum(row["n"] for row in services),
        page=asked.page,
        pages=-(-total // PAGE_SIZE),
        results=_results(by_tag["party"], by_tag["service"], clock),
        facets=_facets(by_tag["value"], asked),
        open_now=Count(OPEN, sum(row["n"] for row in by_tag[OPEN]), asked.open_now),
        free_now=Count(FREE, sum(row["n"] for row in by_tag[FREE]), asked.free_now),
    )


def _facets(rows: Sequence[Row], asked: Asked) -> dict[str, tuple[Count, ...]]:
    counted: dict[str, list[Count]] = {facet: [] for facet in FACETS}
    for row in sorted(rows, key=lambda row: row["place"]):
        chosen = row["text"] in asked.chosen.get(row["name"], ())
        counted[row["name"]].append(Count(row["text"], row["n"], chosen))
    for facet, chosen_values in asked.chosen.items():
        gone = set(chosen_values) - {count.value for count in counted[facet]}
        counted[facet] += [Count(value, 0, chosen=True) for value in sorted(gone)]
    return {facet: tuple(counts) for facet, counts in counted.items() if counts}


def _results(parties: Sequence[Row], services: Sequence[Row], clock: Clock) -> tuple[Result, ...]:
    offered: dict[int, list[Card]] = defaultdict(list)
    for row in sorted(services, key=lambda row: row["place"]):
        shown = offered[row["number"]]
        # A line shows the hours of the service that matches best; of the others, their names.
        shown.append(lines.read(row["name"], row["text"], None if shown else clock))
    found = []
    for row in sorted(parties, key=lambda row: row["place"]):
        organization, _, agency = row["name"].partition("/")
        cards = tuple(offered[row["number"]])
        itself = lines.read(organization, row["text"], None if cards else clock)
        found.append(Result(organization, agency, itself, cards, row["n"]))
    return tuple(found)
