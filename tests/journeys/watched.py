"""Nodes whose every trace is kept: what they print, what they are started with, temporary files."""

import contextlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.nodes import Coalition, Node, Ran

_LOOK_SECONDS = 0.05
_LOOKS = 3  # a process is seen before and after it becomes another program


@dataclass
class WatchedNode(Node):
    """A node with a temporary folder of its own; all it prints to nobody is kept."""

    printed: list[str] = field(default_factory=list)

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def environ(self) -> dict[str, str]:
        self.temporary.mkdir(exist_ok=True)
        return {**super().environ, "TMPDIR": str(self.temporary)}

    def run(self, *words: str, stdin: str | None = None, locked: bool = False) -> Ran:
        ran = super().run(*words, stdin=stdin, locked=locked)
        self.printed.append(ran.error)
        return ran

    def stop(self, *_: object) -> float:
        served, self.served = self.served, None
        if served is None:
            return 0.0
        served.terminate()
        for stream in served.communicate(timeout=20):
            self.printed.append(stream)
        return 0.0


def watched(four: Coalition, relay_port: int) -> Coalition:
    """The same four, watched; their relay listens at another port than its card says."""
    nodes = [WatchedNode(one.folder, one.staff, one.now, one.database_url) for one in four.nodes]
    return Coalition(*nodes, relay_port=relay_port)


@dataclass
class Traces:
    """Arguments, environments and temporary files of every process that was seen."""

    arguments: dict[tuple[int, int], bytes] = field(default_factory=dict)
    environments: dict[tuple[int, int], bytes] = field(default_factory=dict)
    temporary: dict[str, bytes] = field(default_factory=dict)
    processes: set[int] = field(default_factory=set)


@contextmanager
def tracing(folder: Path) -> Iterator[Traces]:
    """Look at every process that works for a node in this folder, until the block ends."""
    traces, enough = Traces(), threading.Event()
    thread = threading.Thread(target=_look, args=(traces, folder, enough))
    thread.start()
    try:
        yield traces
    finally:
        enough.set()
        thread.join(20)


def _look(traces: Traces, folder: Path, enough: threading.Event) -> None:
    looks: dict[str, int] = {}
    while not enough.wait(_LOOK_SECONDS):
        there = {entry.name for entry in Path("/proc").iterdir() if entry.name.isdecimal()}
        looks = {pid: looks.get(pid, 0) + 1 for pid in there}
        for pid in (pid for pid, times in looks.items() if times <= _LOOKS):
            _look_at(pid, looks[pid], traces, os.fsencode(folder))
        for file in folder.glob("*/tmp/**/*"):
            with contextlib.suppress(OSError):
                if file.is_file():
                    traces.temporary[str(file)] = file.read_bytes()


def _look_at(pid: str, times: int, traces: Traces, ours: bytes) -> None:
    with contextlib.suppress(OSError):
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        if ours in environment or ours in arguments or parent in traces.processes:
            traces.processes.add(int(pid))
            traces.arguments[int(pid), times] = arguments
            traces.environments[int(pid), times] = environment
