"""Invitations at the relay: a door known by a hash, that opens once to whoever holds its link."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from crypto import statement
from crypto.errors import CryptoError
from directory import card as cards
from directory.errors import DirectoryError
from directory.invitation import held_as
from server.node import database
from server.relay.members import Member
from server.relay.statements import NotYours
from server.relay.tables import HeldInvitation

KIND: Final = "invitation"
MOST_CARD: Final = 2 * 1024
_HASH: Final = 32
_ANSWERS_KEPT: Final = 30 * 86_400  # an answer waits this long for the coordinating node


class NotGood(Exception):
    """This invitation cannot be used: it was used, taken back, has ended, or never was one."""


class NotACard(Exception):
    """What was handed over is no agency's contact card."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A card, and the mark of the link it came with."""

    card: bytes
    mark: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A card that was handed over at one of the doors."""

    held: bytes
    given: Marked


def is_one(raw: bytes) -> bool:
    """Is this statement about an invitation?"""
    try:
        return statement.read(raw).kind == KIND
    except CryptoError:
        return False


async def hold(raw: bytes, sender: Member, trusted: bytes) -> None:
    """Open a door, or shut one for good; only the coordinating identity may."""
    said = statement.read(raw, KIND)
    if said.signer != trusted or sender.identity != trusted:
        raise NotYours
    held, revoked = _bytes(said.body, "held", _HASH), bool(said.body.get("revoked"))
    until = said.body.get("until")
    card, mark = _bytes(said.body, "card"), _bytes(said.body, "mark", _HASH)
    if not isinstance(until, int) or isinstance(until, bool) or len(card) > MOST_CARD:
        raise NotYours
    async with database.transaction():
        await HeldInvitation.insert(
            HeldInvitation(held=held, until=until, revoked=revoked, card=card, mark=mark)
        ).on_conflict(target=HeldInvitation.held, action="DO NOTHING")
        if revoked:
            # Taken back is for good: a replayed older statement opens no door again.
            await HeldInvitation.update({HeldInvitation.revoked: True}).where(
                HeldInvitation.held == held
            )


async def look(knock: bytes, now: datetime) -> Marked:
    """The coordinating card behind this door; NotGood, and nothing more, when it stays shut."""
    row = await _door(knock)
    if row is None or not _is_open(row, now) or row["answer"]:
        raise NotGood
    return Marked(bytes(row["card"]), bytes(row["mark"]))


async def answer(knock: bytes, given: Marked, now: datetime) -> None:
    """Take the card of whoever came in, which uses the invitation up; the same card twice is one.

    The door is judged before the card, so that a stranger learns nothing by handing over rubbish.
    """
    async with database.transaction():
        held = held_as(knock)
        row = await database.lock_row(HeldInvitation, HeldInvitation.held == held)
        if row is None or not _is_open(row, now):
            raise NotGood
        _check(given)
        if row["answer"]:
            if bytes(row["answer"]) != given.card:
                raise NotGood
            return
        await HeldInvitation.update(
            {HeldInvitation.answer: given.card, HeldInvitation.answer_mark: given.mark}
        ).where(HeldInvitation.held == held)


async def answers() -> list[Answer]:
    """Every card that was handed over and not forgotten yet."""
    rows = await HeldInvitation.select().where(HeldInvitation.answer != b"")
    return [
        Answer(bytes(row["held"]), Marked(bytes(row["answer"]), bytes(row["answer_mark"])))
        for row in rows
    ]


async def expire(at: int) -> None:
    """Forget doors that were shut long ago."""
    gone = HeldInvitation.until <= at - _ANSWERS_KEPT
    if await HeldInvitation.exists().where(gone):
        await HeldInvitation.delete().where(gone)


async def _door(knock: bytes) -> dict[str, Any] | None:
    # Found by a hash of what was said, so that the time it takes tells nothing about a token.
    row: dict[str, Any] | None = (
        await HeldInvitation.select().where(HeldInvitation.held == held_as(knock)).first()
    )
    return row


def _is_open(row: dict[str, Any], now: datetime) -> bool:
    return not row["revoked"] and int(row["until"]) > int(now.timestamp())


def _check(given: Marked) -> None:
    try:
        card = cards.read(given.card)
    except (CryptoError, DirectoryError):
        raise NotACard from None
    if card.coordinating or len(given.mark) != _HASH:
        raise NotACard


def _bytes(body: dict[str, Any], name: str, size: int = 0) -> bytes:
    """A part of the statement that is bytes in hex."""
    try:
        found = bytes.fromhex(body[name])
    except (KeyError, TypeError, ValueError):
        raise NotYours from None
    if size and len(found) != size:
        raise NotYours
    return found
