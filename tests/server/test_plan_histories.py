"""Whatever happens to a plan: nothing typed is lost, nothing withdrawn returns, ticks arrive.

HYPOTHESIS_PROFILE=deep runs many more and longer histories; a failure prints how to run it again.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from client_sync.lane import Lane
from server.casework import received
from server.casework.tables import Share
from server.meeting import mirroring, plan
from server.meeting.plan_view import PlanRow
from server.meeting.told_answers import ToldAnswer, answers_in, of_owner
from server.node import chamber
from server.node.desk import Desk
from tests import founding
from tests.coalition import NORTHGATE
from tests.running import run
from tests.server.histories import World
from tests.server.history_beginnings import Beginning, new_world, originals
from tests.server.history_chances import Step
from tests.server.history_invariants import begin, hold_at, hold_at_rest
from tests.server.history_meeting import PLAN_STEPS, know_rows
from tiers.rows import rows_in

_DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
_EXAMPLES, _STEPS = (1_000, 50) if _DEEP else (8, 24)
_ROOM = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a sync of it is quick


@pytest.fixture(scope="module")
def beginnings() -> Iterator[dict[str, Beginning]]:
    """The coalition whose meeting has begun a plan."""
    folder = Path(tempfile.mkdtemp(prefix="casefold-plans-", dir=_ROOM))
    yield originals(folder)
    shutil.rmtree(folder)
    chamber.close()


@pytest.mark.timeout(36_000 if _DEEP else 600)
@settings(
    max_examples=_EXAMPLES,
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(steps=st.lists(PLAN_STEPS, min_size=8, max_size=_STEPS))
def test_whatever_happens_to_a_plan_nothing_is_lost_and_nothing_withdrawn_returns(
    beginnings: dict[str, Beginning], steps: list[Step]
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="casefold-plan-", dir=_ROOM))
    try:
        run(_lived(new_world(beginnings["planned"], folder), steps))
    finally:
        shutil.rmtree(folder)


async def _lived(world: World, steps: list[Step]) -> None:
    mirroring._mirrored.clear()
    await begin(world)
    await know_rows(world)
    try:
        for step in steps:
            touched = await step.happen(world)
            for name in world.names if touched == "*" else [touched]:
                await hold_at(world, name)
        await world.settle()
        await _plans_hold(world)
        await hold_at_rest(world)
    finally:
        note(f"refused: {world.refusals}")
        await founding.close(world.made)


async def _plans_hold(world: World) -> None:
    """Each field shows who wrote it, closed rows are nowhere, and owners' words stand for all."""
    admitted = await world.admitted()
    withdrawn = {consent for at, consent in world.withdrawn if at in admitted}
    for name in world.names:
        with world.at(name):
            desk = await world.desk(name)
            lanes = await _lanes(desk)
            for _, lane in lanes:
                for section in ("plan_risks", "plan_actions"):
                    for said in rows_in(lane.fields, section).values():
                        named = {one for w in said.get("rests_on", ()) for one in w.value.split()}
                        assert not named & withdrawn, "a row whose part was withdrawn"
            if name == NORTHGATE:
                for ref in world.refs:
                    await _holds_here(ref, withdrawn, lanes, desk)


async def _holds_here(
    ref: str, withdrawn: set[str], lanes: list[tuple[str, Lane]], desk: Desk
) -> None:
    view = await plan.written_here(ref, desk)
    told = [
        answer
        for owner, lane in lanes
        if lane.case_ref == ref
        for answer in answers_in(owner, lane)
    ]
    for row in (*view.risks, *view.actions):
        gone = set(row.rests_on) & withdrawn
        assert row.closed or not gone
        assert not (row.closed and (row.says("risk") or row.says("action")))
        assert row.closed or all(one.by for said in row.fields.values() for one in said)
    for action in view.actions:
        _stands(action, told)


def _stands(action: PlanRow, told: list[ToldAnswer]) -> None:
    answer = of_owner(action, told)
    if answer is not None and answer.status is not None and not action.closed:
        assert action.says("status") == answer.status.value


async def _lanes(desk: Desk) -> list[tuple[str, Lane]]:
    rows = await Share.objects().where(Share.recipient == desk.node.identity)
    reading = await received.open_shares(rows, desk)
    return [(row.owner, reading.known[row.id].lane) for row in rows if row.id in reading.known]
