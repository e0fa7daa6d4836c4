"""What every process under a supervisor does alike: hears orders, serves, dies with its parent."""

import asyncio
import contextlib
import ctypes
import gc
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from litestar import Litestar

_PR_SET_PDEATHSIG = 1
_GRACE_SECONDS = 0.5  # an event stream has been told to end; a request in flight gets this long
_LAST_SECONDS = 1.2  # whatever still runs then is cut: the keys must not outlive the last session


def die_with_parent() -> None:
    """Ask the kernel to end this process the moment its parent is gone, however it went."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def keep_logs_silent_about_people() -> None:
    """Log warnings to stderr by kind and place alone: a message may quote what somebody typed."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_KindAndPlace())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def look_for_garbage_seldom() -> None:
    """What stands from the start is never looked through again, and the rest seldom.

    A push of thousands of records is no garbage, and Python would look through it every 700 things.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


class _KindAndPlace(logging.Formatter):
    """A log line that names what went wrong and where in the program, and quotes nothing."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{record.levelname.lower()} in {record.name}"
        if record.exc_info is None or record.exc_info[1] is None:
            return f"{line} ({record.module}:{record.lineno})"
        error = record.exc_info[1]
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is None:
            return f"{line}: {type(error).__name__}"
        code = trace.tb_frame.f_code
        return f"{line}: {type(error).__name__} in {code.co_qualname} (line {trace.tb_lineno})"


def tell(**message: Any) -> None:
    """Tell the supervisor one thing, as one line of JSON."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


async def orders() -> asyncio.Queue[dict[str, Any]]:
    """The supervisor's orders as they come; when its end of the pipe closes, this process ends."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def listen() -> None:
        heard = b""
        # Not sys.stdin: its lock, held here, would stop the interpreter from ending.
        while piece := os.read(0, 65_536):
            *lines, heard = (heard + piece).split(b"\n")
            for line in lines:
                loop.call_soon_threadsafe(queue.put_nowait, json.loads(line))
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    return queue


class Listener(uvicorn.Server):
    """One application on one inherited socket, ended by the supervisor's signal or by its own."""

    def __init__(self, app: Litestar, before_end: Callable[[], None] | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on",
                ws="none",
                access_log=False,
                log_config=None,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._before_end = before_end

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take signals in this loop: uvicorn's own way waits for streams that never end."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.leave)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's to pass on
        yield

    def leave(self) -> None:
        """End streams now, requests within half a second, and the process soon after."""
        if self.should_exit:
            return
        if self._before_end is not None:
            self._before_end()
        if self.started:
            for listening in self.servers:
                listening.close()  # what is still to be accepted waits for whoever takes over
        self.should_exit = True
        asyncio.get_running_loop().call_later(_GRACE_SECONDS, self._cut)
        last = threading.Timer(_LAST_SECONDS, os._exit, (0,))
        last.daemon = True
        last.start()

    def _cut(self) -> None:
        self.force_exit = True

    async def listen_on(self, descriptor: int) -> None:
        """Serve until told to leave, and say once that pages are answered."""
        announcing = asyncio.create_task(self._announce())
        try:
            await self.serve(sockets=[socket.socket(fileno=descriptor)])
        finally:
            announcing.cancel()

    async def _announce(self) -> None:
        while not self.started:
            await asyncio.sleep(0.01)
        tell(ready=True)
