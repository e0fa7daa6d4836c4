"""What a relay keeps, what it refuses, and that one bad record harms no other share."""

import asyncio
import itertools
from datetime import UTC, datetime

import pytest

from client_sync.wire import Packet
from crypto.record import STUB_BYTES
from server.relay.records import append
from server.relay.tables import Counter, HeldRecord
from tests.server.relay.pushing import NOW, outcomes, push, seen_by
from tests.server.relay.world import (
    ENDS,
    HARBOUR,
    LANTERN,
    MEADOW,
    MEMBERS,
    STRANGER,
    lane,
)

pytestmark = pytest.mark.usefixtures("database")


def test_a_share_is_kept_in_order_and_given_to_its_owner_and_its_recipient():
    part = lane().changes(3)

    async def walk() -> None:
        done = await push(part.packets)

        assert outcomes(done) == ["accepted"] * 4
        assert done.concerned == {HARBOUR.identity.public, MEADOW.identity.public}
        assert await seen_by(MEADOW) == part.packets
        assert await seen_by(HARBOUR) == part.packets
        assert await seen_by(LANTERN) == ()

    asyncio.run(walk())


def test_what_comes_twice_is_held_and_changes_nothing():
    part = lane().changes(2)

    async def walk() -> None:
        await push(part.packets)
        before = await Counter.select()
        again = await push((*part.packets, *part.packets))

        assert outcomes(again) == ["held"] * 6
        assert again.concerned == frozenset()
        assert await Counter.select() == before
        assert await seen_by(MEADOW) == part.packets

    asyncio.run(walk())


def test_the_same_record_twice_in_one_push_is_kept_once():
    part = lane().change()

    async def walk() -> None:
        done = await push((part.packets[0], part.packets[0], part.packets[1], part.packets[1]))

        assert sorted(outcomes(done)) == ["accepted", "accepted", "held", "held"]
        assert await seen_by(MEADOW) == part.packets

    asyncio.run(walk())


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_any_order_within_a_push_gives_the_same_log(order: tuple[int, ...]):
    part = lane().changes(2).close()

    async def walk() -> None:
        done = await push([part.packets[at] for at in order])

        assert outcomes(done) == ["accepted"] * 4
        assert [one.stub for one in await seen_by(MEADOW)] == [one.stub for one in part.packets]

    asyncio.run(walk())


def test_a_record_before_its_time_is_left_and_taken_with_what_was_missing():
    part = lane().changes(2)

    async def walk() -> None:
        assert outcomes(await push(part.packets[2:])) == ["left"]
        assert outcomes(await push(part.packets[:1])) == ["accepted"]
        assert outcomes(await push(part.packets[2:])) == ["left"]
        assert outcomes(await push(part.packets)) == ["held", "accepted", "accepted"]

    asyncio.run(walk())


def test_a_share_is_taken_whole_or_not_at_all_and_others_do_not_suffer():
    broken, sound = lane().changes(2), lane().changes(2)
    stub, body = broken.packets[1].stub, broken.packets[1].body
    bad = Packet(stub, body[:-1] + bytes([body[-1] ^ 1]))

    async def walk() -> None:
        done = await push((broken.packets[0], bad, broken.packets[2], *sound.packets))

        assert outcomes(done)[:3] == ["left", "refused", "left"]
        assert outcomes(done)[3:] == ["accepted"] * 3
        assert await seen_by(MEADOW) == sound.packets
        assert outcomes(await push(broken.packets)) == ["accepted"] * 3

    asyncio.run(walk())


def test_a_foreign_owners_record_is_refused_even_when_it_is_held():
    part = lane(owner=LANTERN)

    async def walk() -> None:
        await push(part.packets, LANTERN)
        done = await push(part.packets, HARBOUR)

        assert outcomes(done) == ["refused"]
        assert "owner" in done.results[0].reason

    asyncio.run(walk())


def test_a_close_by_the_owners_node_key_is_taken_and_by_any_other_node_key_refused():
    part = lane()

    async def walk() -> None:
        await push(part.packets)
        forged = part.close(LANTERN.node_key)
        assert outcomes(await push(forged.packets[-1:])) == ["refused"]
        assert (await seen_by(MEADOW))[0].body

        closed = part.close(HARBOUR.node_key)
        assert outcomes(await push(closed.packets[-1:])) == ["accepted"]

    asyncio.run(walk())


def test_at_a_close_every_body_is_dropped_and_the_stubs_still_chain():
    part = lane().changes(5)
    other = lane().change()

    async def walk() -> None:
        await push((*part.packets, *other.packets))
        await push(part.close().packets[-1:])

        rows = await HeldRecord.select(HeldRecord.body).where(HeldRecord.share == 1)
        assert {row["body"] for row in rows} == {b""}
        seen = await seen_by(MEADOW)
        assert [one.body for one in seen[:6]] == [b""] * 6
        assert seen[6:8] == other.packets

    asyncio.run(walk())


def test_nothing_follows_a_close():
    part = lane()

    async def walk() -> None:
        await push(part.close().packets)
        done = await push(part.change().packets)

        assert outcomes(done) == ["held", "refused"]

    asyncio.run(walk())


def test_two_records_for_one_place_are_a_fork_and_the_first_stays():
    part = lane()
    first, second = part.change(b"one"), part.change(b"two")

    async def walk() -> None:
        await push(first.packets)
        done = await push(second.packets)

        assert outcomes(done) == ["held", "refused"]
        assert await seen_by(MEADOW) == first.packets

    asyncio.run(walk())


def test_a_body_from_another_share_is_refused():
    part, other = lane(), lane()
    spliced = Packet(part.packets[0].stub, other.packets[0].body)

    async def walk() -> None:
        assert outcomes(await push([spliced])) == ["refused"]

    asyncio.run(walk())


def test_bare_stubs_are_taken_only_with_what_makes_their_bodies_needless():
    part = lane().changes(2)
    bare = [Packet(one.stub) for one in part.packets]

    async def walk() -> None:
        assert outcomes(await push(bare)) == ["left"] * 3
        reopened = part.reopen()
        done = await push((*bare, reopened.packets[-1]))
        assert outcomes(done) == ["accepted"] * 4

        closed = lane().changes(2).close()
        done = await push([Packet(one.stub) for one in closed.packets])
        assert outcomes(done) == ["accepted"] * 4

    asyncio.run(walk())


def test_a_record_for_somebody_outside_the_directory_is_refused_but_its_close_is_not():
    part = lane(to=STRANGER)

    async def walk() -> None:
        assert outcomes(await push(part.packets)) == ["refused"]

    asyncio.run(walk())


def test_what_has_ended_is_refused():
    part = lane()

    async def walk() -> None:
        late = datetime.fromtimestamp(ENDS, UTC)
        done = await push(part.packets, now=late)

        assert outcomes(done) == ["refused"]
        assert "ended" in done.results[0].reason

    asyncio.run(walk())


@pytest.mark.parametrize(
    "stub",
    [b"", b"CFR1", b"CFR2" + bytes(STUB_BYTES - 4), bytes(STUB_BYTES), b"CFR1" + b"\xff" * 600],
)
def test_a_stub_that_is_none_is_refused_by_name(stub: bytes):
    async def walk() -> None:
        done = await push([Packet(stub, b"body")])

        assert outcomes(done) == ["refused"]
        assert len(done.results[0].id) == 32
        assert done.results[0].reason.endswith(".")

    asyncio.run(walk())


def _flipped(stub: bytes, at: int) -> bytes:
    return stub[:at] + bytes([stub[at] ^ (1 << (at % 8))]) + stub[at + 1 :]


def test_every_byte_of_a_stub_is_bound_by_its_signature():
    packet = lane().packets[0]
    forged = [Packet(_flipped(packet.stub, at), packet.body) for at in range(STUB_BYTES)]

    async def walk() -> None:
        done = await push(forged)

        assert outcomes(done) == ["refused"] * STUB_BYTES
        assert await HeldRecord.count() == 0

    asyncio.run(walk())


def test_a_share_with_whoever_is_no_member_is_closed_and_its_words_are_not_taken():
    begun = lane(to=LANTERN)
    more = begun.changes(2)
    bare = [Packet(one.stub, b"") for one in more.packets[1:]]
    others = MEMBERS - {LANTERN.identity.public}

    async def walk() -> None:
        await push(begun.packets)
        with_words = await append(more.packets[1:], HARBOUR.member, others, NOW)
        closed = await append((*bare, more.close().packets[-1]), HARBOUR.member, others, NOW)

        assert outcomes(with_words) == ["refused"] * 2
        assert outcomes(closed) == ["accepted"] * 3
        assert {one.body for one in await seen_by(LANTERN)} == {b""}

    asyncio.run(walk())
