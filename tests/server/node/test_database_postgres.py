"""PostgreSQL: refused where it would lose something, and its connections kept open."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from server.node import database as databases
from server.node.engines import CURRENT, NodePostgresEngine
from server.node.errors import (
    DatabaseUnreachable,
    DatabaseUnsafe,
)
from server.node.settings import Settings


@pytest.mark.postgres
def test_a_postgres_that_forgets_on_power_loss_is_refused(postgres_cluster):
    url = postgres_cluster.new_database()
    engine = databases.engine_for(Settings(Path("/nonexistent"), url))

    async def forgetful() -> None:
        await engine.ask(
            f"ALTER DATABASE {url.split('/')[3].split('?')[0]} SET synchronous_commit = on"
        )
        engine.config["server_settings"]["synchronous_commit"] = "off"
        await databases.check()

    with databases.using(engine), pytest.raises(DatabaseUnsafe, match="synchronous_commit"):
        asyncio.run(forgetful())


@pytest.mark.postgres
def test_a_postgres_that_is_not_there_is_one_sentence(postgres_cluster, tmp_path: Path):
    here = Settings(tmp_path, postgres_cluster.url("nobody_made_this"))
    nowhere = replace(here, database_url=f"postgresql://casefold@/x?host={tmp_path}")

    for settings in (here, nowhere):
        with (
            databases.using(databases.engine_for(settings)),
            pytest.raises(DatabaseUnreachable, match="CASEFOLD_DATABASE_URL"),
        ):
            asyncio.run(databases.prepare(settings))


@pytest.mark.postgres
def test_a_connection_to_postgres_is_kept_and_replaced_once_the_server_ends_it(postgres_cluster):
    engine = databases.engine_for(Settings(Path("/nonexistent"), postgres_cluster.new_database()))
    assert isinstance(engine, NodePostgresEngine)

    async def process() -> int:
        return int((await engine.ask("SELECT pg_backend_pid() AS pid"))[0]["pid"])

    async def scenario() -> None:
        fresh = [await process(), await process()]
        await databases.keep_open()
        kept = [await process(), await process()]
        async with databases.transaction():
            act = CURRENT.current_transaction.get()
            assert await act.connection.fetchval("SELECT pg_backend_pid()") == kept[0]
        await engine.release()
        await databases.keep_open()
        first = await process()
        postgres_cluster.end_connections()
        async with asyncio.timeout(10):
            while engine.pool.get_idle_size():  # until this end hears of it
                await asyncio.sleep(0.01)
        again = await process()
        await engine.release()

        assert fresh[0] != fresh[1]
        assert kept[0] == kept[1]
        assert len({*fresh, *kept, first, again}) == 5

    with databases.using(engine):
        asyncio.run(scenario())
