"""What a round of sync does for entries and the listing, locked too as far as each part can."""

from client_sync.courier import Courier
from server.entry import adopting, claiming, listing, out, own, sending, taking
from server.node import database
from server.node.desk import Desk
from server.node.tables import Announcement


async def push(desk: Desk, courier: Courier) -> bool:
    """Blobs go before the statements that name them. Was everything taken?"""
    return await out.push(desk, courier)


async def pull(desk: Desk, courier: Courier) -> int:
    """Fetch what statements have named; how much is new here."""
    changed = await taking.follow_directory(desk) + await adopting.follow_directory(desk)
    changed += await taking.fetch(desk, courier)
    return changed + await adopting.adopt(desk, courier)


async def maintain(desk: Desk) -> None:
    """What an unlocked node sees to by itself."""
    desk.unlocked()
    await taking.open_shut(desk)
    await claiming.tend(desk)
    if desk.node.behind or desk.node.quarantined:
        return  # what was restored from a backup may be older than what others hold
    await sending.seal_again(desk)
    await own.tidy(desk)
    await listing.publish(desk)


async def put_again() -> None:
    """The relay lost its past: every blob of ours waits once more, and what names it."""
    await out.put_again()
    async with database.transaction():
        await Announcement.update({Announcement.sent: 0, Announcement.next_try: 0}).where(
            (Announcement.sent > 0) & Announcement.kind.is_in(["entry", "listing"])
        )
