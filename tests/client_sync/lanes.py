"""Invented lanes for the tests, and changes as a peer that means harm would make them."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

from tiers.consent import Consent, ConsentKind, ConsentState, Signer
from tiers.fragment import Fragment, Place, Written
from tiers.gate import Cleared

OWNER = bytes(range(32))
RECIPIENT = bytes(range(100, 132))
RELEASE = bytes(range(16))
SHARE = bytes(range(50, 66))
CASE_REF = "7KQ42M0000000000000000000A"
UNTIL = date(2026, 4, 10)
MORNING = "2026-01-05T08:00:00Z"


def at(field: str, about: str = "survivor", section: str = "risks") -> Place:
    return Place(section, about, field)


def wrote(value: str, by: str = "Ana", when: str = MORNING) -> Written:
    return Written(value, when, by)


def consent(discloser: bytes = OWNER, recipient: bytes = RECIPIENT) -> Consent:
    return Consent(
        id="c" * 32,
        release_id=RELEASE.hex(),
        kind=ConsentKind.TELL,
        discloser=discloser.hex(),
        recipient=recipient.hex(),
        sections=frozenset({"risks"}),
        about=frozenset({"survivor"}),
        excluded=frozenset(),
        purpose="safety planning",
        signer=Signer("self", "", "", "survivor", True),
        form="written",
        signed_on=date(2026, 1, 5),
        witness="Ana",
        language="en",
        ends=UNTIL,
        carrier=recipient.hex(),
        collected_by=discloser.hex(),
        adopted_by=None,
        state=ConsentState.GIVEN,
    )


def cleared(
    fields: Mapping[Place, tuple[Written, ...]],
    *,
    people: Mapping[str, str] | None = None,
    discloser: bytes = OWNER,
    recipient: bytes = RECIPIENT,
    until: date = UNTIL,
) -> Cleared:
    """What the gate would give for these fields; the gate itself is tested elsewhere."""
    return Cleared(
        fragment=Fragment(CASE_REF, people or {"survivor": "survivor"}, fields, {}),
        consent=consent(discloser, recipient),
        discloser=discloser.hex(),
        recipient=recipient.hex(),
        exchange="meeting",
        until=until,
        left_out=(),
    )


def number(value: int) -> bytes:
    """A number as Automerge writes it."""
    coded = bytearray()
    while value > 0x7F:
        coded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*coded, value])


def whole(value: int) -> bytes:
    """A signed number as Automerge writes it."""
    coded = bytearray()
    while True:
        byte, value = value & 0x7F, value >> 7
        if (value == 0 and not byte & 0x40) or (value == -1 and byte & 0x40):
            return bytes([*coded, byte])
        coded.append(byte | 0x80)


def chunk(content: bytes, kind: int = 1) -> bytes:
    """A chunk with a checksum that fits, whatever it holds."""
    rest = bytes([kind]) + number(len(content)) + content
    return b"\x85\x6f\x4a\x83" + hashlib.sha256(rest).digest()[:4] + rest


def content_of(change: bytes) -> bytes:
    """What a chunk holds after its length."""
    start = 9
    while change[start] & 0x80:
        start += 1
    return change[start + 1 :]


def one_put(key: bytes = b"k", value: bytes = b"v") -> dict[int, bytes]:
    """The columns of a change that puts one text at the root."""
    return {
        0x15: b"\x7f" + number(len(key)) + key,
        0x34: b"\x01",
        0x42: b"\x7f\x01",
        0x56: b"\x7f" + number(len(value) << 4 | 6),
        0x57: value,
        0x70: b"\x7f\x00",
    }


def forged(
    columns: Mapping[int, bytes],
    *,
    deps: Sequence[bytes] = (),
    owner: bytes = OWNER,
    actor: bytes | None = None,
    seq: int = 1,
    start: int = 1,
    others: Sequence[bytes] = (),
    message: bytes = b"",
    time: int = 0,
    more: bytes = b"",
) -> bytes:
    """A change made by hand, so that it may lie."""
    mine = owner[:8] + bytes(8) if actor is None else actor
    parts = [number(len(deps)), *sorted(deps), number(len(mine)), mine, number(seq), number(start)]
    parts += [whole(time), number(len(message)), message, number(len(others))]
    parts += [number(len(other)) + other for other in others]
    parts.append(number(len(columns)))
    parts += [number(column) + number(len(raw)) for column, raw in columns.items()]
    parts += columns.values()
    return chunk(b"".join(parts) + more)
