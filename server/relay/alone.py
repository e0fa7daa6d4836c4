"""The relay on a machine of its own, believing the directories of one pinned identity."""

import argparse
import asyncio
import socket
from pathlib import Path

import uvicorn

from crypto.keys import check_public
from server.node import database
from server.node.migrations import run_missing
from server.node.settings import Settings
from server.relay import app


def main() -> None:
    """Serve until told to stop; the address is given, or a socket that already listens."""
    parser = argparse.ArgumentParser(prog="python -m server.relay.alone")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--database-url")
    parser.add_argument("--trust", required=True, help="the coordinating identity, 64 hex digits")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fd", type=int)
    asked = parser.parse_args()
    pinned = bytes.fromhex(asked.trust)
    check_public(pinned)
    settings = Settings(data=asked.data.absolute(), database_url=asked.database_url)
    asyncio.run(_serve(settings, pinned, _socket(asked)))


def _socket(asked: argparse.Namespace) -> socket.socket:
    if asked.fd is not None:
        return socket.socket(fileno=asked.fd)
    return socket.create_server((asked.host, asked.port), backlog=256)


async def _serve(settings: Settings, pinned: bytes, listening: socket.socket) -> None:
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with database.using(database.engine_for(settings)) as engine:
        await run_missing(("node", "relay"))
    await engine.release()
    config = uvicorn.Config(
        app.create(settings, pinned),
        access_log=False,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        ws="none",
    )
    await uvicorn.Server(config).serve(sockets=[listening])


if __name__ == "__main__":
    main()
