"""A new identity for an agency: the new one says so, and the old one signs what it said."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from crypto import statement
from crypto.keys import Identity
from crypto.statement import Statement
from directory import card as cards
from directory.card import Card
from directory.errors import CardMistake
from directory.strict import Part

KIND = "succession"
_MOST = 2_000  # signs of a card in base64; a card is some five hundred bytes


@dataclass(frozen=True, slots=True)
class Succession:
    """Two signed words: this new card follows that old identity, and that one agrees."""

    old: str
    card: Card
    card_raw: bytes


def claim(card_raw: bytes, old: str, new: Identity) -> bytes:
    """What the new identity signs first: that it follows the old one, with its own card."""
    body = {"to": [old], "old": old, "card": b64encode(card_raw).decode()}
    raw = statement.sign(KIND, body, new)
    read_claim(raw)  # what the other side would refuse is never signed
    return raw


def read_claim(raw: bytes) -> Succession:
    """What a new identity claims; nothing of it holds until the old one has signed it too."""
    said = statement.read(raw, KIND)
    part = Part(said.body, ("to", "old", "card"), CardMistake)
    card_raw = _bytes(said.body["card"])
    card = cards.read(card_raw)
    old = part.key("old")
    if said.signer != card.identity:
        raise CardMistake("This was signed by another key than the new card names.")
    if card.id == old:
        raise CardMistake("The new identity is the old one; there is nothing to follow.")
    return Succession(old, card, card_raw)


def agree(claim_raw: bytes, old: Identity, to: Sequence[str]) -> dict[str, object]:
    """What the old identity says to the coordinating node: it names this one as its own."""
    claimed = read_claim(claim_raw)
    if claimed.old != old.public.hex():
        raise CardMistake("This new identity names another agency's as the one it follows.")
    return {"to": list(to), "agreed": b64encode(claim_raw).decode()}


def read(said: Statement) -> Succession:
    """A succession that both identities have signed."""
    Part(said.body, ("to", "agreed"), CardMistake)
    claimed = read_claim(_bytes(said.body["agreed"]))
    if claimed.old != said.signer.hex():
        raise CardMistake("The old identity did not sign this; its successor names itself.")
    return claimed


def _bytes(value: object) -> bytes:
    if not isinstance(value, str) or len(value) > _MOST * 2:
        raise CardMistake("A part of this succession is missing or too long.")
    try:
        return b64decode(value, validate=True)
    except ValueError:
        raise CardMistake("A part of this succession cannot be read.") from None
