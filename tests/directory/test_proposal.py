"""A proposal travels as what changes, and all signers sign the same whole."""

import json
from dataclasses import replace

import pytest

from directory.errors import SnapshotMistake
from directory.proposal import MOST_PARTS, SLICE, read_slice, slices, whole
from directory.signing import fingerprint
from tests.directory.coalition_cards import HARBOUR_HOUSE, NORTHFIELD, published
from tests.directory.signers import BOTH, THREE, TIER_ONE, body_after


def _text(parts):
    return "".join(read_slice(part)[3] for part in parts)


@pytest.mark.parametrize(
    "entries",
    [
        (HARBOUR_HOUSE, TIER_ONE),
        (replace(HARBOUR_HOUSE, name="Häfen 🏠"), NORTHFIELD),
        (NORTHFIELD, replace(HARBOUR_HOUSE, tier=3)),
    ],
)
def test_the_other_signers_rebuild_exactly_what_was_proposed(entries):
    in_order = sorted(entries, key=lambda entry: entry.id != HARBOUR_HOUSE.id)
    body = body_after(BOTH, *in_order)

    parts = slices(BOTH, body, THREE)

    assert whole(BOTH, fingerprint(body), _text(parts)) == body
    assert [read_slice(part)[1:3] for part in parts] == [(1, 1)]


def test_new_and_removed_agencies_travel_too():
    one = published(HARBOUR_HOUSE)
    body = body_after(one, NORTHFIELD)

    assert whole(one, fingerprint(body), _text(slices(one, body, THREE))) == body


def test_a_long_proposal_travels_in_parts_that_each_fit_into_a_statement():
    named = replace(HARBOUR_HOUSE, name="🏠" * 120)
    others = [
        replace(NORTHFIELD, name=f"Agency “{n}”", identity=f"{n:064x}", node_key=f"{n + 99:064x}")
        for n in range(4, 9)
    ]
    body = body_after(BOTH, named, NORTHFIELD)
    body["entries"] += [entry.to_entry() for entry in others]

    parts = slices(BOTH, body, THREE)

    assert len(parts) > 1
    assert all(
        len(json.dumps(part["text"], ensure_ascii=False).encode()) <= SLICE + 2 for part in parts
    )
    assert json.loads(_text(parts))["removed"] == []


def test_a_proposal_of_too_much_is_not_made():
    body = body_after(BOTH, HARBOUR_HOUSE, NORTHFIELD)
    body["entries"] += [
        replace(NORTHFIELD, name="x" * 120 + str(n), identity=f"{n:064x}").to_entry()
        for n in range(MOST_PARTS * SLICE // 300)
    ]

    with pytest.raises(SnapshotMistake, match="smaller steps"):
        slices(BOTH, body, THREE)


def _told(**changes):
    body = body_after(BOTH, HARBOUR_HOUSE, TIER_ONE)
    told = json.loads(_text(slices(BOTH, body, THREE)))
    return fingerprint(body), json.dumps(told | changes)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"previous": "ab" * 32}, "another directory"),
        ({"k": 1}, "not what its name says"),
        ({"changed": [7]}, "names no agency"),
        ({"changed": [{"identity": 7}]}, "names no agency"),
        ({"removed": [7]}, "by their keys"),
        ({"removed": {}}, "list"),
        ({"extra": 1}, "exactly these parts"),
        ({"number": "three"}, "whole number"),
        ({"changed": [{"identity": "x"}]}, "exactly these parts"),
    ],
)
def test_a_proposal_that_is_not_what_it_says_is_not_signed(changes, why):
    proposal, text = _told(**changes)

    with pytest.raises(SnapshotMistake, match=why):
        whole(BOTH, proposal, text)


@pytest.mark.parametrize("text", ["", "{", "[" * 9_000, "[]"])
def test_a_proposal_that_cannot_be_read_is_refused(text):
    with pytest.raises(SnapshotMistake):
        whole(BOTH, "0" * 64, text)


@pytest.mark.parametrize(
    "changes",
    [{"part": 2}, {"part": 0}, {"parts": MOST_PARTS + 1}, {"text": 7}, {"proposal": "x"}, {"a": 1}],
)
def test_a_part_with_a_mistake_is_refused(changes):
    part = slices(BOTH, body_after(BOTH, HARBOUR_HOUSE, TIER_ONE), THREE)[0]

    with pytest.raises(SnapshotMistake):
        read_slice(part | changes)
