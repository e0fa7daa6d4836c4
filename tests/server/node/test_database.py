import asyncio

import pytest

from server.node import database as databases
from server.node.database import AlreadyInTransaction, NotInTransaction
from server.node.engines import PRAGMAS, NodeEngine, NodeSQLiteEngine
from server.node.errors import DatabaseBusy, DatabaseDamaged, DatabaseNewer, DatabaseUnreachable
from server.node.settings import Settings
from server.node.tables import AuditHead, UnlockAttempt

WRITERS, TIMES = 8, 20


def test_eight_writers_lose_none_of_their_reads_and_writes(database: NodeEngine):
    async def one_writer() -> None:
        for _ in range(TIMES):
            async with databases.transaction():
                row = await databases.lock_row(AuditHead, AuditHead.id == 1)
                assert row is not None
                await AuditHead.update({AuditHead.n: row["n"] + 1}).where(AuditHead.id == 1)

    async def all_writers() -> int:
        await AuditHead.insert(AuditHead(id=1, n=0, hash=""))
        await asyncio.gather(*(one_writer() for _ in range(WRITERS)))
        return int((await AuditHead.select().first())["n"])

    assert asyncio.run(all_writers()) == WRITERS * TIMES
