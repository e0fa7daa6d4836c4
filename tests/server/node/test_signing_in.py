import asyncio
import statistics
import time
from datetime import UTC, datetime, timedelta

import pytest

from server.node import attempts, clock
from server.node.errors import PassphraseWrong, TooManyTries
from server.node.signing_in import sign_in
from server.node.tables import KnownDevice, UnlockAttempt
from tests.nodes import FIRST, PASSPHRASE, TestedNode

NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_right_passphrase_opens_the_seed_and_the_device_is_known(agency: TestedNode):
    member, identity = asyncio.run(
        sign_in("  robin VALE ", PASSPHRASE, agency.settings, "cookie-1")
    )

    assert member == agency.member
    assert identity.public == agency.identity.public
    assert asyncio.run(attempts.knows(member.id, "cookie-1"))
    assert not asyncio.run(attempts.knows(member.id, "cookie-2"))


def test_a_wrong_name_and_a_wrong_passphrase_read_alike(agency: TestedNode):
    said = []
    for name, passphrase in ((FIRST, "not this one at all"), ("Nobody Here", PASSPHRASE)):
        with pytest.raises(PassphraseWrong) as stop:
            asyncio.run(sign_in(name, passphrase, agency.settings))
        said.append((type(stop.value), str(stop.value), stop.value.exit_code))

    assert said[0] == said[1]
    assert said[0][2] == 7


def test_a_wrong_name_takes_as_much_work_as_a_wrong_passphrase(agency: TestedNode):
    async def seconds(name: str) -> float:
        began = time.process_time()
        with pytest.raises(PassphraseWrong):
            await sign_in(name, "not this one at all", agency.settings)
        return time.process_time() - began

    async def medians() -> tuple[float, float]:
        known, unknown = [], []
        for n in range(3):
            known.append(await seconds(FIRST))
            unknown.append(await seconds(f"Nobody {n}"))
        return statistics.median(known), statistics.median(unknown)

    known, unknown = asyncio.run(medians())
    # Processor time, not the clock; skipping the derivation would be a hundred times less.
    assert 0.4 < unknown / known < 2.5


def test_the_fifth_wrong_passphrase_closes_for_fifteen_minutes(agency: TestedNode):
    async def five(at: datetime) -> None:
        for n in range(5):
            await attempts.take_try(FIRST, "laptop", at + n * SECOND)

    asyncio.run(five(NOON))

    with pytest.raises(TooManyTries, match="fifteen"):
        asyncio.run(attempts.take_try(FIRST, "laptop", NOON + 5 * SECOND))
    with pytest.raises(TooManyTries):
        asyncio.run(attempts.take_try(FIRST.upper(), "laptop", NOON + timedelta(minutes=15)))
    asyncio.run(attempts.take_try(FIRST, "laptop", NOON + timedelta(minutes=15, seconds=5)))


def test_a_closed_bucket_does_not_open_for_the_right_passphrase_or_after_a_restart(
    agency: TestedNode,
):
    async def close_and_try() -> None:
        now = await clock.now(agency.settings)
        for _ in range(5):
            await attempts.take_try(FIRST, "laptop", now)
        await agency.engine.release()
        await sign_in(FIRST, PASSPHRASE, agency.settings, "laptop")

    with pytest.raises(TooManyTries):
        asyncio.run(close_and_try())


def test_commands_begun_at_the_same_moment_do_not_close_the_command_line(agency: TestedNode):
    async def at_once(tries: int) -> list[BaseException | None]:
        each = (attempts.take_try(FIRST, "", NOON) for _ in range(tries))
        return await asyncio.gather(*each, return_exceptions=True)

    assert asyncio.run(at_once(20)) == [None] * 20
    assert any(isinstance(answer, TooManyTries) for answer in asyncio.run(at_once(25)))


def test_wrong_passphrases_far_apart_close_nothing(agency: TestedNode):
    async def slowly() -> None:
        for n in range(20):
            at = NOON + n * timedelta(minutes=1)
            await attempts.take_try(FIRST, "laptop", at)

    asyncio.run(slowly())


def test_an_attack_from_many_devices_shares_one_bucket_and_spares_the_known_one(
    agency: TestedNode,
):
    async def attack() -> None:
        await attempts.note_success(FIRST, "her own laptop", NOON, agency.member.id)
        for n in range(5):
            await attempts.take_try(FIRST, f"cookie {n}", NOON)

    asyncio.run(attack())

    with pytest.raises(TooManyTries):
        asyncio.run(attempts.take_try(FIRST, "cookie 99", NOON))
    asyncio.run(attempts.take_try(FIRST, "her own laptop", NOON, known=True))
    asyncio.run(attempts.take_try("Sasha Quill", "cookie 99", NOON))


def test_a_known_device_is_limited_too(agency: TestedNode):
    async def five() -> None:
        for _ in range(5):
            await attempts.take_try(FIRST, "laptop", NOON, known=True)
        await attempts.take_try(FIRST, "laptop", NOON, known=True)

    with pytest.raises(TooManyTries):
        asyncio.run(five())


def test_the_right_passphrase_empties_the_bucket(agency: TestedNode):
    async def four_then_right() -> None:
        for _ in range(4):
            await attempts.take_try(FIRST, "laptop", NOON)
        await attempts.note_success(FIRST, "laptop", NOON, agency.member.id)
        await attempts.take_try(FIRST, "laptop", NOON)
        await attempts.take_try(FIRST, "laptop", NOON)

    asyncio.run(four_then_right())


def test_no_name_and_no_cookie_is_kept(agency: TestedNode):
    async def kept() -> str:
        await attempts.take_try("passphrase typed as a name", "cookie", NOON)
        await attempts.note_success(FIRST, "cookie", NOON, agency.member.id)
        await attempts.take_try(FIRST, "cookie", NOON)
        return repr([*(await UnlockAttempt.select()), *(await KnownDevice.select())])

    found = asyncio.run(kept())
    assert "typed" not in found
    assert "cookie" not in found


def test_old_failures_are_forgotten(agency: TestedNode):
    async def many() -> int:
        for n in range(30):
            await attempts.take_try(f"name {n}", "x", NOON)
        await attempts.take_try("name 30", "x", NOON + timedelta(hours=2))
        return int(await UnlockAttempt.count())

    assert asyncio.run(many()) == 1


def test_many_tries_at_one_moment_are_no_way_round_the_limit(agency: TestedNode):
    async def at_once() -> list[object]:
        tries = (attempts.take_try(FIRST, f"cookie {n}", NOON) for n in range(20))
        return await asyncio.gather(*tries, return_exceptions=True)

    answers = asyncio.run(at_once())

    assert answers.count(None) == 5
    assert sum(isinstance(answer, TooManyTries) for answer in answers) == 15
