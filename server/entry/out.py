"""Blobs on their way to the relay: laid down before the statement that names them."""

from collections.abc import Sequence

from client_sync.courier import Courier, RelayRefused
from crypto.part import blob_name
from server.entry.tables import OutBlob
from server.node import database
from server.node.desk import Desk

_AT_ONCE = 500


async def lay_out(contents: Sequence[bytes]) -> list[str]:
    """Keep these for the relay; their names. The caller is in a transaction."""
    database.require_transaction()
    names = [blob_name(one).hex() for one in contents]
    for name, content in zip(names, contents, strict=True):
        await OutBlob.insert(OutBlob(name=name, body=content)).on_conflict(
            target=OutBlob.name, action="DO NOTHING"
        )
    return names


async def keep_only(names: Sequence[str], among: Sequence[str]) -> None:
    """Of `among`, let go of all that are not in `names`: nothing names them any more."""
    gone = sorted(set(among) - set(names))
    for start in range(0, len(gone), _AT_ONCE):
        await OutBlob.delete().where(OutBlob.name.is_in(gone[start : start + _AT_ONCE]))


async def push(desk: Desk, courier: Courier) -> bool:
    """Hand the relay what it has yet to get; works locked. Was it all taken?"""
    waits = OutBlob.put_at == 0
    names = await OutBlob.select(OutBlob.name).where(waits).output(as_list=True)
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        rows = await OutBlob.select(OutBlob.body).where(OutBlob.name.is_in(some))
        try:
            await courier.put_blobs([bytes(row["body"]) for row in rows])
        except RelayRefused:
            return False  # it holds as much for us as it will; what was replaced goes in two days
        at = max(1, int(desk.now.timestamp()))
        await OutBlob.update({OutBlob.put_at: at}).where(OutBlob.name.is_in(some))
    return True


async def put_again() -> None:
    """The relay lost its past: all of it waits once more."""
    await OutBlob.update({OutBlob.put_at: 0}).where(OutBlob.put_at > 0)


async def waiting_count() -> int:
    """How many the relay has yet to get."""
    return int(await OutBlob.count().where(OutBlob.put_at == 0))
