"""Finding a partner: words, near-words, prefixes, facts and order, on each kind of database."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from directory.audience import Audience
from server.listing import search, store
from server.listing.search import Found
from server.node import database
from server.node.desk import Desk
from server.node.errors import Locked
from tests import listed
from tests.nodes import TestedNode

MONDAY_MORNING = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
Facets = Mapping[str, Sequence[str]]


def at_desk(node: TestedNode, act: Callable[[Desk], Awaitable[None]]) -> None:
    """The small directory is here, it is Monday morning, and somebody does something."""

    async def story() -> None:
        settings = replace(node.settings, moved_now=MONDAY_MORNING)
        desk = await replace(node, settings=settings).desk()
        async with database.transaction():
            await store.put(listed.directory(node.identity.public.hex()), "import", desk)
        await act(desk)

    asyncio.run(story())


async def look(
    text: str, desk: Desk, facets: Facets | None = None, viewer: Audience = Audience.PROFESSIONAL
) -> Found:
    return await search.find(text, facets or {}, viewer, 1, desk)


def names(found: Found) -> list[str]:
    return [result.itself.name for result in found.results]


TYPED = [
    ("shelter", ["St Brigid's House"]),
    ("SHELTER", ["St Brigid's House"]),
    ("shel", ["St Brigid's House"]),
    ("sheltr", ["St Brigid's House"]),
    ("hselter", ["St Brigid's House"]),
    ("emergancy sheltar", ["St Brigid's House"]),
    ("brigids", ["St Brigid's House"]),
    ("st", ["St Brigid's House"]),
    ("harber", ["Harbour Legal Aid"]),
    ("legal advice", ["Harbour Legal Aid"]),
    ("spanish", ["St Brigid's House"]),
    ("3125550102", ["St Brigid's House"]),
    ("pier road", ["Harbour Legal Aid"]),
    ("xyzzyx", []),
    ("'; --", ["Harbour Legal Aid", "St Brigid's House", "Zorquil Circle"]),
    ('" OR NEAR(*', ["Harbour Legal Aid"]),
]


def test_words_near_words_and_beginnings_find_a_partner(agency: TestedNode) -> None:
    async def story(desk: Desk) -> None:
        found = [(typed, names(await look(typed, desk))) for typed, _ in TYPED]

        assert found == TYPED

    at_desk(agency, story)


def test_a_name_that_begins_so_comes_before_a_description_that_says_so(agency: TestedNode) -> None:
    async def story(desk: Desk) -> None:
        rows = {
            "organizations": [
                listed.row("organizations", "far", name="Zebra Trust", description="Near harbour."),
            ]
        }
        async with database.transaction():
            await store.put(rows, "import", desk)

        assert names(await look("harbour", desk)) == ["Harbour Legal Aid", "Zebra Trust"]

    at_desk(agency, story)


def test_words_that_nobody_has_together_find_those_who_have_some(agency: TestedNode) -> None:
    async def story(desk: Desk) -> None:
        found = await look("shelter lawyers", desk)

        assert found.some_words
        assert set(names(found)) == {"St Brigid's House", "Harbour Legal Aid"}

    at_desk(agency, story)


def test_a_word_looked_for_instead_is_said(agency: TestedNode) -> None:
    async def story(desk: Desk) -> None:
        found = await look("sheltr", desk)

        assert found.instead == ("shelter",)

    at_desk(agency, story)


NARROWED: list[tuple[Facets, list[str]]] = [
    ({"type": ["Legal advice"]}, ["Harbour Legal Aid"]),
    ({"type": ["Legal advice", "Hotline"]}, ["Harbour Legal Aid"]),
    ({"type": ["Legal advice"], "language": ["Spanish"]}, []),
    ({"area": ["Harbour county"]}, ["Harbour Legal Aid"]),
    ({"age": ["Adults, 18 to 64"]}, ["St Brigid's House"]),
    ({"pets": ["Pets may come too"]}, ["St Brigid's House"]),
    ({"open": ["open"]}, ["Harbour Legal Aid", "St Brigid's House"]),
    ({"free": ["free"]}, ["St Brigid's House"]),
    ({"type": ["No such kind"]}, []),
]


def test_facts_narrow(agency: TestedNode) -> None:
    async def story(desk: Desk) -> None:
        found = [(facets, names(await look("", desk, facets))) for facets, _ in NARROWED]

        assert found == NARROWED

    at_desk(agency, story)


def test_each_count_is_what_choosing_it_leaves(agency: TestedNode) -> None:
    async def story(desk: Desk) -> None:
        for text in ("", "a", "harbour"):
            found = await look(text, desk)
            for facet, counts in found.facets.items():
                for count in counts:
                    chosen = await look(text, desk, {facet: [count.value]})
                    assert chosen.total == count.count, (text, facet, count.value)
            assert (await look(text, desk, {"open": ["open"]})).total == found.open_now.count
            assert (await look(text, desk, {"free": ["free"]})).total == found.free_now.count

    at_desk(agency, story)


def test_a_partner_at_night_is_open_only_if_it_says_so(agency: TestedNode) -> None:
    async def story(desk: Desk) -> None:
        night = replace(desk, time=replace(desk.time, now=datetime(2026, 11, 24, 2, 0, tzinfo=UTC)))

        assert names(await look("", night, {"open": ["open"]})) == ["St Brigid's House"]

    at_desk(agency, story)


def test_beds_said_yesterday_morning_are_not_free_now(agency: TestedNode) -> None:
    async def story(desk: Desk) -> None:
        later = replace(desk, time=replace(desk.time, now=datetime(2026, 11, 24, 8, 0, tzinfo=UTC)))

        assert names(await look("", later, {"free": ["free"]})) == []

    at_desk(agency, story)


def test_what_everybody_begins_with_has_what_came_a_moment_ago(agency: TestedNode) -> None:
    """The counts of the whole directory are kept for a minute, but not past a change."""

    async def act(desk: Desk) -> None:
        before = await look("", desk)
        async with database.transaction():
            await store.put({"organizations": [_ALDER]}, "import", desk)
        after = await look("", desk)
        again = await look("", desk)

        assert "Alder Refuge" not in names(before)
        assert "Alder Refuge" in names(after)
        assert after.total == again.total == before.total + 1

    at_desk(agency, act)


_ALDER = {
    "id": "7d1f0c50-0a1e-4a53-9f0f-000000000001",
    "name": "Alder Refuge",
    "description": "Invented",
    "x_audience": "public",
}


def test_what_is_taken_out_is_found_no_more_nor_the_words_it_had(agency: TestedNode) -> None:
    async def story(desk: Desk) -> None:
        assert names(await look("protective", desk)) == ["Harbour Legal Aid"]
        changed = listed.directory(agency.identity.public.hex())
        changed["services"] = [
            row for row in changed["services"] if row["id"] != listed.of("services", "court")
        ]
        async with database.transaction():
            await store.put(changed, "import", desk, whole=True)

        assert names(await look("protective", desk)) == []
        assert names(await look("protectiv", desk)) == []
        assert names(await look("harbour", desk)) == ["Harbour Legal Aid"]

    at_desk(agency, story)


def test_an_agency_that_lists_nothing_is_found_by_name_kind_and_tier(
    coordinating: TestedNode,
) -> None:
    async def story(desk: Desk) -> None:
        found = await look("northgate", desk)

        assert names(found) == ["Northgate Coordination"]
        assert found.results[0].agency == coordinating.identity.public.hex()
        assert found.facets["tier"][0].count == 1
        assert names(await look("", desk))[0] == "Northgate Coordination"
        assert names(await look("northgate", desk, viewer=Audience.PUBLIC)) == []

    at_desk(coordinating, story)


def test_pages_follow_each_other_without_a_gap(agency: TestedNode) -> None:
    async def story(desk: Desk) -> None:
        rows = {
            "organizations": [
                listed.row("organizations", f"site-{n}", name=f"Site {n:02}", description="Alike.")
                for n in range(45)
            ]
        }
        async with database.transaction():
            await store.put(rows, "import", desk)

        pages = [await search.find("alike", {}, Audience.PUBLIC, page, desk) for page in (1, 2, 3)]

        assert [len(page.results) for page in pages] == [20, 20, 5]
        assert pages[0].pages == 3
        assert sorted(name for page in pages for name in names(page)) == [
            f"Site {n:02}" for n in range(45)
        ]

    at_desk(agency, story)


def test_nobody_looks_without_having_signed_in(agency: TestedNode) -> None:
    async def story(desk: Desk) -> None:
        with pytest.raises(Locked):
            await look("shelter", replace(desk, staff=None))

    at_desk(agency, story)
