"""Who is let in by a running relay, and whose directory it believes."""

import asyncio
import os

import httpx
import pytest

from client_sync.courier import NotAdmitted, NotTheRelay, RelayRefused, TooMuchAtOnce
from crypto.keys import NodeKey
from crypto.statement import sign
from tests.server.relay.world import (
    EVERYBODY,
    HARBOUR,
    LANTERN,
    MEADOW,
    STRANGER,
    RunningRelay,
    directory_of,
    lane,
)


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


def test_a_suspended_member_hears_that_it_is_and_may_confirm_and_nothing_else(
    relay: RunningRelay,
):
    def said(kind: str, at: int = 1) -> bytes:
        to = [MEADOW.identity.public.hex()]
        return sign(kind, {"to": to, "at": at}, LANTERN.identity)

    async def walk() -> None:
        following = directory_of(EVERYBODY, directory_of(), suspended=[LANTERN])
        async with LANTERN.courier(relay.url) as lantern, MEADOW.courier(relay.url) as meadow:
            await meadow.push(lane(owner=MEADOW, to=LANTERN).packets)
            await meadow.pull()
            await meadow.put_directory(following.raw)

            assert await lantern.get_directory() == following.raw
            await lantern.put_statement(said("receipt"))
            for kind in ("withdrawn", "week-keys", "needs-key", "entry", "step", "cosign", "card"):
                with pytest.raises(NotAdmitted):
                    await lantern.put_statement(said(kind))
            with pytest.raises(NotAdmitted):
                await lantern.put_blobs([b"words"])
            with pytest.raises(NotAdmitted):
                await anext(lantern.doorbell())
            assert (await meadow.pull()).statements == (said("receipt"),)
            await lantern.put_statement(said("receipt", at=2))
            with pytest.raises(TooMuchAtOnce):  # it was sent one part, and has confirmed it twice
                await lantern.put_statement(said("receipt", at=3))

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
