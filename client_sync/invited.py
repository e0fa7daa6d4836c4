"""What passes through the door of an invitation: one card out, one card in, each with its mark."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from client_sync.courier import BadAnswer, Courier
from directory.invitation import Invitation, bears


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A card that somebody handed over, and under which invitation."""

    held: str
    card: bytes
    mark: bytes


async def look(invitation: Invitation, courier: Courier) -> bytes:
    """The coordinating card behind this door; BadAnswer if the relay shows another one."""
    answer = await courier.say("/invitation/card", {"knock": invitation.knock.hex()})
    card, mark = _marked(answer)
    if not bears(card, mark, invitation.mark_key):
        raise BadAnswer
    return card


async def hand_over(invitation: Invitation, card: bytes, courier: Courier) -> None:
    """Hand this card over, which uses the invitation up; the same card twice is once."""
    said = {
        "knock": invitation.knock.hex(),
        "card": b64encode(card).decode(),
        "mark": invitation.mark(card).hex(),
    }
    await courier.say("/invitation/answer", said)


async def handed_over(courier: Courier) -> list[HandedOver]:
    """The cards that were handed over at our relay; for the coordinating node."""
    answer = await courier.hear("/invitation/answers")
    try:
        return [HandedOver(str(one["held"]), *_marked(one)) for one in answer["answers"]]
    except (KeyError, TypeError) as wrong:
        raise BadAnswer from wrong


def _marked(answer: Mapping[str, Any]) -> tuple[bytes, bytes]:
    try:
        return b64decode(answer["card"], validate=True), bytes.fromhex(answer["mark"])
    except (KeyError, TypeError, ValueError) as wrong:
        raise BadAnswer from wrong
