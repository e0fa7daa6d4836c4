"""The API of HSDS: who is answered, what is narrowed, and that it is as the specification says."""

import asyncio
from typing import Any

import pytest

from server.node.allowance import Allowance
from tests import listed, nodes
from tests.web.api.reading import KINDS, asked, filled
from tests.web.asked import Pages

_ADVICE, _SHELTER = (listed.of("taxonomy_terms", name) for name in ("advice", "shelter"))
_WORDS = listed.of("taxonomies", "kinds")
_BRIGID = listed.of("organizations", "brigid")


def names(page: Any) -> list[str]:
    return [one["name"] for one in page["contents"]]


def test_a_node_that_is_not_public_answers_nobody_it_does_not_know(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await filled(node)

        answers = [await pages.get(f"/hsds{path}") for path in ("/", "/services", "/services/x")]
        posted = await pages.ask("POST", "/hsds/services", data={"search": "shelter"})

        assert {answer.status_code for answer in (*answers, posted)} == {401}
        assert len({answer.content for answer in (*answers, posted)}) == 1

    asyncio.run(scenario())


def test_anybody_is_told_what_is_public_and_staff_what_is_for_staff(
    public: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await filled(node)
        stranger = await asked(public, "/services")
        await public.work(node)
        staff = await asked(public, "/services")

        assert names(stranger) == ["Emergency shelter", "Protective orders"]
        assert stranger["total_items"] == 2
        assert names(staff) == ["Emergency shelter", "Protective orders", "Zelphax clinic"]

    asyncio.run(scenario())


def test_a_form_from_a_signed_in_browser_without_its_proof_is_a_strangers(
    public: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await filled(node)
        await public.work(node)

        foreign = await public.ask("POST", "/hsds/services", data={"search": "zelphax"})
        own = await public.post("/hsds/services", {"search": "zelphax"})

        assert foreign.json()["total_items"] == 0
        assert names(own.json()) == ["Zelphax clinic"]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/services?search=sheltr", ["Emergency shelter"]),
        ("/services?search=harbour", ["Protective orders"]),
        (f"/services?taxonomy_term_id={_ADVICE}", ["Protective orders"]),
        (f"/services?taxonomy_id={_WORDS}&search=beds", ["Emergency shelter"]),
        (f"/services?organization_id={_BRIGID}", ["Emergency shelter"]),
        ("/services?per_page=1&page=2", ["Protective orders"]),
        ("/organizations?search=protective", ["Harbour Legal Aid"]),
        (f"/organizations?taxonomy_term_id={_SHELTER}", ["St Brigid's House"]),
        ("/taxonomy_terms?search=legal", ["Legal advice"]),
        ("/taxonomies", ["hsds-dv", "Kinds"]),
    ],
)
def test_a_list_is_narrowed_by_what_is_asked(
    public: Pages, node: nodes.TestedNode, path: str, expected: list[str]
) -> None:
    async def scenario() -> None:
        await filled(node)

        assert names(await asked(public, path)) == expected

    asyncio.run(scenario())


def test_places_are_found_by_postcode_but_not_a_place_that_is_hidden(
    public: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await filled(node)

        page = await asked(public, "/service_at_locations?postcode=60601")

        assert [one["id"] for one in page["contents"]] == [
            listed.of("service_at_location", "court")
        ]

    asyncio.run(scenario())


def test_a_page_says_where_it_stands(public: Pages, node: nodes.TestedNode) -> None:
    async def scenario() -> None:
        await filled(node)

        page = await asked(public, "/services?per_page=1")
        beyond = await asked(public, "/services?per_page=1&page=9")

        del page["contents"]
        assert page == {
            "total_items": 2,
            "total_pages": 2,
            "page_number": 1,
            "size": 1,
            "first_page": True,
            "last_page": False,
            "empty": False,
        }
        assert beyond["empty"]

    asyncio.run(scenario())


def test_what_is_not_there_and_what_is_not_shown_look_alike(
    public: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await filled(node)
        hidden = [
            f"/organizations/{listed.of('organizations', 'quiet')}",
            f"/services/{listed.of('services', 'inner')}",
            f"/services/{listed.of('services', 'house')}",
            f"/taxonomy_terms/{listed.of('taxonomy_terms', 'hidden')}",
        ]

        answers = [await public.get(f"/hsds{path}") for path in (*hidden, "/services/none", "/x")]

        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "path",
    [
        "/services?page=0",
        "/services?per_page=101",
        "/services?full=perhaps",
        "/services?modified_after=yesterday",
        "/services?format=csv",
        "/services?zorq=1",
        "/service_at_locations?proximity=100",
    ],
)
def test_what_cannot_be_read_gets_a_sentence_and_no_echo(
    public: Pages, node: nodes.TestedNode, path: str
) -> None:
    async def scenario() -> None:
        await filled(node)

        answer = await public.get(f"/hsds{path}")

        assert answer.status_code == 400
        assert set(answer.json()) == {"detail"}
        assert "zorq" not in answer.text
        assert "yesterday" not in answer.text

    asyncio.run(scenario())


def test_what_is_asked_otherwise_than_by_a_form_is_not_answered_as_if_nothing_were_asked(
    public: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await filled(node)

        answer = await public.ask("POST", "/hsds/services", json={"search": "shelter"})
        nothing = await public.ask("POST", "/hsds/services")

        assert answer.status_code == 400
        assert "as a form" in answer.json()["detail"]
        assert nothing.status_code == 200

    asyncio.run(scenario())


def test_nothing_may_be_kept_on_the_way(public: Pages, node: nodes.TestedNode) -> None:
    async def scenario() -> None:
        await filled(node)

        answer = await public.get("/hsds/services")

        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers

    asyncio.run(scenario())


def test_the_description_names_every_list_and_has_no_page_of_its_own(
    public: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        meta = await asked(public, "/")
        described = await asked(public, "/openapi.json")

        assert meta["version"] == "3.1"
        assert meta["openapi_url"].endswith("/hsds/openapi.json")
        assert {f"/{table}" for table in KINDS} <= set(described["paths"])
        assert "/services/{id}" in described["paths"]
        assert (await public.get("/hsds/swagger")).status_code == 404

    asyncio.run(scenario())


def test_who_asks_too_much_without_signing_in_waits(node: nodes.TestedNode, public: Pages) -> None:
    async def walk() -> None:
        await filled(node)
        public.app.state.place.passers_by = Allowance(11, 0)

        answers = [await public.get(f"/hsds/services?search={word}") for word in "abc"]

        assert [one.status_code for one in answers] == [200, 200, 429]
        assert answers[-1].json() == {"detail": "Too much at once; ask again in a moment."}
        assert (await public.get("/hsds/services")).status_code == 200
        assert (await public.get("/hsds/services")).status_code == 429

    asyncio.run(walk())
