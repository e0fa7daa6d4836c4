"""Once in the pack's term somebody says that the entry is still right; after that it is marked."""

from datetime import timedelta

import pytest

from server.entry import assuring, own
from server.entry.errors import NothingToSend
from tests.coalition import HARBOUR, Coalition
from tests.running import run
from tests.server.entry.offers import offer


def test_an_entry_said_to_be_right_is_asked_about_again_after_the_term(agencies: Coalition):
    async def walk() -> None:
        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)
            there = await offer(desk)
            before = await assuring.asks(desk)
            sent = await assuring.assure(desk)
            service = (await own.read(desk)).rows["services", there.service]
            fresh = await assuring.asks(desk), await assuring.overdue([there.organization], desk)

            agencies.now += timedelta(days=desk.pack.entry.assure_days + 1)
            later = await agencies.desk(HARBOUR)

            assert before
            assert sent == ("open",)
            assert service.values["assured_date"] == desk.today.isoformat()
            assert fresh == (False, frozenset())
            assert await assuring.asks(later)
            assert await assuring.overdue([there.organization], later) == {there.organization}
            assert not await assuring.sent_is_old(desk)
            assert await assuring.sent_is_old(later)

    run(walk())


def test_nothing_is_not_right(agencies: Coalition):
    async def walk() -> None:
        with agencies.at(HARBOUR), pytest.raises(NothingToSend):
            await assuring.assure(await agencies.desk(HARBOUR))

    run(walk())
