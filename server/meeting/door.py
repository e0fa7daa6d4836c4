"""What a locked node may say at its door: how many sealed parts came that nobody has opened.

Of which case they are, and for whom, is known to nobody until they are opened, and not to this node
either; so the number is the same for everybody who stands there, walled from a case or not.
"""

from server.casework import ending
from server.casework.tables import Share
from server.node.desk import locked_desk
from server.node.settings import Settings


async def things_wait(settings: Settings) -> int:
    """How many parts wait, sealed; needs no key and opens nothing."""
    desk = await locked_desk(settings)
    return int(
        await Share.count().where(
            (Share.recipient == desk.node.identity)
            & (Share.state == ending.LIVE)
            & (Share.ends > int(desk.now.timestamp()))
            & (Share.case_ref == "")
            & (Share.why == "")
        )
    )
