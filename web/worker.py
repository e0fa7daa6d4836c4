"""The process that holds the keys: it serves the pages, syncs, and ends with the last session."""

import argparse
import asyncio
import logging
import os
import secrets
from typing import Any

from server.child_process import (
    Listener,
    die_with_parent,
    keep_logs_silent_about_people,
    look_for_garbage_seldom,
    orders,
    tell,
)
from server.node import chamber, clock, database, settings
from server.node.desk import open_desk
from server.node.errors import NodeError
from server.node.keyholder import Keyholder
from server.node.settings import Settings
from server.sync import Syncer
from web import app, events

_TICK_SECONDS = 2.0
_AGAIN_SECONDS = 5.0
_log = logging.getLogger(__name__)


async def _work(descriptor: int, origin: str) -> None:
    here = settings.read(os.environ)
    chamber.get()  # before any key is in memory, so that no child can inherit one
    database.bind(database.engine_for(here))
    await database.keep_open()
    leaving = asyncio.Event()
    keyholder = Keyholder(here.idle_minutes, leaving.set)
    syncer = Syncer(here, keyholder)
    listener = Listener(app.create(here, keyholder, syncer, origin), events.end_streams)
    waiting = await orders()
    look_for_garbage_seldom()
    tell(warm=True)
    order = await waiting.get()
    if not await _unlocked(here, keyholder, order):
        return
    beside = [
        asyncio.create_task(_keep_syncing(syncer)),
        asyncio.create_task(_lock_the_idle(here, keyholder)),
        asyncio.create_task(_leave_for_the_spare(leaving, listener)),
    ]
    try:
        await listener.listen_on(descriptor)
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        chamber.close()


async def _keep_syncing(syncer: Syncer) -> None:
    """A fault in one round must not end sync for good: say so, and begin again."""
    while True:
        try:
            await syncer.run()
        except Exception:
            _log.exception("sync")
        await asyncio.sleep(_AGAIN_SECONDS)


async def _lock_the_idle(here: Settings, keyholder: Keyholder) -> None:
    """Nobody need come back to the desk for it to lock."""
    while True:
        await asyncio.sleep(_TICK_SECONDS)
        keyholder.tick(await clock.now(here))


async def _leave_for_the_spare(leaving: asyncio.Event, listener: Listener) -> None:
    """Python cannot wipe memory; a process can end."""
    await leaving.wait()
    tell(leaving=True)
    listener.leave()


async def _unlocked(here: Settings, keyholder: Keyholder, order: dict[str, Any]) -> bool:
    """Sign in the member of staff that serve was told of, if any; a wrong passphrase ends serve."""
    if order.get("unlock_as") is None:
        return True
    try:
        with os.fdopen(order["pipe"], encoding="utf-8") as pipe:
            desk = await open_desk(here, order["unlock_as"], pipe.read())
    except NodeError as error:
        tell(refused=error.sentence, exit=error.exit_code)
        return False
    if desk.staff is not None:
        keyholder.open(secrets.token_hex(16), desk.staff, desk.unlocked(), desk.now)
    return True


def main() -> None:
    """Wait, warm and locked, for the supervisor's word; then serve on the socket it opened."""
    die_with_parent()
    keep_logs_silent_about_people()
    parser = argparse.ArgumentParser(prog="worker")
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--origin", required=True)
    asked = parser.parse_args()
    asyncio.run(_work(asked.fd, asked.origin))


if __name__ == "__main__":
    main()
