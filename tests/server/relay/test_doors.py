"""What a stranger with a link hears from a running relay, and what everybody else hears."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from client_sync import invited
from client_sync.courier import BadAnswer, Courier, RelayRefused, TooMuchAtOnce
from crypto.statement import sign
from directory.invitation import Invitation
from tests.server.relay.invited import body, card_of, new
from tests.server.relay.world import (
    HARBOUR,
    MEADOW,
    STRANGER,
    RunningRelay,
    directory_of,
    relay_in,
)


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RunningRelay]:
    with relay_in(tmp_path / "relay") as running:
        yield running


def outside(relay: RunningRelay) -> Courier:
    """Somebody who belongs to no coalition."""
    return Courier(relay.url, STRANGER.identity.public, STRANGER.node_key, b"")


async def invite(relay: RunningRelay) -> Invitation:
    made = new()
    async with MEADOW.courier(relay.url) as courier:
        await courier.put_directory(directory_of().raw)
        await courier.put_statement(sign("invitation", body(made), MEADOW.identity))
    return made


def test_cards_change_places_through_the_door_once(relay: RunningRelay):
    async def walk() -> None:
        made = await invite(relay)
        async with outside(relay) as stranger:
            shown = await invited.look(made, stranger)
            await invited.hand_over(made, card_of(STRANGER), stranger)
            await invited.hand_over(made, card_of(STRANGER), stranger)
            with pytest.raises(RelayRefused):
                await invited.look(made, stranger)
        async with MEADOW.courier(relay.url) as courier:
            (found,) = await invited.handed_over(courier)

        assert shown == card_of(MEADOW, coordinating=True)
        assert (found.held, found.card) == (made.held.hex(), card_of(STRANGER))
        assert found.mark == made.mark(found.card)

    asyncio.run(walk())


def test_a_stranger_without_the_link_learns_nothing_and_members_cannot_ask(relay: RunningRelay):
    async def walk() -> None:
        made = await invite(relay)
        async with outside(relay) as stranger:
            for link in (new(), Invitation(made.relay, made.knock), Invitation(made.relay, b"")):
                with pytest.raises(RelayRefused):
                    await invited.look(link, stranger)
                with pytest.raises(RelayRefused):
                    await invited.hand_over(link, card_of(STRANGER), stranger)
        async with HARBOUR.courier(relay.url) as member:
            with pytest.raises(RelayRefused):
                await invited.handed_over(member)
            with pytest.raises(RelayRefused):
                await member.put_statement(sign("invitation", body(new()), HARBOUR.identity))

    asyncio.run(walk())


def test_a_card_without_the_mark_of_the_link_is_not_believed(relay: RunningRelay):
    async def walk() -> None:
        made, other = new(), new()
        said = body(made) | {"mark": body(other)["mark"]}
        async with MEADOW.courier(relay.url) as courier:
            await courier.put_directory(directory_of().raw)
            await courier.put_statement(sign("invitation", said, MEADOW.identity))
        async with outside(relay) as stranger:
            with pytest.raises(BadAnswer):
                await invited.look(made, stranger)

    asyncio.run(walk())


def test_whoever_tries_many_doors_is_told_to_wait(relay: RunningRelay):
    async def walk() -> None:
        await invite(relay)
        async with outside(relay) as stranger:
            heard = [await _refused(new(), stranger) for _ in range(200)]

        assert heard[0] is RelayRefused
        assert TooMuchAtOnce in heard

    asyncio.run(walk())


def test_malformed_words_and_a_browser_get_a_plain_answer(relay: RunningRelay):
    asyncio.run(invite(relay))
    with httpx.Client(base_url=relay.url, trust_env=False, timeout=20) as client:
        rubbish = client.post("/invitation/card", content=b"{")
        unknown = client.post("/invitation/card", json={"knock": "00", "more": 1})
        no_hex = client.post("/invitation/answer", json={"knock": "zz"})
        large = client.post("/invitation/answer", content=b"x" * 9_000)
        told = client.get("/invitation")

    assert [one.status_code for one in (rubbish, unknown, no_hex, large)] == [400, 400, 403, 413]
    assert told.headers["content-type"].startswith("text/plain")
    assert "copy the whole link" in told.text


async def _refused(made: Invitation, stranger: Courier) -> type[Exception]:
    with pytest.raises((RelayRefused, TooMuchAtOnce)) as refused:
        await invited.look(made, stranger)
    return refused.type
