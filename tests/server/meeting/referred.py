"""A referral on its way: Harbour refers, the coordinating node takes up, agencies tell and vote."""

from typing import Any

from server.casework import mailroom
from server.meeting import casting, intake, motions
from server.meeting.casting import MotionHere
from server.meeting.motion import Motion
from server.node.desk import Desk
from tests.coalition import (
    BRIGID,
    CASE,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    adopt_all,
    case_file,
    open_case,
    record,
    share,
)
from tiers.gate import Withheld

REFERRED = {
    **case_file(
        referral={"survivor": {"reason": "He has found out where she lives."}},
        risk={"survivor": {"professional_judgement": True}},
    ),
    "bases": {"puv": "Needed to plan for her safety."},
}
ROWS: list[dict[str, Any]] = [
    {"agency": HARBOUR, "tell": True, "plan": True, "initials": "AB"},
    {
        "agency": NORTHGATE,
        "find": True,
        "about": ["survivor", "puv"],
        "handoff_sections": ["referral", "assessments", "risk"],
        "initials": "AB",
    },
    {"agency": RIVER, "find": True, "tell": True, "plan": True, "initials": "AB"},
    {"agency": BRIGID, "find": True, "tell": True, "plan": True, "initials": "AB"},
]
OTHERS = {RIVER: "Two calls in May.", BRIGID: "Seen in the clinic."}


async def refer(made: Coalition, rows: list[dict[str, Any]] | None = None) -> str:
    """Harbour refers her: what she let go out reaches the coordinating node and each agency."""
    ref = (await open_case(made, HARBOUR, None, REFERRED)).ref
    await record(made, ref, rows=rows or ROWS)
    for name, exchange in ((NORTHGATE, "handoff"), (NORTHGATE, "meeting")):
        await share(made, HARBOUR, ref, name, exchange)
    for row in rows or ROWS:
        if row.get("find") and row["agency"] != NORTHGATE:
            await share(made, HARBOUR, ref, row["agency"], "handoff")
    await made.settle()
    return ref


async def take_up(made: Coalition, ref: str) -> None:
    """The coordinator takes the referral up, and everybody hears of it."""
    await made.do(NORTHGATE, lambda desk: intake.take_up(ref, desk))
    await made.settle()


async def answer(made: Coalition, ref: str, *names: str) -> None:
    """These agencies know her, take up their consents and tell the meeting."""
    for name in names or OTHERS:
        sections = {"service_involvement": {"survivor": {"summary": OTHERS[name]}}}
        await open_case(made, name, ref, {**CASE, "sections": sections})
        await adopt_all(made, name, ref)
        await share(made, name, ref, NORTHGATE, "meeting")
    await made.settle()


async def under_way(made: Coalition) -> str:
    """A case that was referred, taken up and answered by all who were named."""
    ref = await refer(made)
    await take_up(made, ref)
    await answer(made, ref)
    return ref


async def put(made: Coalition, ref: str, question: str = "accept") -> Motion:
    """The coordinator puts a motion, and it reaches every agency."""
    motion = await made.do(NORTHGATE, lambda desk: motions.put(ref, question, desk))
    await made.settle()
    return motion


async def cast(  # noqa: PLR0917 - a ballot has as many parts as it has
    made: Coalition, name: str, ref: str, motion: Motion, vote: str, view: str = ""
) -> MotionHere:
    """Somebody at that agency votes."""
    return await made.do(name, lambda desk: casting.cast(ref, motion.id, vote, view, "", desk))


async def view_given(made: Coalition, ref: str, motion: Motion, vote: str = "yes") -> None:
    """The centre brings her view and votes; the coordinator opens the vote to the others."""
    await cast(made, HARBOUR, ref, motion, vote, "She wants the locks changed first.")
    await made.settle()
    await made.do(NORTHGATE, lambda desk: motions.open_votes(ref, motion.id, desk))
    await made.settle()


async def told(made: Coalition, name: str, ref: str) -> bool:
    """Would anything of this case leave that agency for the coordinating node now?"""

    async def act(desk: Desk) -> bool:
        decision = await mailroom.preview(ref, NORTHGATE, "meeting", desk)
        return not isinstance(decision, Withheld)

    return await made.do(name, act)
