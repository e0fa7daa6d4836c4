"""The operator's page when the machine's clock jumped forward."""

import asyncio

from server.node.tables import NodeRow
from tests import nodes
from tests.web.asked import Pages

_TWO_DAYS = 48 * 3600


def test_an_operator_says_that_a_clock_which_jumped_is_right(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        calm = (await pages.get("/node")).text
        seen = int((await node.desk()).now.timestamp())
        await NodeRow.update(
            {
                NodeRow.high_water: seen - _TWO_DAYS,
                NodeRow.jump_noticed_at: seen,
                NodeRow.jump_seen_at: seen,
            }
        ).where(NodeRow.id > 0)

        jumped = (await pages.get("/node")).text
        answer = await pages.post("/node/clock", {"form": "a" * 32})

        assert "This clock is right" not in calm
        assert "This clock is right" in jumped
        assert answer.headers["hx-redirect"] == "/node"
        assert not (await node.desk()).time.jumped
        assert "This clock is right" not in (await pages.get("/node")).text

    asyncio.run(scenario())
