"""Requests that are mangled, too large or too many: a plain no, and the relay lives."""

import asyncio

import httpx
import pytest

from client_sync.courier import TooMuchAtOnce
from client_sync.wire import MAX_REQUEST, Packet, frame
from tests.server.relay.world import HARBOUR, MEADOW, Node, RunningRelay, lane


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
