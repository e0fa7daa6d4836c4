"""The invented coalition with real wires: a relay process, and rounds of sync over HTTP."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from server import sync
from server.node.tables import NodeRow
from server.sync import SyncReport
from tests.coalition import NORTHGATE, Coalition
from tests.running import keep_open, run


@dataclass
class Wired:
    """A coalition and the process that relays for it."""

    agencies: Coalition
    listening: socket.socket
    stderr: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def start(self) -> None:
        settings = self.agencies.settings(NORTHGATE)
        descriptor = self.listening.fileno()
        env = {name: value for name, value in os.environ.items() if "CASEFOLD" not in name}
        env |= {"CASEFOLD_DATA": str(settings.data), "CASEFOLD_NOW": self.agencies.now.isoformat()}
        if settings.database_url:
            env["CASEFOLD_DATABASE_URL"] = settings.database_url
        with self.stderr.open("ab") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.server.sync.relay_of_node", str(descriptor)],
                pass_fds=[descriptor],
                env=env,
                stderr=stderr,
            )

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=20)
            self.process = None

    @contextlib.contextmanager
    def cut_off(self) -> Iterator[None]:
        """Within this block nobody answers at the relay's address."""
        port = self.listening.getsockname()[1]
        self.end()
        self.listening.close()
        try:
            yield
        finally:
            self.listening = socket.create_server(("127.0.0.1", port), backlog=256)
            self.start()

    async def round(self, name: str, *, locked: bool = False) -> SyncReport:
        """One round of sync at that agency."""
        with self.agencies.at(name):
            await keep_open()
            desk = await (self.agencies.locked(name) if locked else self.agencies.desk(name))
            return await sync.sync_once(desk)

    async def settle(self) -> None:
        """Rounds until nobody moves anything."""
        for _ in range(8):
            reports = [await self.round(name) for name in self.agencies.places]
            if not any(report.moved for report in reports):
                return
        raise AssertionError("the coalition never became quiet")

    async def point_everybody_here(self) -> None:
        for name in self.agencies.places:
            with self.agencies.at(name):
                await NodeRow.update({NodeRow.relay_url: self.url}).where(NodeRow.id > 0)


@contextlib.contextmanager
def wired(agencies: Coalition, stderr: Path) -> Iterator[Wired]:
    """The coalition, connected."""
    running = Wired(agencies, socket.create_server(("127.0.0.1", 0), backlog=256), stderr)
    running.start()
    try:
        run(running.point_everybody_here())
        yield running
    finally:
        running.end()
        running.listening.close()


async def until(holds: Callable[[], Awaitable[bool]], within: float = 20.0) -> None:
    """Wait for something to become true, or fail."""
    async with asyncio.timeout(within):
        while not await holds():
            await asyncio.sleep(0.02)
