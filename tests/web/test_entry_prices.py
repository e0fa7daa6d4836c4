"""What a service costs and which papers it asks for: written by page, read on a partner's page."""

import asyncio
from datetime import date

import pytest

from server.entry import own
from server.listing import store
from server.node import database
from tests import listed
from tests.nodes import TestedNode
from tests.web.asked import Pages
from tests.web.entered import begun, drawn, fill, words_of
from web.pages import price_words

TODAY = date(2026, 3, 2)


def test_prices_and_papers_to_bring_are_written_and_read_as_people_say_them(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        service = await begun(pages, node)
        under = f"?under=services.{service}"
        price = {"option": "A night", "amount": "12.5", "currency": "gbp"}
        until = {"amount_description": "less for children", "valid_to": "2031-03-31"}
        await fill(pages, f"/entry/rows/cost_options/new{under}", **price, **until)
        paper = {"document": "Proof of address", "uri": "harbour.example/papers"}
        await fill(pages, f"/entry/rows/required_documents/new{under}", **paper)

        page = words_of(await pages.get("/entry"))
        leaving = words_of(await pages.get("/entry/send"))

        for shown in (page, leaving):
            assert "A night" in shown
            assert "Amount £12.50" in shown
            assert "Holds until 31 March 2031" in shown
            assert "Proof of address" in shown
        (cost,) = (await own.read(await node.desk())).of("cost_options")
        assert {name: value for name, value in cost.values.items() if name != "x_audience"} == {
            "id": cost.id,
            "service_id": service,
            "option": "A night",
            "amount": 12.5,
            "currency": "GBP",
            "amount_description": "less for children",
            "valid_to": "2031-03-31",
        }
        (document,) = (await own.read(await node.desk())).of("required_documents")
        assert document.values["uri"] == "http://harbour.example/papers"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("table", "said", "sentence"),
    [
        ("cost_options", {"amount": "a little"}, "Amount: “a little” is not a number"),
        ("cost_options", {"amount": "5", "currency": "pounds"}, "Currency: “pounds” is not three"),
        ("cost_options", {"option": "A night", "valid_from": "soon"}, "“soon” is not a day"),
        (
            "cost_options",
            {"option": "A night", "valid_from": "2031-05-01", "valid_to": "2031-04-30"},
            "Holds until: this lies before “Holds from”.",
        ),
        ("cost_options", {"currency": "GBP"}, "Write something: For whom or for what or Amount"),
        ("required_documents", {"uri": "the desk"}, "is not an address on the web"),
        ("required_documents", {}, "Write something: Paper or Where it can be had on the web."),
    ],
)
def test_a_price_or_paper_that_cannot_be_read_is_named_and_nothing_is_kept(
    pages: Pages, node: TestedNode, table: str, said: dict[str, str], sentence: str
) -> None:
    async def story() -> None:
        service = await begun(pages, node)
        path = f"/entry/rows/{table}/new"
        form = drawn(await pages.get(f"{path}?under=services.{service}"))

        answer = await pages.post(path, {**form, **said})

        assert answer.status_code == 422
        assert sentence in words_of(answer)
        assert (await own.read(await node.desk())).of(table) == []

    asyncio.run(story())


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"option": "A night", "amount": 12.345, "currency": "GBP"}, "A night: £12.345"),
        ({"amount": 0, "currency": "USD"}, "US$0.00"),
        ({"amount": 30.0, "currency": "crowns"}, "30 CROWNS"),
        ({"amount_description": "by income", "valid_from": "x"}, "by income"),
        (
            {"option": "A", "valid_from": "2026-03-02", "valid_to": "2026-03-02"},
            "A (until 2 March 2026)",
        ),
        ({"option": "A", "valid_from": "2026-04-01"}, "A (from 1 April 2026)"),
        ({"option": "A", "valid_to": "2026-03-01"}, ""),
    ],
)
def test_a_price_is_said_in_a_line_while_it_holds(row: dict[str, object], words: str) -> None:
    said = price_words.price(row, TODAY)

    assert said.startswith(words)
    assert bool(said) == bool(words)


def test_a_partners_page_says_what_a_service_costs_and_which_papers_to_bring(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        await pages.work(node)
        rows = listed.directory(node.identity.public.hex())
        service = rows["services"][0]
        under = {"service_id": service["id"]}
        cost = {"option": "Course of eight", "amount": 40, "currency": "GBP", **under}
        over = {"option": "Long ago", "amount": 1, "valid_to": "2020-01-01", **under}
        rows["cost_options"] = [{"id": own.new_id(), **one} for one in (cost, over)]
        paper = {"document": "Letter", "uri": "https://letters.example", **under}
        rows["required_documents"] = [{"id": own.new_id(), **paper}]
        desk = await node.desk()
        async with database.transaction():
            await store.put(rows, "import", desk)

        page = words_of(await pages.get(f"/partners/of/{service['organization_id']}"))

        assert "Prices Course of eight: £40.00" in page
        assert "Long ago" not in page
        assert "Papers to bring Letter (https://letters.example)" in page

    asyncio.run(story())
