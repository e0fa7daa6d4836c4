"""A question behind a wall: whoever is walled was never asked it, and moves nothing of it."""

import pytest

from server.casework import walling
from server.meeting import answering, asked
from server.node.access import Role
from server.node.desk import Desk
from server.node.errors import NotFound
from server.node.member import StaffMember
from tests.coalition import RIVER, Coalition
from tests.running import run
from tests.server.casework.walled import by, hire, nobodys
from tests.server.meeting.asking import ask, line

ADVOCATE = frozenset({Role.ADVOCATE})


def test_whoever_is_walled_is_asked_nothing_and_changes_nothing_for_the_others(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER)
        before = await line(agencies, RIVER)
        kit = await hire(agencies, RIVER, "Kit Marlow", ADVOCATE)
        await agencies.do(
            RIVER, lambda desk: walling.put(ref, "close to her", desk, staff="Kit Marlow")
        )

        seen = await by(agencies, RIVER, kit, asked.queue)
        count = await by(agencies, RIVER, kit, asked.waiting_count)
        answers = [await said(agencies, kit, one) for one in (ref, nobodys().ref)]
        numbers = [await said(agencies, kit, one) for one in (before.share, nobodys().share)]

        assert seen == ()
        assert count == 0
        assert answers[0] == answers[1]
        assert numbers[0] == numbers[1]
        assert await line(agencies, RIVER) == before

    async def said(agencies: Coalition, kit: StaffMember, named: str) -> str:
        async def act(desk: Desk) -> None:
            await answering.read(named, desk)

        with pytest.raises(NotFound) as refused:
            await by(agencies, RIVER, kit, act)
        return f"{type(refused.value).__name__}: {refused.value}"

    run(story())
