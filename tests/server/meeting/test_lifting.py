"""An agency behind a wall, and the plan: nothing of it while the wall stands, and again after."""

from server.casework import walling
from server.casework.walling import WallEntry
from server.meeting import lifting, plan
from server.node.desk import Desk
from tests.coalition import HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.meeting import plan_story


def test_the_plan_goes_again_to_an_agency_whose_wall_is_lifted(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await plan_story.begun(agencies)
        before = await plans(RIVER)
        wall = await agencies.do(NORTHGATE, lambda desk: put(ref, desk))
        await plan_story.settle(agencies)
        meanwhile = await plans(RIVER), await plans(HARBOUR)

        await agencies.do(NORTHGATE, lambda desk: lifting.lift(wall.id, desk))
        await plan_story.settle(agencies)

        assert before == 1
        assert meanwhile == (0, 1)
        assert (await plans(RIVER), await plans(HARBOUR)) == (1, 1)

    async def put(ref: str, desk: Desk) -> WallEntry:
        await walling.put(ref, "", desk, agency=RIVER)
        (wall,) = await walling.list_walls(desk, ref)
        return wall

    async def plans(name: str) -> int:
        return len(await agencies.do(name, plan.plans_here))

    run(story())
