"""A wire that is listened to: every byte that passes a loopback port is passed on and kept."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_AT_ONCE = 64 * 1024


@dataclass
class Wiretap:
    """What was said in each direction, connection by connection."""

    said: list[bytearray] = field(default_factory=list)
    answered: list[bytearray] = field(default_factory=list)

    @property
    def streams(self) -> list[bytes]:
        """Every stream that was heard, each whole and in order."""
        return [bytes(one) for one in [*self.said, *self.answered]]

    @property
    def size(self) -> int:
        """How many bytes were heard."""
        return sum(map(len, self.streams))


@contextmanager
def tapped(port: int, beyond: int) -> Iterator[Wiretap]:
    """Stand at this port, and pass everything on to the one beyond it."""
    tap = Wiretap()
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    listening = _Listening(tap, port, beyond, ready)
    thread = threading.Thread(target=loop.run_until_complete, args=(listening.run(),))
    thread.start()
    try:
        assert ready.wait(20), "the tap could not listen"
        yield tap
    finally:
        loop.call_soon_threadsafe(listening.enough.set)
        thread.join(20)
        loop.close()


class _Listening:
    """The loop that passes bytes on, until it is told that this is enough."""

    def __init__(self, tap: Wiretap, port: int, beyond: int, ready: threading.Event) -> None:
        self.enough = asyncio.Event()
        self._tap, self._port, self._beyond, self._ready = tap, port, beyond, ready
        self._open: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        server = await asyncio.start_server(self._meet, "127.0.0.1", self._port)
        self._ready.set()
        await self.enough.wait()
        server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._pass_on(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said, answered = bytearray(), bytearray()
        self._tap.said.append(said)
        self._tap.answered.append(answered)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._beyond)
        except OSError:
            writer.close()
            return
        try:
            await asyncio.gather(_copy(reader, back, said), _copy(there, writer, answered))
        finally:
            for one in (writer, back):
                one.close()
                with contextlib.suppress(OSError, asyncio.CancelledError):
                    await one.wait_closed()


async def _copy(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, heard: bytearray
) -> None:
    with contextlib.suppress(OSError):
        while part := await source.read(_AT_ONCE):
            heard += part
            target.write(part)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()
