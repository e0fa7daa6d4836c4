"""Lifting a wall: an agency that may know again gets the plan again, as far as she lets it."""

from server.casework import walling
from server.meeting import intake
from server.node.desk import Desk


async def lift(wall: str, desk: Desk) -> None:
    """Take a wall away; where an agency stood behind it, its plan goes out anew at once."""
    for ref in await walling.lift(wall, desk):
        await intake.send_plans(ref, desk)
