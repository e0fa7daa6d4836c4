"""Finding a partner by page: the box, the facts to narrow by, a partner's page and its card."""

import asyncio

from directory.audience import Audience
from directory.hsds.assess import UNNAMED
from directory.hsds.objects import Dataset
from directory.hsds.profile import seen_by
from server.listing import store
from server.node import database
from tests import listed, nodes
from tests.web.asked import Pages


async def filled(node: nodes.TestedNode, viewer: Audience = Audience.TRUSTED) -> None:
    """The small directory is on this node, as far as it came to somebody such as this."""
    desk = await node.desk()
    whole = listed.directory(node.identity.public.hex())
    async with database.transaction():
        await store.put(seen_by(whole, viewer), "import", desk)


def test_an_empty_directory_says_what_belongs_here(pages: Pages, node: nodes.TestedNode) -> None:
    async def scenario() -> None:
        await pages.work(node)

        answer = await pages.get("/partners")

        assert "Nobody to find yet" in answer.text
        assert "/imports" in answer.text

    asyncio.run(scenario())


def test_what_is_typed_finds_partners_with_their_standing_and_hours(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        await filled(node)
        whole = await pages.get("/partners")
        assert "Brigid" in whole.text
        assert "Harbour Legal Aid" in whole.text

        answer = await pages.post("/partners/find", {"text": "sheltr"})

        assert "St Brigid&#39;s House" in answer.text
        assert "Harbour Legal Aid" not in answer.text
        assert "Looked for “shelter” instead" in answer.text
        assert "Open all day and night" in answer.text
        assert "tel:3125550102" in answer.text

    asyncio.run(scenario())


def test_services_stand_for_an_organization_that_no_list_named(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        whole = listed.directory(node.identity.public.hex())
        for row in whole["organizations"]:
            row["name"] = UNNAMED
        desk = await node.desk()
        async with database.transaction():
            await store.put(whole, "import", desk)

        answer = await pages.post("/partners/find", {"text": "shelter"})

        assert UNNAMED not in answer.text
        assert "not named in the list" in answer.text
        assert f'{listed.of("organizations", "brigid")}">{_first_service(whole)}</a>' in answer.text

    asyncio.run(scenario())


def _first_service(whole: Dataset) -> str:
    brigid = listed.of("organizations", "brigid")
    return next(str(row["name"]) for row in whole["services"] if row["organization_id"] == brigid)


def test_facts_narrow_and_nobody_found_is_said_plainly(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        await filled(node)

        narrowed = await pages.post("/partners/find", {"text": "", "language": "Spanish"})
        nobody = await pages.post("/partners/find", {"text": "", "language": "Klingon"})

        assert "1 partner" in narrowed.text
        assert "Brigid" in narrowed.text
        assert "Nobody here matches all of this" in nobody.text

    asyncio.run(scenario())


def test_a_partners_page_begins_with_whom_to_call_and_marks_what_is_for_named_agencies(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        await filled(node)

        legal = await pages.get(f"/partners/of/{listed.of('organizations', 'legal')}")
        brigid = await pages.get(f"/partners/of/{listed.of('organizations', 'brigid')}")

        assert legal.text.index("Call in this order") < legal.text.index("Zindor Vale")
        assert legal.text.index("Zindor Vale") < legal.text.index("Protective orders")
        assert "Qwavish house" in brigid.text
        assert "Only for agencies named here" in brigid.text
        assert "3 beds free, said 23 November 2026" in brigid.text

    asyncio.run(scenario())


def test_a_place_that_is_only_for_named_agencies_is_marked_where_it_is_read(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        await filled(node)

        brigid = await pages.get(f"/partners/of/{listed.of('organizations', 'brigid')}")
        legal = await pages.get(f"/partners/of/{listed.of('organizations', 'legal')}")

        where = brigid.text[brigid.text.index("<dt>Where</dt><dd>Qwomble") :]
        assert "Only for agencies named here" in where[: where.index("</dd>")]
        assert "not published" not in brigid.text
        assert "Only for agencies named here" not in legal.text

    asyncio.run(scenario())


def test_who_is_not_named_reads_that_there_is_a_place_and_nothing_of_it(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        await filled(node, Audience.PROFESSIONAL)

        brigid = await pages.get(f"/partners/of/{listed.of('organizations', 'brigid')}")
        legal = await pages.get(f"/partners/of/{listed.of('organizations', 'legal')}")

        assert "A place that is not published. Ask them." in brigid.text
        assert not any(word in brigid.text.lower() for word in listed.TRUSTED_ONLY)
        assert "not published" not in legal.text

    asyncio.run(scenario())


def test_a_card_for_a_telephone_holds_nothing_for_named_agencies(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        await filled(node)

        answer = await pages.get(f"/partners/of/{listed.of('organizations', 'brigid')}/card")

        assert answer.headers["content-type"].startswith("text/vcard")
        assert "(312) 555-0101" in answer.text
        assert "BEGIN:VCARD" in answer.text
        assert not any(word in answer.text.lower() for word in listed.TRUSTED_ONLY)

    asyncio.run(scenario())


def test_a_partner_that_is_not_there_looks_like_any_page_that_is_not(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        await filled(node)
        absent = await pages.get("/nowhere")

        for partner in ("0" * 16, "nobody", listed.of("organizations", "none")):
            answer = await pages.get(f"/partners/of/{partner}")

            assert answer.status_code == absent.status_code == 404
            assert answer.content == absent.content

    asyncio.run(scenario())
