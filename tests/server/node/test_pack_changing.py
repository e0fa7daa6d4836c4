"""A newcomer to a coalition that has changed its protocol."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from directory import card as cards
from server import announcements
from server.node import (
    announcing,
    coalition,
    database,
    pack_changing,
    pack_standing,
    packs,
)
from server.node.desk import Desk
from server.node.errors import RefusedAct
from tests.nodes import TestedNode
from tiers.tier import Tier

T = TypeVar("T")


def at(node: TestedNode, act: Callable[[Desk], Awaitable[T]]) -> T:
    async def acted() -> T:
        return await act(await node.desk())

    with database.using(node.engine):
        return asyncio.run(acted())


async def card(desk: Desk) -> bytes:
    return desk.node.card


async def waiting(desk: Desk) -> list[bytes]:
    """What this node has to say openly."""
    return [bytes(row.signed) for row in await announcing.waiting(100, desk)]


def words(raw: bytes) -> str:
    return " ".join(cards.read(raw).words)


def test_a_newcomer_takes_in_the_pack_and_then_joins(
    new_node: Callable[..., TestedNode], tmp_path: Path
) -> None:
    agency, coordinating = new_node(), new_node(coordinating=True)
    file = tmp_path / "ours.toml"
    file.write_text('id = "ours"\nversion = 1\ntitle = "Ours"\nparent = "four-tiers"\n')
    texts = packs.load(str(file))
    at(coordinating, lambda desk: pack_changing.adopt(texts, desk))
    at(coordinating, pack_changing.tend)
    theirs, own = at(coordinating, card), at(agency, card)

    with pytest.raises(RefusedAct, match="casefold pack adopt FILE"):
        at(agency, lambda desk: coalition.join(theirs, words(theirs), desk))
    at(agency, lambda desk: pack_changing.adopt(texts, desk))
    at(agency, lambda desk: coalition.join(theirs, words(theirs), desk))

    async def enrol(desk: Desk) -> bytes:
        until = desk.today + timedelta(days=90)
        seats = frozenset({"meeting"})
        return (await coalition.enrol(own, Tier.REFERRAL, seats, until, words(own), desk)).raw

    raw = at(coordinating, enrol)
    at(agency, lambda desk: coalition.adopt(raw, desk))

    async def both(desk: Desk) -> tuple[str, str, str]:
        return desk.pack.id, desk.pack.digest, desk.directory.pack

    name, here, there = at(agency, both)
    assert (name, here) == ("ours", there)

    # The card was made before it took the pack in; so it says by which it works, once.
    (before,) = at(coordinating, pack_standing.agencies)
    at(agency, pack_changing.tend)
    at(agency, pack_changing.tend)
    (said,) = at(agency, waiting)
    at(coordinating, lambda desk: announcements.take([said], desk))
    (after,) = at(coordinating, pack_standing.agencies)
    assert (before.pack, before.same) == ("four-tiers", False)
    assert (after.pack, after.version, after.same) == ("ours", 1, True)
