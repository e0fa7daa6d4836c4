"""A contact card is worth nothing until its words were compared by voice; here they are."""

import base64
import binascii
import re

from crypto.errors import CryptoError, UnknownVersion
from directory import card as cards
from directory.card import Card
from directory.errors import DirectoryError
from server.node import database
from server.node.desk import Desk
from server.node.errors import BadFile, RefusedAct, sentence
from server.node.tables import PartnerCard

_LINE = "casefold-card-1"
_ANY_LINE = re.compile(r"casefold-card-\d+\s")
_NEWER = "This card was made by a newer Casefold. Update this node, then read the card again."


def line(raw: bytes) -> str:
    """A card as one line of text, which survives a message or a printed page."""
    return f"{_LINE} {base64.b64encode(raw).decode('ascii')}"


def from_line(text: str) -> bytes:
    """The card in such a line; its signature is not looked at yet."""
    word, _, written = text.strip().partition(" ")
    if word != _LINE and _ANY_LINE.match(text.strip()):
        raise BadFile(_NEWER)
    if word != _LINE:
        raise BadFile(
            f"This is not a contact card, which begins with {_LINE}. Take all of it, from its "
            "first word to its last."
        )
    try:
        return base64.b64decode(written.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise BadFile("This is a damaged contact card: ask for it again.") from None


def read_card(raw: bytes, desk: Desk) -> Card:
    """A contact card, with its signature checked; a rehearsal card only at a rehearsal node."""
    try:
        card = cards.read(raw)
    except UnknownVersion as error:
        raise BadFile(_NEWER) from error
    except (CryptoError, DirectoryError) as error:
        raise BadFile(
            f"This is not a contact card that can be trusted. {sentence(error)}"
        ) from error
    if card.rehearsal and not desk.node.rehearsal:
        raise RefusedAct("This card is from a rehearsal. A real node never takes it.")
    if desk.node.rehearsal and not card.rehearsal:
        raise RefusedAct("This is a real agency's card. A rehearsal node never takes it.")
    return card


def checked(raw: bytes, words: str, desk: Desk) -> Card:
    """The card, once these words were found to be its own; never this node's own card."""
    card = read_card(raw, desk)
    if card.identity == desk.node.identity_key:
        raise RefusedAct("This is this node's own card.")
    if tuple(words.lower().replace("-", " ").replace(",", " ").split()) != tuple(card.words):
        raise RefusedAct(
            "These are not the words of this card. Call the agency on a number you already know, "
            "and have them read theirs aloud."
        )
    return card


async def keep(card: Card, raw: bytes, desk: Desk) -> None:
    """Keep a card whose words were compared; call inside the act's transaction."""
    identity, at = card.identity.hex(), int(desk.now.timestamp())
    held = await database.lock_row(PartnerCard, PartnerCard.identity == identity)
    if held is None:
        await PartnerCard.insert(
            PartnerCard(identity=identity, signed=raw, verified_at=at, verified_by=desk.who)
        )
        return
    await PartnerCard.update(
        {PartnerCard.signed: raw, PartnerCard.verified_at: at, PartnerCard.verified_by: desk.who}
    ).where(PartnerCard.id == held["id"])
