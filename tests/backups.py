"""Backups as the papers advise them, and putting one back into a node's folder."""

import sqlite3
from contextlib import closing

from tests.coalition import Coalition


async def back_up(agencies: Coalition, name: str) -> None:
    """The database alone, by VACUUM INTO."""
    data = agencies[name].settings.data
    with closing(sqlite3.connect(data / "casefold.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(data / "backup"),))


async def put_back(agencies: Coalition, name: str, *, keys_lost: bool) -> None:
    """The backup in place of the database, a minute later."""
    place = agencies[name]
    await place.engine.release()
    for suffix in ("", "-wal", "-shm"):
        (place.settings.data / f"casefold.db{suffix}").unlink(missing_ok=True)
    (place.settings.data / "backup").rename(place.settings.data / "casefold.db")
    if keys_lost:
        (place.settings.data / "keys.db").unlink()
    agencies.later(minutes=1)
