import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from crypto import statement
from crypto.errors import BadSignature, CryptoError
from directory.errors import (
    AmbiguousAgency,
    DirectoryError,
    Forked,
    NotNewer,
    NotTheCoordinator,
    SnapshotMistake,
    UnknownAgency,
)
from directory.snapshot import EMPTY, Step, adopt, classify, publish
from tests.directory.coalition_cards import (
    COORDINATOR,
    HARBOUR,
    HARBOUR_HOUSE,
    ISSUED,
    NORTHFIELD,
    PACK,
    POLICE,
    RIVERSIDE,
    UNTIL,
    published,
)

FIRST = published(HARBOUR_HOUSE)
SECOND = published(HARBOUR_HOUSE, NORTHFIELD, prev=FIRST)
THIRD = published(HARBOUR_HOUSE, prev=SECOND)


def body(**changes):
    good = {
        "number": 2,
        "previous": FIRST.id,
        "issued": "2026-03-01",
        "valid_until": "2026-04-05",
        "k": 1,
        "pack": PACK,
        "entries": [COORDINATOR.to_entry(), HARBOUR_HOUSE.to_entry()],
        "signers": [RIVERSIDE.public.hex()],
    }
    return good | changes


def signed(**changes):
    return statement.sign("directory", body(**changes), RIVERSIDE)


def test_directories_are_numbered_and_each_names_the_one_before():
    assert [EMPTY.number, FIRST.number, SECOND.number, THIRD.number] == [0, 1, 2, 3]
    assert (FIRST.previous, SECOND.previous) == (EMPTY.id, FIRST.id)
    assert SECOND.signers == (RIVERSIDE.public.hex(),)
    assert SECOND.valid_until == UNTIL


def test_a_member_adopts_what_the_coordinator_published():
    assert adopt(EMPTY, FIRST.raw, RIVERSIDE.public) == FIRST
    assert adopt(FIRST, SECOND.raw, RIVERSIDE.public) == SECOND


def test_a_member_that_was_away_adopts_the_newest():
    assert adopt(FIRST, THIRD.raw, RIVERSIDE.public) == THIRD
    assert adopt(EMPTY, THIRD.raw, RIVERSIDE.public) == THIRD


def test_the_same_directory_may_arrive_twice():
    assert adopt(SECOND, SECOND.raw, RIVERSIDE.public) is SECOND


def test_a_directory_never_goes_back():
    with pytest.raises(NotNewer):
        adopt(SECOND, FIRST.raw, RIVERSIDE.public)


def test_a_directory_with_an_earlier_day_is_not_newer():
    with pytest.raises(NotNewer):
        published(prev=FIRST, issued=ISSUED - timedelta(days=1))


def test_two_directories_with_one_number_are_a_fork():
    other = published(NORTHFIELD, prev=FIRST)

    with pytest.raises(Forked, match="forked at 2") as caught:
        adopt(SECOND, other.raw, RIVERSIDE.public)

    assert caught.value.numbers == (2,)


def test_a_directory_that_follows_another_is_a_fork():
    other = published(NORTHFIELD)
    follows = published(NORTHFIELD, prev=other)

    with pytest.raises(Forked, match="1 and 2") as caught:
        adopt(FIRST, follows.raw, RIVERSIDE.public)

    assert caught.value.numbers == (1, 2)


def test_only_the_coordinator_you_trust_signs_directories():
    with pytest.raises(NotTheCoordinator):
        adopt(EMPTY, FIRST.raw, HARBOUR.public)


def test_nobody_publishes_what_others_would_refuse():
    with pytest.raises(SnapshotMistake, match="first entry"):
        publish(EMPTY, [HARBOUR_HOUSE], RIVERSIDE, ISSUED, UNTIL, PACK)


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 0},
        {"number": True},
        {"previous": ""},
        {"issued": "1 March"},
        {"valid_until": "2026-02-28"},
        {"valid_until": "2027-03-03"},
        {"k": 2},
        {"pack": "four-tiers"},
        {"pack": 7},
        {"pack": ["e" * 64]},
        {"entries": []},
        {"entries": {}},
        {"entries": [HARBOUR_HOUSE.to_entry()]},
        {"entries": [HARBOUR_HOUSE.to_entry(), COORDINATOR.to_entry()]},
        {"entries": [COORDINATOR.to_entry() | {"kind": "police"}]},
        {"entries": [COORDINATOR.to_entry() | {"coordinating": False}]},
        {"entries": [COORDINATOR.to_entry(), NORTHFIELD.to_entry() | {"coordinating": True}]},
        {"entries": [COORDINATOR.to_entry(), COORDINATOR.to_entry() | {"coordinating": False}]},
        {
            "entries": [
                COORDINATOR.to_entry(),
                HARBOUR_HOUSE.to_entry(),
                NORTHFIELD.to_entry() | {"name": "HARBOUR house"},
            ]
        },
        {
            "entries": [
                COORDINATOR.to_entry(),
                NORTHFIELD.to_entry() | {"node_key": COORDINATOR.node_key},
            ]
        },
        {"signers": []},
        {"signers": [HARBOUR.public.hex()]},
        {"signers": [None]},
        {"override": True},
    ],
)
def test_a_directory_with_a_mistake_is_refused_with_a_sentence(changes):
    with pytest.raises(SnapshotMistake, match=r".+\."):
        adopt(FIRST, signed(**changes), RIVERSIDE.public)


def test_an_agency_is_found_by_identity_name_or_the_beginning_of_either():
    for name in (
        "Harbour House",
        " harbour house ",
        "harb",
        HARBOUR.public.hex(),
        HARBOUR.public.hex()[:8],
    ):
        assert SECOND.find(name) == HARBOUR_HOUSE
    assert SECOND.agency(POLICE.public.hex()) == NORTHFIELD
    assert SECOND.agency("0" * 64) is None
    assert SECOND.coordinating == COORDINATOR


@pytest.mark.parametrize("name", ["", " ", "Housing", "0", HARBOUR.public.hex()[:5]])
def test_an_agency_that_is_not_listed_is_not_found(name):
    with pytest.raises(UnknownAgency):
        SECOND.find(name)


def test_an_ambiguous_beginning_names_those_it_could_be():
    other = replace(NORTHFIELD, name="Harbour Police")

    with pytest.raises(AmbiguousAgency, match="Harbour House, Harbour Police"):
        published(HARBOUR_HOUSE, other).find("harbour")


def test_before_the_first_directory_there_is_no_coordinator():
    with pytest.raises(UnknownAgency, match="no directory yet"):
        assert EMPTY.coordinating


BARE = replace(NORTHFIELD, agreement_signed=None, agreement_until=None)


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        (NORTHFIELD, NORTHFIELD, Step.RESTRICTING),
        (None, NORTHFIELD, Step.WIDENING),
        (NORTHFIELD, None, Step.RESTRICTING),
        (NORTHFIELD, replace(NORTHFIELD, suspended=True), Step.RESTRICTING),
        (replace(NORTHFIELD, suspended=True), NORTHFIELD, Step.WIDENING),
        (NORTHFIELD, replace(NORTHFIELD, seats=frozenset()), Step.RESTRICTING),
        (replace(NORTHFIELD, seats=frozenset()), NORTHFIELD, Step.WIDENING),
        (NORTHFIELD, replace(NORTHFIELD, verified_on=None), Step.RESTRICTING),
        (replace(NORTHFIELD, verified_on=None), NORTHFIELD, Step.WIDENING),
        (NORTHFIELD, replace(NORTHFIELD, tier=1), Step.WIDENING),
        (NORTHFIELD, replace(NORTHFIELD, tier=4), Step.WIDENING),
        (NORTHFIELD, replace(NORTHFIELD, name="Northfields"), Step.WIDENING),
        (NORTHFIELD, replace(NORTHFIELD, node_key=HARBOUR_HOUSE.node_key), Step.WIDENING),
        (NORTHFIELD, replace(NORTHFIELD, agreement_until=date(2027, 1, 1)), Step.WIDENING),
        (NORTHFIELD, replace(NORTHFIELD, agreement_until=date(2026, 6, 1)), Step.RESTRICTING),
        (NORTHFIELD, replace(NORTHFIELD, agreement_signed=date(2025, 6, 1)), Step.WIDENING),
        (NORTHFIELD, BARE, Step.RESTRICTING),
        (BARE, NORTHFIELD, Step.WIDENING),
        (BARE, BARE, Step.RESTRICTING),
    ],
)
def test_a_step_that_gives_anybody_more_is_widening(before, after, step):
    previous = published(*filter(None, [before]))
    following = published(*filter(None, [after]), prev=previous)

    assert classify(previous, following) is step


def test_another_pack_or_fewer_signatures_are_widening():
    assert classify(FIRST, replace(FIRST, pack="f" * 64)) is Step.WIDENING
    assert classify(replace(FIRST, k=2), FIRST) is Step.WIDENING


@pytest.mark.fuzz
def test_no_mutant_of_a_directory_is_adopted():
    dice = random.Random(3)  # noqa: S311 - the same mutants each time

    for _ in range(3_000):
        mutant = bytearray(SECOND.raw)
        place = dice.randrange(len(mutant))
        if dice.random() < 0.7:
            mutant[place] ^= 1 << dice.randrange(8)
        else:
            mutant[place : place + dice.randint(1, 40)] = dice.randbytes(dice.randint(0, 40))
        if bytes(mutant) == SECOND.raw:
            continue
        with pytest.raises((CryptoError, DirectoryError)):
            adopt(FIRST, bytes(mutant), RIVERSIDE.public)


@pytest.mark.fuzz
def test_a_wrong_value_anywhere_in_a_signed_directory_is_a_named_mistake():
    odd = [None, True, -1, 2**60, "", "x", "\u202e", [], {}, [[]], "0" * 64, "2026-13-01"]
    dice = random.Random(9)  # noqa: S311 - the same mutants each time

    for _ in range(600):
        changed = body()
        key = dice.choice(list(changed))
        if key == "entries":
            entry = dict(dice.choice(changed["entries"]))
            entry[dice.choice(list(entry))] = dice.choice(odd)
            changed["entries"] = [COORDINATOR.to_entry(), entry]
        else:
            changed[key] = dice.choice(odd)
        try:
            found = adopt(FIRST, statement.sign("directory", changed, RIVERSIDE), RIVERSIDE.public)
        except DirectoryError:
            continue
        assert found.coordinating == COORDINATOR


def test_a_changed_directory_is_refused():
    with pytest.raises(BadSignature):
        adopt(FIRST, SECOND.raw.replace(b"Northfield", b"Northfeild"), RIVERSIDE.public)
