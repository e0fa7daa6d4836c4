"""The directory this node believes: the newest signed snapshot it has seen."""

from datetime import datetime
from functools import lru_cache

from directory import snapshot
from directory.snapshot import Directory
from server.node import database
from server.node.tables import DirectoryRow


async def current(trusted: bytes) -> Directory:
    """The newest snapshot kept here, checked again; the empty one before the first."""
    row = await (
        DirectoryRow.select(DirectoryRow.signed)
        .order_by(DirectoryRow.number, ascending=False)
        .first()
    )
    if row is None or not trusted:
        return snapshot.EMPTY
    return _checked(bytes(row["signed"]), trusted)


async def store(directory: Directory, now: datetime) -> None:
    """Keep a snapshot; the caller has checked it and writes it down in the audit."""
    database.require_transaction()
    await DirectoryRow.insert(
        DirectoryRow(number=directory.number, signed=directory.raw, adopted_at=int(now.timestamp()))
    )


@lru_cache(maxsize=8)
def _checked(raw: bytes, trusted: bytes) -> Directory:
    return snapshot.kept(raw, trusted)
