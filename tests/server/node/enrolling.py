"""A coordinating node and an agency that is about to be enrolled."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from directory import card as cards
from directory.snapshot import Directory
from server.node import coalition, database
from server.node.desk import Desk
from tests.nodes import TestedNode
from tiers.tier import Tier

MEETING = frozenset({"meeting"})


def words_of(raw: bytes) -> str:
    return " ".join(cards.read(raw).words)


def card_of(node: TestedNode) -> bytes:
    with database.using(node.engine):
        return asyncio.run(node.locked()).node.card


def at(node: TestedNode, act: Callable[[Desk], object]) -> object:
    async def acted() -> object:
        return await act(await node.desk())  # type: ignore[misc]

    with database.using(node.engine):
        return asyncio.run(acted())


def enrol(coordinating: TestedNode, raw: bytes, words: str = "", **changed: object) -> Directory:
    async def act(desk: Desk) -> Directory:
        asked: dict[str, object] = {
            "tier": Tier.REFERRAL,
            "seats": MEETING,
            "agreement_until": desk.today + timedelta(days=90),
            "words": words or words_of(raw),
        }
        return await coalition.enrol(raw, **asked | changed, desk=desk)  # type: ignore[arg-type]

    found = at(coordinating, act)
    assert isinstance(found, Directory)
    return found
