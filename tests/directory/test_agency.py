from dataclasses import replace
from datetime import date

import pytest

from directory.agency import read_entry
from directory.errors import SnapshotMistake
from tests.directory.coalition_cards import HARBOUR_HOUSE, NORTHFIELD, UNTIL, published
from tiers.standing import Agreement
from tiers.tier import Tier


def test_an_entry_comes_back_as_it_was_written():
    bare = replace(NORTHFIELD, agreement_signed=None, agreement_until=None, verified_on=None)

    assert read_entry(NORTHFIELD.to_entry()) == NORTHFIELD
    assert read_entry(bare.to_entry()) == bare


def test_the_standing_of_an_agency_is_what_the_directory_says():
    directory = published(HARBOUR_HOUSE)

    standing = HARBOUR_HOUSE.standing(directory)

    assert standing.tier is Tier.REFERRAL
    assert standing.agreement == Agreement(date(2026, 1, 1), date(2026, 12, 31))
    assert standing.seats == {"meeting"}
    assert (standing.verified, standing.suspended) == (True, False)
    assert standing.directory_until == UNTIL


def test_an_agency_nobody_checked_and_without_agreement_stands_so():
    bare = replace(NORTHFIELD, agreement_signed=None, agreement_until=None, verified_on=None)

    standing = bare.standing(published(bare))

    assert standing.agreement is None
    assert not standing.verified


@pytest.mark.parametrize(
    "changes",
    [
        {"tier": 0},
        {"tier": 5},
        {"tier": True},
        {"tier": "2"},
        {"seats": "meeting"},
        {"seats": ["meeting", "meeting"]},
        {"seats": [f"s{n}" for n in range(21)]},
        {"seats": [None]},
        {"agreement_until": None},
        {"agreement_signed": None},
        {"agreement_until": "2025-01-01"},
        {"agreement_until": "31 December"},
        {"agreement_until": "2026-02-30"},
        {"agreement_until": "1026-02-03"},
        {"verified_on": 1},
        {"suspended": None},
        {"identity": "A" * 64},
        {"node_key": "00" * 32},
        {"name": "\t"},
        {"kind": "Police"},
        {"notes": "x"},
    ],
)
def test_an_entry_with_a_mistake_is_refused(changes):
    with pytest.raises(SnapshotMistake, match=r".+\."):
        read_entry(NORTHFIELD.to_entry() | changes)


@pytest.mark.parametrize("entry", [None, [], {}, "agency"])
def test_what_is_no_entry_is_refused(entry):
    with pytest.raises(SnapshotMistake):
        read_entry(entry)
