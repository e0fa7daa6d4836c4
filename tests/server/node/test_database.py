import asyncio
from pathlib import Path

import pytest
from piccolo.apps.migrations.tables import Migration
from piccolo.engine.exceptions import TransactionError
from piccolo.engine.sqlite import TransactionType

from server.node import database as databases
from server.node.database import AlreadyInTransaction, NotInTransaction
from server.node.engines import CURRENT, NodeEngine
from server.node.errors import (
    DatabaseDamaged,
    DatabaseNewer,
    DatabaseUnsafe,
    DiskFull,
)
from server.node.settings import Settings
from server.node.sqlite_engine import PRAGMAS, NodeSQLiteEngine
from server.node.tables import AuditHead, UnlockAttempt
from tests.nodes import TestedNode

WRITERS, TIMES = 8, 20


@pytest.fixture
def on_sqlite(tmp_path: Path) -> NodeSQLiteEngine:
    settings = Settings(tmp_path / "node")
    engine = databases.engine_for(settings)
    assert isinstance(engine, NodeSQLiteEngine)
    with databases.using(engine):
        asyncio.run(databases.prepare(settings))
    return engine


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


def test_writers_who_lock_no_row_take_turns_all_the_same(database: NodeEngine):
    async def one_writer() -> None:
        for _ in range(5):
            async with databases.transaction():
                n = (await AuditHead.select().first())["n"]
                await AuditHead.update({AuditHead.n: n + 1}).where(AuditHead.id == 1)

    async def all_writers() -> int:
        await AuditHead.insert(AuditHead(id=1, n=0, hash=""))
        await asyncio.gather(*(one_writer() for _ in range(4)))
        return int((await AuditHead.select().first())["n"])

    assert asyncio.run(all_writers()) == 20


def test_an_act_that_fails_leaves_nothing(database: NodeEngine):
    async def failing() -> None:
        async with databases.transaction():
            await AuditHead.insert(AuditHead(id=1, n=7, hash=""))
            raise LookupError

    with pytest.raises(LookupError):
        asyncio.run(failing())

    assert asyncio.run(_count()) == 0


def test_an_act_within_an_act_is_refused(database: NodeEngine):
    async def nested() -> None:
        async with databases.transaction():
            await AuditHead.insert(AuditHead(id=1, n=7, hash=""))
            async with databases.transaction():
                pass

    with pytest.raises(AlreadyInTransaction):
        asyncio.run(nested())

    assert asyncio.run(_count()) == 0


def test_a_row_is_held_only_inside_an_act(database: NodeEngine):
    with pytest.raises(NotInTransaction):
        asyncio.run(databases.lock_row(AuditHead, AuditHead.id == 1))


def test_preparing_again_changes_nothing(database: NodeEngine, node_settings: Settings):
    async def migrations() -> list[str]:
        return [row["name"] for row in await Migration.select().order_by(Migration.id)]

    before = asyncio.run(migrations())

    asyncio.run(databases.prepare(node_settings))

    assert asyncio.run(migrations()) == before
    assert before


def test_a_database_from_a_newer_version_is_refused(database: NodeEngine, node_settings: Settings):
    async def newer() -> None:
        await Migration.insert(Migration(name="2099-01-01T00:00:00:000000", app_name="node"))
        await databases.prepare(node_settings)

    with pytest.raises(DatabaseNewer, match="newer"):
        asyncio.run(newer())


def test_two_nodes_may_take_turns_in_one_process(new_node):
    first, second = new_node(), new_node(coordinating=True)

    with databases.using(first.engine):
        at_first = asyncio.run(first.desk())
    with databases.using(second.engine):
        at_second = asyncio.run(second.desk())

    assert not at_first.node.coordinating
    assert at_second.node.coordinating


def test_tasks_of_two_nodes_do_not_meet(new_node):
    nodes = [new_node(), new_node(coordinating=True)]

    async def named(node: TestedNode) -> str:
        with databases.using(node.engine):
            found = ""
            for _ in range(5):
                found = (await node.locked()).node.name
                await asyncio.sleep(0)
            return found

    async def both() -> list[str]:
        return await asyncio.gather(*(named(node) for node in nodes))

    assert asyncio.run(both()) == ["Harbour Centre", "Northgate Coordination"]


def test_every_sqlite_connection_has_every_setting(on_sqlite: NodeSQLiteEngine):
    async def found(name: str) -> list[object]:
        alone = await on_sqlite._run_in_new_connection(f"PRAGMA {name}")
        async with databases.transaction():
            inside = await AuditHead.raw(f"PRAGMA {name}")
        return [next(iter(rows[0].values())) for rows in (alone, inside)]

    with databases.using(on_sqlite):
        for name, value in PRAGMAS.items():
            assert asyncio.run(found(name)) == [value, value], name


def test_a_deferred_transaction_is_not_to_be_had(on_sqlite: NodeSQLiteEngine):
    with pytest.raises(TransactionError):
        on_sqlite.transaction(TransactionType.deferred)


def test_several_queries_at_once_go_through_an_act(on_sqlite: NodeSQLiteEngine):
    with databases.using(on_sqlite), pytest.raises(TransactionError):
        CURRENT.atomic()


def test_a_folder_where_sqlite_cannot_be_safe_is_refused(
    on_sqlite: NodeSQLiteEngine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(PRAGMAS, "page_size", 3)
    asyncio.run(on_sqlite.release())

    with databases.using(on_sqlite), pytest.raises(DatabaseUnsafe, match="page_size"):
        asyncio.run(databases.check())


def test_a_file_that_is_no_database_is_named_as_damaged(tmp_path: Path):
    settings = Settings(tmp_path)
    settings.database_file.write_bytes(b"not a database, whatever its name says" * 100)

    with (
        databases.using(databases.engine_for(settings)),
        pytest.raises(DatabaseDamaged, match="backup"),
    ):
        asyncio.run(databases.prepare(settings))


def test_a_full_disk_is_one_sentence_and_nothing_is_lost(on_sqlite: NodeSQLiteEngine):
    async def fill() -> None:
        async with databases.transaction():
            await AuditHead.insert(AuditHead(id=1, n=1, hash=""))
        pages = (await on_sqlite._run_in_new_connection("PRAGMA page_count"))[0]["page_count"]
        async with databases.transaction():
            await AuditHead.raw(f"PRAGMA max_page_count = {pages}")
            for n in range(200):
                await UnlockAttempt.insert(UnlockAttempt(bucket=f"{n:064}"))

    with databases.using(on_sqlite):
        with pytest.raises(DiskFull, match="free some space"):
            asyncio.run(fill())
        assert asyncio.run(_count()) == 1


def test_what_was_deleted_leaves_the_log_too(on_sqlite: NodeSQLiteEngine):
    canary = "c4n4ry" * 10

    async def write_and_delete() -> None:
        async with databases.transaction():
            await UnlockAttempt.insert(UnlockAttempt(bucket=canary))
        async with databases.transaction():
            await UnlockAttempt.delete(force=True)

    with databases.using(on_sqlite):
        asyncio.run(write_and_delete())
        databases.checkpoint()

    folder = Path(on_sqlite.path).parent
    assert not [file for file in folder.iterdir() if canary.encode() in file.read_bytes()]


def test_a_log_that_could_not_be_emptied_is_emptied_when_the_act_ends(
    on_sqlite: NodeSQLiteEngine,
):
    async def act() -> int:
        async with databases.transaction():
            await UnlockAttempt.insert(UnlockAttempt(bucket="x" * 64))
            databases.checkpoint()
        return Path(f"{on_sqlite.path}-wal").stat().st_size

    with databases.using(on_sqlite):
        assert asyncio.run(act()) == 0


async def _count() -> int:
    return int(await AuditHead.count())
