"""Flat tables and whole objects: the same dataset in two forms."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from directory.hsds.nesting import flatten, flatten_all, nest, nest_all
from directory.hsds.objects import OBJECTS
from tests.directory.invented import Tables, an_id, datasets, unhurried

EXAMPLES = Path(__file__).parents[3] / "shared" / "data" / "hsds-3.1-examples"


def bare(tables: Tables) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        table: {row["id"]: {k: v for k, v in row.items() if not k.startswith("@")} for row in rows}
        for table, rows in tables.items()
        if rows
    }


@unhurried
@given(datasets())
def test_a_dataset_nested_and_laid_flat_is_the_same_dataset(dataset: Tables) -> None:
    again = flatten_all(nest_all(dataset), "")

    assert bare(again) == bare(dataset)
    assert all(len(rows) == len(bare(again)[table]) for table, rows in again.items())


def test_everything_hangs_where_hsds_hangs_it() -> None:
    service, place, at = an_id("service"), an_id("place"), an_id("at")
    dataset: Tables = {
        "organizations": [{"id": an_id("o"), "name": "A", "description": "x"}],
        "services": [
            {"id": service, "organization_id": an_id("o"), "name": "B", "status": "active"}
        ],
        "locations": [{"id": place, "location_type": "physical"}],
        "service_at_location": [{"id": at, "service_id": service, "location_id": place}],
        "schedules": [{"id": an_id("s"), "service_at_location_id": at, "byday": "MO"}],
        "phones": [{"id": an_id("p"), "organization_id": an_id("o"), "number": "1"}],
        "units": [{"id": an_id("u"), "name": "bed"}],
        "service_capacity": [
            {"id": an_id("c"), "service_id": service, "unit_id": an_id("u"), "available": 1}
        ],
        "attributes": [{"id": an_id("t"), "link_id": place, "link_entity": "location"}],
    }

    (whole,) = nest(dataset, "services")

    assert whole["organization"] == dataset["organizations"][0]
    (there,) = whole["service_at_locations"]
    assert there["location"]["attributes"] == dataset["attributes"]
    assert there["schedules"] == dataset["schedules"]
    assert whole["capacities"][0]["unit"]["name"] == "bed"


def test_the_same_object_in_two_places_is_one_row_and_two_that_differ_are_two() -> None:
    group = {"id": an_id("o"), "name": "A", "description": "x"}
    services = [
        {"id": an_id("1"), "name": "B", "organization": group},
        {"id": an_id("2"), "name": "C", "organization": {**group, "email": "a@example.org"}},
        {"id": an_id("3"), "name": "D", "organization": {**group, "name": "Z"}},
    ]

    found = flatten(services, "services")

    assert [row["name"] for row in found["organizations"]] == ["A", "Z"]
    assert found["organizations"][0]["email"] == "a@example.org"
    assert {row["organization_id"] for row in found["services"]} == {an_id("o")}


def test_services_inside_an_organization_as_the_api_answers_are_rows_of_it() -> None:
    helps = {"id": an_id("advice"), "name": "Advice", "status": "active"}
    rings = {"id": an_id("ring"), "number": "1"}
    whole = {"id": an_id("harbour"), "name": "Harbour", "services": [{**helps, "phones": [rings]}]}

    tables = flatten([whole], "organizations")

    (organization,), (service,), (phone,) = (
        tables[table] for table in ("organizations", "services", "phones")
    )
    assert "services" not in organization
    assert service["organization_id"] == an_id("harbour")
    assert phone["service_id"] == an_id("advice")


def test_an_object_without_an_id_is_given_one_that_its_parts_can_name() -> None:
    one = {"name": "B", "phones": [{"number": "1"}], "organization": None, "contacts": None}

    first, again = flatten([one], "services"), flatten([one], "services")

    assert first == again
    assert first["phones"][0]["service_id"] == first["services"][0]["id"]
    assert first["services"][0]["contacts"] is None


@pytest.mark.parametrize(
    ("part", "inside", "table", "field"),
    [
        ("languages", ["Urdu"], "languages", "name"),
        ("phones", ["01632 960001"], "phones", "number"),
        ("funding", [7], "funding", "not_an_object_in_funding"),
        ("cost_options", ["free"], "cost_options", "not_an_object_in_cost_options"),
    ],
)
def test_words_where_objects_belong_are_kept_where_they_can_be(
    part: str, inside: list[Any], table: str, field: str
) -> None:
    found = flatten([{"id": an_id("s"), "name": "B", part: inside}], "services")

    assert [row[field] for row in found[table]] == inside
    assert {row["service_id"] for row in found[table]} == {an_id("s")}


def test_an_attribute_of_its_own_comes_to_an_end() -> None:
    loop = {"id": an_id("a"), "link_id": an_id("a"), "link_entity": "attribute", "value": "x"}
    metadata = {"id": an_id("m"), "resource_id": an_id("a"), "resource_type": "attribute"}

    found = nest_all({"attributes": [loop], "metadata": [metadata]})

    assert found["attributes"] == [{**loop, "metadata": [metadata]}]
    assert "metadata" not in found


@pytest.mark.parametrize(
    ("file", "table"),
    [("service_full", "services"), ("organization_full", "organizations")],
)
def test_the_published_examples_lose_nothing(file: str, table: str) -> None:
    if not EXAMPLES.is_dir():
        pytest.skip("the published HSDS examples are not beside this repository")
    one = json.loads((EXAMPLES / f"{file}.json").read_text())

    flat = flatten([one], table)

    assert flat.keys() <= OBJECTS.keys()
    assert bare(flatten_all(nest_all(bare_rows(flat)), "")) == bare(flat)
    inside = one.pop("services", [])
    assert _within(one, nest(bare_rows(flat), table)[0])
    rows = {row["id"]: row for row in nest(bare_rows(flat), "services")}
    assert all(_within(service, rows[service["id"]]) for service in inside)


def bare_rows(tables: Tables) -> Tables:
    return {table: list(rows.values()) for table, rows in bare(tables).items()}


def _within(part: Any, whole: Any) -> bool:
    """Is all that one object says in the other?

    An organization inside a service may say less, and the example's attributes name no kind.
    """
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in ("organization", "attributes", "metadata")
            or (name in whole and _within(value, whole[name]))
            for name, value in part.items()
        )
    if isinstance(part, list):
        return len(part) == len(whole) and all(map(_within, part, whole))
    return bool(part == whole)
