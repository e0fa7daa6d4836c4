"""What the relay destroys by its own clock: bodies at a share's end, stubs 100 days later."""

from datetime import datetime
from typing import Final

from server.node import database
from server.relay import blobs, invitations, shelf
from server.relay.statements import forget
from server.relay.tables import HeldRecord, HeldShare, HeldStatement

_STUBS_KEPT: Final = 100 * 86_400
_AT_ONCE: Final = 1_000


async def expire(sure: datetime) -> int:
    """Destroy what has ended by now; how many shares lost their bodies."""
    at = int(sure.timestamp())
    ended = (HeldShare.ends <= at) & HeldShare.dropped.eq(False)
    gone = HeldShare.ends <= at - _STUBS_KEPT
    outdated = HeldStatement.until <= at
    dropped = 0
    await invitations.expire(at)
    if (
        await HeldShare.exists().where(ended | gone)
        or await HeldStatement.exists().where(outdated)
        or await blobs.due(at)
    ):
        async with database.transaction():
            numbers = await HeldShare.select(HeldShare.number).where(ended).output(as_list=True)
            for start in range(0, len(numbers), _AT_ONCE):
                await shelf.drop(numbers[start : start + _AT_ONCE])
            dropped = len(numbers)
            old = HeldShare.select(HeldShare.number).where(gone)
            await HeldRecord.delete().where(HeldRecord.share.is_in(old))
            await HeldShare.delete().where(gone)
            await forget(
                await HeldStatement.select(HeldStatement.g).where(outdated).output(as_list=True)
            )
            await blobs.expire(at)
        database.checkpoint()
    return dropped
