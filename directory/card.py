"""An agency's contact card: signed by itself, and trusted once its words were compared by voice."""

from dataclasses import dataclass

from crypto import keys, statement
from crypto.keys import Identity
from directory.errors import CardMistake
from directory.strict import Part

KIND = "card"
_PARTS = frozenset(
    ["name", "kind", "identity", "node_key", "coordinating", "relay", "pack", "rehearsal", "issued"]
)
_LAST_SECOND = 7_258_118_400  # the year 2200


@dataclass(frozen=True, slots=True)
class Card:
    """What one agency says of itself."""

    name: str
    kind: str
    identity: bytes
    node_key: bytes
    coordinating: bool
    relay: str | None  # where the relay is; only a coordinating node's card says so
    pack: str
    rehearsal: bool
    issued: int

    @property
    def words(self) -> tuple[str, ...]:
        """The eight words that both sides read to each other before they trust this card."""
        return keys.words(self.identity, self.node_key)

    @property
    def id(self) -> str:
        """The agency's name for machines: its identity key in hex."""
        return self.identity.hex()


def make(card: Card, identity: Identity) -> bytes:
    """The card, signed by the identity it names."""
    if identity.public != card.identity:
        raise CardMistake("A card is signed by the agency it names, and by nobody else.")
    body = {
        "name": card.name,
        "kind": card.kind,
        "identity": card.identity.hex(),
        "node_key": card.node_key.hex(),
        "coordinating": card.coordinating,
        "relay": card.relay,
        "pack": card.pack,
        "rehearsal": card.rehearsal,
        "issued": card.issued,
    }
    _read(body)
    return statement.sign(KIND, body, identity)


def read(raw: bytes) -> Card:
    """The card in these bytes, its signature and keys checked; still compare its words by voice."""
    signed = statement.read(raw, KIND)
    card = _read(signed.body)
    if signed.signer != card.identity:
        raise CardMistake("The card was signed by another key than the one it names.")
    return card


def _read(body: object) -> Card:
    part = Part(body, _PARTS, CardMistake)
    card = Card(
        name=part.line("name"),
        kind=part.code("kind"),
        identity=bytes.fromhex(part.key("identity")),
        node_key=bytes.fromhex(part.key("node_key")),
        coordinating=part.flag("coordinating"),
        relay=part.line_or_none("relay"),
        pack=part.line("pack"),
        rehearsal=part.flag("rehearsal"),
        issued=part.number("issued", 0, _LAST_SECOND),
    )
    if card.coordinating and card.relay is None:
        raise CardMistake("A coordinating node's card says where its relay is; this one does not.")
    if card.relay is not None and not card.relay.startswith(("http://", "https://")):
        raise CardMistake("The relay's address should begin with https://.")
    if card.identity == card.node_key:
        raise CardMistake("The identity and the node key must be two different keys.")
    return card
