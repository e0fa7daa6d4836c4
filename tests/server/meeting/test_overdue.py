"""Overdue actions: told to the owner and whoever leads, and to nobody behind a wall."""

from dataclasses import replace

import pytest

from server.casework import walling
from server.meeting import actions, leads, overdue
from server.node.access import Role
from server.node.desk import Desk
from server.node.tables import Reminder
from tests.coalition import HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.casework.walled import desk_of, hire
from tests.server.meeting import plan_story as story


def test_overdue_is_told_to_the_owner_and_whoever_leads(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        await story.action(agencies, ref, "markers", RIVER, more={"due": "2026-11-30"})
        await agencies.do(
            NORTHGATE,
            lambda desk: leads.lead(ref, "survivor", {"agency": HARBOUR}, None, desk),
        )
        await story.settle(agencies)
        agencies.later(days=8)
        await story.settle(agencies)

        mine = await agencies.do(RIVER, actions.mine)
        led = await agencies.do(HARBOUR, actions.mine)

        for name, many in ((RIVER, 1), (HARBOUR, 1), (NORTHGATE, 0)):
            with agencies.at(name):
                assert overdue.count(await agencies.desk(name)) == many
        assert [line.overdue for line in mine.own] == [True]
        assert [line.action.says("action") for line in led.overseen] == ["markers"]
        for name in (RIVER, HARBOUR):
            with agencies.at(name):
                words = [row["words"] for row in await Reminder.select(Reminder.words)]
            assert "1 action is past the agreed day. See Actions at your node." in words

    run(tale())


def test_of_a_walled_case_no_message_and_no_mark_says_that_anything_is_overdue(
    agencies: Coalition,
):
    async def tale() -> None:
        ref = await story.begun(agencies)
        await story.action(agencies, ref, "markers", RIVER, more={"due": "2026-11-30"})
        await story.settle(agencies)
        kit = await hire(agencies, RIVER, "Kit Marlow", frozenset({Role.ADVOCATE}))
        await agencies.do(
            RIVER, lambda desk: walling.put(ref, "close to her", desk, staff="Kit Marlow")
        )
        agencies.later(days=8)
        await story.settle(agencies)

        with agencies.at(RIVER):
            assert overdue.count(await agencies.desk(RIVER)) == 1
            assert overdue.count(await desk_of(agencies, RIVER, kit)) == 0
            assert not await Reminder.exists().where(Reminder.key.like("actions:%"))

    run(tale())


@pytest.mark.parametrize("told", [("owner",), ("owner", "leads"), ("owner", "coordinator")])
def test_the_coordinator_is_told_only_where_the_protocol_says_so(agencies: Coalition, told):
    async def tale() -> None:
        ref = await story.begun(agencies)
        await story.action(agencies, ref, "markers", RIVER, more={"due": "2026-11-01"})
        view = await story.seen(agencies, NORTHGATE, ref)

        async def act(desk: Desk) -> int:
            terms = replace(desk.pack.action_terms, overdue_told=told)
            other = replace(desk, pack=replace(desk.pack, action_terms=terms))
            return len(overdue.ours(view, other))

        assert await agencies.do(NORTHGATE, act) == ("coordinator" in told)

    run(tale())
