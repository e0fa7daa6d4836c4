"""What any relay must do over HTTP, shown on one that runs as a process of its own."""

import asyncio
import signal
import sqlite3
from pathlib import Path

import httpx
import pytest

from client_sync.courier import CursorUnknown, Unreachable
from client_sync.wire import Outcome, Packet
from server.headers import HEADERS
from tests.server.relay.world import HARBOUR, LANTERN, MEADOW, RunningRelay, directory_of, lane


def test_what_one_agency_pushes_another_pulls_and_a_third_does_not(relay: RunningRelay):
    part = lane().changes(9)

    async def walk() -> None:
        async with (
            HARBOUR.courier(relay.url) as harbour,
            MEADOW.courier(relay.url) as meadow,
            LANTERN.courier(relay.url) as lantern,
        ):
            results = await harbour.push(part.packets)
            assert {one.outcome for one in results} == {Outcome.ACCEPTED}
            assert [one.id for one in results] == [one.stub.id.hex() for one in part.records]

            page = await meadow.pull()
            assert page.records == part.packets
            assert not page.more
            assert page.directory == 1
            assert page.hour % 3_600 == 0
            assert (await meadow.pull(page.cursor)).records == ()
            assert (await lantern.pull()).records == ()
            assert await lantern.get_directory() == directory_of().raw

    asyncio.run(walk())


def test_an_agency_does_not_get_back_what_it_just_handed_over(relay: RunningRelay):
    first, ours, theirs = lane(), lane().changes(2), lane(owner=MEADOW, to=HARBOUR)

    async def walk() -> None:
        async with HARBOUR.courier(relay.url) as harbour, MEADOW.courier(relay.url) as meadow:
            await harbour.push(first.packets)
            cursor = (await harbour.pull()).cursor
            await harbour.push(ours.packets[:1])
            await meadow.push(theirs.packets)
            await harbour.push(ours.packets[1:])
            page = await harbour.pull(cursor)

            assert page.records == theirs.packets
            assert (await harbour.pull(page.cursor)).records == ()
            assert len((await meadow.pull()).records) == 5

    asyncio.run(walk())


def test_an_acknowledged_record_survives_a_killed_relay_and_tokens_are_asked_for_again(
    relay: RunningRelay,
):
    part = lane().changes(2)

    async def walk() -> None:
        async with HARBOUR.courier(relay.url) as harbour, MEADOW.courier(relay.url) as meadow:
            await harbour.push(part.packets[:2])
            before = (await meadow.pull()).cursor
            relay.end(signal.SIGKILL)
            relay.start()

            again = await _at_last(harbour.push, part.packets)
            assert [one.outcome for one in again] == [Outcome.HELD] * 2 + [Outcome.ACCEPTED]
            assert (await meadow.pull(before)).records == part.packets[2:]

    asyncio.run(walk())


async def _at_last(act, *arguments):
    """The act's answer, once the relay is back."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await act(*arguments)
            except Unreachable:
                await asyncio.sleep(0.05)


def test_a_relay_restored_from_a_backup_says_so_and_is_healed_by_what_members_hold(
    relay: RunningRelay, tmp_path: Path
):
    part, closed = lane().changes(3), lane().changes(2).close()

    async def walk() -> None:
        async with HARBOUR.courier(relay.url) as harbour, MEADOW.courier(relay.url) as meadow:
            await harbour.push((*part.packets[:1], *closed.packets[:1]))
            _copy(relay.folder / "casefold.db", tmp_path / "backup.db")
            await harbour.push((*part.packets, *closed.packets))
            cursor = (await meadow.pull()).cursor

            relay.end()
            for file in relay.folder.glob("casefold.db*"):
                file.unlink()
            (tmp_path / "backup.db").rename(relay.folder / "casefold.db")
            relay.start()

            with pytest.raises(CursorUnknown):
                await _at_last(meadow.pull, cursor)
            bare = [Packet(one.stub) for one in closed.packets]
            healed = await harbour.push((*bare, *part.packets))
            assert {one.outcome for one in healed} == {Outcome.ACCEPTED, Outcome.HELD}
            held = (await meadow.pull()).records
            assert {one.stub for one in held} == {
                one.stub for one in (*part.packets, *closed.packets)
            }

    asyncio.run(walk())


def _copy(database: Path, backup: Path) -> None:
    source, target = sqlite3.connect(database), sqlite3.connect(backup)
    source.backup(target)
    source.close()
    target.close()


def test_the_doorbell_rings_for_those_concerned_and_for_a_new_directory(relay: RunningRelay):
    async def walk() -> None:
        async with (
            HARBOUR.courier(relay.url) as harbour,
            MEADOW.courier(relay.url) as meadow,
            LANTERN.courier(relay.url) as lantern,
        ):
            bell, far_bell = meadow.doorbell(), lantern.doorbell()
            await anext(bell)  # at once, for what may have been missed
            await anext(far_bell)
            rung = asyncio.ensure_future(anext(bell))
            far_rung = asyncio.ensure_future(anext(far_bell))
            await harbour.push(lane().packets)
            await asyncio.wait_for(rung, 10)
            assert not far_rung.done()

            await meadow.put_directory(directory_of(before=directory_of()).raw)
            await asyncio.wait_for(far_rung, 10)
            await bell.aclose()
            await far_bell.aclose()

    asyncio.run(walk())


def test_a_doorbell_ends_when_the_relay_goes_down(relay: RunningRelay):
    async def walk() -> None:
        async with MEADOW.courier(relay.url) as meadow:
            bell = meadow.doorbell()
            await anext(bell)
            relay.end()
            with pytest.raises((Unreachable, StopAsyncIteration)):
                await asyncio.wait_for(anext(bell), 10)

    asyncio.run(walk())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/records", 405),
        ("PUT", "/records", 401),
        ("GET", "/doorbell", 401),
        ("POST", "/token", 400),
        ("GET", "/challenge", 200),
    ],
)
def test_every_answer_of_the_relay_wears_the_headers_of_a_page(
    relay: RunningRelay, method: str, path: str, status: int
):
    answer = httpx.request(method, f"{relay.url}{path}", timeout=30)

    assert answer.status_code == status
    assert HEADERS.items() <= dict(answer.headers).items()


def test_the_relay_writes_nothing_about_anybody(relay: RunningRelay):
    part = lane()

    async def walk() -> None:
        async with HARBOUR.courier(relay.url) as harbour:
            await harbour.push(part.packets)
            await harbour.push([Packet(part.packets[0].stub, b"other")])

    asyncio.run(walk())
    relay.end()
    stderr = relay.folder.with_name("relay.stderr").read_bytes()

    assert stderr == b""
    assert sorted(file.name for file in relay.folder.iterdir()) == ["casefold.db"]
