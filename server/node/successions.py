"""A new identity for an agency: claimed at the new node, agreed at the old, taken in by voice."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from crypto.errors import CryptoError
from crypto.statement import Statement
from directory import succession
from directory.agency import Agency
from directory.card import Card
from directory.errors import DirectoryError
from directory.snapshot import Directory
from server.node import announcing, audit, coalition, database, directories, proposals, voice
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.directories import Circle
from server.node.errors import BadFile, NotFound, RefusedAct, sentence
from server.node.tables import Succession

LINE = "casefold-succession-1 "


@dataclass(frozen=True, slots=True)
class Waiting:
    """A new identity that an agency names as its own, and whose words nobody has compared yet."""

    agency: Agency
    card: Card
    raw: bytes


async def claim(old_card: bytes, desk: Desk) -> str:
    """At the new node: say that it follows the identity of this card; one line to hand over."""
    require(desk, Act.SUCCEED)
    old = voice.read_card(old_card, desk)
    if desk.node.coordinating or old.coordinating:
        raise RefusedAct("A coordinating node's identity is pinned at every agency; join it anew.")
    try:
        raw = succession.claim(desk.node.card, old.id, desk.unlocked().identity)
    except (CryptoError, DirectoryError) as error:
        raise RefusedAct(sentence(error)) from error
    async with database.transaction():
        await audit.record("card.claim", old.id, desk)
    return LINE + b64encode(raw).decode()


async def agree(line: str, desk: Desk) -> Card:
    """At the old node: sign that this new identity is its own; the coordinating node is told."""
    require(desk, Act.SUCCEED)
    identity = desk.unlocked().identity
    if desk.directory.agency(desk.node.identity) is None:
        raise RefusedAct("This node is not in a directory, so nothing follows it.")
    try:
        raw = b64decode(line.removeprefix(LINE).strip().encode(), validate=True)
        body = succession.agree(raw, identity, [desk.directory.coordinating.id])
        card = voice.read_card(succession.read_claim(raw).card_raw, desk)
    except (CryptoError, DirectoryError) as error:
        raise BadFile(sentence(error)) from error
    except ValueError:
        raise BadFile("This is not a succession. Take all of the line that was printed.") from None
    async with database.transaction():
        await announcing.announce(succession.KIND, body, identity, desk)
        await audit.record(Act.SUCCEED.value, card.id, desk)
    return card


async def take(said: Statement, agency: str, desk: Desk) -> None:
    """At the coordinating node: keep it until somebody has compared the new words by voice."""
    if not desk.node.coordinating:
        raise RefusedAct("Only the coordinating node takes a new identity in.")
    try:
        found = succession.read(said)
    except (CryptoError, DirectoryError) as error:
        raise RefusedAct(sentence(error)) from error
    if desk.directory.agency(found.card.id) is not None or found.card.coordinating:
        raise RefusedAct("This new identity is in the directory already.")
    await Succession.delete().where(Succession.old == agency)
    at = int(desk.now.timestamp())
    await Succession.insert(Succession(id=said.id.hex(), old=agency, card=found.card_raw, at=at))


async def waiting(desk: Desk) -> list[Waiting]:
    """New identities whose words have not been compared yet, or whose proposal came to nothing."""
    require(desk, Act.LIST_PARTNERS)
    rows = await Succession.objects().where(Succession.done.eq(False)).order_by(Succession.at)
    named = [
        Waiting(agency, voice.read_card(bytes(row.card), desk), bytes(row.card))
        for row in rows
        if (agency := desk.directory.agency(row.old)) is not None
    ]
    drafts = (await proposals.own_open(desk.directory), await proposals.own_stale(desk.directory))
    signing = {entry.id for draft in drafts if draft is not None for entry in draft.entries}
    return [one for one in named if one.card.id not in signing]


async def accept(name: str, words: str, desk: Desk) -> Directory:
    """Take the new identity in after its words were read aloud; no share moves to it."""
    require(desk, Act.ENROL)
    agency = coalition.find(name, desk)
    one = next((each for each in await waiting(desk) if each.agency.id == agency.id), None)
    if one is None:
        raise NotFound("This agency has named no new identity.")
    if agency.suspended:
        raise RefusedAct(
            "This agency is suspended, so its old key may be in other hands. Remove it, and enrol "
            "it again by voice under its new card."
        )
    card = voice.checked(one.raw, words, desk)
    signers = tuple(card.id if id == agency.id else id for id in desk.directory.signers)
    circle = Circle(signers, desk.directory.k) if signers != desk.directory.signers else None
    async with database.transaction():
        following = await directories.follow(partial(_followed, agency, card, desk), desk, circle)
        await voice.keep(card, one.raw, desk)
        if following.agency(card.id) is not None:  # else it waits for others to sign it
            await Succession.update({Succession.done: True}).where(Succession.old == agency.id)
        await audit.record(
            "partner.succeed", card.id, desk, old=agency.id, directory=following.number
        )
    return following


def _followed(agency: Agency, card: Card, desk: Desk, entries: Sequence[Agency]) -> list[Agency]:
    """The entries with the new identity last, as whatever is new: so other signers rebuild them."""
    old = next(entry for entry in entries if entry.id == agency.id)
    new = replace(old, identity=card.id, node_key=card.node_key.hex(), verified_on=desk.today)
    return [*(entry for entry in entries if entry is not old), new]
