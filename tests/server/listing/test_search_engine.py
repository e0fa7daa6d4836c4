"""What the database is asked for, and what is said when it may not give it."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from server.listing.search_engine import NoTrigrams
from server.node import database
from server.node.settings import Settings
from tests import postgres


@pytest.mark.postgres
def test_a_role_that_may_not_create_the_extension_is_told_what_to_ask_for(
    tmp_path: Path, postgres_cluster: postgres.Cluster
) -> None:
    url = postgres_cluster.new_database()
    plain = url.replace("casefold@", "plain@")

    async def story() -> None:
        owner = await asyncpg.connect(url)
        await owner.execute("CREATE ROLE plain LOGIN")
        await owner.execute("GRANT CREATE ON SCHEMA public TO plain")
        settings = Settings(tmp_path / "node", plain)
        engine = database.engine_for(settings)
        with database.using(engine):
            with pytest.raises(NoTrigrams, match="CREATE EXTENSION pg_trgm"):
                await database.prepare(settings)

            await owner.execute("CREATE EXTENSION pg_trgm")
            await database.prepare(settings)
            await engine.release()
        await owner.close()

    asyncio.run(story())
