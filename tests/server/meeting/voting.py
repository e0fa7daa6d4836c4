"""A motion counted and settled, and lanes and rows as somebody crafts them against it."""

from server.casework import mailroom, sealing
from server.casework.case_body import CaseBody, Field
from server.casework.own import keep, load
from server.casework.tables import Share
from server.meeting import deciding, intake
from server.meeting.deciding import Count
from server.meeting.motion import Motion
from server.node.database import transaction
from server.node.desk import Desk
from tests.coalition import NORTHGATE, RIVER, Coalition
from tiers.fragment import Place, Written
from tiers.rows import row_place


async def count(made: Coalition, ref: str, motion: Motion) -> Count:
    await made.settle()
    return await made.do(NORTHGATE, lambda desk: deciding.count(ref, motion.id, desk))


async def settle(made: Coalition, ref: str, motion: Motion, *, rest: bool = True) -> Count:
    await made.settle()
    done = await made.do(
        NORTHGATE,
        lambda desk: deciding.settle(ref, motion.id, desk, without_the_rest=not rest),
    )
    await made.settle()
    return done


async def status(made: Coalition, ref: str) -> str:
    return (await made.do(NORTHGATE, lambda desk: intake.line_of(ref, desk))).status


async def accepted(made: Coalition, ref: str) -> bool:
    return (await made.do(NORTHGATE, lambda desk: intake.line_of(ref, desk))).accepted


async def write_lane(made: Coalition, name: str, ref: str, said: dict[Place, list[str]]) -> None:
    """That agency's node writes anything at all into its own lane, past every act and form."""

    async def act(desk: Desk) -> None:
        rows = await Share.objects().where(
            (Share.owner == desk.node.identity) & (Share.exchange == "meeting")
        )
        (row,) = [row for row in rows if row.case_ref == ref]
        words = {
            place: tuple(Written(value, "2026-11-23T09:00:00Z", "Sam Okoro") for value in values)
            for place, values in said.items()
        }
        async with transaction():
            await sealing.write(row, [(None, words)], desk)

    await made.do(name, act)


async def edit_motion(made: Coalition, ref: str, motion: str, said: dict[str, str]) -> None:
    """Somebody with the coordinating node's keys writes into a motion, past every act."""
    await forge(
        made, ref, {row_place("motions", "survivor", motion, name): said[name] for name in said}
    )


async def forge(made: Coalition, ref: str, said: dict[Place, str | None]) -> None:
    """Somebody with the coordinating node's keys writes anything into its case, past every act."""

    async def act(desk: Desk) -> None:
        async with transaction():
            case = await load(ref, desk)
            fields = dict(case.body.fields)
            for place, value in said.items():
                fields.pop(place, None)
                if value is not None:
                    fields[place] = Field((Written(value, "2026-11-23T09:00:00Z", "x"),), 99, "x")
            body = CaseBody(case.body.people, fields, case.body.bases)
            await keep(case.row, body, case.row.revision + 1, desk)
        await mailroom.send(ref, RIVER, "meeting", desk)

    await made.do(NORTHGATE, act)
    await made.settle()
