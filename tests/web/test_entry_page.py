"""What we offer, by page: written row by row, by two at once, and shown before it leaves."""

import asyncio
import html
import json
import re

import pytest

from server.entry import own
from tests.nodes import AGENCY, TestedNode
from tests.web.asked import Pages
from tests.web.entered import begun, drawn, fill, only, save, words_of


def test_an_empty_entry_teaches_and_begins_with_the_name(pages: Pages, node: TestedNode) -> None:
    async def story() -> None:
        await pages.work(node)
        empty = await pages.get("/entry")
        await pages.post("/entry/begin")
        page = await pages.get("/entry")

        assert "Nothing here yet" in words_of(empty)
        assert AGENCY in words_of(page)
        assert "Nothing of this has been sent yet" in words_of(page)

    asyncio.run(story())


def test_a_service_with_its_telephone_hours_and_place_stands_on_the_page(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        service = await begun(pages, node)
        await fill(pages, f"/entry/rows/phones/new?under=services.{service}", number="01632 960123")
        hours = f"/entry/hours/services/{service}"
        await fill(pages, hours, **{"MO-1-opens": "09:00", "MO-1-closes": "17:00"})
        await fill(pages, "/entry/rows/locations/new", name="Old mill", service=service)

        page = words_of(await pages.get("/entry"))
        rows = (await own.read(await node.desk())).of("service_at_location")
        assert "01632 960123" in page
        assert "Open Mon 09:00 to 17:00." in page
        assert [row.values["service_id"] for row in rows] == [service]

    asyncio.run(story())


def test_hours_are_changed_and_taken_away_day_by_day(pages: Pages, node: TestedNode) -> None:
    async def story() -> None:
        service = await begun(pages, node)
        hours = f"/entry/hours/services/{service}"
        two = {"MO-1-opens": "09:00", "MO-1-closes": "12:00", "TU-1-opens": "22:00"}
        await fill(pages, hours, **two, **{"TU-1-closes": "06:00"})
        await fill(
            pages,
            hours,
            **{"MO-1-opens": "10:00", "MO-1-closes": "12:00", "TU-1-opens": "", "TU-1-closes": ""},
        )
        half = await pages.post(hours, {"WE-1-opens": "10:00", "MO-1-opens": "10:00"})

        page = words_of(await pages.get("/entry"))
        assert "Open Mon 10:00 to 12:00." in page
        assert half.status_code == 422
        assert "Wednesday: write from when to when" in words_of(half)

    asyncio.run(story())


def test_two_pages_open_at_once_lose_nothing_and_both_words_wait_for_a_choice(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        service = await begun(pages, node)
        path = f"/entry/rows/services/{service}"
        first, second = await pages.get(path), await pages.get(path)
        await save(pages, path, first, name="Safe house", wait_time="None")
        await save(pages, path, second, name="Women's refuge", fees_description="Free")
        page = await pages.get(path)
        shown = words_of(page)
        forms = re.findall(
            r'name="number" value="(\d+)"><input type="hidden" name="words" value="([^"]*)"',
            page.text,
        )
        number = next(n for n, words in forms if "Safe" in words)

        chosen = await pages.post(
            f"{path}/choose", {"field": "name", "number": number, "words": "Safe house"}
        )

        (row,) = (await own.read(await node.desk())).of("services")
        assert "Two of you wrote this" in shown
        assert {"Safe house", "Women's refuge"} <= {html.unescape(words) for _, words in forms}
        assert chosen.status_code < 400
        assert row.values["name"] == "Safe house"
        assert (row.values["wait_time"], row.values["fees_description"]) == ("None", "Free")

    asyncio.run(story())


def test_a_value_that_hsds_does_not_know_is_named_beside_its_field(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        service = await begun(pages, node)
        path = f"/entry/rows/services/{service}"

        answer = await pages.post(path, {**drawn(await pages.get(path)), "minimum_age": "a few"})

        assert answer.status_code == 422
        assert "From age" in words_of(answer)

    asyncio.run(story())


def test_one_press_counts_a_free_bed_with_the_time(pages: Pages, node: TestedNode) -> None:
    async def story() -> None:
        service = await begun(pages, node)
        under = f"/entry/rows/service_capacity/new?under=services.{service}"
        await fill(pages, under, available="2", maximum="5", description="Beds")
        beds = await only(node, "service_capacity")

        await pages.post(f"/entry/beds/{beds}", {"less": "1", "form": "one"})
        await pages.post(f"/entry/beds/{beds}", {"less": "1", "form": "one"})

        (row,) = (await own.read(await node.desk())).of("service_capacity")
        assert row.values["available"] == 1
        assert row.values["updated"].endswith("Z")
        assert "1 of 5 · Beds" in words_of(await pages.get("/entry"))

    asyncio.run(story())


def test_what_leaves_and_what_stays_is_shown_before_it_goes(pages: Pages, node: TestedNode) -> None:
    async def story() -> None:
        await begun(pages, node)
        await fill(
            pages,
            "/entry/rows/locations/new",
            name="The mill",
            confidential="yes",
            audience="public",
        )

        page = words_of(await pages.get("/entry/send"))
        answer = await pages.post("/entry/send", {"form": "send"})

        everybody, _, stays = page.partition("Stays here")
        assert "Refuge" in everybody
        assert "The mill" not in everybody
        assert "The mill" in stays
        assert "Send to everybody at a partner" in page
        assert "has not joined a coalition" in words_of(answer)

    asyncio.run(story())


def test_a_row_is_taken_away_with_what_hangs_from_it(pages: Pages, node: TestedNode) -> None:
    async def story() -> None:
        service = await begun(pages, node)
        await fill(pages, f"/entry/rows/phones/new?under=services.{service}", number="01632 960123")
        path = f"/entry/rows/services/{service}"

        await pages.post(f"{path}/remove", drawn(await pages.get(path)))

        entry = await own.read(await node.desk())
        assert entry.of("services") == entry.of("phones") == []
        assert (await pages.get(path)).status_code == 404

    asyncio.run(story())


@pytest.mark.parametrize(
    "path",
    [
        "/entry/rows/casework_case/new",
        "/entry/rows/services/nothing",
        "/entry/rows/services/00000000-0000-4000-8000-000000000000",
        "/entry/hours/phones/00000000-0000-4000-8000-000000000000",
    ],
)
def test_what_is_not_there_is_not_shown(pages: Pages, node: TestedNode, path: str) -> None:
    async def story() -> None:
        await begun(pages, node)

        assert (await pages.get(path)).status_code == 404

    asyncio.run(story())


def test_heads_that_are_no_heads_are_told_to_load_again(pages: Pages, node: TestedNode) -> None:
    async def story() -> None:
        service = await begun(pages, node)
        path = f"/entry/rows/services/{service}"
        for heads in ("nonsense", json.dumps(["ab" * 32]), "7"):
            answer = await pages.post(path, {"heads": heads, "name": "x"})

            assert "Load it again" in words_of(answer)

    asyncio.run(story())


def test_how_to_reach_an_agency_safely_stands_on_its_page_for_partners(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        await begun(pages, node)
        organization = await only(node, "organizations")
        path = f"/entry/rows/organizations/{organization}"
        await fill(pages, path, x_safe_contact="Text first", x_never="Call after ten at night")

        page = words_of(await pages.get("/entry"))

        assert "Safe ways to reach us Text first" in page
        assert "What never to do Call after ten at night" in page
        row = (await own.read(await node.desk())).rows["organizations", organization]
        assert row.values["x_safe_contact"] == "Text first"

    asyncio.run(story())
