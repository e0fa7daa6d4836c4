"""What is known of a share's changes without Automerge: their order, and who wrote which key."""

from collections.abc import Mapping, Sequence

from client_sync.guard import Checked

_SYNC_MESSAGE = b"\x42"  # version 1; the only way to give Automerge raw changes


def sync_message(changes: Sequence[bytes], known: Mapping[bytes, Checked]) -> bytes:
    """The changes as one sync message, which asks for nothing back."""
    heads = known.keys() - {dep for one in known.values() for dep in one.deps}
    parts = [_SYNC_MESSAGE, _length(len(heads)), *sorted(heads), b"\0\0", _length(len(changes))]
    for raw in changes:
        parts += (_length(len(raw)), raw)
    return b"".join(parts)


def ancestry(known: Mapping[bytes, Checked]) -> dict[bytes, int]:
    """For each change one bit for itself and one for each change it has seen."""
    before: dict[bytes, int] = {}
    for index, one in enumerate(sorted(known.values(), key=lambda one: one.start)):
        before[one.hash] = 1 << index
        for dep in one.deps:
            before[one.hash] |= before[dep]
    return before


def writers(known: Mapping[bytes, Checked]) -> dict[str, list[Checked]]:
    """For each key the changes that may have written it."""
    found: dict[str, list[Checked]] = {}
    for one in known.values():
        for key in one.keys:
            found.setdefault(key, []).append(one)
    return found


def _length(number: int) -> bytes:
    coded = bytearray()
    while number > 0x7F:
        coded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*coded, number])
