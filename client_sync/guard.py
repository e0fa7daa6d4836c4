"""A static check of a peer's changes, before Automerge sees a byte of them.

Sixty bytes can hold Automerge for minutes or end the process, so only the plainest form passes:
a chunk of maps and texts, whole, unpacked, counted, and by an actor of the share's owner.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import ge

from client_sync.columns import Bytes, numbers, only_false, steps, words
from client_sync.errors import UnsafeChange

MOST_OPS = 2_000  # in one change
MOST_OPS_IN_A_SHARE = 20_000
LONGEST_KEY = 512

_MAGIC = b"\x85\x6f\x4a\x83"
_PLAIN = 1  # 0 is a whole document, 2 a packed change: neither is ever sent
_ACTOR = 16
_MOST_DEPS = 64
_MOST_OTHER_ACTORS = 512
_OBJECT_ACTOR, _OBJECT, _KEY, _INSERT, _ACTION = 0x01, 0x02, 0x15, 0x34, 0x42
_VALUE_FORM, _VALUE, _PREDS, _PRED_ACTOR, _PRED = 0x56, 0x57, 0x70, 0x71, 0x73
_COLUMNS = frozenset(
    {_OBJECT_ACTOR, _OBJECT, _KEY, _INSERT, _ACTION}
    | {_VALUE_FORM, _VALUE, _PREDS, _PRED_ACTOR, _PRED}
)
_MAKE_MAP, _PUT, _DELETE = 0, 1, 3
_NOTHING, _TEXT = 0, 6


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a change that may be applied."""

    hash: bytes
    actor: bytes
    seq: int
    deps: tuple[bytes, ...]
    ops: int
    start: int
    keys: frozenset[str]

    @property
    def last(self) -> int:
        """The number of its last operation."""
        return self.start + self.ops - 1


def hash_of(change: bytes) -> bytes:
    """The name of a change, by which others lean on it."""
    return hashlib.sha256(memoryview(change)[8:]).digest()


def check(change: bytes, owner: bytes) -> Checked:
    """What a plain change by `owner` is; anything else raises UnsafeChange."""
    if len(change) < 10 or change[:4] != _MAGIC or change[8] != _PLAIN:
        raise UnsafeChange("This is not a plain change.")
    digest = hash_of(change)
    if digest[:4] != change[4:8]:
        raise UnsafeChange("The change is damaged: its checksum does not fit.")
    source = Bytes(change, 9, len(change))
    if source.unsigned() != source.end - source.at:
        raise UnsafeChange("The change is longer or shorter than it says.")
    deps = _deps(source)
    actor = _actor(source, owner)
    seq, start = source.unsigned(), source.unsigned()
    if seq == 0 or start == 0:
        raise UnsafeChange("The change counts from nothing.")
    if source.signed() != 0 or source.unsigned() != 0:
        raise UnsafeChange("The change carries a time or a message.")
    others = source.unsigned()
    if others > _MOST_OTHER_ACTORS:
        raise UnsafeChange("The change names too many actors.")
    for _ in range(others):
        _actor(source, owner)
    ops, keys = _operations(_columns(source), start, 1 + others)
    return Checked(digest, actor, seq, deps, ops, start, keys)


def check_share(changes: Sequence[bytes], owner: bytes) -> dict[bytes, Checked]:
    """Every change of one epoch by hash, none of them leaning on anything outside it."""
    found: dict[bytes, Checked] = {}
    total = 0
    for change in changes:
        checked = check(change, owner)
        if checked.hash in found:
            continue
        found[checked.hash] = checked
        total += checked.ops
        if total > MOST_OPS_IN_A_SHARE:
            raise UnsafeChange("The share is too large.")
    for checked in found.values():
        _stands_on(checked, found)
    _counted(found)
    return found


def _stands_on(checked: Checked, found: Mapping[bytes, Checked]) -> None:
    for dep in checked.deps:
        if dep not in found:
            raise UnsafeChange("A change leans on one that is not in this share.")
        if found[dep].last >= checked.start:
            raise UnsafeChange("A change counts from before what it leans on.")


def _counted(found: Mapping[bytes, Checked]) -> None:
    seqs: dict[bytes, set[int]] = {}
    for checked in found.values():
        seen = seqs.setdefault(checked.actor, set())
        if checked.seq in seen:
            raise UnsafeChange("An actor gave two changes one number.")
        seen.add(checked.seq)
    if any(max(seen) != len(seen) for seen in seqs.values()):
        raise UnsafeChange("A change of an actor is missing.")


def _deps(source: Bytes) -> tuple[bytes, ...]:
    count = source.unsigned()
    if count > _MOST_DEPS:
        raise UnsafeChange("The change leans on too many others.")
    deps = tuple(source.take(32) for _ in range(count))
    if len(set(deps)) != count:
        raise UnsafeChange("The change leans on another twice.")
    return deps


def _actor(source: Bytes, owner: bytes) -> bytes:
    if source.unsigned() != _ACTOR:
        raise UnsafeChange("The change was not made by this software.")
    actor = source.take(_ACTOR)
    if actor[:8] != owner[:8]:
        raise UnsafeChange("The change was not made by the share's owner.")
    return actor


def _columns(source: Bytes) -> dict[int, bytes]:
    names, lengths = _pairs(source, source.unsigned())
    if not _COLUMNS.issuperset(names) or any(map(ge, names, names[1:])):
        raise UnsafeChange("The change holds something other than maps and texts.")
    columns = dict(zip(names, map(source.take, lengths), strict=True))
    if not source.done():
        raise UnsafeChange("The change carries more than it says.")
    return columns


def _pairs(source: Bytes, count: int) -> tuple[Sequence[int], Sequence[int]]:
    """The columns' names, and their lengths."""
    if count > len(_COLUMNS):
        raise UnsafeChange("The change holds something other than maps and texts.")
    short = source.raw[source.at : source.at + 2 * count]
    if (
        short.isascii() and source.at + 2 * count <= source.end
    ):  # each in one byte, as nearly always
        source.at += 2 * count
        return short[::2], short[1::2]
    pairs = [(source.unsigned(), source.unsigned()) for _ in range(count)]
    return [column for column, _ in pairs], [length for _, length in pairs]


def _operations(
    columns: Mapping[int, bytes], start: int, actors: int
) -> tuple[int, frozenset[str]]:
    inserts = columns.get(_INSERT, b"")
    count = Bytes(inserts, 0, len(inserts)).unsigned()
    if not 0 < count <= MOST_OPS:
        raise UnsafeChange("The change does nothing, or too much.")
    only_false(inserts, count)
    _values(columns, numbers(columns.get(_ACTION, b""), count))
    if _OBJECT in columns or _OBJECT_ACTOR in columns:
        authors = numbers(columns.get(_OBJECT_ACTOR, b""), count)
        objects = numbers(columns.get(_OBJECT, b""), count)
        for index, (author, op) in enumerate(zip(authors, objects, strict=True)):
            if (author is None) != (op is None):
                raise UnsafeChange("A map is half named.")
            _known(author, op, actors, start + index)
    _overwritten(columns, count, start, actors)
    return count, frozenset(words(columns.get(_KEY, b""), count, LONGEST_KEY))


def _values(columns: Mapping[int, bytes], actions: Sequence[int | None]) -> None:
    length = 0
    for action, form in zip(
        actions, numbers(columns.get(_VALUE_FORM, b""), len(actions)), strict=True
    ):
        if action == _PUT:
            if form is None or form & 0x0F != _TEXT:
                raise UnsafeChange("A value is not text.")
            length += form >> 4
        elif action not in (_MAKE_MAP, _DELETE) or form != _NOTHING:
            raise UnsafeChange("The change does something other than write texts in maps.")
    if length != len(columns.get(_VALUE, b"")):
        raise UnsafeChange("The values are longer or shorter than they say.")


def _overwritten(columns: Mapping[int, bytes], count: int, start: int, actors: int) -> None:
    groups = numbers(columns.get(_PREDS, b""), count)
    total = sum(group or 0 for group in groups)
    if None in groups or total > MOST_OPS:
        raise UnsafeChange("A change overwrites too much.")
    authors = numbers(columns.get(_PRED_ACTOR, b""), total)
    for author, op in zip(authors, steps(columns.get(_PRED, b""), total), strict=True):
        _known(author or 0, op, actors, start + count)


def _known(author: int | None, op: int | None, actors: int, before: int) -> None:
    if author is not None and author >= actors:
        raise UnsafeChange("The change names an actor it does not list.")
    if op is not None and not 0 < op < before:
        raise UnsafeChange("The change names an operation that cannot be.")
