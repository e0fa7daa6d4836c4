"""Giving the directory out: as HSDS 3.1 says, for one audience, and the same again after import."""

import asyncio
import csv
import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from directory.audience import Audience
from directory.hsds.objects import OBJECTS
from server.listing import exporting, importing, shelf, store
from server.listing.reading_files import read_path, read_upload
from server.node import database
from server.node.desk import Desk
from server.node.errors import Usage
from tests.nodes import TestedNode
from tests.server.listing.listings import LANE, harbour

SHARED = Path(__file__).parents[4] / "shared" / "data"
SCHEMA = SHARED / "hsds-3.1-schema"
SOURCES = (
    "ilao-directory-hsds1",
    "hsds-3.1-examples/csv",
    "hsds-3.1-examples/tabular.json",
    "hsds-3.1-examples/service_full.json",
    "hsds-3.1-examples/organization_full.json",
)


def quietly(_: str) -> None:
    """Nobody watches."""


async def take(name: str, raw: bytes, desk: Desk) -> importing.Imported:
    return await importing.take(
        read_upload(name, raw, quietly), "import", desk, quietly, accept=True
    )


async def export(suffix: str, desk: Desk, audience: Audience = Audience.PUBLIC) -> bytes:
    return (await exporting.export(audience, suffix, desk)).body


@cache
def validator(name: str) -> Draft202012Validator:
    def retrieve(uri: str) -> Resource[Any]:
        text = (SCHEMA / uri.rsplit("/", 1)[-1]).read_text()
        return Resource.from_contents(json.loads(text), default_specification=DRAFT202012)

    registry: Registry[Any] = Registry(retrieve=retrieve)  # type: ignore[call-arg]
    schema = {"$ref": f"https://hsds.invalid/{name}.json"}
    return Draft202012Validator(schema, registry=registry, format_checker=FormatChecker())


def faults(table: str, one: dict[str, Any]) -> list[str]:
    found = validator(OBJECTS[table].name).iter_errors(one)
    return [f"{table}{list(error.absolute_path)}: {error.message[:200]}" for error in found]


def sheets(raw: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {
            name.removesuffix(".csv"): list(
                csv.DictReader(io.StringIO(archive.read(name).decode(), newline=""))
            )
            for name in archive.namelist()
            if name.endswith(".csv")
        }


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_exported_validates_against_the_published_schema(
    coordinating: TestedNode, source: str
) -> None:
    if not SCHEMA.is_dir():
        pytest.skip("the published HSDS schema is not beside this repository")

    async def story() -> None:
        desk = await coordinating.desk()
        read = read_path(SHARED / source, quietly)
        await importing.take(read, "import", desk, quietly)

        whole = json.loads(await export(".json", desk))

        assert whole
        found = [fault for table in whole for one in whole[table] for fault in faults(table, one)]
        assert found == []
        for table, rows in sheets(await export(".zip", desk)).items():
            numbers = {f.name for f in OBJECTS[table].fields.values() if f.kind == "number"}
            published = json.loads((SCHEMA / f"{OBJECTS[table].name}.json").read_text())
            properties = published["properties"]
            needed = {*published["required"], *published.get("tabular_required", [])}
            for row in rows:
                flat = {k: json.loads(v) if k in numbers else v for k, v in row.items() if v != ""}
                one = {"type": "object", "properties": {k: properties[k] for k in flat}}
                check = Draft202012Validator(one, format_checker=FormatChecker())
                assert list(check.iter_errors(flat)) == [], table
                assert row.keys() >= needed - {"unit"}, table

    asyncio.run(story())


@pytest.mark.parametrize("suffix", [".json", ".zip"])
@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.PROFESSIONAL])
def test_export_import_and_export_give_the_same(
    new_node: Callable[..., TestedNode], suffix: str, audience: Audience
) -> None:
    first, second = new_node(coordinating=True), new_node(coordinating=True)

    async def begun() -> bytes:
        desk = await first.desk()
        for source in SOURCES if SCHEMA.is_dir() else ():
            await importing.take(read_path(SHARED / source, quietly), "import", desk, quietly)
        rows = harbour()
        rows["phones"][0]["x_field_audience"] = {"description": "professional"}
        rows["phones"][0] |= {"description": "=1+1", "x_other": {"shoe": 1}}
        async with database.transaction():
            await store.put(rows, "aa" * 32, desk)
        return await export(suffix, desk, audience)

    async def again(raw: bytes) -> tuple[bytes, bytes]:
        desk = await second.desk()
        done = await take(f"all{suffix}", raw, desk)
        assert [one for one in done.lines if one.outcome.value == "refused"] == []
        once = await export(suffix, desk, audience)
        twice = await take(f"all{suffix}", raw, desk)
        assert (twice.report.added, twice.report.changed) == (0, 0)
        return once, await export(suffix, desk, audience)

    with database.using(first.engine):
        raw = asyncio.run(begun())
    with database.using(second.engine):
        once, twice = asyncio.run(again(raw))

    assert once == twice == raw


@pytest.mark.parametrize("suffix", [".json", ".zip"])
def test_no_export_holds_a_word_of_a_confidential_place(
    coordinating: TestedNode, suffix: str
) -> None:
    async def story() -> None:
        desk = await coordinating.desk()
        async with database.transaction():
            await store.put(harbour(description="CANARY"), "import", desk)

        for audience in (Audience.PUBLIC, Audience.PROFESSIONAL):
            raw = await export(suffix, desk, audience)
            text = raw.decode() if suffix == ".json" else json.dumps(sheets(raw))
            for word in (LANE, "CANARY", "The Refuge", "51.12"):
                assert word not in text
            assert "redacted" in text
            assert ("01632 960002" in text) == (audience is Audience.PROFESSIONAL)

    asyncio.run(story())


def test_what_is_for_named_agencies_is_not_exported_and_other_files_are_not_made(
    coordinating: TestedNode,
) -> None:
    async def story() -> None:
        desk = await coordinating.desk()

        with pytest.raises(Usage):
            await exporting.export(Audience.TRUSTED, ".json", desk)
        with pytest.raises(Usage):
            await exporting.export(Audience.PUBLIC, ".xlsx", desk)
        assert await shelf.organizations(Audience.PUBLIC) == []

    asyncio.run(story())


def test_the_archive_describes_its_tables(coordinating: TestedNode) -> None:
    async def story() -> None:
        desk = await coordinating.desk()
        async with database.transaction():
            await store.put(harbour(), "import", desk)

        raw = await export(".zip", desk)

        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            package = json.loads(archive.read("datapackage.json"))
        paths = {one["path"] for one in package["resources"]}
        assert paths == {f"{table}.csv" for table in sheets(raw)}
        for one in package["resources"]:
            columns = [field["name"] for field in one["schema"]["fields"]]
            rows = sheets(raw)[one["path"].removesuffix(".csv")]
            assert columns == list(rows[0])

    asyncio.run(story())
