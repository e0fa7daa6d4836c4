"""The tables of HSDS 3.1 as declared here, against the published schema where it is at hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from directory.hsds.objects import OBJECTS, table_of

SCHEMA = Path(__file__).parents[3] / "shared" / "data" / "hsds-3.1-schema"
FORMATS = {"uuid": "uuid", "uri": "uri", "email": "email", "date-time": "datetime"}
TYPES = {"date": "date", "time": "time"}
PLAIN = ("string", "number")


def schema(name: str) -> dict[str, Any]:
    if not SCHEMA.is_dir():
        pytest.skip("the published HSDS schema is not beside this repository")
    found: dict[str, Any] = json.loads((SCHEMA / f"{name}.json").read_text())
    return found


def kind_of(declared: dict[str, Any]) -> str:
    if "enum" in declared:
        return "choice"
    if declared["type"] == "number":
        return "number"
    said = FORMATS.get(declared.get("format", "")) or TYPES.get(
        declared.get("datapackage_type", "")
    )
    return said or "text"


@pytest.mark.parametrize("table", OBJECTS)
def test_a_table_is_declared_as_the_schema_has_it(table: str) -> None:
    declared = OBJECTS[table]
    published = schema(declared.name)
    properties = published["properties"]
    flat = {name: one for name, one in properties.items() if one.get("type") in PLAIN}

    fields = declared.fields.values()
    assert published["path"] == f"{table}.csv"
    assert {one.name: one.kind for one in fields} == {n: kind_of(p) for n, p in flat.items()}
    assert {one.name for one in fields if one.required} == flat.keys() & set(published["required"])
    assert {one.name for one in fields if one.tabular} == set(published.get("tabular_required", []))
    assert {one.name: one.choices for one in fields} == {
        name: tuple(one.get("enum", ())) for name, one in flat.items()
    }


@pytest.mark.parametrize("table", OBJECTS)
def test_what_is_nested_in_an_object_is_declared_as_the_schema_has_it(table: str) -> None:
    declared = OBJECTS[table]
    properties = schema(declared.name)["properties"]
    lists = {
        name: one["items"]["$ref"].removesuffix(".json")
        for name, one in properties.items()
        if one.get("type") == "array" and name not in ("attributes", "metadata")
    }

    assert {name: OBJECTS[of].name for name, of in declared.lists.items()} == lists
    assert declared.parents.keys() == {name for name, one in properties.items() if "$ref" in one}


def test_every_table_comes_after_those_it_refers_to() -> None:
    order = list(OBJECTS)

    for table, declared in OBJECTS.items():
        for field in declared.references:
            assert order.index(field.refers_to) <= order.index(table), (table, field.name)


def test_an_object_is_known_by_its_table_and_by_its_own_name() -> None:
    assert table_of("Location ") == "locations"
    assert table_of("services") == "services"
    assert table_of("shoe") == table_of(None) == ""
