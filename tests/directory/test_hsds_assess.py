"""A whole file: a line for every row, ids that stay, and nothing dropped without a word."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from directory.hsds.assess import PARTIAL, UNNAMED, Assessed, assess
from directory.hsds.ids import is_uuid, known_id, stable_id
from directory.hsds.objects import OBJECTS
from directory.hsds.older import FROM
from directory.hsds.outcome import Outcome
from tests.directory.invented import an_id, known_nothing, unhurried


def taken(source: str = "import", **tables: list[dict[str, Any]]) -> Assessed:
    rows = {
        table: [{FROM: (table, number), **row} for number, row in enumerate(rows, 1)]
        for table, rows in tables.items()
    }
    return assess(rows, source, known_nothing)


def outcomes(found: Assessed) -> list[str]:
    return [line.outcome.value for line in found.lines]


def test_a_plain_number_gets_a_uuid_that_stays_and_references_follow() -> None:
    rows = {
        "organizations": [{"id": "7", "name": "A", "description": "x"}],
        "services": [{"id": " 9 ", "organization_id": 7, "name": "B", "status": "active"}],
    }

    first, again = taken(**rows), taken(**rows)
    other = taken(source="import:Elsewhere", **rows)

    assert first.dataset == again.dataset
    (service,) = first.dataset["services"]
    assert service["organization_id"] == first.dataset["organizations"][0]["id"]
    assert (is_uuid(service["id"]), service["x_source_id"]) == (True, "9")
    assert other.dataset["services"][0]["id"] != service["id"]


def test_a_uuid_is_kept_however_it_is_written() -> None:
    plain = an_id("harbour")

    found = taken(organizations=[{"id": f"{{{plain.upper()}}}", "name": "A", "description": "x"}])

    assert [row["id"] for row in found.dataset["organizations"]] == [plain]
    assert known_id("import", "services", f"urn:uuid:{plain}") == plain


def test_a_uuid_in_capitals_is_no_repair() -> None:
    found = taken(organizations=[{"id": an_id("a").upper(), "name": "A", "description": "x"}])

    assert outcomes(found) == ["kept"]


def test_rows_without_an_id_get_one_of_what_they_say() -> None:
    group = {"id": "1", "name": "A", "description": "x"}
    phone = {"id": "", "organization_id": "1", "number": "1"}

    found = taken(organizations=[group], phones=[phone, {**phone, "number": "2"}, dict(phone)])

    assert len({row["id"] for row in found.dataset["phones"]}) == 2
    assert outcomes(found)[1:] == ["repaired", "repaired", "refused"]
    assert "the same as row 1" in found.lines[-1].why


def test_two_rows_with_one_id_that_differ_are_told_apart_in_the_report() -> None:
    rows = [
        {"id": "1", "name": "A", "description": "x"},
        {"id": "1", "name": "B", "description": "x"},
    ]

    found = taken(organizations=rows)

    assert [row["name"] for row in found.dataset["organizations"]] == ["A"]
    assert "Row 1 has the same id and says something else" in found.lines[1].why


def test_rows_of_a_table_nobody_knows_are_refused_one_by_one() -> None:
    found = taken(reviews=[{"stars": 5}, {"stars": 4}])

    assert outcomes(found) == ["refused", "refused"]
    assert "no table called reviews" in found.lines[0].why


def test_what_hangs_from_a_refused_row_does_not_stand_either() -> None:
    found = taken(
        services=[{"id": "1", "name": ""}],
        languages=[{"id": "2", "service_id": "1", "name": "Urdu"}],
    )

    assert found.dataset == {}
    assert outcomes(found) == ["refused", "refused"]


def test_rows_of_one_table_name_each_other_in_any_order() -> None:
    rows = [
        {"id": an_id("a"), "name": "A", "description": "x", "parent_organization_id": an_id("b")},
        {"id": an_id("b"), "name": "B", "description": "x"},
    ]

    assert outcomes(taken(organizations=rows)) == ["kept", "kept"]


def test_a_confidential_place_needs_an_id_that_says_nothing_of_it() -> None:
    place = {"location_type": "physical", "name": "Refuge", "x_confidential_location": "yes"}

    found = taken(locations=[{"id": "", **place}, {"id": an_id("r"), **place}])

    assert outcomes(found) == ["refused", "kept"]
    assert "needs an id of its own" in found.lines[0].why


def test_an_attribute_finds_its_row_whatever_it_calls_the_kind() -> None:
    found = taken(
        services=[{"id": "5", "name": "A", "status": "active"}],
        locations=[{"id": "5", "location_type": "physical"}],
        attributes=[
            {"id": "1", "link_id": "5", "link_entity": "location", "value": "x"},
            {"id": "2", "link_id": "5", "link_entity": "thing", "value": "x"},
            {"id": "3", "link_id": "6", "link_entity": "service", "value": "x"},
            {"id": "4", "link_id": "", "value": "x"},
        ],
    )

    rows = {row["x_source_id"]: row["link_entity"] for row in found.dataset["attributes"]}
    assert rows == {"1": "location", "2": "service"}


def test_marks_come_out_of_a_sheet_as_they_went_in() -> None:
    row = {
        "id": an_id("a"),
        "name": "A",
        "description": "x",
        "x_field_audience": '{"email": "professional"}',
        "x_trusted": "[broken",
        "x_closed": "True",
        "x_audience": "public",
        PARTIAL: True,
    }

    found = taken(organizations=[row])

    (kept,) = found.dataset["organizations"]
    assert kept["x_field_audience"] == {"email": "professional"}
    assert (kept["x_trusted"], kept["x_closed"]) == ("[broken", True)
    named = found.named["organizations", an_id("a")]
    assert named is not None
    assert {"name", "description", "id"} < named


CELL = some.one_of(some.text(max_size=6), some.integers(0, 4).map(str), some.none())


@unhurried
@given(some.data())
def test_every_row_of_every_table_has_its_line(data: some.DataObject) -> None:
    tables = {}
    every = (*OBJECTS, "eligibilities", "regular_schedules", "shoes")
    chosen = data.draw(some.sets(some.sampled_from(every), max_size=5))
    for table in every:
        names = sorted(OBJECTS[table].fields) if table in OBJECTS else ["id", "service_id"]
        row = some.dictionaries(some.sampled_from(names), CELL)
        if table in chosen:
            tables[table] = data.draw(some.lists(row, max_size=2))

    found = taken(**tables)

    assert len(found.lines) == sum(len(rows) for rows in tables.values())
    refused = sum(line.outcome is Outcome.REFUSED for line in found.lines)
    assert sum(len(rows) for rows in found.dataset.values()) <= len(found.lines) - refused
    assert all(is_uuid(row["id"]) for rows in found.dataset.values() for row in rows)


def test_the_same_parts_always_make_the_same_id() -> None:
    assert stable_id("a", "b") == stable_id("a", "b") != stable_id("ab", "")


def test_services_of_an_organization_that_no_file_brings_are_found_under_one() -> None:
    services = [
        {"id": "1", "organization_id": "40", "name": "A", "status": "active"},
        {"id": "2", "organization_id": "40", "name": "B", "status": "active"},
        {"id": "3", "organization_id": "41", "name": "C", "status": "active"},
        {"id": "4", "name": "D", "status": "active"},
    ]

    found = taken(services=services)

    made = found.dataset["organizations"]
    assert [row["name"] for row in made] == [UNNAMED, UNNAMED]
    assert {row["id"] for row in made} == {
        row["organization_id"] for row in found.dataset["services"] if "organization_id" in row
    }
    said = [line for line in found.lines if line.table == "organizations"]
    assert sorted(line.why.partition(" it")[0] for line in said) == [
        "1 service names",
        "2 services name",
    ]


def test_an_organization_that_is_kept_already_is_not_made_again() -> None:
    services = [
        {FROM: ("services", 1), "id": an_id("s"), "organization_id": an_id("o"), "name": "A"}
    ]

    found = assess({"services": services}, "import", lambda _, of: of == an_id("o"))

    assert "organizations" not in found.dataset
