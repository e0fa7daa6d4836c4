"""What of a delivery is new here and soundly signed: the next is checked while one is stored."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass

from server.casework.checking import Arrived, Believed, led_back_to, parsed, why_not_sound
from server.casework.tables import Share
from server.node.desk import Desk

_AT_ONCE = 1_000  # records in one transaction, so that a page never waits long for its turn
_ASK_AT_ONCE = 500

Raw = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Sifted:
    """A part of a delivery: what may be kept, how much was here, and what is refused and why."""

    sound: Sequence[Arrived]
    duplicates: int
    refused: Sequence[tuple[str, str]]


async def sifted(records: Raw, desk: Desk) -> AsyncGenerator[Sifted, None]:
    """The delivery part by part; close it (contextlib.aclosing) if it is not read to its end."""
    believed = Believed.by(desk)
    parts = [records[start : start + _AT_ONCE] for start in range(0, len(records), _AT_ONCE)]
    if not parts:
        return
    checking = asyncio.create_task(_sift(parts[0], believed))
    try:
        for part in parts[1:]:
            done = await checking
            checking = asyncio.create_task(_sift(part, believed))
            yield done
        yield await checking
    finally:
        await asyncio.gather(checking, return_exceptions=True)


async def _sift(records: Raw, believed: Believed) -> Sifted:
    arrived, unreadable = await asyncio.to_thread(parsed, records)
    held = led_back_to(arrived, await _last_ids({one.stub.share.hex() for one in arrived}))
    new = [one for one in arrived if one.id not in held]
    bad = await _not_sound(new, believed)
    return Sifted(
        [one for one in new if one.id not in bad],
        len(arrived) - len(new),
        [*(("", reason) for reason in unreadable), *bad.items()],
    )


async def _not_sound(arrived: Sequence[Arrived], believed: Believed) -> dict[str, str]:
    # Signatures take most of the time and let go of the interpreter: pages go on meanwhile, and a
    # second core does half of them.
    halves = (asyncio.to_thread(why_not_sound, arrived[start::2], believed) for start in range(2))
    first, second = await asyncio.gather(*halves)
    return first | second


async def _last_ids(shares: Iterable[str]) -> dict[str, str]:
    wanted = sorted(shares)
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _ASK_AT_ONCE):
        asked = wanted[start : start + _ASK_AT_ONCE]
        rows = await Share.select(Share.id, Share.last_id).where(Share.id.is_in(asked))
        found |= {row["id"]: row["last_id"] for row in rows}
    return found
