"""The keyless parent of a node's processes: owns sockets, replaces the worker that held keys."""

import asyncio
import contextlib
import errno
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.node.errors import NodeError, NotPermitted, PassphraseWrong

_END_SECONDS = 1.3  # every process is gone within two seconds of the signal
_SOON_SECONDS = 10.0
_MOST_DEATHS = 5  # a worker that dies this often this soon will not get better by trying


class PortTaken(NodeError):
    """Another program already listens there: choose another port."""

    exit_code = 2


class WillNotServe(NodeError):
    """The worker could not be started."""

    exit_code = 5


_REFUSALS: dict[int, type[NodeError]] = {7: PassphraseWrong, 8: NotPermitted}


@dataclass(frozen=True, slots=True)
class Unlock:
    """Who to sign in as the worker starts; the passphrase waits in a pipe that only it reads."""

    staff: str
    pipe: int


@dataclass(frozen=True, slots=True)
class Serving:
    """What serve was asked for; relay_port is None at a node that runs no relay."""

    data: Path
    host: str
    port: int
    relay_port: int | None
    unlock: Unlock | None
    public_directory: bool = False


def listen(host: str, port: int) -> socket.socket:
    """A socket that already queues connections, so that none is refused while workers change."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen(256)
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Port {port} on {host} is taken by another program: choose another one."
            ) from None
        raise PortTaken(f"Nothing can listen on {host}, port {port}: {error.strerror}.") from None
    return opened


def url_of(opened: socket.socket, host: str) -> str:
    """Where a browser on this machine finds the socket."""
    port = opened.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Child:
    """One process this supervisor started, and the pipe it listens on."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self.process = process
        self.name = name
        self.ready = False
        self.leaving = False

    def order(self, **message: Any) -> None:
        """Say one thing to the child; one that is already gone hears nothing."""
        stdin = self.process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(json.dumps(message).encode() + b"\n")


_News = tuple[Child, dict[str, Any] | None]  # None: the child has ended


class Supervisor:
    """Keeps one worker serving, one warm and locked beside it, and the relay where there is one."""

    def __init__(self, asked: Serving, announce: Callable[[str, str | None], None]) -> None:
        self._asked = asked
        self._announce = announce
        self._pages = listen(asked.host, asked.port)
        self._relay_socket = self._listen_for_relay()
        self._news: asyncio.Queue[_News] = asyncio.Queue()
        self._worker: Child | None = None
        self._spare: Child | None = None
        self._relay: Child | None = None
        self._children: set[Child] = set()
        self._listening: set[asyncio.Task[None]] = set()
        self._announced = False
        self._deaths: list[float] = []

    def _listen_for_relay(self) -> socket.socket | None:
        if self._asked.relay_port is None:
            return None
        try:
            return listen(self._asked.host, self._asked.relay_port)
        except PortTaken:
            self._pages.close()
            raise

    async def run(self) -> None:
        """Serve until a signal, then end every process."""
        ending = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, ending.set)
        try:
            if self._relay_socket is not None:
                self._relay = await self._start_relay(self._relay_socket)
            self._worker = await self._start_first()
            await self._attend(ending)
        finally:
            await self._end_all()

    async def _attend(self, ending: asyncio.Event) -> None:
        stopping = asyncio.create_task(ending.wait())
        try:
            while not ending.is_set():
                hearing = asyncio.create_task(self._news.get())
                await asyncio.wait({hearing, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not hearing.done():
                    hearing.cancel()
                    return
                child, message = hearing.result()
                await self._hear(child, message)
        finally:
            stopping.cancel()

    async def _hear(self, child: Child, message: dict[str, Any] | None) -> None:
        if message is None:
            await self._replace(child)
        elif "refused" in message:
            raise _REFUSALS.get(message["exit"], WillNotServe)(message["refused"])
        elif message.get("leaving"):
            child.leaving = True
            await self._promote()
        elif message.get("ready"):
            child.ready = True
            await self._when_all_answer()

    async def _when_all_answer(self) -> None:
        if self._worker is None or not self._worker.ready:
            return
        if self._spare is None:
            self._spare = await self._start_worker()
        if self._announced or (self._relay is not None and not self._relay.ready):
            return
        self._announced = True
        relay = self._relay_socket
        self._announce(
            url_of(self._pages, self._asked.host),
            None if relay is None else url_of(relay, self._asked.host),
        )

    async def _replace(self, child: Child) -> None:
        self._children.discard(child)
        if child is self._spare:
            self._count_death()
            self._spare = await self._start_worker()
        elif child is self._relay and self._relay_socket is not None:
            self._count_death()
            self._relay = await self._start_relay(self._relay_socket)
        elif child is self._worker and not child.leaving:
            self._count_death()
            await self._promote()

    async def _promote(self) -> None:
        """The spare takes the socket at once, locked; another is warmed when it answers."""
        taking = self._spare or await self._start_worker()
        self._worker, self._spare = taking, None
        taking.order(take=True)

    async def _start_first(self) -> Child:
        """Only the first worker may be signed in from the start; its pipe is read once."""
        unlock = self._asked.unlock
        if unlock is None:
            worker = await self._start_worker()
            worker.order(take=True)
            return worker
        worker = await self._start_worker(unlock.pipe)
        os.close(unlock.pipe)
        worker.order(take=True, unlock_as=unlock.staff, pipe=unlock.pipe)
        return worker

    def _count_death(self) -> None:
        now = asyncio.get_running_loop().time()
        self._deaths = [at for at in self._deaths if now - at < _SOON_SECONDS] + [now]
        if len(self._deaths) >= _MOST_DEATHS:
            raise WillNotServe(
                "This node's processes keep ending as soon as they start: run "
                "'casefold doctor' on the same folder, it says what to look at."
            )

    async def _start_worker(self, *pipes: int) -> Child:
        origin = url_of(self._pages, self._asked.host)
        return await self._start("web.worker", self._pages, ("--origin", origin), pipes)

    async def _start_relay(self, relay_socket: socket.socket) -> Child:
        return await self._start("server.relay_process", relay_socket)

    async def _start(
        self,
        module: str,
        opened: socket.socket,
        words: tuple[str, ...] = (),
        pipes: tuple[int, ...] = (),
    ) -> Child:
        descriptor = opened.fileno()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            # -P: a web.py or crypto.py that lies where serve was started is none of our modules
            *("-P", "-m", module, "--fd", str(descriptor), *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=(descriptor, *pipes),
            env={
                **os.environ,
                "CASEFOLD_DATA": str(self._asked.data),
                "CASEFOLD_PUBLIC_DIRECTORY": "yes" if self._asked.public_directory else "no",
            },
            start_new_session=True,  # Ctrl-C reaches the supervisor alone; it ends the rest
        )
        child = Child(process, module)
        self._children.add(child)
        task = asyncio.create_task(self._listen_to(child))
        self._listening.add(task)
        task.add_done_callback(self._listening.discard)
        return child

    async def _listen_to(self, child: Child) -> None:
        stdout = child.process.stdout
        while stdout is not None and (line := await stdout.readline()):
            with contextlib.suppress(json.JSONDecodeError):
                await self._news.put((child, json.loads(line)))
        await child.process.wait()
        await self._news.put((child, None))

    async def _end_all(self) -> None:
        for child in self._children:
            with contextlib.suppress(ProcessLookupError):
                child.process.terminate()
        gone = [asyncio.create_task(child.process.wait()) for child in self._children]
        if gone:
            await asyncio.wait(gone, timeout=_END_SECONDS)
        for child in self._children:
            with contextlib.suppress(ProcessLookupError):
                child.process.kill()
        for task in self._listening:
            task.cancel()
