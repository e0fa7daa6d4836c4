"""Whatever happens in whatever order: only consented words are readable, and everybody agrees.

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

from server.node import chamber
from tests import founding
from tests.running import run
from tests.server.histories import World
from tests.server.history_beginnings import Beginning, new_world, originals
from tests.server.history_chances import STEPS, Step
from tests.server.history_invariants import begin, hold_at, hold_at_rest

_DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
_EXAMPLES, _STEPS = (2_000, 60) if _DEEP else (20, 25)
_ROOM = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a sync of it is quick

Originals = dict[str, Beginning]


@pytest.fixture(scope="module")
def beginnings() -> Iterator[Originals]:
    """The coalition as it has met, and as it has told of one case."""
    folder = Path(tempfile.mkdtemp(prefix="casefold-histories-", dir=_ROOM))
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
@given(
    beginning=st.sampled_from(("told", "told", "met")),
    steps=st.lists(STEPS, min_size=3, max_size=_STEPS),
)
def test_whatever_happens_only_consented_words_are_readable_and_all_agree(
    beginnings: Originals, beginning: str, steps: list[Step]
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="casefold-history-", dir=_ROOM))
    try:
        world = new_world(beginnings[beginning], folder)
        run(_lived(world, steps))
    finally:
        shutil.rmtree(folder)


async def _lived(world: World, steps: list[Step]) -> None:
    await begin(world)
    try:
        for step in steps:
            touched = await step.happen(world)
            for name in world.names if touched == "*" else [touched]:
                await hold_at(world, name)
        await world.settle()
        await hold_at_rest(world)
    finally:
        note(f"refused: {world.refusals}")
        await founding.close(world.made)
