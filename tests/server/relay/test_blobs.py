"""Blobs: kept while a statement of their holder names them, never more than a member may keep."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from client_sync.wire import MAX_BLOB, Packet
from crypto.part import blob_name
from crypto.statement import sign
from directory.manifest import BUCKETS, Item, bucket_of, write_bucket, write_chunk, write_root
from server.relay import blobs
from server.relay.blobs import COORDINATING, MEMBERS, Kept, TooMuchHeld, WrongName
from server.relay.expiry import expire
from server.relay.statements import take
from server.relay.tables import BlobHolder, HeldBlob
from tests.server.relay import world
from tests.server.relay.world import HARBOUR, LANTERN, MEADOW, Node

NOW = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1, minutes=1)
pytestmark = pytest.mark.usefixtures("database")


def packet(content: bytes) -> Packet:
    return Packet(blob_name(content), content)


def entry(content: bytes, number: int = 1, part: str = "open", signer: Node = HARBOUR) -> bytes:
    to = [MEADOW.identity.public.hex()]
    body = {"to": to, "number": number, "part": part, "blob": blob_name(content).hex(), "at": 1}
    return sign("entry", body, signer.identity)


def listing(root: bytes, number: int = 1) -> bytes:
    body = {
        "to": ["*"],
        "number": number,
        "previous": "",
        "blob": blob_name(root).hex(),
        "issued": 1,
    }
    return sign("listing", body, MEADOW.identity)


async def lay_down(*contents: bytes, sender: Node = HARBOUR) -> int:
    quota = COORDINATING if sender is MEADOW else MEMBERS
    return await blobs.put([packet(one) for one in contents], sender.member, quota, NOW)


async def say(raw: bytes, sender: Node = HARBOUR, now: datetime = NOW) -> None:
    await take(raw, sender.member, world.MEMBERS, now)


async def held(*contents: bytes) -> list[bool]:
    found = await blobs.get([blob_name(one) for one in contents], 2**30)
    return [bool(one.body) for one in found]


def tree(chunks: dict[str, bytes]) -> list[bytes]:
    """A root, its buckets and their chunks."""
    items = [Item(key, blob_name(content).hex()) for key, content in chunks.items()]
    buckets = [
        write_bucket([one for one in items if bucket_of(one.key) == number])
        for number in range(BUCKETS)
    ]
    root = write_root([blob_name(one).hex() for one in buckets])
    return [root, *buckets, *chunks.values()]


def chunk(name: str) -> bytes:
    return write_chunk({"organizations": [{"id": name, "name": name}]})


def test_a_blob_is_found_by_its_name():
    async def walk() -> None:
        assert await lay_down(b"words") == 1
        assert await lay_down(b"words") == 0

        assert await blobs.get([blob_name(b"words")], 100) == [packet(b"words")]
        assert await held(b"other") == [False]

    asyncio.run(walk())


def test_what_no_statement_names_goes_after_a_day():
    async def walk() -> None:
        await lay_down(b"named", b"junk")
        await say(entry(b"named"))

        await expire(TOMORROW)

        assert await held(b"named", b"junk") == [True, False]

    asyncio.run(walk())


def test_what_a_newer_statement_replaced_goes_within_the_hour():
    async def walk() -> None:
        await lay_down(b"first", b"second")
        await say(entry(b"first", 1))
        await say(entry(b"second", 2))

        await expire(NOW + timedelta(minutes=50))
        begun = await held(b"first", b"second")
        await expire(NOW + timedelta(minutes=70))

        assert begun == [True, True]
        assert await held(b"first", b"second") == [False, True]

    asyncio.run(walk())


def test_a_part_for_one_agency_does_not_replace_the_open_one():
    async def walk() -> None:
        await lay_down(b"open", b"shut")
        await say(entry(b"open", 1))
        await say(entry(b"shut", 2, "trusted"))

        await expire(NOW + timedelta(days=3))

        assert await held(b"open", b"shut") == [True, True]

    asyncio.run(walk())


def test_a_blob_goes_with_its_statement():
    async def walk() -> None:
        await lay_down(b"words")
        await say(entry(b"words"))

        await expire(NOW + timedelta(days=401))

        assert await held(b"words") == [False]
        assert not await BlobHolder.exists()

    asyncio.run(walk())


def test_a_blob_laid_down_after_its_statement_stays_with_it():
    async def walk() -> None:
        await say(entry(b"words"))
        await lay_down(b"words")

        await expire(TOMORROW)

        assert await held(b"words") == [True]

    asyncio.run(walk())


def test_two_members_may_hold_one_blob_and_it_goes_with_the_last():
    async def walk() -> None:
        await lay_down(b"words")
        await lay_down(b"words", sender=LANTERN)
        await say(entry(b"words"))

        await expire(TOMORROW)
        one_left = await BlobHolder.count()

        assert one_left == 1
        assert await held(b"words") == [True]

    asyncio.run(walk())


def test_a_listing_keeps_all_that_its_tree_names_and_lets_go_of_the_last_one():
    first = tree({"o/one": chunk("one"), "o/two": chunk("two")})
    second = tree({"o/one": chunk("one"), "o/two": chunk("new")})

    async def walk() -> None:
        for number, all_of_it in enumerate((first, second), start=1):
            await lay_down(*all_of_it, sender=MEADOW)
            await say(listing(all_of_it[0], number), MEADOW)
        await expire(NOW + timedelta(days=3))

        assert all(await held(*second))
        assert await held(chunk("two"), first[0]) == [False, False]

    asyncio.run(walk())


def test_a_blob_is_what_its_name_says_and_no_larger_than_a_blob_may_be():
    async def walk() -> None:
        for wrong in (
            Packet(blob_name(b"other"), b"words"),
            packet(b""),
            packet(bytes(MAX_BLOB + 1)),
        ):
            with pytest.raises(WrongName):
                await blobs.put([packet(b"fine"), wrong], HARBOUR.member, MEMBERS, NOW)

        assert not await HeldBlob.exists()

    asyncio.run(walk())


def test_a_member_keeps_no_more_than_its_share_and_others_do_not_pay_for_it():
    mebibyte = bytes(MAX_BLOB - 1)
    sixteen = [mebibyte + bytes([number]) for number in range(16)]

    async def walk() -> None:
        await lay_down(*sixteen)
        with pytest.raises(TooMuchHeld):
            await lay_down(b"one more")

        assert await held(b"one more") == [False]
        assert await lay_down(b"one more", sender=LANTERN) == 1
        assert await blobs.count() == Kept(17, 16 * MAX_BLOB + 8)

    asyncio.run(walk())


def test_an_answer_ends_where_it_is_full():
    async def walk() -> None:
        await lay_down(b"a" * 60, b"b" * 60)

        found = await blobs.get([blob_name(b"a" * 60), blob_name(b"b" * 60)], 100)

        assert [len(one.body) for one in found] == [60]

    asyncio.run(walk())


def test_a_statement_that_names_no_blob_or_nonsense_harms_nothing():
    async def walk() -> None:
        await lay_down(b"words")
        to = [MEADOW.identity.public.hex()]
        for number, blob in enumerate(("", "not hex", 7), start=1):
            body = {"to": to, "number": number, "part": str(number), "blob": blob, "at": 1}
            await say(sign("entry", body, HARBOUR.identity))

        assert await held(b"words") == [True]

    asyncio.run(walk())
