"""What any relay must do over HTTP, shown on one that runs as a process of its own."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from client_sync.courier import (
    CursorUnknown,
    NotAdmitted,
    NotTheRelay,
    RelayRefused,
    TooMuchAtOnce,
    Unreachable,
)
from client_sync.wire import MAX_REQUEST, Outcome, Packet, frame
from crypto.keys import NodeKey
from crypto.statement import sign
from tests.server.relay.world import (
    EVERYBODY,
    HARBOUR,
    LANTERN,
    MEADOW,
    STRANGER,
    Node,
    RunningRelay,
    directory_of,
    lane,
    relay_in,
)


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RunningRelay]:
    with relay_in(tmp_path / "relay") as running:
        asyncio.run(_hand_over_directory(running))
        yield running


async def _hand_over_directory(relay: RunningRelay) -> None:
    async with MEADOW.courier(relay.url) as courier:
        await courier.put_directory(directory_of().raw)


def token_of(node: Node, client: httpx.Client) -> str:
    challenge = client.get("/challenge").json()
    nonce = bytes.fromhex(challenge["nonce"])
    signed = b"casefold relay challenge" + bytes.fromhex(challenge["relay"]) + nonce
    answer = client.post(
        "/token",
        json={
            "identity": node.identity.public.hex(),
            "node_key": node.node_key.public.hex(),
            "nonce": nonce.hex(),
            "signature": node.node_key.sign(signed).hex(),
        },
    )
    return str(answer.json()["token"])


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRelay]:
    """A relay for the tests that only ask, and leave it as it was."""
    with relay_in(tmp_path_factory.mktemp("lasting") / "relay") as running:
        asyncio.run(_hand_over_directory(running))
        yield running


@pytest.fixture
def client(lasting: RunningRelay) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=lasting.url, trust_env=False, timeout=20) as client:
        yield client


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


def test_an_agency_outside_the_directory_gets_no_token(relay: RunningRelay):
    async def walk() -> None:
        async with STRANGER.courier(relay.url) as stranger:
            with pytest.raises(NotAdmitted):
                await stranger.pull()

    asyncio.run(walk())


def test_a_suspended_member_is_out_at_once_even_with_a_token(relay: RunningRelay):
    async def walk() -> None:
        async with LANTERN.courier(relay.url) as lantern, MEADOW.courier(relay.url) as meadow:
            await lantern.pull()
            following = directory_of(EVERYBODY, directory_of(), suspended=[LANTERN])
            await meadow.put_directory(following.raw)

            with pytest.raises(NotAdmitted):
                await lantern.pull()
            with pytest.raises(NotAdmitted):
                await lantern.push(lane(owner=LANTERN).packets)

    asyncio.run(walk())


def test_a_directory_signed_by_anybody_else_is_not_believed(relay: RunningRelay):
    forged = sign("directory", {"number": 2}, HARBOUR.identity)

    async def walk() -> None:
        async with MEADOW.courier(relay.url) as meadow:
            for raw in (forged, b"", b"CFS1", directory_of().raw[:-1]):
                with pytest.raises(RelayRefused):
                    await meadow.put_directory(raw)
            assert await meadow.get_directory() == directory_of().raw

    asyncio.run(walk())


def test_an_older_directory_is_not_taken_again(relay: RunningRelay):
    async def walk() -> None:
        async with MEADOW.courier(relay.url) as meadow:
            second = directory_of(before=directory_of())
            await meadow.put_directory(second.raw)
            with pytest.raises(RelayRefused):
                await meadow.put_directory(directory_of().raw)
            assert await meadow.get_directory() == second.raw

    asyncio.run(walk())


def test_a_courier_does_not_speak_to_another_coalitions_relay(relay: RunningRelay):
    async def walk() -> None:
        courier = HARBOUR.courier(relay.url)
        courier._relay = STRANGER.identity.public
        async with courier:
            with pytest.raises(NotTheRelay):
                await courier.pull()

    asyncio.run(walk())


@pytest.mark.parametrize("path", ["/records", "/directory", "/doorbell"])
@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer zz", "Bearer " + "00" * 32, "00" * 32]
)
def test_nothing_is_given_without_a_token(client: httpx.Client, path: str, given: str | None):
    headers = {} if given is None else {"authorization": given}

    assert client.get(path, headers=headers).status_code == 401


def test_a_token_is_for_whoever_holds_the_node_key_named_in_the_directory(client: httpx.Client):
    challenge = client.get("/challenge").json()
    nonce = bytes.fromhex(challenge["nonce"])
    right = b"casefold relay challenge" + MEADOW.identity.public + nonce

    def ask(signer: NodeKey, signed: bytes, used: bytes = nonce) -> int:
        return client.post(
            "/token",
            json={
                "identity": HARBOUR.identity.public.hex(),
                "node_key": HARBOUR.node_key.public.hex(),
                "nonce": used.hex(),
                "signature": signer.sign(signed).hex(),
            },
        ).status_code

    assert ask(LANTERN.node_key, right) == 403
    assert ask(HARBOUR.node_key, nonce) == 403
    assert ask(HARBOUR.node_key, right.replace(b"relay", b"other")) == 403
    other = b"casefold relay challenge" + STRANGER.identity.public + nonce
    assert ask(HARBOUR.node_key, other) == 403
    made_up = os.urandom(56)
    assert ask(HARBOUR.node_key, right[:-56] + made_up, made_up) == 403
    assert ask(HARBOUR.node_key, right) == 200
    assert ask(HARBOUR.node_key, right) == 403  # a challenge is spent once


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"identity":1}', b"{" * 2000])
def test_a_mangled_request_for_a_token_is_a_plain_no(client: httpx.Client, body: bytes):
    assert client.post("/token", content=body).status_code == 400


def test_a_push_that_is_packed_endless_too_large_or_mangled_is_refused_and_the_relay_lives(
    client: httpx.Client,
):
    headers = {"authorization": f"Bearer {token_of(HARBOUR, client)}"}
    good = frame(lane().packets)

    def put(content, **more: str) -> int:
        return client.put("/records", content=content, headers=headers | more).status_code

    assert put(good, **{"content-encoding": "gzip"}) == 415
    assert put(iter([good])) == 411
    assert put(bytes(MAX_REQUEST + 1)) == 413
    assert put(good[:-1]) == put(b"") == put(good + b"\x00") == 400
    assert put(b"CFB1" + b"\xff" * 4) == 400
    assert put(good) == 200


def test_a_statement_over_its_size_is_refused(client: httpx.Client):
    headers = {"authorization": f"Bearer {token_of(HARBOUR, client)}"}

    assert client.put("/statement", content=bytes(5_000), headers=headers).status_code == 413
    assert client.put("/statement", content=bytes(4_000), headers=headers).status_code == 400


def test_a_member_that_asks_too_much_waits_and_others_do_not(relay: RunningRelay):
    heavy = [Packet(lane().packets[0].stub, bytes(4 * 1024 * 1024))]

    async def walk() -> None:
        async with HARBOUR.courier(relay.url) as harbour, MEADOW.courier(relay.url) as meadow:
            with pytest.raises(TooMuchAtOnce):
                await _forty_times(harbour.push, heavy)
            assert (await meadow.pull()).records == ()

    asyncio.run(walk())


async def _forty_times(act, *arguments):
    for _ in range(40):
        await act(*arguments)


def test_an_unknown_address_and_a_bad_cursor_are_plain_answers(client: httpx.Client):
    headers = {"authorization": f"Bearer {token_of(HARBOUR, client)}"}

    assert client.get("/nothing").status_code == 404
    assert client.get("/records?after=9.ff", headers=headers).status_code == 410
    assert client.get("/records?after=" + "9" * 99, headers=headers).status_code == 400
    assert client.get("/records?limit=-1", headers=headers).status_code == 400
    assert client.get("/records?without=5-3", headers=headers).status_code == 400
    assert client.get("/records?without=" + "9" * 2_000, headers=headers).status_code == 400


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
