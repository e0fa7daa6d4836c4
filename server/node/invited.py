"""An invitation opened at an agency's node: cards change places, and words are read aloud."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from client_sync import invited
from client_sync.courier import BadAnswer, Courier, RelayRefused, TooMuchAtOnce, Unreachable
from directory import invitation as links
from directory.card import Card
from directory.errors import InvitationMistake
from directory.invitation import Invitation
from server.node import audit, coalition, database, errors
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NodeError, RefusedAct, Usage, sentence
from server.node.joining_tables import OpenedInvitation
from server.node.voice import read_card


class NotGood(RefusedAct):
    """This invitation cannot be used: it was used, taken back or has ended, or was made just now
    and the relay has not heard of it. Try again in a minute; then ask for another."""


class TooManyKnocks(RefusedAct):
    """Too many invitations are being opened at that relay just now. Wait a minute, then again."""


class NoSuchRelay(RefusedAct):
    """What answers at the address of this link is not the relay it is for. Check the link."""


class AnotherPack(RefusedAct):
    """That coalition works by another pack: ask for its file, then casefold pack adopt FILE."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The coalition that invites: whose card it is, and the words each side reads aloud."""

    card: Card
    words: tuple[str, ...]  # read to you by them
    own_words: tuple[str, ...]  # read by you to them
    joined: bool


async def open_link(link: str, desk: Desk) -> Opened:
    """Fetch the coordinating card, and hand over ours, which uses the invitation up."""
    require(desk, Act.OPEN_INVITATION)
    if desk.node.coordinating:
        raise RefusedAct("A coordinating node joins nobody; agencies join it.")
    if desk.node.joined:
        raise RefusedAct("This node already belongs to a coalition.")
    try:
        invitation = links.read(link)
    except InvitationMistake as mistake:
        raise Usage(sentence(mistake)) from mistake
    async with _at_the_door(invitation, desk) as courier:
        try:
            raw = await invited.look(invitation, courier)
        except RelayRefused:
            # Perhaps our card was taken, and the answer was lost: the same card may come twice.
            return await _handed_over_before(invitation, courier, desk)
        card = _fitting(raw, invitation, desk)
        await _remember(raw, desk)
        await invited.hand_over(invitation, desk.node.card, courier)
    return _opened(card, desk, joined=False)


async def opened(desk: Desk) -> Opened | None:
    """The invitation that was opened here last, if there was one."""
    require(desk, Act.OPEN_INVITATION)
    row = await _latest()
    if row is None:
        return None
    try:
        card = read_card(bytes(row.card), desk)
    except NodeError:
        return None
    return _opened(card, desk, joined=desk.node.joined and desk.node.trusted == card.identity)


async def join(words: str, desk: Desk) -> Card:
    """Trust the coalition that invited us, once its words were read aloud."""
    require(desk, Act.JOIN)
    row = await _latest()
    if row is None:
        raise RefusedAct("No invitation was opened here. Open the link you were given first.")
    card = await coalition.join(bytes(row.card), words, desk)
    async with database.transaction():
        await OpenedInvitation.update(
            {OpenedInvitation.joined_at: max(1, int(desk.now.timestamp()))}
        ).where(OpenedInvitation.id == row.id)
    return card


@asynccontextmanager
async def _at_the_door(invitation: Invitation, desk: Desk) -> AsyncIterator[Courier]:
    """A way to the relay of a coalition we do not belong to yet; what to say when it is shut."""
    courier = Courier(invitation.relay, desk.node.identity_key, desk.node.node_key, b"")
    try:
        async with courier:
            yield courier
    except RelayRefused as refused:
        raise NotGood from refused
    except TooMuchAtOnce as busy:
        raise TooManyKnocks from busy
    except BadAnswer as wrong:
        raise NoSuchRelay from wrong
    except Unreachable as away:
        raise errors.Unreachable(
            "The relay of this link could not be reached. Try again."
        ) from away


async def _handed_over_before(invitation: Invitation, courier: Courier, desk: Desk) -> Opened:
    row = await _latest()
    if row is None or row.joined_at:
        raise NotGood
    card = _fitting(bytes(row.card), invitation, desk)
    await invited.hand_over(invitation, desk.node.card, courier)
    return _opened(card, desk, joined=False)


def _fitting(raw: bytes, invitation: Invitation, desk: Desk) -> Card:
    """The card, once it is one that this node could join; judged before anything is used up."""
    card = read_card(raw, desk)
    if not card.coordinating or (card.relay or "").rstrip("/") != invitation.relay.rstrip("/"):
        raise NoSuchRelay
    if card.pack != desk.pack.digest:
        raise AnotherPack
    return card


async def _remember(raw: bytes, desk: Desk) -> None:
    async with database.transaction():
        await OpenedInvitation.insert(
            OpenedInvitation(card=raw, opened_at=int(desk.now.timestamp()), opened_by=desk.who)
        )
        await audit.record(Act.OPEN_INVITATION.value, read_card(raw, desk).id, desk)


async def _latest() -> OpenedInvitation | None:
    row: OpenedInvitation | None = (
        await OpenedInvitation.objects().order_by(OpenedInvitation.id, ascending=False).first()
    )
    return row


def _opened(card: Card, desk: Desk, *, joined: bool) -> Opened:
    own = read_card(desk.node.card, desk)
    return Opened(card, tuple(card.words), tuple(own.words), joined)
