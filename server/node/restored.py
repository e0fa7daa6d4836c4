"""Notices that this node was restored: its database is older than keys.db, or keys.db is new.

keys.db is in no backup, and remembers the last audit entry it was shown. A database without that
entry was put back from before it; a keys.db that remembers none came after the node.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from server.node import audit, database
from server.node.keyring import Keyring
from server.node.tables import AuditEntry, NodeRow


@dataclass(frozen=True, slots=True)
class _Itself:
    """The node, noticing something by itself."""

    now: datetime
    who: str = "node"


async def look(keyring: Keyring, now: datetime, *, remember: bool = True) -> bool:
    """Was this node restored since the last look? Then its quarantine begins. Works locked."""
    if database.in_transaction():
        return False  # what is not committed yet may never have been, and keys.db must not know it
    head, seen = await audit.head(), keyring.seen()
    if head == seen:
        return False
    if head[0] and not await _has(seen):
        await _begin_quarantine(now)
        keyring.saw(await audit.head())
        return True
    if remember:
        keyring.saw(head)  # a disk sync: at each sign-in and each ending, not at each round
    return False


async def _has(seen: tuple[int, str] | None) -> bool:
    if seen is None:
        return False
    n, chained = seen
    return n == 0 or await AuditEntry.exists().where(
        (AuditEntry.n == n) & (AuditEntry.hash == chained)
    )


async def _begin_quarantine(now: datetime) -> None:
    async with database.transaction():
        await NodeRow.update(
            {
                NodeRow.quarantined: True,
                NodeRow.restoration: secrets.token_hex(16),
                NodeRow.caught_up: False,
                NodeRow.cursor: "",
            }
        ).where(NodeRow.id > 0)
        await audit.record("restored.noticed", "", _Itself(now))
