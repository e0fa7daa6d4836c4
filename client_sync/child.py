"""The node's side of the cell: asks it what lanes say, and believes only a well-formed answer."""

import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from client_sync.answer import BROKE, TOO_LARGE, Unsafe, believed
from client_sync.cell import LONGEST_ANSWER, NO_ANSWER, SECONDS, Batch, frame
from client_sync.errors import ChamberClosed
from client_sync.lane import Lane

__all__ = ["Batch", "Chamber", "Unsafe"]

_AT_ONCE = 100  # shares in a batch
_BYTES_AT_ONCE = 2**20  # of changes in a batch, unless one share alone is larger
_LARGEST_SHARE = 16 * 2**20  # bytes; the inbox gives half of it at most
_PATIENCE = SECONDS + 3.0  # the cell ends its child after two seconds; later, the cell itself hangs
_ENDURANCE = 20.0  # seconds for one owner whose shares keep breaking children
_COMMAND = (sys.executable, "-I", "-m", "client_sync.cell")


class _CellGone(Exception):
    """The cell has ended or does not answer."""


class Chamber:
    """Reads peers' lanes outside this process; start it before any key is unlocked."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._cell: subprocess.Popen[bytes] | None = None
        self._closed = False

    def start(self) -> None:
        """Start the cell, unless it runs."""
        with self._turn:
            self._running()

    def read(self, batch: Sequence[Batch]) -> dict[str, Lane | Unsafe]:
        """What each share says; one that cannot be read safely harms no other."""
        found: dict[str, Lane | Unsafe] = {
            one.share: TOO_LARGE for one in batch if sum(map(len, one.changes)) > _LARGEST_SHARE
        }
        groups = _groups([one for one in batch if one.share not in found])
        # Two, so that one answer is checked while the cell works on the next.
        with ThreadPoolExecutor(2) as readers:
            for said in readers.map(self._read, groups):
                found.update(said)
        return found

    def close(self) -> None:
        """End the cell. A closed chamber reads nothing more."""
        with self._turn:
            self._closed = True
            self._end()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        mistake: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self, group: Sequence[Batch]) -> dict[str, Lane | Unsafe]:
        said = self._answers(group)
        if said is not None:
            return said
        # Alone, even when it was alone before: a machine short of memory also ends children.
        deadline = time.monotonic() + _ENDURANCE
        found: dict[str, Lane | Unsafe] = {}
        for one in group:
            alone = self._answers([one]) if time.monotonic() < deadline else None
            found[one.share] = BROKE if alone is None else alone[one.share]
        return found

    def _answers(self, group: Sequence[Batch]) -> dict[str, Lane | Unsafe] | None:
        question = frame(group)
        for _ in range(2):  # a cell ended from outside is no fault of the share's
            with self._turn:
                try:
                    raw = _exchange(self._running(), question)
                except (_CellGone, OSError):
                    self._end()
                    continue
            return None if raw is None else believed(raw, group)
        return None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise ChamberClosed
        if self._cell is not None and self._cell.poll() is None:
            return self._cell
        self._end()
        self._cell = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={},
            start_new_session=True,
        )
        for pipe in _pipes(self._cell):
            os.set_blocking(pipe, False)
        return self._cell

    def _end(self) -> None:
        cell, self._cell = self._cell, None
        if cell is None:
            return
        for pipe in (cell.stdin, cell.stdout):
            if pipe is not None:
                pipe.close()
        try:
            cell.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            cell.kill()
            cell.wait()


def _groups(batch: Sequence[Batch]) -> Iterator[list[Batch]]:
    """Batches of one owner each: what breaks a child could otherwise speak for another agency."""
    by_owner: dict[bytes, list[Batch]] = {}
    for one in batch:
        by_owner.setdefault(one.owner, []).append(one)
    for shares in by_owner.values():
        group: list[Batch] = []
        size = 0
        for one in shares:
            weight = sum(map(len, one.changes))
            if group and (len(group) == _AT_ONCE or size + weight > _BYTES_AT_ONCE):
                yield group
                group, size = [], 0
            group.append(one)
            size += weight
        yield group


def _pipes(cell: subprocess.Popen[bytes]) -> tuple[int, int]:
    if cell.stdin is None or cell.stdout is None:
        raise _CellGone
    return cell.stdin.fileno(), cell.stdout.fileno()


def _exchange(cell: subprocess.Popen[bytes], question: bytes) -> bytes | None:
    """Ask, and give the answer; nothing when the child that read the batch did not live to say."""
    told, heard = _pipes(cell)
    deadline = time.monotonic() + _PATIENCE
    rest = memoryview(question)
    while rest:
        _ready(told, select.POLLOUT, deadline)
        rest = rest[os.write(told, rest[: 2**16]) :]
    spelled = _hear(heard, len(NO_ANSWER), deadline)
    if spelled == NO_ANSWER:
        return None
    length = int.from_bytes(spelled, "big")
    if length > LONGEST_ANSWER:
        raise _CellGone
    return _hear(heard, length, deadline)


def _hear(source: int, size: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    while size:
        _ready(source, select.POLLIN, deadline)
        part = os.read(source, min(size, 2**20))
        if not part:
            raise _CellGone
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _ready(pipe: int, event: int, deadline: float) -> None:
    waiting = select.poll()
    waiting.register(pipe, event)
    if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise _CellGone
