"""Lanes written, edited by colleagues, merged and read: nothing is lost, nothing deleted stays."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client_sync.document import change, compose, read
from client_sync.guard import check
from client_sync.lane import edits_between, in_order
from tests.client_sync.lanes import CASE_REF, OWNER, at, cleared, wrote
from tiers.fragment import Fragment, Place, Written

FIELDS = [at(name) for name in ("threats", "weapons", "stalking", "notes")]


def test_a_lane_says_what_was_cleared():
    fields = {
        at("threats"): (wrote("has made threats"),),
        at("born", "child-a", "children"): (wrote("2019-02-03"),),
        at("empty"): (),
    }
    people = {"survivor": "survivor", "child-a": "child"}

    composed = compose(cleared(fields, people=people), OWNER)
    lane = read(composed.changes, OWNER)

    assert lane.case_ref == CASE_REF
    assert lane.people == people
    assert lane.fields == {place: said for place, said in fields.items() if said}
    assert lane.heads == composed.heads


def test_a_lane_of_no_fields_can_be_read():
    composed = compose(cleared({}), OWNER)

    assert read(composed.changes, OWNER).fields == {}


def test_several_wordings_of_one_field_travel_side_by_side():
    wordings = (wrote("blue"), wrote("green", "Ben"), wrote("grey", "Cai"))

    composed = compose(cleared({at("car"): wordings, at("door"): (wrote("red"),)}), OWNER)

    lane = read(composed.changes, OWNER)
    assert lane.fields[at("car")] == wordings
    assert lane.fields[at("door")] == (wrote("red"),)


def test_two_colleagues_who_change_different_fields_lose_nothing():
    start = compose(cleared({FIELDS[0]: (wrote("old"),), FIELDS[1]: (wrote("old"),)}), OWNER)
    ana = change(start.changes, start.heads, {FIELDS[0]: wrote("Ana's", "Ana")}, OWNER)
    changes = start.changes + ana.new

    ben = change(changes, start.heads, {FIELDS[1]: wrote("Ben's", "Ben")}, OWNER)

    fields = read(changes + ben.new, OWNER).fields
    assert fields == {FIELDS[0]: (wrote("Ana's", "Ana"),), FIELDS[1]: (wrote("Ben's", "Ben"),)}


def test_two_colleagues_who_change_one_field_are_both_heard_until_somebody_chooses():
    start = compose(cleared({FIELDS[0]: (wrote("old"),)}), OWNER)
    ana = change(start.changes, start.heads, {FIELDS[0]: wrote("Ana's", "Ana")}, OWNER)
    changes = start.changes + ana.new
    ben = change(changes, start.heads, {FIELDS[0]: wrote("Ben's", "Ben")}, OWNER)
    changes += ben.new
    unrelated = change(changes, ben.heads, {FIELDS[1]: wrote("more")}, OWNER)
    changes += unrelated.new

    both = read(changes, OWNER).fields[FIELDS[0]]
    chosen = change(changes, unrelated.heads, {FIELDS[0]: wrote("chosen")}, OWNER)

    assert both == (wrote("Ana's", "Ana"), wrote("Ben's", "Ben"))
    assert read(changes + chosen.new, OWNER).fields[FIELDS[0]] == (wrote("chosen"),)


def test_two_colleagues_who_first_write_one_section_lose_nothing():
    start = compose(cleared({FIELDS[0]: (wrote("old"),)}), OWNER)
    edits = {at("school", "child-a", "children"): wrote("oak", "Ana")}
    ana = change(start.changes, start.heads, edits, OWNER, people={"child-a": "child"})
    changes = start.changes + ana.new

    edits = {at("doctor", "child-a", "children"): wrote("elm", "Ben")}
    ben = change(changes, start.heads, edits, OWNER, people={"child-a": "child"})

    lane = read(changes + ben.new, OWNER)
    assert len(lane.fields) == 3
    assert lane.people == {"survivor": "survivor", "child-a": "child"}


def test_a_deletion_meets_a_colleagues_edit_and_the_edit_stays():
    start = compose(cleared({FIELDS[0]: (wrote("old"),)}), OWNER)
    ana = change(start.changes, start.heads, {FIELDS[0]: None}, OWNER)
    changes = start.changes + ana.new
    assert read(changes, OWNER).fields == {}

    ben = change(changes, start.heads, {FIELDS[0]: wrote("Ben's")}, OWNER)

    assert read(changes + ben.new, OWNER).fields == {FIELDS[0]: (wrote("Ben's"),)}


@pytest.mark.parametrize("chosen", ["Ana's", "Ben's"])
def test_choosing_one_of_two_wordings_as_it_stands_ends_the_other(chosen):
    words = {"Ana's": wrote("Ana's", "Ana"), "Ben's": wrote("Ben's", "Ben")}
    start = compose(cleared({FIELDS[0]: tuple(words.values())}), OWNER)

    chose = change(start.changes, start.heads, {FIELDS[0]: words[chosen]}, OWNER)

    assert read(start.changes + chose.new, OWNER).fields == {FIELDS[0]: (words[chosen],)}


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, dict[int, int]]]:
    """Edits, each drawn from some version before it: field → 0 to delete, or how many wordings."""
    count = draw(st.integers(1, 7))
    edit = st.dictionaries(st.integers(0, 3), st.integers(0, 3), min_size=1, max_size=3)
    return [(draw(st.integers(0, index)), draw(edit)) for index in range(count)]


@settings(max_examples=120, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_whatever_colleagues_write_from_whatever_version_every_unseen_wording_is_kept(
    history: list[tuple[int, dict[int, int]]], chance: random.Random
):
    start = compose(cleared({FIELDS[0]: (wrote("a"), wrote("b")), FIELDS[1]: (wrote("c"),)}), OWNER)
    changes = list(start.changes)
    heads = [start.heads]  # of the page drawn after each edit, which shows everything so far
    shown = [2]
    # Each write: (field, its words or none, how many writes its author's page had shown).
    writes = [(FIELDS[0], (wrote("a"), wrote("b")), 0), (FIELDS[1], (wrote("c"),), 0)]

    for number, (version, edit) in enumerate(history):
        edits: dict[Place, tuple[Written, ...] | None] = {}
        for index, wordings in edit.items():
            words = tuple(wrote(f"{number}.{index}.{n}") for n in range(wordings))
            edits[FIELDS[index]] = words or None
            writes.append((FIELDS[index], words, shown[version]))
        changed = change(changes, heads[version], edits, OWNER)
        changes += changed.new
        heads.append(changed.heads)
        shown.append(len(writes))

    expected: dict[Place, tuple[Written, ...]] = {}
    for index, (place, words, _) in enumerate(writes):
        if words and not any(other == place and seen > index for other, _, seen in writes):
            expected[place] = in_order([*expected.get(place, ()), *words])
    assert read(changes, OWNER).fields == expected
    shuffled = list(changes)
    chance.shuffle(shuffled)
    assert read(shuffled, OWNER) == read(changes + shuffled, OWNER) == read(changes, OWNER)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(FIELDS), st.lists(st.text(max_size=40), max_size=3)),
    st.dictionaries(st.sampled_from(FIELDS), st.lists(st.text(max_size=40), max_size=3)),
)
def test_a_lane_can_be_brought_to_say_what_the_record_says(before, after):
    said = {place: tuple(map(wrote, words)) for place, words in before.items()}
    wanted = {place: in_order(list(map(wrote, words))) for place, words in after.items() if words}
    start = compose(cleared(said), OWNER)
    lane = read(start.changes, OWNER)

    edits = edits_between(lane, Fragment(CASE_REF, lane.people, wanted, {}))
    changed = change(start.changes, start.heads, edits, OWNER)

    assert read(start.changes + changed.new, OWNER).fields == wanted
    assert (not edits) == (lane.fields == wanted) == (not changed.new)


def test_a_deleted_word_stays_in_this_epoch_and_is_in_no_byte_of_the_next():
    start = compose(cleared({at("a"): (wrote("canary"),), at("b"): (wrote("kept"),)}), OWNER)
    changes = start.changes
    changes += change(changes, start.heads, {at("a"): wrote("harmless")}, OWNER).new
    assert b"canary" in b"".join(changes)

    lane = read(changes, OWNER)
    rooted = compose(cleared(lane.fields), OWNER)

    assert b"canary" not in b"".join(rooted.changes)
    assert read(rooted.changes, OWNER).fields == lane.fields


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FIELDS), st.booleans()), max_size=8))
def test_a_new_epoch_holds_no_word_that_is_not_current(edits):
    start = compose(cleared({FIELDS[0]: (wrote("word-first-end"),)}), OWNER)
    changes, heads, ever = start.changes, start.heads, {"word-first-end"}
    for number, (place, keep) in enumerate(edits):
        word = f"word-{number}-end"
        ever.add(word)
        changed = change(changes, heads, {place: wrote(word) if keep else None}, OWNER)
        changes, heads = changes + changed.new, changed.heads
    lane = read(changes, OWNER)
    current = {one.value for said in lane.fields.values() for one in said}

    rooted = b"".join(compose(cleared(lane.fields), OWNER).changes)

    assert {word for word in ever if word.encode() in rooted} == current


def test_every_writer_is_an_actor_never_seen_before():
    start = compose(cleared({FIELDS[0]: (wrote("a"), wrote("b"))}), OWNER)
    changes = start.changes
    for _ in range(5):
        changes += change(changes, start.heads, {FIELDS[1]: wrote("c")}, OWNER).new

    actors = [check(raw, OWNER).actor for raw in changes]

    assert len(set(actors)) == len(actors)
    assert {actor[:8] for actor in actors} == {OWNER[:8]}
