"""An invitation to Meadow's coalition, and the cards on either side of its door."""

from directory import card as cards
from directory import invitation as links
from directory.card import Card
from directory.invitation import Invitation
from server.relay.invitations import Marked
from tests.server.relay.world import MEADOW, STRANGER, Node

LATER = 4_000_000_000  # a day no clock of these tests reaches


def card_of(node: Node, *, coordinating: bool = False) -> bytes:
    """This agency's own card."""
    return cards.make(
        Card(
            name=node.name,
            kind="coordinating" if coordinating else "violence_centre",
            identity=node.identity.public,
            node_key=node.node_key.public,
            coordinating=coordinating,
            relay="https://relay.example" if coordinating else None,
            pack="ab" * 32,
            rehearsal=True,
            issued=1,
        ),
        node.identity,
    )


def body(made: Invitation, *, revoked: bool = False, until: int = LATER) -> dict[str, object]:
    """What the coordinating node tells its relay of an invitation."""
    card = card_of(MEADOW, coordinating=True)
    return {
        "to": [MEADOW.identity.public.hex()],
        "held": made.held.hex(),
        "card": card.hex(),
        "mark": made.mark(card).hex(),
        "until": until,
        "revoked": revoked,
        "at": 1,
    }


def answer_to(made: Invitation, node: Node = STRANGER) -> Marked:
    """The card an invited agency hands over, marked by its link."""
    card = card_of(node)
    return Marked(card, made.mark(card))


def new() -> Invitation:
    """A fresh invitation."""
    return links.new("https://relay.example")
