"""The small process in which a peer's bytes meet Automerge, started before any key is in memory.

It knows how to read lanes and nothing else. For every batch it forks a child with tight limits,
which gives one answer and ends: what a peer breaks is thrown away, and nothing stays for the next.
"""

import gc
import os
import resource
import select
import signal
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from client_sync.document import read, rehearse
from client_sync.errors import SyncError
from client_sync.lane import Lane

SECONDS = 2  # of processor time, and of wall clock
MEMORY = 512 * 2**20
LONGEST_ANSWER = 48 * 2**20
NO_ANSWER = b"\0\0\0\0"  # in place of an answer: its child did not live to give one

_COUNT = struct.Struct(">I")
_ITEM = struct.Struct(">H32sI")  # length of the share's name, owner, how many changes


@dataclass(frozen=True, slots=True)
class Batch:
    """One share to be read: its name, its owner, and the changes of its epoch."""

    share: str
    owner: bytes
    changes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Child:
    number: int
    asks: int
    answers: int


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
    return msgspec.json.encode(said)


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
    os.closerange(told + 1, 1024)
    gc.collect()
    gc.freeze()
    gc.disable()
    waiting = _born((asked, told))
    while (question := _heard(asked)) is not None:
        reply = _asked_of(waiting, question)
        _say(told, NO_ANSWER if reply is None else reply)
        _end(waiting)
        waiting = _born((asked, told))
    _end(waiting)


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


def _born(inherited: Sequence[int]) -> _Child:
    """A child that waits for one question: being born and warm takes longer than answering."""
    asked, asks = os.pipe()
    answers, told = os.pipe()
    number = os.fork()
    if number == 0:
        _live_and_die(asked, told, (*inherited, asks, answers))
    os.close(asked)
    os.close(told)
    return _Child(number, asks, answers)


def _asked_of(child: _Child, question: bytes) -> bytes | None:
    """The child's whole answer, its length before it; nothing if late, cut short or too long."""
    with suppress(BrokenPipeError):
        _say(child.asks, _COUNT.pack(len(question)) + question)
    deadline = time.monotonic() + SECONDS
    waiting = select.poll()
    waiting.register(child.answers, select.POLLIN | select.POLLHUP)
    reply = bytearray()
    while waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
        part = os.read(child.answers, 2**20)
        reply += part
        if not part or len(reply) > LONGEST_ANSWER:
            return None
        if len(reply) >= _COUNT.size and len(reply) == _COUNT.size + _COUNT.unpack_from(reply)[0]:
            return bytes(reply)
    return None


def _end(child: _Child) -> None:
    os.close(child.asks)
    os.close(child.answers)
    os.kill(child.number, signal.SIGKILL)
    os.waitpid(child.number, 0)


def _live_and_die(asked: int, told: int, inherited: Sequence[int]) -> None:
    """Read one batch under limits and say one thing; whatever happens, this process ends here."""
    status = 1
    try:
        _confine(inherited)
        rehearse()
        question = _heard(asked)
        if question is not None:
            said = answer(unframe(question))
            _say(told, _COUNT.pack(len(said)) + said)
            status = 0
    finally:
        os._exit(status)


def _confine(inherited: Sequence[int]) -> None:
    for pipe in inherited:
        os.close(pipe)
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    main()
