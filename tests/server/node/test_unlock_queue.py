import asyncio

import pytest

from server.node.errors import TooManyWaiting
from server.node.unlock_queue import MOST_WAITING, Turns


async def _stand_in_line(turns: Turns, order: list[str], name: str, *, first: bool) -> None:
    async with turns.take(first=first):
        order.append(name)
        await asyncio.sleep(0)


def test_a_known_device_goes_before_those_who_wait():
    async def queue() -> list[str]:
        turns, order = Turns(), list[str]()
        async with turns.take(first=False):
            waiting = [
                asyncio.create_task(_stand_in_line(turns, order, f"stranger {n}", first=False))
                for n in range(3)
            ]
            await asyncio.sleep(0)
            waiting.append(asyncio.create_task(_stand_in_line(turns, order, "known", first=True)))
            await asyncio.sleep(0)
            assert order == []
        await asyncio.gather(*waiting)
        return order

    assert asyncio.run(queue()) == ["known", "stranger 0", "stranger 1", "stranger 2"]


def test_one_at_a_time():
    async def queue() -> int:
        turns, inside, most = Turns(), 0, 0

        async def one() -> None:
            nonlocal inside, most
            async with turns.take(first=False):
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(one() for _ in range(10)))
        return most

    assert asyncio.run(queue()) == 1


def test_one_who_goes_away_leaves_the_line_moving():
    async def queue() -> list[str]:
        turns, order = Turns(), list[str]()
        async with turns.take(first=False):
            gone = asyncio.create_task(_stand_in_line(turns, order, "gone", first=False))
            stays = asyncio.create_task(_stand_in_line(turns, order, "stays", first=False))
            await asyncio.sleep(0)
            gone.cancel()
        await asyncio.wait_for(stays, 5)
        return order

    assert asyncio.run(queue()) == ["stays"]


def test_one_who_goes_away_as_the_turn_comes_passes_it_on():
    async def queue() -> list[str]:
        turns, order = Turns(), list[str]()
        async with turns.take(first=False):
            gone = asyncio.create_task(_stand_in_line(turns, order, "gone", first=False))
            stays = asyncio.create_task(_stand_in_line(turns, order, "stays", first=False))
            await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait_for(stays, 5)
        return order

    assert asyncio.run(queue()) == ["stays"]


def test_a_line_that_is_too_long_says_so_and_the_known_still_get_in():
    async def queue() -> list[str]:
        turns, order = Turns(), list[str]()
        async with turns.take(first=False):
            line = [
                asyncio.create_task(_stand_in_line(turns, order, "stranger", first=False))
                for _ in range(MOST_WAITING)
            ]
            await asyncio.sleep(0)
            with pytest.raises(TooManyWaiting):
                await _stand_in_line(turns, order, "one more", first=False)
            known = asyncio.create_task(_stand_in_line(turns, order, "known", first=True))
            await asyncio.sleep(0)
        await asyncio.gather(known, *line)
        return order

    assert asyncio.run(queue())[0] == "known"
