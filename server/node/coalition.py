"""Who takes part: cards checked by voice, and the directory the coordinating node signs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from crypto.errors import CryptoError
from directory import snapshot
from directory.agency import Agency
from directory.card import Card
from directory.errors import DirectoryError, Gap
from directory.snapshot import Directory
from server.node import audit, believed, database, directories, proposals, terms, voice
from server.node.access import Act, require
from server.node.believed import current
from server.node.desk import Desk
from server.node.errors import NotFound, RefusedAct, Usage, sentence
from server.node.tables import NodeRow, PartnerCard
from server.node.terms import Change
from server.node.voice import read_card
from tiers.tier import Tier

__all__ = [
    "Change",
    "NeedsThoseBetween",
    "Partner",
    "adopt",
    "change_partner",
    "current",
    "enrol",
    "find",
    "join",
    "partners",
    "publish",
    "publish_change",
    "publish_due",
    "read_card",
    "tend",
    "verify",
    "write_itself",
]

_OWN_AGREEMENT = timedelta(days=365)
_LAST_WEEK = timedelta(days=7)


class NeedsThoseBetween(RefusedAct):
    """Directories between the last one known here and this one are needed first."""


@dataclass(frozen=True, slots=True)
class Partner:
    """One agency of the directory, and whether this agency has itself checked its words."""

    agency: Agency
    verified_here: bool
    itself: bool


async def partners(desk: Desk) -> list[Partner]:
    """Everybody in the directory, in its order."""
    require(desk, Act.LIST_PARTNERS)
    rows = await PartnerCard.select(PartnerCard.identity).where(
        PartnerCard.verified_at.is_not_null()
    )
    verified = {row["identity"] for row in rows}
    return [
        Partner(agency, agency.id in verified, agency.id == desk.node.identity)
        for agency in desk.directory.entries
    ]


async def enrol(  # noqa: PLR0917  # the command's parts, in its order
    raw: bytes,
    tier: Tier,
    seats: frozenset[str],
    agreement_until: date | None,
    words: str,
    desk: Desk,
) -> Directory:
    """Take an agency in, its words read aloud; without an agreement yet it is joining only.

    Gives the directory in force afterwards: where others must sign too, that is still the last one.
    """
    require(desk, Act.ENROL)
    _coordinating_only(desk)
    card = voice.checked(raw, words, desk)
    if card.coordinating:
        raise RefusedAct("This is a coordinating node's card; agencies are enrolled, not it.")
    if agreement_until is None and seats:
        raise Usage("A seat lapses with the agreement: give the agreement first.")
    if agreement_until is not None and agreement_until < desk.today:
        raise Usage("The agreement would have ended already; give a day that is still to come.")
    terms.check_seats(seats, desk)
    entry = Agency(
        name=card.name,
        kind=card.kind,
        identity=card.identity.hex(),
        node_key=card.node_key.hex(),
        tier=tier.value,
        agreement_signed=None if agreement_until is None else desk.today,
        agreement_until=agreement_until,
        seats=seats,
        verified_on=desk.today,
        suspended=False,
        coordinating=False,
    )
    async with database.transaction():
        following = await directories.follow(partial(_with, entry), desk)
        await voice.keep(card, raw, desk)
        await audit.record(
            Act.ENROL.value,
            entry.id,
            desk,
            tier=tier.value,
            seats=sorted(seats),
            until="" if agreement_until is None else agreement_until.isoformat(),
            directory=following.number,
        )
    return following


async def join(raw: bytes, words: str, desk: Desk) -> Card:
    """Trust this coordinating node, whose words were read aloud, from now on."""
    require(desk, Act.JOIN)
    if desk.node.coordinating:
        raise RefusedAct("A coordinating node joins nobody; agencies join it.")
    card = voice.checked(raw, words, desk)
    if not card.coordinating or not card.relay:
        raise RefusedAct("This is not the card of a coordinating node.")
    if card.pack != desk.pack.digest:
        raise RefusedAct(
            "That coalition works by another protocol pack than this node. Ask its coordinator "
            "for the pack file, then: casefold pack adopt FILE."
        )
    if desk.node.joined and desk.node.trusted != card.identity:
        raise RefusedAct("This node already belongs to another coalition.")
    async with database.transaction():
        await NodeRow.update(
            {
                NodeRow.relay_identity: card.identity.hex(),
                NodeRow.relay_url: card.relay,
                NodeRow.trusted_card: raw,
            }
        ).where(NodeRow.identity == desk.node.identity)
        await voice.keep(card, raw, desk)
        await audit.record(Act.JOIN.value, card.identity.hex(), desk)
    return card


async def verify(raw: bytes, words: str, desk: Desk) -> Card:
    """Write down that this agency itself compared the words with a partner, by voice."""
    require(desk, Act.VERIFY_PARTNER)
    card = voice.checked(raw, words, desk)
    listed = desk.directory.agency(card.identity.hex())
    if listed is not None and listed.node_key != card.node_key.hex():
        raise RefusedAct(
            "The directory names another node key for this agency. Tell the coordinator; until "
            "this is cleared up, share nothing with it."
        )
    async with database.transaction():
        await voice.keep(card, raw, desk)
        await audit.record(Act.VERIFY_PARTNER.value, card.identity.hex(), desk)
    return card


async def change_partner(name: str, change: Change, desk: Desk) -> Directory:
    """Change how an agency stands, in the next snapshot. Shares follow when each node syncs."""
    require(desk, Act.CHANGE_PARTNER)
    _coordinating_only(desk)
    if not terms.named(change):
        raise Usage("There is nothing to change: say a tier, a seat, a day, or what else.")
    agency = find(name, desk)
    if agency.id == desk.node.identity and (change.remove or change.suspended or change.no_seat):
        raise RefusedAct("The coordinating node cannot take itself out of its own directory.")
    return await publish_change(agency.id, change, Act.CHANGE_PARTNER, desk)


async def publish_change(id: str, change: Change, act: Act, desk: Desk) -> Directory:
    """One entry changed in the next directory, written down as this act."""
    async with database.transaction():
        following = await directories.follow(partial(_changed, id, change, desk), desk)
        await audit.record(
            act.value,
            id,
            desk,
            change=sorted(terms.named(change)),
            directory=following.number,
        )
    return following


async def adopt(raw: bytes, desk: Desk) -> Directory:
    """Believe a newer snapshot that came by sync; works locked. Older or forked: refused."""
    if not desk.node.joined:
        raise RefusedAct("This node has not joined a coalition yet.")
    async with database.transaction():
        before = await current(desk.node.trusted)
        try:
            following = snapshot.adopt(before, raw, desk.node.trusted)
        except Gap as error:
            raise NeedsThoseBetween from error
        except (CryptoError, DirectoryError) as error:
            raise RefusedAct(sentence(error)) from error
        if following.number == before.number:
            return before
        await believed.store(following, desk.now)
        await audit.record("directory.adopt", following.id, desk, number=following.number)
    return following


async def publish(desk: Desk) -> Directory:
    """The same entries in a fresh snapshot, before the last one runs out."""
    _coordinating_only(desk)
    async with database.transaction():
        following = await directories.renew(desk)
        await audit.record("directory.publish", following.id, desk, number=following.number)
    return following


def publish_due(desk: Desk) -> bool:
    """Is a quarter of the directory's life over? Then an unlocked node publishes it again."""
    if not desk.node.coordinating or desk.node.identity not in desk.directory.restrictors:
        return False
    spent: int = (desk.today - desk.directory.issued).days
    return spent * 4 >= desk.pack.clocks["directory_valid_days"]


async def tend(desk: Desk) -> None:
    """Keep the directory in force; a renewal waits for a proposal until a week before the end."""
    if not desk.node.coordinating:
        return
    await directories.tend(desk)
    if not publish_due(desk):
        return
    last_week = desk.today + _LAST_WEEK >= desk.directory.valid_until
    if last_week or await proposals.own_open(desk.directory) is None:
        await publish(desk)


async def write_itself(desk: Desk) -> None:
    """Entry 1: the coordinating node itself, with its seat and an agreement of one year."""
    database.require_transaction()
    seats = {row.seat for row in desk.pack.exchanges.values() if row.seat}
    entry = Agency(
        name=desk.node.name,
        kind=desk.node.kind,
        identity=desk.node.identity,
        node_key=desk.node.node_key.public.hex(),
        tier=Tier.REFERRAL.value,
        agreement_signed=desk.today,
        agreement_until=desk.today + _OWN_AGREEMENT,
        seats=frozenset(seats),
        verified_on=desk.today,
        suspended=False,
        coordinating=True,
    )
    following = await directories.begin(entry, desk)
    await audit.record("directory.publish", following.id, desk, number=following.number)


def find(name: str, desk: Desk) -> Agency:
    """The one agency of the directory that this name, id or beginning of either means."""
    try:
        return desk.directory.find(name)
    except DirectoryError as error:
        raise NotFound(sentence(error)) from error


def _coordinating_only(desk: Desk) -> None:
    if not desk.node.coordinating:
        raise RefusedAct("Only the coordinating node keeps the directory.")


def _with(entry: Agency, entries: Sequence[Agency]) -> list[Agency]:
    """The entries with this one in its old place, or at the end."""
    known = any(one.id == entry.id for one in entries)
    return [entry if one.id == entry.id else one for one in entries] + ([] if known else [entry])


def _changed(id: str, change: Change, desk: Desk, entries: Sequence[Agency]) -> list[Agency]:
    return [
        entry if entry.id != id else terms.changed(entry, change, desk)
        for entry in entries
        if not (change.remove and entry.id == id)
    ]
