"""What cannot be written is not written, and what makes no lane is not read."""

import pytest
from automerge import core
from hypothesis import given
from hypothesis import strategies as st

from client_sync.document import change, compose, read, rehearse
from client_sync.errors import NotALane, NotWritable, UnknownHeads, UnsafeChange
from client_sync.lane import key_of, place_of, register, written_in
from tests.client_sync.lanes import OWNER, at, cleared, wrote
from tiers.fragment import Place, Written

OURS = OWNER.hex()


FIELDS = [at(name) for name in ("threats", "weapons", "stalking", "notes")]


def test_the_largest_record_is_split_into_changes_the_guard_accepts():
    fields = {at(f"field-{n}"): (wrote(f"value {n}"),) for n in range(10_000)}

    composed = compose(cleared(fields), OWNER)

    assert len(composed.changes) > 5
    assert read(composed.changes, OWNER).fields == fields


def test_an_edit_that_changes_nothing_makes_no_change():
    start = compose(cleared({FIELDS[0]: (wrote("a"),)}), OWNER)

    changed = change(start.changes, start.heads, {FIELDS[1]: None}, OWNER)

    assert changed.new == ()
    assert changed.heads == start.heads


@pytest.mark.parametrize("heads", [(), ("00" * 32,), ("not a head",), ("",)])
def test_a_page_drawn_from_unknown_heads_must_be_loaded_again(heads):
    start = compose(cleared({FIELDS[0]: (wrote("a"),)}), OWNER)

    with pytest.raises(UnknownHeads, match="Load the page again"):
        change(start.changes, heads, {FIELDS[0]: wrote("b")}, OWNER)


@pytest.mark.parametrize(
    ("place", "written"),
    [
        (at("a/b"), wrote("v")),
        (at(""), wrote("v")),
        (at("a", section=""), wrote("v")),
        (at("a" * 201), wrote("v")),
        (at("\ud800"), wrote("v")),
        (at("a"), wrote("\ud800")),
        (at("a"), wrote("v" * 300_000)),
        (at("a"), wrote("v", by="\udfff")),
        (at("a"), wrote("v", by="b" * 201)),
        (at("a"), wrote("v", when="yesterday")),
        (at("a"), wrote("v", when="2026-01-05T08:00:00+01:00")),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is(place, written):
    start = compose(cleared({FIELDS[0]: (wrote("a"),)}), OWNER)

    with pytest.raises(NotWritable):
        compose(cleared({place: (written,)}), OWNER)
    with pytest.raises(NotWritable):
        change(start.changes, start.heads, {FIELDS[1]: wrote("ok"), place: written}, OWNER)
    assert read(start.changes, OWNER).fields == {FIELDS[0]: (wrote("a"),)}


def test_another_agencys_changes_are_not_read():
    start = compose(cleared({FIELDS[0]: (wrote("a"),)}), OWNER)

    with pytest.raises(UnsafeChange):
        read(start.changes, bytes(32))


def _document(write) -> list[bytes]:
    document = core.Document(actor_id=OWNER[:8] + bytes(8))
    with document.transaction() as transaction:
        write(transaction)
    return [bytes(one.raw_bytes) for one in document.get_changes([])]


def _lane_with(root=OURS, case_ref="ref", key="a/b/c", text=None, extra=None):
    def write(transaction):
        top = transaction.put_object(core.ROOT, root, core.ObjType.Map)
        if case_ref is None:
            transaction.put_object(top, "case_ref", core.ObjType.Map)
        else:
            transaction.put(top, "case_ref", core.ScalarType.Str, case_ref)
        transaction.put_object(top, "people", core.ObjType.Map)
        fields = transaction.put_object(top, "fields", core.ObjType.Map)
        spelled = register(wrote("v")) if text is None else text
        transaction.put(fields, key, core.ScalarType.Str, spelled)
        if extra:
            transaction.put(core.ROOT if extra == "root" else top, "x", core.ScalarType.Str, "y")

    return _document(write)


def test_a_lane_made_by_hand_like_ours_is_read():
    assert read(_lane_with(), OWNER).fields == {Place("a", "b", "c"): (wrote("v"),)}


@pytest.mark.parametrize(
    "lane",
    [
        {"root": bytes(32).hex()},
        {"root": "matrix"},
        {"extra": "root"},
        {"extra": "lane"},
        {"case_ref": None},
        {"case_ref": "r" * 500},
        {"key": "no place"},
        {"key": "a/b/c/d"},
        {"key": "/b/c"},
        {"text": "v"},
        {"text": "{}"},
        {"text": "[1,2,3]"},
        {"text": '["v","2026-01-05T08:00:00Z"]'},
        {"text": '["v","2026-01-05T08:00:00Z",7]'},
        {"text": '["v","later","Ana"]'},
        {"text": '["v", "2026-01-05T08:00:00Z", "Ana"]'},
        {"text": '["\\ud800","2026-01-05T08:00:00Z","Ana"]'},
        {"text": "[" * 5_000},
    ],
)
def test_sound_changes_that_make_no_lane_are_refused(lane):
    with pytest.raises(NotALane):
        read(_lane_with(**lane), OWNER)


def test_no_changes_are_no_lane():
    with pytest.raises(NotALane):
        read([], OWNER)


def test_a_rehearsal_leaves_nothing():
    assert rehearse() is None


@given(st.text(), st.text(max_size=50))
def test_a_register_gives_back_what_was_written(value, by):
    written = Written(value, "2026-01-05T08:00:00Z", by)

    assert written_in(register(written)) == written


def test_a_key_gives_back_its_place():
    place = Place("releases", "", "c" * 32)

    assert place_of(key_of(place)) == place
