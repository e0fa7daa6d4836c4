"""What is another in the next directory, said one thing at a time."""

from dataclasses import replace
from datetime import date

import pytest

from directory.agency import read_entry
from directory.errors import SnapshotMistake
from directory.liaison import Liaison, Signatory, beside
from directory.snapshot import Step, classify
from directory.steps import Difference, differences
from tests.directory.coalition_cards import HARBOUR_HOUSE, NORTHFIELD, published
from tests.directory.signers import ALONE, BOTH, THREE

ANA = Liaison("primary", "Ana Reyes", "Advocate", "020 7946 0001", date(2026, 1, 9))
BEN = Liaison("alternate", "Ben Okoro", "", "020 7946 0002", None)
DESK = Liaison("out_of_hours", "Duty desk", "", "020 7946 0003", None)
FULL = replace(
    NORTHFIELD,
    liaisons=(ANA, BEN, DESK),
    signatories=(Signatory("Chris Lund", "Chief officer"), Signatory("Dee Marsh", "")),
    agreement_hash="ab" * 32,
)


def test_who_to_call_and_who_signed_come_back_as_they_were_written():
    assert read_entry(FULL.to_entry()) == FULL
    assert "liaisons" not in NORTHFIELD.to_entry()


def test_liaisons_are_read_in_the_order_in_which_they_are_called():
    rows = [one.to_entry() for one in (DESK, ANA)]

    assert read_entry(NORTHFIELD.to_entry() | {"liaisons": rows}).liaisons == (ANA, DESK)


def test_a_new_liaison_takes_the_place_of_the_last_one():
    other = replace(ANA, name="Eve Hart")

    assert beside((ANA, DESK), other) == (other, DESK)
    assert beside((ANA,), BEN) == (ANA, BEN)


@pytest.mark.parametrize(
    "changes",
    [
        {"liaisons": []},
        {"liaisons": [ANA.to_entry(), ANA.to_entry()]},
        {"liaisons": [ANA.to_entry() | {"place": "friend"}]},
        {"liaisons": [ANA.to_entry() | {"name": ""}]},
        {"liaisons": [ANA.to_entry() | {"phone": "\n"}]},
        {"liaisons": [ANA.to_entry() | {"more": 1}]},
        {"liaisons": [BEN.to_entry()] * 4},
        {"signatories": [{"name": "Chris"}]},
        {"signatories": "Chris"},
        {"agreement_hash": None},
        {"agreement_hash": "x"},
    ],
)
def test_a_mistake_in_who_to_call_is_refused_with_a_sentence(changes):
    with pytest.raises(SnapshotMistake, match=r".+\."):
        read_entry(FULL.to_entry() | changes)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (NORTHFIELD, FULL),
        (FULL, replace(FULL, liaisons=(ANA,))),
        (FULL, replace(FULL, signatories=())),
        (FULL, replace(FULL, agreement_hash=None)),
        (FULL, replace(FULL, verified_on=date(2026, 2, 2))),
    ],
)
def test_whom_to_call_and_what_was_signed_is_widening_whatever_it_becomes(before, after):
    step = classify(published(before), published(after, prev=published(before)))

    assert step is Step.WIDENING


def test_each_difference_is_said_once():
    after = replace(NORTHFIELD, tier=1, seats=frozenset({"board"}), suspended=True, liaisons=(ANA,))

    found = differences(published(NORTHFIELD), published(after))

    assert {(one.part, one.before, one.after) for one in found} == {
        ("tier", 2, 1),
        ("suspended", False, True),
        ("liaisons", (), (ANA,)),
        ("seat board", False, True),
        ("seat meeting", True, False),
    }
    assert {one.name for one in found} == {"Northfield Police"}


def test_who_came_and_who_left_is_said():
    id = HARBOUR_HOUSE.id

    assert differences(published(), published(HARBOUR_HOUSE)) == (
        Difference(id, "Harbour House", "listed", before=False, after=True),
    )
    assert differences(published(HARBOUR_HOUSE), published()) == (
        Difference(id, "Harbour House", "listed", before=True, after=False),
    )


def test_what_concerns_everybody_names_no_agency():
    found = differences(ALONE, BOTH)

    assert [(one.agency, one.part, one.after) for one in found] == [
        ("", "k", 2),
        ("", "signers", THREE),
    ]
    assert differences(BOTH, BOTH) == ()
