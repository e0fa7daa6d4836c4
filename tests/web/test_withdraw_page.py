"""The second press of a withdrawal says all that goes with it, and all of it goes."""

from server.casework.tables import ConsentRow
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER
from tests.running import run
from tests.web.room import Room
from tiers.consent import ConsentKind


async def consent(room: Room, kind: ConsentKind, recipient: str) -> str:
    """Harbour's own consent of this kind."""
    (row,) = await ConsentRow.select(ConsentRow.id).where(
        (ConsentRow.kind == kind.value)
        & (ConsentRow.recipient == room.made[recipient].id)
        & (ConsentRow.discloser == room.made[HARBOUR].id)
    )
    return str(row["id"])


async def plans(room: Room) -> set[str]:
    """What has become, at the coordinating node, of her yes to the plan."""
    with room.made.at(NORTHGATE):
        rows = await ConsentRow.select(ConsentRow.state).where(
            ConsentRow.kind == ConsentKind.PLAN.value
        )
    return {row["state"] for row in rows}


def test_the_plan_goes_with_the_last_part_that_carries_it_and_the_page_says_so(room: Room) -> None:
    async def tale() -> None:
        with room.made.at(HARBOUR):
            pages = await room.pages(HARBOUR)
            tell = await consent(room, ConsentKind.TELL, NORTHGATE)
            find = await consent(room, ConsentKind.FIND, NORTHGATE)
            first = (await pages.get(f"/consents/{find}/withdraw")).text
            await pages.post(f"/consents/{find}/withdraw", {"form": "a"})
        await room.made.settle()
        kept = await plans(room)
        with room.made.at(HARBOUR):
            last = (await pages.get(f"/consents/{tell}/withdraw")).text
            await pages.post(f"/consents/{tell}/withdraw", {"form": "b"})
        await room.made.settle()

        assert "The plan goes with it" not in first
        assert kept == {"given"}
        assert "The plan goes with it" in last
        for name in (HARBOUR, RIVER, BRIGID):
            assert room.made[name].name in last
        assert await plans(room) == {"withdrawn"}

    run(tale())
