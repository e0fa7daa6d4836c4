"""A door opens once to whoever holds the link, and looks the same to everybody else."""

import asyncio
from datetime import UTC, datetime

import pytest

from crypto.errors import CryptoError
from crypto.statement import sign
from server.relay import expiry, invitations
from server.relay.invitations import Marked, NotACard, NotGood
from server.relay.statements import NotYours
from server.relay.tables import HeldInvitation
from tests.server.relay.invited import answer_to, body, card_of, new
from tests.server.relay.world import HARBOUR, LANTERN, MEADOW, STRANGER, Node

NOW = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
TRUSTED = MEADOW.identity.public
pytestmark = pytest.mark.usefixtures("database")


async def held(said: dict[str, object], by: Node = MEADOW, sender: Node | None = None) -> None:
    raw = sign("invitation", said, by.identity)
    assert invitations.is_one(raw)
    await invitations.hold(raw, (sender or by).member, TRUSTED)


def test_the_coordinating_card_is_shown_to_whoever_holds_the_link_and_theirs_is_taken():
    made, given = new(), answer_to(new())

    async def walk() -> None:
        await held(body(made))

        shown = await invitations.look(made.knock, NOW)
        await invitations.answer(made.knock, given, NOW)

        assert shown.card == card_of(MEADOW, coordinating=True)
        assert shown.mark == made.mark(shown.card)
        (found,) = await invitations.answers()
        assert (found.held, found.given) == (made.held, given)

    asyncio.run(walk())


def test_it_is_used_up_and_the_same_card_twice_is_once():
    made = new()

    async def walk() -> None:
        await held(body(made))
        await invitations.answer(made.knock, answer_to(made), NOW)
        await invitations.answer(made.knock, answer_to(made), NOW)

        with pytest.raises(NotGood):
            await invitations.look(made.knock, NOW)
        with pytest.raises(NotGood):
            await invitations.answer(made.knock, answer_to(made, LANTERN), NOW)
        assert len(await invitations.answers()) == 1

    asyncio.run(walk())


@pytest.mark.parametrize(
    "said", [{"revoked": True}, {"until": int(NOW.timestamp())}, {"held": "00" * 32}]
)
def test_revoked_ended_and_guessed_look_the_same(said: dict[str, object]):
    made = new()

    async def walk() -> None:
        await held(body(made) | said)

        with pytest.raises(NotGood) as looked:
            await invitations.look(made.knock, NOW)
        with pytest.raises(NotGood) as answered:
            await invitations.answer(made.knock, Marked(b"no card at all", b""), NOW)
        assert looked.value.args == answered.value.args == ()

    asyncio.run(walk())


def test_taken_back_is_for_good_though_the_older_word_is_said_again():
    made = new()

    async def walk() -> None:
        await held(body(made))
        await held(body(made, revoked=True))
        await held(body(made))

        with pytest.raises(NotGood):
            await invitations.look(made.knock, NOW)

    asyncio.run(walk())


def test_only_the_coordinating_identity_opens_doors():
    made = new()

    async def walk() -> None:
        for by, sender in ((HARBOUR, HARBOUR), (MEADOW, HARBOUR), (HARBOUR, MEADOW)):
            with pytest.raises(NotYours):
                await held(body(made), by, sender)
        assert not await HeldInvitation.exists()

    asyncio.run(walk())


@pytest.mark.parametrize(
    "wrong",
    [
        {"held": "00"},
        {"held": 7},
        {"card": "not hex"},
        {"card": "00" * 3_000},
        {"mark": ""},
        {"until": "soon"},
        {"until": True},
    ],
)
def test_a_word_about_an_invitation_is_read_strictly(wrong: dict[str, object]):
    async def walk() -> None:
        with pytest.raises((NotYours, CryptoError)):
            await held(body(new()) | wrong)
        assert not await HeldInvitation.exists()

    asyncio.run(walk())


def test_only_an_agencys_card_with_a_mark_is_taken():
    made = new()
    good = answer_to(made)
    wrong = [
        Marked(b"rubbish", good.mark),
        Marked(good.card[:-1] + b"!", good.mark),
        Marked(card_of(STRANGER, coordinating=True), good.mark),
        Marked(good.card, b"short"),
    ]

    async def walk() -> None:
        await held(body(made))
        for given in wrong:
            with pytest.raises(NotACard):
                await invitations.answer(made.knock, given, NOW)

        await invitations.answer(made.knock, good, NOW)
        assert len(await invitations.answers()) == 1

    asyncio.run(walk())


def test_a_door_is_forgotten_a_month_after_its_end_and_not_before():
    made, other = new(), new()

    async def walk() -> None:
        await held(body(made, until=int(NOW.timestamp()) - 29 * 86_400))
        await held(body(other, until=int(NOW.timestamp()) - 30 * 86_400))

        await expiry.expire(NOW)

        assert await HeldInvitation.select(HeldInvitation.held).output(as_list=True) == [made.held]

    asyncio.run(walk())


def test_what_is_no_statement_of_this_kind_is_left_to_others():
    assert not invitations.is_one(sign("receipt", {"to": ["*"]}, MEADOW.identity))
    assert not invitations.is_one(b"noise")
