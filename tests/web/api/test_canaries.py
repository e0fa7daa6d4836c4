"""Words that only some may see, looked for in everything that anybody else is answered."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from directory.audience import Audience
from server.listing import exporting, search, store
from server.listing.search import FACETS
from server.node import database
from server.node.allowance import Allowance
from server.node.desk import Desk
from server.node.keyholder import Keyholder
from server.sync import Syncer
from tests import listed
from tests.nodes import TestedNode
from tests.web.asked import Pages
from web import app

_SECRETS = (*listed.TRUSTED_ONLY, "41.7", "-87.6")
_LISTS = ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms")
_TYPED = (*listed.PROFESSIONAL_ONLY, *listed.TRUSTED_ONLY)


@pytest.fixture
def node(new_node: Callable[..., TestedNode]) -> Iterator[TestedNode]:
    """An agency's node on each kind of database, its directory open to anybody."""
    made = new_node()
    with database.using(made.engine):
        yield replace(made, settings=replace(made.settings, public_directory=True))


def pages_of(node: TestedNode) -> Pages:
    keyholder = Keyholder(node.settings.idle_minutes, lambda: None)
    syncer = Syncer(node.settings, keyholder)
    made = app.create(node.settings, keyholder, syncer, "http://127.0.0.1:8400")
    made.state.place.passers_by = Allowance(100_000, 0)  # everything is asked here, at once
    return Pages(made, keyholder)


async def put(tables: dict[str, list[dict[str, Any]]], desk: Desk) -> None:
    async with database.transaction():
        await store.put(tables, "import", desk, whole=True)


def without(tables: dict[str, list[dict[str, Any]]], kept: set[str]) -> dict[str, Any]:
    """The same directory, had nobody ever written down what is for others than these."""
    left = {
        table: [row for row in rows if row["x_audience"] in kept] for table, rows in tables.items()
    }
    for row in left["services"]:
        marks = row.pop("x_field_audience", {})
        for name, audience in marks.items():
            if audience not in kept:
                del row[name]
            else:
                row["x_field_audience"] = marks
    return left


async def everything_public(pages: Pages) -> dict[str, str]:
    """Every answer of the API to somebody unknown: lists, objects, filters, forms, mistakes."""
    answers: dict[str, str] = {}

    async def ask(method: str, path: str, **more: Any) -> str:
        answer = await pages.ask(method, f"/hsds{path}", **more)
        answers[f"{method} {path} {more}"] = f"{answer.status_code} {answer.headers} {answer.text}"
        return answer.text

    hidden = sorted(listed.of(table, name) for table, name in _HIDDEN)
    for table in _LISTS:
        ids: set[str] = set()
        for query in ("", "?per_page=1", "?full=true", "?page=7"):
            page = await ask("GET", f"/{table}{query}")
            ids |= {one["id"] for one in json.loads(page).get("contents", [])}
        await ask("POST", f"/{table}", data={"search": _TYPED[0]})
        for of in (*sorted(ids), *hidden):
            await ask("GET", f"/{table}/{of}")
    for word in _TYPED:
        await ask("GET", f"/services?search={word}")
        await ask("POST", "/organizations", data={"search": word[:-1]})
    for name in ("taxonomy_term_id", "organization_id"):
        for of in hidden:
            await ask("GET", f"/services?{name}={of}")
    await ask("GET", "/services?minimal=true")
    await ask("GET", "/services?modified_after=2020-01-01T00:00:00Z")
    await ask("GET", "/organizations?full=true&full_service=true")
    await ask("GET", "/service_at_locations?postcode=60601")
    await ask("GET", "/")
    await ask("GET", "/openapi.json")
    return answers


_HIDDEN = (
    ("organizations", "quiet"),
    ("services", "inner"),
    ("services", "house"),
    ("locations", "secret"),
    ("taxonomy_terms", "hidden"),
    ("addresses", "secret"),
)


async def everything_found(viewer: Audience, desk: Desk) -> dict[str, str]:
    """Every answer of the box: by each word, its beginnings and misspellings, with each fact."""
    found = {}
    for text in (
        "",
        "st",
        *_TYPED,
        *(word[:-1] for word in _TYPED),
        *(word[1:] for word in _TYPED),
    ):
        found[text] = repr(await search.find(text, {}, viewer, 1, desk))
    whole = await search.find("", {}, viewer, 1, desk)
    for facet in FACETS:
        for count in whole.facets.get(facet, ()):
            one = await search.find("", {facet: [count.value]}, viewer, 1, desk)
            found[f"{facet} {count.value}"] = repr(one)
    return found


def found_in(answers: dict[str, str], words: tuple[str, ...]) -> list[tuple[str, str]]:
    """Where any of these words is answered; what was asked is not an answer."""
    return [
        (asked, word) for asked, said in answers.items() for word in words if word in said.lower()
    ]


@pytest.mark.timeout(600)  # hundreds of answers, each from new connections
def test_what_is_for_some_is_nowhere_where_others_look_and_changes_nothing_they_see(
    node: TestedNode,
) -> None:
    async def scenario() -> None:
        desk = await node.desk()
        pages = pages_of(node)
        tables = listed.directory(node.identity.public.hex())
        await put(tables, desk)

        api = await everything_public(pages)
        public = await everything_found(Audience.PUBLIC, desk)
        staff = await everything_found(Audience.PROFESSIONAL, desk)
        exported = {
            f"{audience.value}{form}": (await exporting.export(audience, form, desk)).body
            for audience in (Audience.PUBLIC, Audience.PROFESSIONAL)
            for form in (".json",)
        }

        for_staff = (*_SECRETS, *listed.PROFESSIONAL_ONLY)
        assert found_in(api, for_staff) == []
        assert found_in(public, for_staff) == []
        assert found_in(staff, _SECRETS) == []
        assert found_in({"public": exported["public.json"].decode()}, for_staff) == []
        assert found_in({"staff": exported["professional.json"].decode()}, _SECRETS) == []
        # And the scan can find: staff are answered what is for staff.
        assert found_in(staff, ("zorquil",)) != []

        # Totals, counts, order and wording are those of a directory in which it never stood;
        # what says that a place was left out is itself public, so that place stays.
        bare = without(tables, {"public"})
        await put(bare, desk)
        assert await everything_found(Audience.PUBLIC, desk) == public
        assert await everything_public(pages) == api

    asyncio.run(scenario())


def test_pages_for_staff_show_what_is_for_named_agencies_only_on_the_partners_own_page(
    node: TestedNode,
) -> None:
    async def scenario() -> None:
        await put(listed.directory(node.identity.public.hex()), await node.desk())
        pages = pages_of(node)
        await pages.work(node)

        asked = {
            text: (await pages.post("/partners/find", {"text": text})).text
            for text in ("", *_TYPED, *(word[:-1] for word in _TYPED))
        }
        said = {
            path: (await pages.get(path)).text
            for path in (
                "/partners",
                f"/partners/of/{listed.of('organizations', 'legal')}",
                f"/partners/of/{listed.of('organizations', 'brigid')}/card",
                f"/partners/of/{listed.of('services', 'house')}",
            )
        }

        echoed = {text: answer.replace(f"“{text}”", "") for text, answer in asked.items()}
        assert found_in({**echoed, **said}, _SECRETS) == []

    asyncio.run(scenario())
