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
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from server.node import chamber
from tests.bench import doorway, meeting, post
from tests.bench.figures import Figure, table
from tests.bench.world import HARBOUR, LANTERN, world_in

KEYS = "abcdef"
_RESULT = Path(__file__).parents[2] / "bench.json"


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/bench/run.py", description=__doc__)
    parser.add_argument("--only", default=KEYS, help="which to measure, such as a,b")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--json", type=Path, default=_RESULT, help="where the figures go")
    return parser.parse_args()


async def _measure(wanted: str, quick: bool, folder: Path) -> list[Figure]:
    part = 10 if quick else 1
    figures: list[Figure] = []
    with world_in(folder / "world") as world:
        await world.make(HARBOUR, LANTERN)
        cell = chamber.get()._running()
        world.beside.append(cell.pid)
        if "e" in wanted:
            _say("(e) unlock")
            with world.at(HARBOUR):
                figures += await meeting.unlock(world, 3 if quick else 7)
        with world.relay():
            await world.sync(LANTERN, HARBOUR, LANTERN)
            if "a" in wanted:
                _say("(a) shares and changes")
                figures += await post.shares(world, 1_000 // part, 10)
            if "b" in wanted:
                _say("(b) records")
                figures += await post.records(world, 10_000 // part, 1_024, 100 // part)
            if "f" in wanted:
                _say("(f) nothing new")
                figures += await post.quiet_sync(world, 5_000 // part)
            if "c" in wanted:
                _say("(c) the merged view")
                figures += await meeting.views(world, 12, 2 if quick else 5)
        await world.release()
    if "d" in wanted:
        _say("(d) an edit, seen elsewhere")
        with world_in(folder / "doorway") as world:
            figures += await doorway.edits(world, 5 if quick else 25)
    return sorted(figures, key=lambda figure: figure.key)


def _say(words: str) -> None:
    sys.stderr.write(f"measuring {words}\n")
    sys.stderr.flush()


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
    began = perf_counter()
    with tempfile.TemporaryDirectory(prefix="casefold-bench-") as folder:
        try:
            figures = asyncio.run(_measure(wanted, asked.quick, Path(folder)))
        finally:
            chamber.close()
    took = perf_counter() - began
    if asked.quick:
        sys.stdout.write("QUICK: a tenth of the real counts; ratios differ from a full run\n")
    sys.stdout.write(table(figures) + "\n")
    asked.json.write_text(_written(figures, asked.quick, took) + "\n")
    sys.stdout.write(f"{took:.0f} s in all; written to {asked.json.name}\n")


if __name__ == "__main__":
    main()
