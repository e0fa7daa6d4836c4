"""make bench: measures the real parts on this machine, prints a table and writes bench.json.

Not a test: nothing here fails because a machine is slow.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from server.child_process import look_for_garbage_seldom
from server.node import chamber
from tests.bench import doorway, matrix, meeting, post, search
from tests.bench.figures import Figure, table
from tests.bench.world import HARBOUR, LANTERN, world_in

KEYS = "abcdefghi"
_Measuring = Coroutine[Any, Any, list[Figure]]
_RESULT = Path(__file__).parents[2] / "bench.json"


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/bench/run.py", description=__doc__)
    parser.add_argument("--only", default=KEYS, help="which to measure, such as a,b")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--json", type=Path, default=_RESULT, help="where the figures go")
    return parser.parse_args()


@dataclass
class _Measured:
    """The figures so far; one that could not be taken costs none of the others."""

    figures: list[Figure] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    async def take(self, key: str, what: str, measuring: Callable[[], _Measuring]) -> None:
        """Measure one thing, or say that it could not be measured, and why."""
        sys.stderr.write(f"measuring ({key}) {what}\n")
        sys.stderr.flush()
        try:
            self.figures += await measuring()
        except Exception:
            traceback.print_exc()
            self.failed.append(f"({key}) {what}: could not be measured, see above")


async def _measure(wanted: str, quick: bool, folder: Path) -> _Measured:
    part = 10 if quick else 1
    done = _Measured()
    with world_in(folder / "world") as world:
        away: dict[str, tuple[str, Callable[[], _Measuring]]] = {
            "a": ("shares and changes", lambda: post.shares(world, 1_000 // part, 10)),
            "b": ("records", lambda: post.records(world, 10_000 // part, 1_024, 100 // part)),
            "f": ("nothing new", lambda: post.quiet_sync(world, 5_000 // part)),
            "c": ("the merged view", lambda: meeting.views(world, 12, 2 if quick else 5)),
            "h": ("a full meeting", lambda: matrix.meeting(world, 12, 4 if quick else 16)),
        }
        await world.make(HARBOUR, LANTERN)
        cell = chamber.get()._running()
        world.beside.append(cell.pid)
        if "e" in wanted:
            await done.take("e", "unlock", lambda: meeting.unlock(world, 3 if quick else 7))
        with world.relay():
            await world.sync(LANTERN, HARBOUR, LANTERN)
            for key in [key for key in away if key in wanted]:
                await done.take(key, *away[key])
        await world.release()
    if "d" in wanted:
        with world_in(folder / "doorway") as doors:
            seen = "an edit, seen elsewhere"
            await done.take("d", seen, lambda: doorway.edits(doors, 5 if quick else 25))
    if "g" in wanted:
        with world_in(folder / "finding") as found:
            sizes = (2_000 // part, 25_000 // part, 12 if quick else 60)
            await done.take("g", "finding a partner", lambda: search.finding(found, *sizes))
    if "i" in wanted:
        with world_in(folder / "ticks") as ticked:
            sizes = (3, 3) if quick else (12, 10)
            await done.take("i", "an action's tick", lambda: matrix.ticks(ticked, *sizes))
    done.figures.sort(key=lambda figure: figure.key)
    return done


def _written(figures: Sequence[Figure], quick: bool, took: float) -> str:
    return json.dumps(
        {
            "format": "casefold-bench-1",
            "quick": quick,
            "cores": os.cpu_count(),
            "machine": platform.machine(),
            "python": platform.python_version(),
            "seconds": round(took, 1),
            "figures": [figure.plain() for figure in figures],
        },
        indent=2,
    )


def main() -> None:
    """Measure what was asked for, print it, write it down."""
    asked = _asked()
    wanted = asked.only.replace(",", "")
    if not wanted or not set(wanted) <= set(KEYS):
        sys.exit(f"--only takes letters of {','.join(KEYS)}")
    look_for_garbage_seldom()  # as a serving worker does
    began = perf_counter()
    with tempfile.TemporaryDirectory(prefix="casefold-bench-") as folder:
        try:
            done = asyncio.run(_measure(wanted, asked.quick, Path(folder)))
        finally:
            chamber.close()
    took = perf_counter() - began
    if asked.quick:
        sys.stdout.write("QUICK: a tenth of the real counts; ratios differ from a full run\n")
    sys.stdout.write(table(done.figures) + "\n")
    asked.json.write_text(_written(done.figures, asked.quick, took) + "\n")
    sys.stdout.write(f"{took:.0f} s in all; written to {asked.json.name}\n")
    if done.failed:
        sys.exit("\n".join(done.failed))


if __name__ == "__main__":
    main()
