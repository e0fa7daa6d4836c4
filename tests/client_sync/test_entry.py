"""An entry as registers: what is written comes back, and nothing else passes for an entry."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_sync import document
from client_sync.child import Batch, Chamber, Unsafe
from client_sync.entry import HERE, REMOVED, ROW_STATE, place, read_entry, register_of
from client_sync.errors import NotALane, NotWritable, SyncError
from client_sync.lane import ENTRY, Lane
from tests.client_sync.lanes import CASE_REF, MORNING, OWNER, at, wrote
from tiers.fragment import Place, Written

ROW = "3f1d2c4b-0000-4000-8000-00000000000a"
NAME = place("services", ROW, "name")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def lane(fields: dict[Place, tuple[Written, ...]], **more: object) -> Lane:
    parts = {"heads": ("ab" * 32,), "case_ref": ENTRY, "people": {}, "fields": fields, **more}
    return Lane(**parts)  # type: ignore[arg-type]


@given(JSON.filter(lambda value: value is not None))
def test_a_value_comes_back_as_it_was_written(value):
    entry = read_entry(lane({NAME: (register_of(value, MORNING, "ana"),)}))

    assert entry.rows["services", ROW].values == {"id": ROW, "name": value}


def test_two_wordings_wait_for_a_choice_and_the_same_word_twice_does_not():
    later = "2026-01-05T09:00:00Z"
    state = place("services", ROW, ROW_STATE)
    entry = read_entry(
        lane(
            {
                NAME: (register_of("One", MORNING, "ana"), register_of("Two", later, "ben")),
                place("services", ROW, "url"): (
                    register_of("same", MORNING, "ana"),
                    register_of("same", later, "ben"),
                ),
                state: (register_of(HERE, MORNING, "ana"), register_of(REMOVED, later, "ben")),
            }
        )
    )
    (row,) = entry.of("services")

    assert row.open_fields == ("name",)
    assert row.values["name"] == "Two"
    assert row.contested
    assert not row.removed


def test_what_is_composed_is_read_in_the_child_as_it_was():
    fields = {NAME: (register_of("Refuge", MORNING, ""),)}
    changes = document.compose_entry(fields, OWNER).changes

    with Chamber() as chamber:
        said = chamber.read([Batch("entry", OWNER, changes)])["entry"]

    assert not isinstance(said, Unsafe)
    assert read_entry(said).rows["services", ROW].values["name"] == "Refuge"


@pytest.mark.parametrize(
    "said",
    [
        lane({}, case_ref=CASE_REF),
        lane({}, people={"survivor": "survivor"}),
        lane({at("field"): (wrote("words"),)}),
        lane({NAME: (wrote("not json"),)}),
        lane({NAME: (wrote('{"a": 1}'),)}),
        lane({NAME: (wrote("NaN"),)}),
        lane({NAME: (wrote("[" * 5_000),)}),
        lane({Place("Services", ROW, "name"): (wrote('"x"'),)}),
        lane({Place("services", "../../etc", "name"): (wrote('"x"'),)}),
        lane({Place("services", ROW, "na me"): (wrote('"x"'),)}),
    ],
)
def test_what_is_no_entry_is_refused(said):
    with pytest.raises(NotALane):
        read_entry(said)


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, b"bytes"])
def test_what_json_cannot_say_is_not_written(value):
    with pytest.raises(NotWritable):
        register_of(value, MORNING, "ana")


@given(st.text(max_size=60), st.text(max_size=40), st.text(max_size=20))
def test_any_words_in_a_register_are_an_entry_or_refused(text, row, name):
    try:
        entry = read_entry(lane({Place("services", row, name): (wrote(text),)}))
    except SyncError:
        return

    assert all(json.dumps(one.values) for one in entry.rows.values())
