"""The bar says beside Actions how many are overdue, to whom the protocol has it told."""

from tests.coalition import NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.casework.conftest import agencies, coalition_original, pytest_generate_tests
from tests.server.meeting import plan_story as story
from web.frame import links

__all__ = ["agencies", "coalition_original", "pytest_generate_tests"]


async def mark(made: Coalition, name: str) -> str:
    """What stands beside Actions in the bar of whoever is at work at this agency."""
    with made.at(name):
        found = await links(await made.desk(name), "/cases")
    return next(link.badge for link in found if link.href == "/actions")


def test_an_overdue_action_is_marked_at_its_owner_and_not_at_the_coordinator(
    agencies: Coalition,
) -> None:
    async def tale() -> None:
        ref = await story.begun(agencies)
        await story.action(agencies, ref, "markers", RIVER, more={"due": "2026-11-30"})
        await story.settle(agencies)
        before = await mark(agencies, RIVER)
        agencies.later(days=8)
        await story.settle(agencies)

        assert before == ""
        assert await mark(agencies, RIVER) == "1 overdue"
        assert await mark(agencies, NORTHGATE) == ""

    run(tale())
