"""A new identity holds once the old one has signed it too, and never otherwise."""

from base64 import b64encode
from dataclasses import replace

import pytest

from crypto import statement
from crypto.errors import CryptoError
from directory import card as cards
from directory import succession
from directory.errors import CardMistake
from tests.directory.coalition_cards import HARBOUR, NODE_KEYS, POLICE, RIVERSIDE, card

NEW = POLICE
CARD = cards.make(
    replace(card(NEW), name="Harbour House", node_key=NODE_KEYS[NEW.public].public), NEW
)
OLD = HARBOUR.public.hex()
TO = [RIVERSIDE.public.hex()]


def _agreed(claim, by=HARBOUR):
    body = {"to": TO, "agreed": b64encode(claim).decode()}
    return statement.read(statement.sign("succession", body, by))


def test_both_identities_sign_and_the_new_card_is_read():
    claim = succession.claim(CARD, OLD, NEW)

    said = statement.sign("succession", succession.agree(claim, HARBOUR, TO), HARBOUR)
    found = succession.read(statement.read(said, "succession"))

    assert (found.old, found.card.id, found.card_raw) == (OLD, NEW.public.hex(), CARD)
    assert len(said) < statement.MAX_STATEMENT


def test_a_thief_names_no_successor_for_somebody_else():
    claim = succession.claim(CARD, OLD, NEW)

    with pytest.raises(CardMistake, match="names itself"):
        succession.read(_agreed(claim, by=NEW))
    with pytest.raises(CardMistake, match="another agency's"):
        succession.agree(claim, RIVERSIDE, TO)


def test_a_card_is_signed_by_the_key_it_names():
    body = {"to": [OLD], "old": OLD, "card": b64encode(CARD).decode()}

    with pytest.raises(CardMistake, match="another key"):
        succession.read_claim(statement.sign("succession", body, RIVERSIDE))


def test_an_identity_does_not_follow_itself():
    with pytest.raises(CardMistake, match="nothing to follow"):
        succession.claim(CARD, NEW.public.hex(), NEW)


@pytest.mark.parametrize(
    "body",
    [
        {"to": TO},
        {"to": TO, "agreed": 7},
        {"to": TO, "agreed": "x" * 5_000},
        {"to": TO, "agreed": "not base 64!"},
        {"to": TO, "agreed": b64encode(CARD).decode()},
        {"to": TO, "agreed": "", "more": 1},
    ],
)
def test_a_succession_with_a_mistake_is_refused(body):
    said = statement.Statement("succession", HARBOUR.public, body, b"", b"")

    with pytest.raises((CardMistake, CryptoError)):
        succession.read(said)


def test_a_weak_old_key_is_refused_in_plain_words():
    body = {"to": [OLD], "old": "0" * 64, "card": b64encode(CARD).decode()}

    with pytest.raises(CardMistake, match="nobody may use"):
        succession.read_claim(statement.sign("succession", body, NEW))
