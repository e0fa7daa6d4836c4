"""A plan whose coordinating node checks nothing it writes: days that are none, endless words."""

from dataclasses import replace

from server.casework import own
from server.casework.case_body import Field
from server.casework.own import load
from server.meeting import circulating
from server.meeting.plan_view import ACTIONS, CASE, LEADS, RISKS
from server.node.database import transaction
from server.node.desk import Desk
from tests.coalition import NORTHGATE, RIVER, Coalition, share
from tests.server.meeting import plan_story as story
from tiers.fragment import Place, Written
from tiers.rows import row_place

NO_DAYS = (
    "next week",
    "2026-13-40",
    "20261101",
    "2026-W45-1",
    "0001-01-01",
    "9999-12-31",
    "\N{FULLWIDTH DIGIT TWO}026-11-01",
)
OVERLONG = "x" * 60_000


async def crafted(made: Coalition) -> str:
    """A coordinating node that checks nothing it writes has sent River its plan."""
    ref = await story.begun(made)
    await made.do(NORTHGATE, lambda desk: circulating.circulate(ref, desk))
    await story.settle(made)
    river = made[RIVER].id
    said = {
        Place(CASE, "survivor", "status"): "exploded",
        Place(CASE, "survivor", "heard_on"): "soon",
        Place(CASE, "survivor", "next_review_on"): "9999-12-31",
        Place(CASE, "survivor", "meeting_at"): "0001-01-01T00:00:00+14:00",
        Place(CASE, "survivor", "circulated_at"): "yesterday",
        Place(CASE, "survivor", "circulated_digest"): OVERLONG,
        row_place(RISKS, "survivor", "0001", "risk"): OVERLONG,
        row_place(RISKS, "survivor", "0001", "level"): "purple\x00\x1b[31m",
        row_place(ACTIONS, "survivor", "0002", "action"): "CANARY of nobody",
        row_place(ACTIONS, "survivor", "0002", "owner_agency"): "nobody at all",
        row_place(ACTIONS, "survivor", "0002", "due"): "2020-01-01",
        row_place(LEADS, "survivor", "0003", "agency"): "a lead in a row",
        Place(LEADS, "survivor", "agency"): "f" * 64,
        Place(LEADS, "survivor", "phone"): OVERLONG,
    }
    for number, words in enumerate((*NO_DAYS, "2026-11-01")):
        row = f"{number:08d}"
        said |= {
            row_place(ACTIONS, "survivor", row, "action"): f"CANARY {number} {OVERLONG[number:]}",
            row_place(ACTIONS, "survivor", row, "owner_agency"): river,
            row_place(ACTIONS, "survivor", row, "owner"): OVERLONG,
            row_place(ACTIONS, "survivor", row, "due"): words,
            row_place(ACTIONS, "survivor", row, "status"): "open" if number > 5 else "exploded",
            row_place(ACTIONS, "survivor", row, "for_risk"): "no such row",
            row_place(ACTIONS, "survivor", row, "on_file"): "?",
        }

    async def unchecked(desk: Desk) -> None:
        case = await load(ref, desk)
        fields = {
            place: Field((Written(value, "2026-11-23T09:00:00Z", "Nobody"),), 99, "")
            for place, value in said.items()
        }
        body = replace(case.body, fields={**case.body.fields, **fields})
        async with transaction():
            await own.keep(case.row, body, 99, desk)

    await made.do(NORTHGATE, unchecked)
    await share(made, NORTHGATE, ref, RIVER, "meeting")
    return ref
