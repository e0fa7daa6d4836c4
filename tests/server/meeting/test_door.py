"""A locked node counts what came and knows of it no more than how much."""

from server.meeting import asked, door
from tests.coalition import BRIGID, HARBOUR, RIVER, Coalition, open_case, record, share
from tests.running import run


def test_a_locked_node_counts_what_nobody_has_opened_and_nothing_else(agencies: Coalition) -> None:
    async def story() -> None:
        for _ in range(2):
            ref = (await open_case(agencies, HARBOUR)).ref
            await record(agencies, ref)
            await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await agencies.sync(HARBOUR)
        await agencies.sync(RIVER, BRIGID, locked=True)

        with agencies.at(RIVER):
            at_night = await door.things_wait(agencies.settings(RIVER))
        with agencies.at(BRIGID):
            elsewhere = await door.things_wait(agencies.settings(BRIGID))
        await agencies.do(RIVER, asked.queue)
        with agencies.at(RIVER):
            in_the_morning = await door.things_wait(agencies.settings(RIVER))

        assert (at_night, elsewhere, in_the_morning) == (2, 0, 0)

    run(story())
