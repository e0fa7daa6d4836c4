"""Rings the members concerned, at once, when something was kept for them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Final

HEARTBEAT: Final = 15.0  # seconds; shorter than the idle limit of common proxies
RING: Final = b"event: ring\ndata: -\n\n"
STILL_HERE: Final = b": still here\n\n"


class Doorbell:
    """One bell for one relay process: members wait at it, commits ring it."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, set[asyncio.Event]] = {}
        self._closed = False

    def ring(self, members: Iterable[bytes]) -> None:
        """Wake whoever of these members is listening."""
        for member in members:
            for event in self._waiting.get(member, ()):
                event.set()

    def ring_all(self) -> None:
        """Wake everybody who is listening."""
        self.ring(tuple(self._waiting))

    def dismiss(self) -> None:
        """End every stream: the relay is going down."""
        self._closed = True
        self.ring_all()

    async def listen(self, member: bytes, heartbeat: float = HEARTBEAT) -> AsyncIterator[bytes]:
        """Server-sent events for one member: a ring at once, then one at each commit for them."""
        event = asyncio.Event()
        event.set()  # whoever connects may have missed a ring
        self._waiting.setdefault(member, set()).add(event)
        try:
            while True:
                rung = await _rings(event, heartbeat)
                if self._closed:
                    return
                yield RING if rung else STILL_HERE
        finally:
            self._waiting[member].discard(event)
            if not self._waiting[member]:
                del self._waiting[member]

    def listeners(self, member: bytes) -> int:
        """How many streams this member holds open."""
        return len(self._waiting.get(member, ()))


async def _rings(event: asyncio.Event, within: float) -> bool:
    """Was the bell rung within so many seconds?"""
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True
