"""What hostile servers and members did to other systems, tried here; one test each."""

import asyncio
from datetime import UTC, datetime

import pytest

from client_sync.wire import Packet
from crypto.errors import BadSignature, CryptoError
from crypto.keys import verify
from crypto.log import next_link
from crypto.record import STUB_BYTES, Kind, parse_stub, seal_close
from crypto.statement import sign
from directory.errors import DirectoryError
from directory.snapshot import publish
from server.relay import pages
from server.relay.counter import START
from server.relay.members import Members
from server.relay.records import append
from server.relay.statements import NotYours, take
from server.relay.tokens import CHALLENGE, Tokens
from tests.server.relay.world import (
    EVERYBODY,
    HARBOUR,
    ISSUED,
    LANTERN,
    MEADOW,
    MEMBERS,
    STRANGER,
    Node,
    directory_of,
    lane,
)

NOW = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("database")


async def outcomes(packets: list[Packet], sender: Node = HARBOUR) -> list[str]:
    done = await append(packets, sender.member, MEMBERS, NOW)
    return [one.outcome.value for one in done.results]


async def believed_members(raw: bytes) -> Members:
    members = Members(MEADOW.identity.public)
    await members.put(directory_of().raw)
    with pytest.raises((DirectoryError, CryptoError)):
        await members.put(raw)
    return members


def test_key_substitution():
    """Somebody publishes Lantern's entry with a node key of their own."""
    entries = [one.entry() for one in (STRANGER, HARBOUR)]

    async def walk() -> None:
        forged = sign(
            "directory", {"entries": [one.to_entry() for one in entries]}, STRANGER.identity
        )
        members = await believed_members(forged)
        assert await members.find(LANTERN.identity.public) == LANTERN.member

    asyncio.run(walk())


def test_member_insertion():
    """A directory with one agency more, signed by a member who is not the coordinator."""

    async def walk() -> None:
        entries = [one.entry() for one in (*EVERYBODY, STRANGER)]
        with pytest.raises(DirectoryError):
            publish(directory_of(), entries, HARBOUR.identity, ISSUED, ISSUED, "ab" * 32)
        body = {"number": 2, "entries": [one.to_entry() for one in entries]}
        members = await believed_members(sign("directory", body, HARBOUR.identity))
        assert await members.find(STRANGER.identity.public) is None

    asyncio.run(walk())


def test_ghost_device():
    """A second machine that claims to be Harbour's."""
    tokens = Tokens()
    nonce = tokens.challenge()
    signed = STRANGER.node_key.sign(CHALLENGE + MEADOW.identity.public + nonce)

    with pytest.raises(BadSignature):
        tokens.redeem(nonce, signed, MEADOW.identity.public, HARBOUR.member)


def test_unsolicited_key_share():
    """A machine whose node key was stolen publishes week keys for its agency."""
    keys = sign("week-keys", {"to": ["*"], "at": 1, "keys": {}}, HARBOUR.node_key)

    async def walk() -> None:
        with pytest.raises(NotYours):
            await take(keys, HARBOUR.member, MEMBERS, NOW)

    asyncio.run(walk())


def test_epoch_key_insertion():
    """Another member opens an epoch in Harbour's share."""
    part = lane(share=b"s" * 16)
    other = lane(owner=LANTERN, share=b"s" * 16).reopen()

    async def walk() -> None:
        assert await outcomes(list(part.packets)) == ["accepted"]
        assert await outcomes(list(other.packets), LANTERN) != ["accepted"] * 2
        page = await pages.after(START, MEADOW.identity.public, NOW)
        assert page.records == part.packets

    asyncio.run(walk())


def test_algorithm_downgrade():
    """A record that names an older or a newer format."""
    packet = lane().packets[0]

    async def walk() -> None:
        for magic in (b"CFR0", b"CFR2", b"CFR\x00", b"ABCD"):
            assert await outcomes([Packet(magic + packet.stub[4:], packet.body)]) == ["refused"]

    asyncio.run(walk())


def test_rollback():
    """An older directory, in which somebody suspended was still a member."""
    first = directory_of()
    second = directory_of(EVERYBODY, first, suspended=[LANTERN])

    async def walk() -> None:
        members = Members(MEADOW.identity.public)
        await members.put(first.raw)
        await members.put(second.raw)
        with pytest.raises(DirectoryError):
            await members.put(first.raw)
        found = await members.find(LANTERN.identity.public)
        assert found is not None
        assert found.suspended
        assert LANTERN.identity.public not in await members.all()

    asyncio.run(walk())


def test_fork():
    """The coordinator signs two directories of one number, for two audiences."""
    first = directory_of()
    one = directory_of(EVERYBODY, first)
    other = directory_of(EVERYBODY, first, suspended=[LANTERN])

    async def walk() -> None:
        members = Members(MEADOW.identity.public)
        for raw in (first.raw, one.raw):
            await members.put(raw)
        with pytest.raises(DirectoryError):
            await members.put(other.raw)

    asyncio.run(walk())


def test_field_swap_inside_a_record():
    """The stub of one record with the recipient, release or end of another."""
    mine, other = lane().packets[0], lane(to=LANTERN, release=b"q" * 16).packets[0]

    async def walk() -> None:
        for start, end in ((5, 21), (21, 37), (37, 69), (69, 101), (101, 109), (109, 149)):
            swapped = mine.stub[:start] + other.stub[start:end] + mine.stub[end:]
            if swapped != mine.stub:
                assert await outcomes([Packet(swapped, mine.body)]) == ["refused"]

    asyncio.run(walk())


def test_file_injection():
    """A member pushes a record in another member's name."""

    async def walk() -> None:
        assert await outcomes(list(lane(owner=LANTERN).packets), HARBOUR) == ["refused"]
        assert (await pages.after(START, MEADOW.identity.public, NOW)).records == ()

    asyncio.run(walk())


def test_cross_protocol_reuse():
    """What was signed for one purpose is offered for another."""
    part = lane()
    close = seal_close(next_link(part.log, Kind.CLOSE, part.log.ends), HARBOUR.node_key)
    said = sign("receipt", {"to": ["*"]}, HARBOUR.node_key)
    tokens = Tokens()
    nonce = tokens.challenge()

    for signature in (close.stub.signature, said[37:101]):
        with pytest.raises(BadSignature):
            tokens.redeem(nonce, signature, MEADOW.identity.public, HARBOUR.member)
    with pytest.raises(CryptoError):
        parse_stub(said.ljust(STUB_BYTES, b"\x00")[:STUB_BYTES])
    signed = HARBOUR.node_key.sign(CHALLENGE + MEADOW.identity.public + nonce)
    with pytest.raises(BadSignature):
        verify(HARBOUR.node_key.public, close.stub.head, signed)


def test_replayed_invitation():
    """A challenge somebody answered once is answered again, or at another relay."""
    tokens, elsewhere = Tokens(), Tokens()
    nonce = tokens.challenge()
    signed = HARBOUR.node_key.sign(CHALLENGE + MEADOW.identity.public + nonce)
    tokens.redeem(nonce, signed, MEADOW.identity.public, HARBOUR.member)

    with pytest.raises(BadSignature):
        tokens.redeem(nonce, signed, MEADOW.identity.public, HARBOUR.member)
    with pytest.raises(Exception, match="not this relay's"):
        elsewhere.redeem(nonce, signed, MEADOW.identity.public, HARBOUR.member)
