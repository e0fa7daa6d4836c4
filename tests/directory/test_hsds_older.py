"""Directories of HSDS 1 and 2, said again as HSDS 3 says it."""

from typing import Any

import pytest

from directory.hsds.assess import Assessed, assess
from directory.hsds.naming import column_name, is_table, plain_name, table_name
from directory.hsds.older import FROM, modernise
from tests.directory.invented import known_nothing

SERVICE = {"id": "7", "name": "Advice", "status": "active", FROM: ("services.csv", 1)}
PLACE = {"id": "3", "name": "Office", "location_type": "physical", FROM: ("locations.csv", 1)}
GROUP = {"id": "1", "name": "Harbour", "description": "x", FROM: ("organizations.csv", 1)}


def taken(**tables: list[dict[str, Any]]) -> Assessed:
    rows = {
        table: [{FROM: (f"{table}.csv", number), **row} for number, row in enumerate(rows, 1)]
        for table, rows in tables.items()
    }
    whole = {
        "services": [dict(SERVICE)],
        "locations": [dict(PLACE)],
        "organizations": [dict(GROUP)],
    }
    return assess({**whole, **rows}, "import", known_nothing)


def whys(found: Assessed, table: str) -> list[tuple[str, str]]:
    return [(line.outcome.value, line.why) for line in found.lines if line.table == f"{table}.csv"]


@pytest.mark.parametrize(
    ("weekday", "byday"),
    [
        ("Sunday", "SU"),
        ("monday", "MO"),
        ("Tues", "TU"),
        ("we", "WE"),
        ("1", "MO"),
        ("7", "SU"),
        ("0", "SU"),
        ("Mon-Fri", "MO,TU,WE,TH,FR"),
        ("Sat - Mon", "SA,SU,MO"),
        ("Monday; Thursday", "MO,TH"),
    ],
)
def test_a_weekday_with_hours_comes_back_weekly(weekday: str, byday: str) -> None:
    hours = {"location_id": "3", "weekday": weekday, "opens_at": "9:00", "closes_at": "17:00"}

    (row,) = taken(regular_schedules=[hours]).dataset["schedules"]

    assert (row["freq"], row["byday"]) == ("WEEKLY", byday)
    assert (row["opens_at"], row["closes_at"]) == ("09:00", "17:00")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"weekday": "Someday", "opens_at": "9:00"}, "is no day of the week"),
        ({"weekday": "Mon-Someday", "opens_at": "9:00"}, "is no day of the week"),
        ({"weekday": "", "opens_at": "9:00"}, "is no day of the week"),
        ({"weekday": "Monday", "opens_at": "", "closes_at": ""}, "No hours on Monday"),
    ],
)
def test_a_weekday_that_says_nothing_is_refused(row: dict[str, Any], sentence: str) -> None:
    found = taken(regular_schedules=[{"location_id": "3", **row}])

    ((outcome, why),) = whys(found, "regular_schedules")
    assert outcome == "refused"
    assert sentence in why


def test_hours_that_are_a_rule_already_stay_that_rule() -> None:
    rule = {"location_id": "3", "freq": "MONTHLY", "byday": "1MO", "opens_at": "9:00"}

    (row,) = taken(regular_schedules=[rule]).dataset["schedules"]

    assert (row["freq"], row["byday"]) == ("MONTHLY", "1MO")


def test_a_holiday_says_that_it_is_closed_or_its_hours() -> None:
    days = {"location_id": "3", "start_date": "2031-12-24", "end_date": "2031-12-26"}

    closed, open_ = taken(
        holiday_schedules=[
            {**days, "closed": "TRUE"},
            {**days, "closed": "", "opens_at": "10:00", "closes_at": "12:00"},
        ]
    ).dataset["schedules"]

    assert (closed["x_closed"], closed["description"]) == (True, "Closed")
    assert (closed["valid_from"], closed["valid_to"]) == ("2031-12-24", "2031-12-26")
    assert "x_closed" not in open_
    assert open_["opens_at"] == "10:00"


def test_who_may_come_goes_to_the_service_and_each_row_has_its_line() -> None:
    rows = [
        {"service_id": "7", "eligibility": "Adults"},
        {"service_id": "7", "eligibility": "Veterans"},
        {"service_id": "7", "eligibility": "Adults"},
        {"service_id": "7", "eligibility": ""},
        {"service_id": "", "eligibility": "Adults"},
        {"service_id": "9", "eligibility": "Adults"},
    ]

    found = taken(eligibilities=rows)

    assert found.dataset["services"][0]["eligibility_description"] == "Adults; Veterans"
    assert [outcome for outcome, _ in whys(found, "eligibilities")] == [
        *["repaired"] * 3,
        *["refused"] * 3,
    ]


def test_postal_and_physical_addresses_become_addresses() -> None:
    line = {"location_id": "3", "address_1": "1 Quay", "city": "Harbour", "country": "GB"}
    more = {"address_2": "Second floor", "address_3": "Room 4"}

    found = taken(postal_addresses=[line], physical_addresses=[{**line, **more}])

    kinds = {row["address_type"]: row for row in found.dataset["addresses"]}
    assert kinds.keys() == {"postal", "physical"}
    assert kinds["physical"]["address_2"] == "Second floor, Room 4"


def test_an_address_of_an_organization_alone_is_given_a_place() -> None:
    line = {"organization_id": "1", "address_1": "1 Quay", "city": "Harbour"}

    found = taken(postal_addresses=[line, {**line, "address_1": "2 Quay"}])

    made = [row for row in found.dataset["locations"] if row["location_type"] == "postal"]
    assert {row["location_id"] for row in found.dataset["addresses"]} == {r["id"] for r in made}
    assert {row["organization_id"] for row in made} == {found.dataset["organizations"][0]["id"]}
    assert len(whys(found, "postal_addresses")) == len(made) == 2


def test_terms_of_services_become_attributes() -> None:
    terms = [{"id": "t", "name": "Shelter", "description": "x", "parent_id": ""}]

    found = taken(
        taxonomy_terms=terms,
        service_taxonomies=[{"service_id": "7", "taxonomy_id": "t", "taxonomy_detail": "d"}],
        link_taxonomies=[{"link_id": "3", "link_type": "location", "taxonomy_term_id": "t"}],
    )

    term = found.dataset["taxonomy_terms"][0]["id"]
    rows = {row["link_entity"]: row for row in found.dataset["attributes"]}
    assert {row["taxonomy_term_id"] for row in rows.values()} == {term}
    assert rows["service"]["link_id"] == found.dataset["services"][0]["id"]
    assert rows["service"]["value"] == "d"
    assert rows["location"]["link_id"] == found.dataset["locations"][0]["id"]


def test_ways_to_pay_become_cost_options() -> None:
    found = taken(payments_accepted=[{"service_id": "7", "payment": "Cash"}])

    assert [row["option"] for row in found.dataset["cost_options"]] == ["Cash"]


def test_languages_of_a_telephone_become_rows_where_it_can_be_named() -> None:
    phones = [
        {"id": "p", "organization_id": "1", "number": "1", "language": "Urdu, , Polish"},
        {"id": "", "organization_id": "1", "number": "2", "language": "Slovak"},
        {"id": "q", "organization_id": "1", "number": "3"},
    ]

    found = taken(phones=phones)

    assert sorted(row["name"] for row in found.dataset["languages"]) == ["Polish", "Urdu"]
    assert [row.get("description") for row in found.dataset["phones"]] == [None, "Slovak", None]
    assert len(found.lines) == 3 + len(phones)


def test_tables_of_this_version_are_left_as_they_are() -> None:
    tables = {"services": [{"id": "7", "name": "Advice"}], "empty": []}

    modern, lines = modernise(tables)

    assert modern == {"services": [{"id": "7", "name": "Advice"}]}
    assert lines == []


@pytest.mark.parametrize(
    ("written", "columns", "named"),
    [
        ("Organization", (), "organizations"),
        ("HSDS_services", (), "services"),
        ("services_at_location", (), "service_at_location"),
        ("Postal Address", (), "postal_addresses"),
        ("regularSchedules", (), "regular_schedules"),
        ("taxonomy", ("id", "Vocabulary"), "taxonomy_terms"),
        ("taxonomies", ("id", "name"), "taxonomies"),
        ("organisations", (), "organizations"),
        ("capacities", (), "service_capacity"),
        ("reviews", (), "reviews"),
        ("service_reviews", (), "service_reviews"),
        ("county_organizations", (), "organizations"),
        ("Organizations (2)", (), "organizations"),
        ("services-2031-05-04 copy", (), "services"),
        ("old_county_postal_address", (), "postal_addresses"),
    ],
)
def test_a_table_is_known_by_its_older_names(
    written: str, columns: tuple[str, ...], named: str
) -> None:
    assert table_name(written, columns) == named


@pytest.mark.parametrize(
    ("table", "written", "named"),
    [
        ("addresses", "Postal Code", "postal_code"),
        ("addresses", "zip", "postal_code"),
        ("organizations", "url", "website"),
        ("services", "url", "url"),
        ("services", "zip", "zip"),
        ("reviews", "Stars", "stars"),
        ("reviews", "lat", "latitude"),
        ("services", "x_audience", "x_audience"),
        ("services", "@from", "@from"),
    ],
)
def test_a_column_is_known_by_its_older_names(table: str, written: str, named: str) -> None:
    assert column_name(table, written) == named


def test_a_name_in_any_letters_is_a_plain_name() -> None:
    assert plain_name("  Service At-Location.Id ") == "service_at_location_id"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("organizations", True),
        ("eligibilities", True),
        ("physical_addresses", True),
        ("invoices", False),
        ("", False),
    ],
)
def test_a_table_of_any_version_of_hsds_is_told_from_others(name: str, known: bool) -> None:
    assert is_table(name) is known
