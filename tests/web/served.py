"""The pages of one node, served on loopback in a thread of their own with that node's database."""

import asyncio
import contextvars
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
import uvicorn
from litestar import Litestar

from server.node import database
from server.node.engines import NodeEngine
from server.node.keyholder import Keyholder
from server.node.settings import Settings
from server.sync import Syncer
from web import app as pages
from web import events

T = TypeVar("T")
VENDOR = Path(pages.__file__).parent / "static" / "vendor" / "htmx.min.js"
# Where everything must be there a page without htmx fails its test, and is not skipped.
needs_htmx = pytest.mark.skipif(
    not VENDOR.exists() and os.environ.get("CI") != "true",
    reason="htmx is not installed: make install",
)


@dataclass
class Served:
    """One node's pages, and what stands behind them."""

    url: str
    app: Litestar
    keyholder: Keyholder
    loop: asyncio.AbstractEventLoop = field(repr=False)
    server: uvicorn.Server = field(repr=False)
    thread: threading.Thread = field(repr=False)

    def ring(self) -> None:
        """Tell open pages that something changed, as the syncer does."""
        self.loop.call_soon_threadsafe(events.ring)

    def end(self) -> None:
        """Stop serving, streams first."""
        self.loop.call_soon_threadsafe(events.end_streams)
        self.server.should_exit = True
        self.thread.join(20)


def serve(settings: Settings, engine: NodeEngine) -> Served:
    """Serve this node's pages until end()."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    started = threading.Event()
    made: dict[str, Served] = {}

    async def run() -> None:
        keyholder = Keyholder(settings.idle_minutes, lambda: None)
        syncer = Syncer(settings, keyholder)
        app = pages.create(settings, keyholder, syncer, f"http://127.0.0.1:{port}")
        server = uvicorn.Server(
            uvicorn.Config(app, ws="none", access_log=False, log_config=None, server_header=False)
        )
        url, loop = f"http://127.0.0.1:{port}", asyncio.get_running_loop()
        made["it"] = Served(url, app, keyholder, loop, server, threading.current_thread())
        started.set()
        await server.serve(sockets=[listening])

    def thread() -> None:
        with database.using(engine):
            asyncio.run(run())

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(thread,), daemon=True).start()
    started.wait(20)
    return made["it"]


def apart(act: Callable[[], T]) -> T:
    """Do this in a thread of its own: the browser's driver already runs a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(act).result()
