"""The small process in which a peer's bytes meet Automerge, started before any key is in memory.

It knows how to read lanes and nothing else. For every batch it forks a child with tight limits,
which gives one answer and ends: what a peer breaks is thrown away, and nothing stays for the next.
"""

import gc
import json
import os
import resource
import select
import signal
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass

from client_sync.document import read
from client_sync.errors import SyncError
from client_sync.lane import Lane

SECONDS = 2  # of processor time, and of wall clock
MEMORY = 512 * 2**20
LONGEST_ANSWER = 48 * 2**20
NO_ANSWER = 0xFFFFFFFF

_COUNT = struct.Struct(">I")
_ITEM = struct.Struct(">H32sI")  # length of the share's name, owner, how many changes


@dataclass(frozen=True, slots=True)
class Batch:
    """One share to be read: its name, its owner, and the changes of its epoch."""

    share: str
    owner: bytes
    changes: tuple[bytes, ...]


def frame(batch: Sequence[Batch]) -> bytes:
    """The question, as it goes to the cell."""
    parts = [_COUNT.pack(len(batch))]
    for one in batch:
        share = one.share.encode()
        parts += (_ITEM.pack(len(share), one.owner, len(one.changes)), share)
        for change in one.changes:
            parts += (_COUNT.pack(len(change)), change)
    question = b"".join(parts)
    return _COUNT.pack(len(question)) + question


def unframe(question: bytes) -> list[Batch]:
    """The shares that a question asks about."""
    batch: list[Batch] = []
    (count,) = _COUNT.unpack_from(question)
    at = _COUNT.size
    for _ in range(count):
        length, owner, changes = _ITEM.unpack_from(question, at)
        at += _ITEM.size + length
        share = question[at - length : at].decode()
        found: list[bytes] = []
        for _ in range(changes):
            (size,) = _COUNT.unpack_from(question, at)
            at += _COUNT.size + size
            found.append(question[at - size : at])
        batch.append(Batch(share, owner, tuple(found)))
    return batch


def answer(batch: Sequence[Batch]) -> bytes:
    """What each share says, or the sentence why it is refused, as one JSON text."""
    said: dict[str, object] = {}
    for one in batch:
        try:
            said[one.share] = {"lane": _spelled(read(one.changes, one.owner))}
        except SyncError as refused:
            said[one.share] = {"unsafe": str(refused)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _spelled(lane: Lane) -> dict[str, object]:
    return {
        "heads": lane.heads,
        "case_ref": lane.case_ref,
        "people": dict(lane.people),
        "fields": [
            (place.section, place.about, place.field, [(one.value, one.at, one.by) for one in said])
            for place, said in lane.fields.items()
        ],
    }


def main() -> None:
    """Answer questions until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the node; our input then ends
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked, told = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    gc.collect()
    gc.freeze()
    gc.disable()
    while (question := _heard(asked)) is not None:
        reply = _in_a_child(question)
        if reply is None:
            _say(told, _COUNT.pack(NO_ANSWER))
        else:
            _say(told, _COUNT.pack(len(reply)) + reply)


def _heard(source: int) -> bytes | None:
    length = _exactly(source, _COUNT.size)
    return None if length is None else _exactly(source, _COUNT.unpack(length)[0])


def _exactly(source: int, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        part = os.read(source, min(size, 2**20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _say(target: int, words: bytes) -> None:
    rest = memoryview(words)
    while rest:
        rest = rest[os.write(target, rest) :]


def _in_a_child(question: bytes) -> bytes | None:
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        _live_and_die(question, told)
    os.close(told)
    reply = _until(heard, time.monotonic() + SECONDS)
    os.close(heard)
    if reply is None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return reply if status == 0 else None


def _until(source: int, deadline: float) -> bytes | None:
    """All that is said before the deadline; nothing if it is late or too much."""
    waiting = select.poll()
    waiting.register(source, select.POLLIN | select.POLLHUP)
    parts: list[bytes] = []
    size = 0
    while waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
        part = os.read(source, 2**20)
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
        if size > LONGEST_ANSWER:
            return None
    return None


def _live_and_die(question: bytes, told: int) -> None:
    """Read the batch under limits and say one thing; whatever happens, this process ends here."""
    status = 1
    try:
        _confine(told)
        _say(told, answer(unframe(question)))
        status = 0
    finally:
        os._exit(status)


def _confine(told: int) -> None:
    os.closerange(3, told)
    os.closerange(told + 1, 256)
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    main()
