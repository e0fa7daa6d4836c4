"""Packets pushed to a relay as an agency pushes them, and what it then holds."""

from collections.abc import Sequence
from datetime import UTC, datetime

from client_sync.wire import Packet
from server.relay import pages
from server.relay.counter import START
from server.relay.records import Appended, append
from tests.server.relay.world import (
    HARBOUR,
    MEMBERS,
    Node,
)

NOW = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)


async def push(packets: Sequence[Packet], sender: Node = HARBOUR, now: datetime = NOW) -> Appended:
    return await append(packets, sender.member, MEMBERS, now)


def outcomes(appended: Appended) -> list[str]:
    return [one.outcome.value for one in appended.results]


async def seen_by(node: Node) -> tuple[Packet, ...]:
    page = await pages.after(START, node.identity.public, NOW)
    return page.records
