"""Signed statements: who may hand them in, and who gets them."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from client_sync.wire import Outcome
from crypto.errors import CryptoError
from crypto.keys import Identity, NodeKey
from crypto.statement import sign
from server.relay import pages
from server.relay.counter import START
from server.relay.expiry import expire
from server.relay.records import append
from server.relay.statements import NobodyNamed, NotAParty, NotYours, Passed, take
from server.relay.tables import Addressee, HeldRecord, HeldStatement
from tests.server.relay.world import HARBOUR, LANTERN, MEADOW, MEMBERS, Node, lane

NOW = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
RELEASE = b"r" * 16
pytestmark = pytest.mark.usefixtures("database")


def to(*nodes: Node) -> list[str]:
    return [one.identity.public.hex() for one in nodes]


def said(
    kind: str, named: list[Any], signer: Identity | NodeKey, more: Mapping[str, Any] | None = None
) -> bytes:
    return sign(kind, {"to": named, "at": 1, **(more or {})}, signer)


async def hand_in(raw: bytes, sender: Node = HARBOUR, now: datetime = NOW) -> Passed:
    return await take(raw, sender.member, MEMBERS, now)


async def heard_by(node: Node) -> tuple[bytes, ...]:
    return (await pages.after(START, node.identity.public, NOW)).statements


def test_a_statement_reaches_those_it_names_and_nobody_else():
    raw = said("receipt", to(MEADOW), HARBOUR.node_key)

    async def walk() -> None:
        passed = await hand_in(raw)

        assert passed.concerned == {MEADOW.identity.public}
        assert await heard_by(MEADOW) == (raw,)
        assert await heard_by(LANTERN) == ()

    asyncio.run(walk())


def test_a_star_means_every_member():
    raw = said("week-keys", ["*"], HARBOUR.identity)

    async def walk() -> None:
        passed = await hand_in(raw)

        assert passed.concerned == MEMBERS
        assert await heard_by(LANTERN) == await heard_by(MEADOW) == (raw,)

    asyncio.run(walk())


def test_a_statement_handed_in_twice_is_passed_on_once():
    raw = said("receipt", to(MEADOW), HARBOUR.node_key)

    async def walk() -> None:
        await hand_in(raw)
        assert (await hand_in(raw)).concerned == frozenset()
        assert await heard_by(MEADOW) == (raw,)

    asyncio.run(walk())


def test_withdrawn_reaches_owner_and_recipient_of_every_share_of_the_release():
    async def walk() -> None:
        await append(lane(HARBOUR, LANTERN).packets, HARBOUR.member, MEMBERS, NOW)
        await append(lane(LANTERN, MEADOW).packets, LANTERN.member, MEMBERS, NOW)
        raw = said("withdrawn", to(MEADOW), MEADOW.node_key, {"release": RELEASE.hex()})
        passed = await hand_in(raw, MEADOW)

        assert passed.concerned == MEMBERS
        assert await heard_by(HARBOUR) == await heard_by(LANTERN) == (raw,)

    asyncio.run(walk())


def test_withdrawn_empties_every_share_of_the_release_though_its_owner_is_away():
    first = lane(HARBOUR, LANTERN)

    async def walk() -> None:
        await append(first.packets, HARBOUR.member, MEMBERS, NOW)
        await append(lane(LANTERN, MEADOW).packets, LANTERN.member, MEMBERS, NOW)
        held = HeldRecord.count().where(HeldRecord.body != b"")
        assert await held == 2
        raw = said("withdrawn", to(MEADOW), MEADOW.node_key, {"release": RELEASE.hex()})
        await hand_in(raw, MEADOW)

        assert await held == 0
        assert await HeldRecord.count() == 2
        closed = await append(first.close().packets[1:], HARBOUR.member, MEMBERS, NOW)
        assert [one.outcome for one in closed.results] == [Outcome.ACCEPTED]

    asyncio.run(walk())


def test_withdrawn_by_somebody_without_a_part_is_refused():
    raw = said("withdrawn", to(MEADOW), MEADOW.node_key, {"release": RELEASE.hex()})

    async def walk() -> None:
        await append(lane(HARBOUR, LANTERN).packets, HARBOUR.member, MEMBERS, NOW)
        with pytest.raises(NotAParty):
            await hand_in(raw, MEADOW)
        assert await heard_by(HARBOUR) == ()

    asyncio.run(walk())


@pytest.mark.parametrize(
    ("kind", "signer"),
    [
        ("receipt", LANTERN.node_key),  # another machine's
        ("receipt", LANTERN.identity),
        ("week-keys", HARBOUR.node_key),  # a node key only restricts
        ("needs-key", HARBOUR.node_key),
        ("card", HARBOUR.node_key),
        ("directory", HARBOUR.identity),  # has a way of its own
        ("token", HARBOUR.node_key),
    ],
)
def test_a_statement_by_the_wrong_hand_is_refused(kind: str, signer: Identity | NodeKey):
    async def walk() -> None:
        with pytest.raises(NotYours):
            await hand_in(said(kind, ["*"], signer))
        assert await HeldStatement.count() == 0

    asyncio.run(walk())


@pytest.mark.parametrize("named", [[], ["*", "*"], ["00"], ["zz" * 32], [7], ["*"] * 501])
def test_a_statement_for_nobody_in_particular_is_refused(named: list[Any]):
    async def walk() -> None:
        with pytest.raises((NobodyNamed, CryptoError)):
            await hand_in(said("receipt", named, HARBOUR.node_key))

    asyncio.run(walk())


def test_a_mangled_statement_is_refused():
    raw = said("receipt", to(MEADOW), HARBOUR.node_key)

    async def walk() -> None:
        for at in range(len(raw)):
            with pytest.raises((CryptoError, NotYours)):
                await hand_in(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        assert await HeldStatement.count() == 0

    asyncio.run(walk())


def test_a_newer_beacon_takes_the_place_of_the_older_one_to_the_same_partner():
    first = said("beacon", to(MEADOW), HARBOUR.node_key, {"shares": "a"})
    second = said("beacon", to(MEADOW), HARBOUR.node_key, {"shares": "b"})
    other = said("beacon", to(LANTERN), HARBOUR.node_key, {"shares": "c"})

    async def walk() -> None:
        for raw in (first, other, second):
            await hand_in(raw)

        assert await heard_by(MEADOW) == (second,)
        assert await heard_by(LANTERN) == (other,)

    asyncio.run(walk())


def test_a_cursor_at_a_beacon_that_is_gone_is_still_known():
    async def walk() -> None:
        await hand_in(said("beacon", to(MEADOW), HARBOUR.node_key, {"shares": "a"}))
        cursor = (await pages.after(START, MEADOW.identity.public, NOW)).cursor
        second = said("beacon", to(MEADOW), HARBOUR.node_key, {"shares": "b"})
        await hand_in(second)

        page = await pages.after(cursor, MEADOW.identity.public, NOW)
        assert page.statements == (second,)

    asyncio.run(walk())


def test_statements_are_kept_as_long_as_somebody_may_have_been_away_and_no_longer():
    async def walk() -> None:
        await hand_in(said("beacon", to(MEADOW), HARBOUR.node_key))
        await hand_in(said("receipt", to(MEADOW), HARBOUR.node_key))

        await expire(NOW + timedelta(days=4))
        assert len(await heard_by(MEADOW)) == 1
        await expire(NOW + timedelta(days=101))
        assert await heard_by(MEADOW) == ()
        assert await Addressee.count() == 0

    asyncio.run(walk())


@pytest.mark.parametrize(
    "kind",
    ["cosign", "proposal", "succession", "entry", "listing", "invitation", "step"],
)
def test_what_agencies_say_of_their_standing_is_passed_on_by_the_identity_alone(kind: str):
    raw = said(kind, to(MEADOW), HARBOUR.identity)

    async def walk() -> None:
        await hand_in(raw)
        with pytest.raises(NotYours):
            await hand_in(said(kind, to(MEADOW), HARBOUR.node_key))

        assert await heard_by(MEADOW) == (raw,)

    asyncio.run(walk())


def test_a_newer_entry_takes_the_place_of_the_older_one_of_the_same_part():
    def entry(part: str, number: int) -> bytes:
        return said("entry", ["*"], HARBOUR.identity, {"part": part, "number": number})

    async def walk() -> None:
        for raw in (entry("open", 1), entry("trusted", 1), entry("open", 3), entry("open", 2)):
            await hand_in(raw)

        kept = (entry("trusted", 1), entry("open", 3), entry("open", 2))
        assert await heard_by(MEADOW) == kept

    asyncio.run(walk())
