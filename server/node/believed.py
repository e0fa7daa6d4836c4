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


async def numbered(number: int, trusted: bytes) -> Directory | None:
    """The snapshot of this number, if it was kept here."""
    row = (
        await DirectoryRow.select(DirectoryRow.signed).where(DirectoryRow.number == number).first()
    )
    return _checked(bytes(row["signed"]), trusted) if row and trusted else None


async def all_kept(trusted: bytes) -> list[Directory]:
    """Every snapshot kept here, the first one first."""
    rows = await DirectoryRow.select(DirectoryRow.signed).order_by(DirectoryRow.number)
    return [snapshot.kept(bytes(row["signed"]), trusted) for row in rows] if trusted else []


async def raws_after(number: int) -> list[bytes]:
    """The snapshots above this number as they travel, the lowest first."""
    rows = await (
        DirectoryRow.select(DirectoryRow.signed)
        .where(DirectoryRow.number > number)
        .order_by(DirectoryRow.number)
    )
    return [bytes(row["signed"]) for row in rows]


async def store(directory: Directory, now: datetime) -> None:
    """Keep a snapshot; the caller has checked it and writes it down in the audit."""
    database.require_transaction()
    await DirectoryRow.insert(
        DirectoryRow(number=directory.number, signed=directory.raw, adopted_at=int(now.timestamp()))
    )


@lru_cache(maxsize=8)
def _checked(raw: bytes, trusted: bytes) -> Directory:
    return snapshot.kept(raw, trusted)
