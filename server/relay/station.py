"""What one relay process holds while it runs: who may speak, their tokens, and the doorbell."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from crypto.errors import CryptoError
from directory.errors import DirectoryError
from server.node import clock, coalition, node
from server.node.allowance import Allowance
from server.node.clock import Reading
from server.node.desk import locked_desk
from server.node.settings import Settings
from server.relay import expiry
from server.relay.doorbell import Doorbell
from server.relay.members import Members, NoCoordinatingIdentity
from server.relay.tokens import Tokens

_TICK: Final = 30.0
_LOOK: Final = 2.0


@dataclass(frozen=True, slots=True)
class Station:
    """One relay at work."""

    settings: Settings
    members: Members
    tokens: Tokens = field(default_factory=Tokens)
    doorbell: Doorbell = field(default_factory=Doorbell)
    # A push costs one for each 64 KiB: some 60 MiB at once, then 1.6 MiB a second for each member.
    members_allowance: Allowance = field(default_factory=lambda: Allowance(1_000, 25))
    # Before anybody is known there is one bucket for all: a challenge and a signature are cheap.
    strangers_allowance: Allowance = field(default_factory=lambda: Allowance(400, 100))
    # Invitations are opened a few times a month; whoever tries doors is soon told to wait.
    knocks_allowance: Allowance = field(default_factory=lambda: Allowance(60, 1))

    async def time(self) -> Reading:
        """What time it is here."""
        return await clock.read(self.settings)

    async def tell_beside(self, raw: bytes) -> None:
        """A coordinating node beside this relay believes a directory first, so that none forks."""
        if not await node.exists():
            return
        desk = await locked_desk(self.settings)
        if desk.node.coordinating:
            self.members.look_again()
            await coalition.adopt(raw, desk)

    @contextlib.asynccontextmanager
    async def ticking(self) -> AsyncIterator[None]:
        """Destroy what has ended, and notice a newer directory, all the while."""
        beside = [asyncio.create_task(self._tick()), asyncio.create_task(self._look())]
        try:
            yield
        finally:
            self.doorbell.dismiss()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _tick(self) -> None:
        while True:
            await expiry.expire((await self.time()).sure)
            await asyncio.sleep(_TICK)

    async def _look(self) -> None:
        """Everybody learns of a directory that was published beside this relay."""
        known = 0
        while True:
            with contextlib.suppress(NoCoordinatingIdentity, CryptoError, DirectoryError):
                number = (await self.members.directory()).number
                if known and number > known:
                    self.doorbell.ring_all()
                known = number
            await asyncio.sleep(_LOOK)
