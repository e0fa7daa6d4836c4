"""A coalition changes its protocol: signed like any widening, then taken in at every node."""

from dataclasses import dataclass, replace

from directory import card as cards
from server.node import audit, database, directories, pack_shelf, pack_standing, packs
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import RefusedAct
from server.node.packs import Texts
from server.node.tables import NodeRow
from tiers.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Adopted:
    """A pack that was taken in, and whether it is in force already or waits for signatures."""

    pack: Protocol
    in_force: bool


async def adopt(texts: Texts, desk: Desk) -> Adopted:
    """Work by this pack: the coordinating node proposes it, an agency takes in what was agreed."""
    require(desk, Act.ADOPT_PACK)
    pack = packs.read(texts)
    if pack.digest == desk.pack.digest:
        raise RefusedAct("This node works by this very pack already.")
    if desk.node.joined:
        _same_midnight(pack, desk)
    if desk.node.coordinating:
        return await _propose(texts, pack, desk)
    if desk.node.joined and desk.directory.pack != pack.digest:
        raise RefusedAct(
            "The coalition's directory names another pack than this file. Sync first; if it "
            "stays so, ask the coordinator for the file that was agreed."
        )
    async with database.transaction():
        await _shelve(texts, desk)
        await audit.record(Act.ADOPT_PACK.value, pack.digest, desk, version=pack.version)
        await pack_standing.tell(replace(desk, pack=pack))
    return Adopted(pack, in_force=True)


async def tend(desk: Desk) -> None:
    """The coordinating node's own card names the pack in force; an agency tells what it works by.

    So newcomers can join, and whoever coordinates sees who has taken in what was agreed.
    """
    if desk.keys is None:
        return
    if not desk.node.coordinating:
        await pack_standing.tend(desk)
        return
    card = cards.read(desk.node.card)
    if card.pack == desk.pack.digest:
        return
    at = int(desk.now.timestamp())
    raw = cards.make(replace(card, pack=desk.pack.digest, issued=at), desk.unlocked().identity)
    async with database.transaction():
        await NodeRow.update({NodeRow.card: raw, NodeRow.trusted_card: raw}).where(
            NodeRow.identity == desk.node.identity
        )
        await audit.record("pack.card", desk.pack.digest, desk)


async def _propose(texts: Texts, pack: Protocol, desk: Desk) -> Adopted:
    require(desk, Act.CHANGE_PARTNER)
    _later_version(pack, desk)
    _everybody_fits(pack, desk)
    async with database.transaction():
        await _shelve(texts, desk)
        following = await directories.follow(list, replace(desk, pack=pack))
        await audit.record(
            Act.ADOPT_PACK.value,
            pack.digest,
            desk,
            version=pack.version,
            directory=following.number,
        )
    return Adopted(pack, in_force=following.pack == pack.digest)


async def _shelve(texts: Texts, desk: Desk) -> None:
    """Keep the pack, and the one it follows: consents of before still rest on that."""
    await pack_shelf.keep(await pack_shelf.in_force(desk.node, desk.directory), desk.now)
    await pack_shelf.keep(texts, desk.now)


def _same_midnight(pack: Protocol, desk: Desk) -> None:
    if pack.timezone != desk.pack.timezone:
        raise RefusedAct(
            f"This pack moves midnight from {desk.pack.timezone} to {pack.timezone}, and consents "
            "were signed until a midnight. A coalition keeps its time zone."
        )


def _later_version(pack: Protocol, desk: Desk) -> None:
    if pack.id == desk.pack.id and pack.version <= desk.pack.version:
        raise RefusedAct(
            f"Version {desk.pack.version} is in force and this file says {pack.version}. "
            "Raise the version in the file."
        )


def _everybody_fits(pack: Protocol, desk: Desk) -> None:
    """A pack that no longer knows a listed agency's kind or seat is not what was meant."""
    seats = {row.seat for row in pack.exchanges.values() if row.seat}
    for agency in desk.directory.entries:
        if agency.kind not in pack.agency_kinds:
            raise RefusedAct(
                f"{agency.name} takes part as {agency.kind}, and this pack knows no such kind. "
                "Write it under [agency_kinds]."
            )
        if missing := sorted(agency.seats - seats):
            raise RefusedAct(
                f"{agency.name} holds the seat {missing[0]}, and this pack knows no such seat. "
                "Take the seat back first, or write it into an exchange."
            )
