"""Who was asked and has not answered: said as long as somebody is asked, and no longer."""

from server.casework import consents, mailroom, meetings, withdrawals
from server.node.desk import Desk
from tests.coalition import (
    BRIGID,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    open_case,
    record,
    share,
)
from tests.running import run


async def asked(agencies: Coalition, ref: str) -> set[str]:
    """Who the coordinator's view says was asked, after everybody has synced."""
    await agencies.settle()
    view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
    return {one.name for one in view.asked}


async def find_at(agencies: Coalition, agency: str) -> str:
    """The consent by which Harbour asked this agency."""

    async def act(desk: Desk) -> str:
        (found,) = (
            one.consent.id
            for one in await consents.list_consents(desk)
            if one.consent.kind.value == "find" and one.consent.recipient == agencies[agency].id
        )
        return found

    return await agencies.do(HARBOUR, act)


def test_a_find_that_is_taken_back_is_no_longer_said_to_wait(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        for agency in (RIVER, BRIGID):
            await share(agencies, HARBOUR, ref, agency, "handoff")
        await share(agencies, HARBOUR, ref, NORTHGATE, "meeting")
        before = await asked(agencies, ref)
        find = await find_at(agencies, BRIGID)

        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=find))

        assert before == {RIVER, BRIGID}
        assert await asked(agencies, ref) == {RIVER}
        again = await agencies.do(
            HARBOUR, lambda desk: mailroom.send(ref, NORTHGATE, "meeting", desk)
        )
        assert not getattr(again, "changed", True)

    run(story())
