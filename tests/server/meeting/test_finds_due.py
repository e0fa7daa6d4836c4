"""Where identity waits for the request: who she is goes when the coordinating node has asked."""

from dataclasses import replace

import pytest

from server.meeting import asked, asked_errors, deciding, finds_due, intake, referring
from server.meeting import rounds as meeting_rounds
from server.node.desk import Desk
from tests.coalition import (
    BRIGID,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    open_case,
    record,
)
from tests.running import run
from tests.server.meeting.referred import REFERRED, ROWS, take_up
from web import frame


async def referred(agencies: Coalition) -> str:
    """Harbour refers a case and the coordinating node accepts it; nobody else knows who she is."""
    ref = (await open_case(agencies, HARBOUR, None, REFERRED)).ref
    await record(agencies, ref, rows=ROWS)
    await agencies.do(HARBOUR, lambda desk: referring.start(ref, desk))
    await agencies.do(HARBOUR, lambda desk: referring.send(ref, desk))
    await agencies.settle()
    await take_up(agencies, ref)
    await agencies.do(NORTHGATE, lambda desk: deciding.accept(ref, desk))
    await agencies.settle()
    return ref


async def badge(agencies: Coalition) -> str:
    """What the bar says beside Asked, at the agency that referred."""
    links = await agencies.do(HARBOUR, lambda desk: frame.links(desk, ""))
    return next(link.badge for link in links if link.href == "/asked")


async def agencies_are_asked(agencies: Coalition, ref: str) -> None:
    """The coordinating node asks."""
    await agencies.do(NORTHGATE, lambda desk: intake.ask(ref, desk))
    await agencies.settle()


def test_nobody_is_told_who_she_is_before_the_request_and_one_press_sends_it_after(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await referred(agencies)
        assert await agencies.do(HARBOUR, finds_due.finds_due) == ()
        with pytest.raises(asked_errors.NotAskedYet):
            await agencies.do(HARBOUR, lambda desk: finds_due.send_finds(ref, desk))
        assert await agencies.do(RIVER, asked.queue) == ()

        await agencies_are_asked(agencies, ref)
        (due,) = await agencies.do(HARBOUR, finds_due.finds_due)
        assert await badge(agencies) == "1 new"  # somebody has to send her name
        done = await agencies.do(HARBOUR, lambda desk: finds_due.send_finds(ref, desk))
        await agencies.settle()

        assert set(due.names) == set(done.sent) == {RIVER, BRIGID}
        assert not done.withheld
        assert await agencies.do(HARBOUR, finds_due.finds_due) == ()
        assert await badge(agencies) == ""
        for name in (RIVER, BRIGID):
            (one,) = await agencies.do(name, asked.queue)
            assert (one.case_ref, one.asks) == (ref, True)

    run(story())


@pytest.mark.parametrize("by_itself", [True, False])
def test_it_goes_by_itself_only_if_whoever_refers_said_so(
    agencies: Coalition, by_itself: bool
) -> None:
    async def story() -> None:
        ref = await referred(agencies)
        await agencies.do(HARBOUR, lambda desk: finds_due.send_unasked(ref, by_itself, desk))
        assert await at_work(agencies) is False

        await agencies_are_asked(agencies, ref)
        sent = await at_work(agencies)
        await agencies.settle()

        assert sent is by_itself
        assert len(await agencies.do(RIVER, asked.queue)) == int(by_itself)
        assert len(await agencies.do(HARBOUR, finds_due.finds_due)) == int(not by_itself)

    run(story())


async def at_work(agencies: Coalition) -> bool:
    """One round of Harbour's unlocked node, with nobody at this desk."""

    async def tend(desk: Desk) -> bool:
        return await meeting_rounds.tend(replace(desk, staff=None))

    return await agencies.do(HARBOUR, tend)
