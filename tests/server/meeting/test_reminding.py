"""The day's message says when an answer is due, to nobody's cost: no case, no number, no wall."""

from server.casework import walling
from server.meeting import asked, reminding
from server.node.access import Role
from tests.coalition import RIVER, Coalition
from tests.running import run
from tests.server.casework.walled import hire
from tests.server.meeting.asking import ask


async def due(agencies: Coalition) -> dict[str, str]:
    """What the locked node would put into the message."""
    with agencies.at(RIVER):
        return await reminding.due(await agencies.locked(RIVER))


def test_the_day_before_the_cut_off_one_sentence_goes_out_that_names_no_case(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER)
        await agencies.do(RIVER, asked.queue)
        early = await due(agencies)
        agencies.later(days=6, hours=20)

        (words,) = (await due(agencies)).values()

        assert early == {}
        assert words == "An answer is due by 30 November 2026, 23:59. See Asked at your node."
        assert ref[:6] not in words

    run(story())


def test_of_a_case_that_is_walled_from_a_colleague_no_message_goes_out(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER)
        await agencies.do(RIVER, asked.queue)
        await hire(agencies, RIVER, "Kit Marlow", frozenset({Role.ADVOCATE}))
        await agencies.do(
            RIVER, lambda desk: walling.put(ref, "close to her", desk, staff="Kit Marlow")
        )
        agencies.later(days=6, hours=20)

        assert await due(agencies) == {}

    run(story())
