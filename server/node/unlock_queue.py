"""Passphrases are tried one at a time, and a device that is known goes first."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from crypto import locks
from crypto.errors import CryptoError, NotEnoughMemory
from crypto.keys import Identity
from server.node.errors import NodeError, PassphraseWrong, TooManyWaiting

# Half a second each: nobody waits longer than a page would.
MOST_WAITING = 20


class Turns:
    """One at a time; those who go first wait only for the one already at it."""

    def __init__(self) -> None:
        self._busy = False
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def take(self, *, first: bool) -> AsyncIterator[None]:
        """Wait for a turn and keep it until the block ends."""
        await self._wait(self._first if first else self._others)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, line: deque[asyncio.Future[None]]) -> None:
        if not self._busy:
            self._busy = True
            return
        if len(line) >= MOST_WAITING:
            raise TooManyWaiting
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn in line:
                line.remove(turn)
            elif not turn.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        for line in (self._first, self._others):
            while line:
                turn = line.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._busy = False


_turns = Turns()


async def unlock(lock: bytes, passphrase: str, *, first: bool = False) -> Identity:
    """Open a lock in a thread of its own; any reason it stays shut is the same sentence."""
    async with _turns.take(first=first):
        try:
            return await asyncio.to_thread(locks.unlock, lock, passphrase)
        except NotEnoughMemory as error:
            raise NodeError(str(error)) from error
        except CryptoError as error:
            raise PassphraseWrong from error


async def make_lock(seed: bytes, passphrase: str) -> bytes:
    """A new lock over the seed; the same turns, because it costs the same."""
    async with _turns.take(first=True):
        return await asyncio.to_thread(locks.lock, seed, passphrase)
