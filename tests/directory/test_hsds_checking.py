"""One row against the rules of its table: kept, put right, or refused in a sentence."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from directory.hsds.checking import Checked, check
from directory.hsds.objects import OBJECTS
from tests.directory.invented import an_id, unhurried

HERE = {
    ("organizations", an_id("harbour")),
    ("services", an_id("advice")),
    ("locations", an_id("office")),
    ("taxonomy_terms", an_id("term")),
    ("units", an_id("bed")),
}


def known(table: str, one: str) -> bool:
    return (table, one) in HERE


def checked(table: str, **row: Any) -> Checked:
    return check(table, {"id": an_id("row"), **row}, known)


def said(found: Checked) -> str:
    return " ".join((*found.repairs, found.refused))


def test_a_row_without_fault_is_kept_as_it_is() -> None:
    found = checked("organizations", name="Harbour House", description="Advice")

    assert found == Checked({"id": an_id("row"), "name": "Harbour House", "description": "Advice"})


@pytest.mark.parametrize(
    ("table", "row", "field", "kept", "sentence"),
    [
        ("services", {"name": "A"}, "status", "active", "No status: taken as active."),
        ("services", {"name": "A", "status": "Active"}, "status", "active", "became active"),
        ("services", {"name": "A", "status": "open"}, "status", "active", "became active"),
        ("services", {"name": "A", "status": "who knows"}, "status", "active", "is none of"),
        ("locations", {}, "location_type", "physical", "No location_type"),
        ("organizations", {"name": "A"}, "description", "", "No description: left empty."),
        (
            "services",
            {"name": "A", "status": "active", "minimum_age": 70, "maximum_age": 18},
            "minimum_age",
            70,
            "minimum_age is above maximum_age",
        ),
        (
            "schedules",
            {"service_id": an_id("advice"), "opens_at": "22:00", "closes_at": "02:00"},
            "closes_at",
            "02:00",
            "read as the next day",
        ),
        ("services", {"name": "A", "url": "www.example.org"}, "url", "http://www.example.org", "u"),
        (
            "organizations",
            {"name": "A", "parent_organization_id": an_id("gone")},
            "parent_organization_id",
            an_id("gone"),
            "should a later file bring it",
        ),
    ],
)
def test_what_can_be_put_right_is_and_the_report_says_how(
    table: str, row: dict[str, Any], field: str, kept: Any, sentence: str
) -> None:
    found = checked(table, **row)

    assert found.refused == ""
    assert found.row[field] == kept
    assert sentence in said(found)


@pytest.mark.parametrize(
    ("table", "row", "name", "value"),
    [
        ("services", {"name": "A", "minimum_age": "twelve"}, "minimum_age", "twelve"),
        ("services", {"name": "A", "shoe_size": "42"}, "shoe_size", "42"),
        ("services", {"name": "A", "organization_id": "17"}, "organization_id", "17"),
        ("services", {"name": "A", "program_id": an_id("gone")}, "program_id", an_id("gone")),
        ("locations", {"latitude": 123, "longitude": 4}, "latitude", 123),
        ("locations", {"latitude": 123}, "latitude", 123),
        ("locations", {"latitude": 12, "longitude": 444}, "longitude", 444),
        (
            "attributes",
            {"link_id": an_id("advice"), "taxonomy_term_id": an_id("gone"), "value": "x"},
            "taxonomy_term_id",
            an_id("gone"),
        ),
    ],
)
def test_what_cannot_be_read_is_kept_beside_the_row(
    table: str, row: dict[str, Any], name: str, value: Any
) -> None:
    found = checked(table, **row)

    assert found.refused == ""
    assert name not in found.row
    assert found.row["x_other"][name] == value
    assert name in said(found)


@pytest.mark.parametrize(
    ("table", "row", "sentence"),
    [
        ("organizations", {"description": "x"}, "It has no name."),
        ("phones", {"organization_id": an_id("harbour")}, "It has no number."),
        ("phones", {"number": "1"}, "belongs to nothing that is here"),
        ("phones", {"number": "1", "service_id": an_id("gone")}, "cannot stand without"),
        ("service_at_location", {"service_id": an_id("advice")}, "It has no location_id"),
        ("contacts", {"organization_id": an_id("harbour")}, "It is blank"),
        ("attributes", {"value": "x"}, "It has no link_id"),
        ("attributes", {"value": "x", "link_id": an_id("gone")}, "names a row that is not here"),
        ("attributes", {"link_id": an_id("advice"), "link_entity": "service"}, "says nothing"),
        (
            "service_capacity",
            {"service_id": an_id("advice"), "unit_id": an_id("bed"), "available": 3},
            "It has no updated.",
        ),
        (
            "service_capacity",
            {
                "service_id": an_id("advice"),
                "unit_id": an_id("bed"),
                "available": 3,
                "updated": "yesterday",
            },
            "Its updated cannot be read: “yesterday”.",
        ),
    ],
)
def test_a_row_of_no_use_is_refused_with_the_reason(
    table: str, row: dict[str, Any], sentence: str
) -> None:
    assert sentence in checked(table, **row).refused


@pytest.mark.parametrize("kind", ["services", "Service", "location", "what", None])
def test_the_kind_beside_an_id_is_put_right_by_the_id(kind: str | None) -> None:
    found = checked("attributes", link_id=an_id("advice"), link_entity=kind, value="x")

    assert found.refused == ""
    assert found.row["link_entity"] == "service"


def test_marks_of_the_profile_stay_and_what_stood_beside_a_row_stays_beside_it() -> None:
    found = checked(
        "organizations", name="A", description="B", x_audience="trusted", x_other={"old": 1}
    )

    assert found.row["x_audience"] == "trusted"
    assert found.row["x_other"] == {"old": 1}
    assert found.repairs == ()


def test_a_long_value_is_cut_in_the_sentence_about_it() -> None:
    found = checked("services", name="A", minimum_age="old " * 50)

    assert max(len(one) for one in found.repairs) < 160


VALUE = some.one_of(some.text(max_size=12), some.integers(), some.booleans(), some.none())


@unhurried
@given(some.sampled_from(sorted(OBJECTS)), some.data())
def test_what_was_checked_once_needs_nothing_more(table: str, data: some.DataObject) -> None:
    names = sorted({*OBJECTS[table].fields, "shoe_size", "x_audience"} - {"id"})
    row = data.draw(some.dictionaries(some.sampled_from(names), VALUE))
    first = checked(table, **row)

    if not first.refused:
        again = check(table, first.row, known)
        assert again.row == first.row
        assert again.refused == ""
