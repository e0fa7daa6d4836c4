"""What is known of a share's changes without Automerge: who saw what, and who wrote which key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from client_sync.guard import Checked

_SYNC_MESSAGE = b"\x42\0\0\0"  # version 1, no heads, no need, no have: only changes


@dataclass(frozen=True, slots=True)
class Past:
    """The order in which colleagues saw each other's changes."""

    writers: Mapping[str, Sequence[Checked]]
    seen: Mapping[bytes, int]  # for each change one bit for itself and each it has seen

    def saw(self, later: bytes, earlier: bytes) -> bool:
        """Had the writer of one change seen the other?"""
        return self.seen[later] | self.seen[earlier] == self.seen[later]


def past_of(known: Mapping[bytes, Checked]) -> Past:
    """The past of a share's changes; `writers` may name one that only deleted the key."""
    seen: dict[bytes, int] = {}
    found: dict[str, list[Checked]] = {}
    for index, one in enumerate(sorted(known.values(), key=lambda one: one.start)):
        seen[one.hash] = 1 << index
        for dep in one.deps:
            seen[one.hash] |= seen[dep]
        for key in one.keys:
            found.setdefault(key, []).append(one)
    return Past(found, seen)


def sync_message(changes: Sequence[bytes]) -> bytes:
    """The changes as one sync message, which is how Automerge takes them raw."""
    parts = [_SYNC_MESSAGE, _length(len(changes))]
    for raw in changes:
        parts += (_length(len(raw)), raw)
    return b"".join(parts)


def _length(number: int) -> bytes:
    coded = bytearray()
    while number > 0x7F:
        coded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*coded, number])
