"""What a service is and whom it is for: ticked by page, and then what partners find it under."""

import asyncio

from directory.audience import Audience
from server.entry import composing, own
from server.listing import search, store
from server.node import database
from server.node.desk import Desk
from tests import listed
from tests.nodes import TestedNode
from tests.web.asked import Pages
from tests.web.entered import begun, save, words_of

PETS, STATUS, WOMEN = "for:pets", "for:any-status", "for:women"


async def found_under(desk: Desk, facet: str, words: str) -> list[str]:
    """Which partners are found under this once the entry has been sent and listed."""
    sent = composing.open_part(composing.whole(await own.read(desk)))
    async with database.transaction():
        await store.put(sent, "import", desk, whole=True)
    found = await search.find("", {facet: [words]}, Audience.PROFESSIONAL, 1, desk)
    return [one.itself.name for one in found.results]


def test_a_fact_that_was_ticked_is_found_and_one_that_was_only_written_is_not(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        service = await begun(pages, node)
        href = f"/entry/rows/services/{service}"
        drawn = await pages.get(href)
        await save(pages, href, drawn, eligibility_description="Men too; no pets", fact=[STATUS])
        desk = await node.desk()
        before = await found_under(desk, "pets", "Pets may come too")
        await save(pages, href, await pages.get(href), fact=[STATUS, PETS, WOMEN, "for:tea"])
        page, shown = await pages.get(href), words_of(await pages.get("/entry"))
        leaves = words_of(await pages.get("/entry/send"))

        assert before == []
        assert "Found under Pets may come too, Whatever the immigration status, Women" in shown
        assert 'value="for:pets" autocomplete="off" checked' in page.text
        assert "Pets may come too To be found under" in leaves
        for facet, words in (("pets", "Pets may come too"), ("gender", "Women")):
            assert await found_under(desk, facet, words) == [desk.node.name]
        assert await found_under(desk, "gender", "Men") == []

    asyncio.run(story())


def test_two_colleagues_tick_at_once_and_each_takes_away_only_what_stood_on_the_page(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        service = await begun(pages, node)
        href = f"/entry/rows/services/{service}"
        first, second = await pages.get(href), await pages.get(href)
        await save(pages, href, first, fact=[PETS])
        await save(pages, href, second, fact=[WOMEN, PETS])
        both = await ticked(node)
        await save(pages, href, await pages.get(href), **{"fact": [WOMEN], "was-fact": [PETS]})

        assert both == ["pets", "women"]
        assert await ticked(node) == ["women"]

    asyncio.run(story())


async def ticked(node: TestedNode) -> list[str]:
    entry = await own.read(await node.desk())
    return sorted(str(row.values["value"]) for row in entry.of("attributes"))


def test_the_kinds_of_help_are_those_the_directory_has_words_for(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        service = await begun(pages, node)
        desk = await node.desk()
        async with database.transaction():
            await store.put(listed.directory(node.identity.public.hex()), "list", desk)
        href = f"/entry/rows/services/{service}"
        drawn = await pages.get(href)
        term = listed.directory(node.identity.public.hex())["taxonomy_terms"][0]
        await save(pages, href, drawn, fact=[f"is:{term['id']}"])

        assert ">Pets welcome</label>" not in drawn.text  # it says for whom, not what
        assert f'<label for="fact-is-{term["id"]}">{term["name"]}</label>' in drawn.text
        assert f"Found under {term['name']}" in words_of(await pages.get("/entry"))
        (row,) = (await own.read(await node.desk())).of("attributes")
        assert row.values["taxonomy_term_id"] == term["id"]

    asyncio.run(story())
