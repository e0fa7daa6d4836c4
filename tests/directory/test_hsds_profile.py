"""The one home of redaction, scanned for what must not be there."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from directory.audience import Audience, sees
from directory.hsds.hanging import Rows, Whose, owners
from directory.hsds.objects import ANYWHERE, OBJECTS
from directory.hsds.profile import is_confidential, part_of, seen_by, stand_ins
from tests.directory.invented import Tables, an_id, datasets, unhurried

BELOW = (Audience.PUBLIC, Audience.PROFESSIONAL)
GROUP = {"id": an_id("o"), "name": "Harbour", "description": "", "x_audience": "public"}
REFUGE = {
    "id": an_id("r"),
    "organization_id": an_id("o"),
    "location_type": "physical",
    "name": "CANARY",
    "latitude": 51.5,
    "x_confidential_location": True,
    "x_audience": "public",
}


def text_of(dataset: Any) -> str:
    return json.dumps(dataset, ensure_ascii=False)


def under_the_refuge() -> Tables:
    """A row of every table that can hang from a place, however far below, each with a canary."""
    tables: Tables = {"organizations": [dict(GROUP)], "locations": [dict(REFUGE)]}
    hangs = {"locations": [REFUGE["id"]]}
    for table, declared in OBJECTS.items():
        for field in declared.references:
            for above in hangs.get(field.refers_to, ()):
                if table in tables and table in ("organizations", "locations"):
                    continue
                row = {"id": an_id(f"{table} {field.name} {above}"), field.name: above}
                row |= {
                    one.name: "CANARY"
                    for one in declared.fields.values()
                    if one.kind in ("text", "uri", "email")
                }
                tables.setdefault(table, []).append({**row, "x_audience": "public"})
        if field_of := [row["id"] for row in tables.get(table, ()) if table != "organizations"]:
            hangs.setdefault(table, []).extend(field_of)
    for table, (own, kind) in ANYWHERE.items():
        for of, ids in list(hangs.items()):
            for above in ids:
                row = {"id": an_id(f"{table} {above}"), own: above, kind: "CANARY"}
                row |= {"value": "CANARY", "previous_value": "CANARY", "x_audience": "public"}
                tables.setdefault(table, []).append(row)
            hangs.setdefault(table, [])
            assert of in OBJECTS
    return {table: list({r["id"]: r for r in rows}.values()) for table, rows in tables.items()}


@pytest.mark.parametrize("viewer", BELOW)
def test_no_word_of_a_confidential_place_or_of_anything_below_it_is_seen(viewer: Audience) -> None:
    dataset = under_the_refuge()
    assert len(dataset) > 10

    seen = seen_by(dataset, viewer)

    assert "CANARY" not in text_of(seen)
    assert "51.5" not in text_of(seen)
    (place,) = seen["locations"]
    assert place["location_type"] == "virtual"
    assert place.keys() <= {"id", "location_type", "organization_id", "x_audience"}
    assert [row["value"] for row in seen["attributes"]] == ["redacted"]
    assert {row["id"] for table in seen for row in seen[table]} <= {
        an_id("o"),
        an_id("r"),
        *stand_ins(an_id("r")),
    }


def test_whoever_is_trusted_sees_it_whole() -> None:
    dataset = under_the_refuge()

    assert seen_by(dataset, Audience.TRUSTED) == dataset


@pytest.mark.parametrize("viewer", BELOW)
def test_every_field_marked_above_a_viewer_is_left_out_with_its_mark_and_its_history(
    viewer: Audience,
) -> None:
    above = [one for one in Audience if not sees(viewer, one)]
    for table, declared in OBJECTS.items():
        for field in declared.fields.values():
            for mark in above:
                row: dict[str, Any] = dict.fromkeys(declared.fields, "plain")
                row |= {"id": an_id("row"), field.name: "CANARY", "x_audience": "public"}
                if field.refers_to or field.name == "id" or table in ANYWHERE:
                    continue
                row = {k: v for k, v in row.items() if not k.endswith("_id")}
                row["x_field_audience"] = {field.name: mark.value, "id": "public"}
                history = {
                    "id": an_id("history"),
                    "resource_id": row["id"],
                    "resource_type": declared.name,
                    "field_name": field.name,
                    "previous_value": "CANARY",
                    "x_audience": "public",
                }

                seen = seen_by({table: [row], "metadata": [history]}, viewer)

                assert "CANARY" not in text_of(seen), (table, field.name)
                assert field.name not in text_of(
                    [one.get("x_field_audience") for one in seen[table]]
                )


def test_a_row_without_what_makes_it_one_is_left_out() -> None:
    phone = {"id": an_id("p"), "number": "1", "x_audience": "public"}
    hidden = {**phone, "x_field_audience": {"number": "professional"}}
    place = {"id": an_id("l"), "location_type": "physical", "x_audience": "public"}
    group = {**GROUP, "x_field_audience": {"name": "professional"}}

    assert part_of("phones", hidden, Audience.PUBLIC) is None
    assert part_of("phones", hidden, Audience.PROFESSIONAL) == hidden
    assert (
        part_of("locations", {**place, "x_field_audience": {"location_type": "x"}}, BELOW[1])
        is None
    )
    shown = part_of("organizations", group, Audience.PUBLIC)
    assert shown == {"id": an_id("o"), "name": "", "description": ""}


def test_what_stands_beside_hsds_is_for_professionals_but_for_a_few_words() -> None:
    row = {
        "id": an_id("s"),
        "x_audience": "public",
        "x_other": {"note": "CANARY"},
        "x_source_id": "CANARY",
        "x_trusted": ["aa"],
        "x_closed": True,
        "x_field_audience": "spoilt",
    }

    public = part_of("schedules", row, Audience.PUBLIC)
    professional = part_of("schedules", row, Audience.PROFESSIONAL)

    assert public == {"id": an_id("s"), "x_closed": True}
    assert professional is not None
    assert professional.keys() == {"id", "x_audience", "x_other", "x_source_id", "x_closed"}


@pytest.mark.parametrize("mark", [True, 1, "yes", "true", "x", ["?"]])
def test_any_mark_but_a_plain_no_makes_a_place_confidential(mark: Any) -> None:
    assert is_confidential({"x_confidential_location": mark})


@pytest.mark.parametrize("mark", [None, False, 0, "", "no", "false", "0"])
def test_a_plain_no_does_not(mark: Any) -> None:
    assert not is_confidential({"x_confidential_location": mark})


def test_a_hidden_organization_hides_even_that_it_has_a_place() -> None:
    dataset = {"organizations": [{**GROUP, "x_audience": "trusted"}], "locations": [REFUGE]}

    assert seen_by(dataset, Audience.PROFESSIONAL) == {"organizations": [], "locations": []}


def test_two_confidential_places_share_the_words_that_say_so() -> None:
    other = {**REFUGE, "id": an_id("r2")}
    del other["organization_id"]

    seen = seen_by({"organizations": [GROUP], "locations": [REFUGE, other]}, Audience.PUBLIC)

    assert [len(seen[t]) for t in ("locations", "attributes", "taxonomy_terms")] == [2, 2, 1]
    assert "organization_id" not in seen["locations"][1]


def test_what_is_known_of_rows_elsewhere_narrows_what_hangs_from_them() -> None:
    phone = {"id": an_id("p"), "location_id": an_id("r"), "number": "1", "x_audience": "public"}
    known = {("locations", an_id("r")): Audience.TRUSTED}

    assert seen_by({"phones": [phone]}, Audience.PROFESSIONAL, known) == {"phones": []}
    assert seen_by({"phones": [phone]}, Audience.PROFESSIONAL) == {"phones": [phone]}


def test_a_row_without_a_mark_is_for_professionals() -> None:
    dataset: Tables = {"organizations": [{"id": an_id("o"), "name": "A", "description": ""}]}

    assert seen_by(dataset, Audience.PUBLIC) == {"organizations": []}
    assert seen_by(dataset, Audience.PROFESSIONAL) == dataset


@unhurried
@given(datasets(), some.data())
def test_nothing_that_hangs_from_a_trusted_row_is_seen_below(
    dataset: Tables, data: some.DataObject
) -> None:
    rows = Rows(dataset)
    assume(rows.by_key)
    hidden = data.draw(some.sampled_from(sorted(rows.by_key)))
    for table, of in list(rows.by_key):
        row = next(one for one in dataset[table] if one["id"] == of)
        row["x_audience"] = "trusted" if (table, of) == hidden else "public"

    seen = seen_by(dataset, Audience.PROFESSIONAL)

    left = {(table, row["id"]) for table in seen for row in seen[table]}
    rows = Rows(dataset)
    assert hidden not in left
    for key in left:
        assert not any(above in rows.by_key and above not in left for above in rows.parents(key))


def test_whose_a_row_is_comes_from_what_it_hangs_from() -> None:
    dataset: Tables = {
        "organizations": [{"id": "o"}, {"id": "o2", "parent_organization_id": "o"}],
        "services": [{"id": "s", "organization_id": "o"}],
        "locations": [{"id": "l"}, {"id": "l2", "organization_id": "o2"}],
        "service_at_location": [{"id": "a", "service_id": "s", "location_id": "l"}],
        "phones": [
            {"id": "p", "service_at_location_id": "a"},
            {"id": "q", "contact_id": "elsewhere"},
            {"id": "q2", "service_id": "nowhere"},
        ],
        "attributes": [
            {"id": "t", "link_id": "p", "link_entity": "nonsense"},
            {"id": "t2", "link_id": "t2", "link_entity": "attribute"},
        ],
    }
    known = {("contacts", "elsewhere"): Whose("o9", "s9", "")}

    found = owners(Rows(dataset), known)

    assert found["services", "s"] == Whose("o", "s", "")
    assert found["locations", "l"] == Whose("o", "", "l")
    assert found["locations", "l2"] == Whose("o2", "", "l2")
    assert found["organizations", "o2"] == Whose("o2", "", "")
    assert found["attributes", "t"] == found["phones", "p"] == Whose("o", "s", "l")
    assert found["phones", "q"] == Whose("o9", "s9", "")
    assert found["phones", "q2"] == Whose("", "nowhere", "")
    assert found["attributes", "t2"] == Whose()


def test_rows_that_name_each_other_in_a_circle_come_to_an_end() -> None:
    dataset: Tables = {
        "attributes": [
            {"id": "a", "link_id": "b", "link_entity": "attribute", "x_audience": "public"},
            {"id": "b", "link_id": "a", "link_entity": "attribute", "x_audience": "trusted"},
        ]
    }

    assert seen_by(dataset, Audience.PROFESSIONAL) == {"attributes": []}
    hidden = {"id": "s", "name": "CANARY", "x_audience": "trusted"}
    round_: Tables = {
        "attributes": [{"id": "a", "link_id": "b", "value": "CANARY", "x_audience": "public"}],
        "metadata": [
            {"id": "b", "resource_id": "a", "x_audience": "public"},
            {"id": "a", "resource_id": "s", "x_audience": "public"},
        ],
        "services": [hidden],
    }
    assert "CANARY" not in text_of(seen_by(round_, Audience.PROFESSIONAL))
    assert owners(Rows(dataset), {})["attributes", "a"] == Whose()
