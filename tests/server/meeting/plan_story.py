"""A case at the meeting: told by three agencies, its plan begun at the coordinating node."""

from collections.abc import Mapping
from dataclasses import replace

from server.casework import ledger, received
from server.casework.memory import Known
from server.meeting import plan, plan_rows, rounds
from server.meeting.plan_view import PlanView
from server.node.desk import Desk
from tests.coalition import (
    BRIGID,
    CASE,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    adopt_all,
    open_case,
    share,
    whole_story,
)
from tiers.consent import ConsentKind

ROWS = {
    "rows": [
        {"agency": HARBOUR, "tell": True, "plan": True, "about": ["puv"], "initials": "AB"},
        {
            "agency": RIVER,
            "find": True,
            "tell": True,
            "plan": True,
            "about": ["puv"],
            "initials": "AB",
        },
        {"agency": BRIGID, "find": True, "tell": True, "initials": "AB"},
    ]
}


async def begun(made: Coalition) -> str:
    """Everybody has told, and Harbour and River get the plan as it is written."""
    ref = await whole_story(made)
    written = {**CASE, "sections": {}, "bases": {"puv": "to protect her"}}
    await open_case(made, NORTHGATE, ref, written)
    await adopt_all(made, NORTHGATE, ref)
    await risk(made, ref, "stalking")
    for name in (HARBOUR, RIVER):
        await share(made, NORTHGATE, ref, name, "meeting")
    await settle(made)
    return ref


async def settle(made: Coalition) -> None:
    """Rounds with what the meeting does unasked after each, until nobody has anything new."""
    for _ in range(6):
        await made.settle()
        if not any([await tend(made, name) for name in made.places]):
            return
    raise AssertionError("the meeting never came to rest")


async def tend(made: Coalition, name: str) -> bool:
    """What a serving node does by itself after a round."""
    return await made.do(name, rounds.tend)


async def risk(
    made: Coalition, ref: str, words: str, about: str = "survivor", rests_on: tuple[str, ...] = ()
) -> str:
    """The coordinator writes down a risk; gives its row."""

    async def act(desk: Desk) -> str:
        return (await plan_rows.add_risk(ref, about, {"risk": words}, desk, rests_on=rests_on)).row

    return await made.do(NORTHGATE, act)


async def action(  # noqa: PLR0917 - an action has as many parts as it has
    made: Coalition,
    ref: str,
    words: str,
    owner: str,
    about: str = "survivor",
    more: Mapping[str, str] | None = None,
    rests_on: tuple[str, ...] = (),
) -> str:
    """The coordinator writes down an action; gives its row."""
    fields = {"action": words, "owner_agency": owner, **(more or {})}

    async def act(desk: Desk) -> str:
        return (await plan_rows.add_action(ref, about, fields, desk, rests_on=rests_on)).row

    return await made.do(NORTHGATE, act)


async def seen(made: Coalition, name: str, ref: str) -> PlanView:
    """The plan as somebody there reads it."""
    return await made.do(name, lambda desk: plan.read(ref, desk))


async def tell_of(made: Coalition, name: str, ref: str) -> str:
    """The consent under which this agency told the meeting."""

    async def act(desk: Desk) -> str:
        [held] = [
            one
            for one in await ledger.for_case(ref, desk)
            if one.consent.kind is ConsentKind.TELL and one.consent.discloser == made[name].id
        ]
        return held.consent.id

    return await made.do(name, act)


def colleague(desk: Desk, name: str) -> Desk:
    """The same desk with somebody else at it."""
    assert desk.staff is not None
    return replace(desk, staff=replace(desk.staff, id="c" * 32, name=name))


async def chair_writes(made: Coalition, ref: str, row: str, words: str) -> None:
    """The chair, at the same node, writes what is in place for a risk of the survivor."""

    async def act(desk: Desk) -> None:
        chair = colleague(desk, "Chair Person")
        said = {"in_place": words}
        await plan_rows.change(ref, "plan_risks", "survivor", row, said, None, chair)

    await made.do(NORTHGATE, act)


async def told_here(desk: Desk) -> list[Known]:
    """Every part that lives here, opened."""
    reading = await received.open_shares(await received.live(desk), desk)
    return list(reading.known.values())
