"""Who signs the directory with the coordinating node, and how many of them it takes."""

from collections.abc import Sequence

from directory.snapshot import Directory
from server.node import audit, coalition, database, directories
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.directories import Circle
from server.node.errors import RefusedAct, Usage


async def set_signers(names: Sequence[str], k: int, desk: Desk) -> Directory:
    """The coordinating node and these agencies sign from the next number on, k of them at once."""
    require(desk, Act.CHANGE_PARTNER)
    if not desk.node.coordinating:
        raise RefusedAct("Only the coordinating node keeps the directory.")
    others = [coalition.find(name, desk) for name in names]
    if any(agency.suspended for agency in others):
        raise RefusedAct("A suspended agency cannot sign; let it take part again first.")
    found = tuple(dict.fromkeys([desk.node.identity, *(agency.id for agency in others)]))
    if not 1 <= k <= len(found):
        raise Usage(f"There are {len(found)} signers; say how many must sign, 1 to {len(found)}.")
    if (found, k) == (desk.directory.signers, desk.directory.k):
        raise Usage("They sign already, and as many. Nothing was changed.")
    async with database.transaction():
        following = await directories.follow(list, desk, Circle(found, k))
        await audit.record(
            "directory.signers", "", desk, signers=list(found), k=k, directory=following.number
        )
    return following
