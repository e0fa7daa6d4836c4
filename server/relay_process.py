"""The relay as a process of its own: it holds no agency's key and imports nothing of casework."""

import argparse
import asyncio
import os

from server.child_process import (
    Listener,
    die_with_parent,
    keep_logs_silent_about_people,
    look_for_garbage_seldom,
    orders,
)
from server.node import settings
from server.relay import app


async def _serve(descriptor: int) -> None:
    await orders()
    relay = app.create(settings.read(os.environ))
    look_for_garbage_seldom()
    await Listener(relay).listen_on(descriptor)


def main() -> None:
    """Serve the relay on the socket the supervisor opened."""
    die_with_parent()
    keep_logs_silent_about_people()
    parser = argparse.ArgumentParser(prog="relay")
    parser.add_argument("--fd", type=int, required=True)
    asyncio.run(_serve(parser.parse_args().fd))


if __name__ == "__main__":
    main()
