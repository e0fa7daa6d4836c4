import random

import pytest

from crypto import statement
from crypto.errors import BadSignature, CryptoError
from directory.card import make, read
from directory.errors import CardMistake, DirectoryError
from tests.directory.coalition_cards import HARBOUR, NODE_KEYS, POLICE, RIVERSIDE, card


def body(**changes):
    good = {
        "name": "Harbour House",
        "kind": "domestic_violence_centre",
        "identity": HARBOUR.public.hex(),
        "node_key": NODE_KEYS[HARBOUR.public].public.hex(),
        "coordinating": False,
        "relay": None,
        "pack": "four-tiers 1",
        "rehearsal": False,
        "issued": 1_772_000_000,
    }
    return good | changes


def test_a_card_comes_back_as_it_was_made():
    assert read(make(card(), HARBOUR)) == card()


def test_a_coordinating_card_says_where_its_relay_is():
    riverside = card(RIVERSIDE, coordinating=True, relay="https://relay.example")

    assert read(make(riverside, RIVERSIDE)).relay == "https://relay.example"


def test_both_sides_read_the_same_eight_words_and_another_key_gives_others():
    one, same = card(), read(make(card(), HARBOUR))
    swapped = card(node_key=NODE_KEYS[POLICE.public].public)

    assert len(one.words) == 8
    assert one.words == same.words
    assert one.words != swapped.words
    assert one.id == HARBOUR.public.hex()


def test_a_card_is_made_by_the_agency_it_names_only():
    with pytest.raises(CardMistake, match="by nobody else"):
        make(card(), POLICE)


def test_a_card_signed_by_another_is_refused():
    with pytest.raises(CardMistake, match="another key"):
        read(statement.sign("card", body(), POLICE))


def test_a_statement_of_another_kind_is_no_card():
    with pytest.raises(CryptoError):
        read(statement.sign("receipt", body(), HARBOUR))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": " Harbour House"},
        {"name": "Harbour\nHouse"},
        {"name": "Harbour \u202eHouse"},
        {"name": "x" * 121},
        {"name": 7},
        {"kind": "Police!"},
        {"kind": None},
        {"identity": "00" * 32},
        {"identity": "zz" * 32},
        {"identity": 5},
        {"node_key": "00" * 32},
        {"node_key": "01" + "00" * 31},
        {"node_key": "ff" * 32},
        {"node_key": HARBOUR.public.hex()},
        {"coordinating": "yes"},
        {"coordinating": True},
        {"relay": "ftp://relay.example"},
        {"relay": 1},
        {"pack": ""},
        {"rehearsal": 0},
        {"issued": -1},
        {"issued": True},
        {"issued": "now"},
        {"override": True},
    ],
)
def test_a_card_with_a_mistake_is_refused_with_a_sentence(changes):
    with pytest.raises(CardMistake, match=r".+\."):
        read(statement.sign("card", body(**changes), HARBOUR))


def test_a_card_that_lacks_a_part_is_refused():
    short = body()
    del short["rehearsal"]

    with pytest.raises(CardMistake, match="exactly these parts"):
        read(statement.sign("card", short, HARBOUR))


def test_a_changed_card_is_refused():
    raw = make(card(), HARBOUR)

    with pytest.raises(BadSignature):
        read(raw.replace(b"Harbour", b"Harvour"))


@pytest.mark.fuzz
def test_no_mutant_of_a_card_is_read():
    raw = make(card(), HARBOUR)
    dice = random.Random(5)  # noqa: S311 - the same mutants each time

    for _ in range(3_000):
        mutant = bytearray(raw)
        place = dice.randrange(len(mutant))
        fate = dice.random()
        if fate < 0.6:
            mutant[place] ^= 1 << dice.randrange(8)
        elif fate < 0.8:
            del mutant[place:]
        else:
            mutant[place:place] = dice.randbytes(dice.randint(1, 9))
        with pytest.raises((CryptoError, DirectoryError)):
            read(bytes(mutant))
