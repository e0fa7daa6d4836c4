"""Nodes made once a session and copied for each test: making one takes a slow derivation."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from crypto.keys import Identity
from server.node import database, init
from server.node.desk import Desk, desk_for, keys_for, locked_desk
from server.node.engines import NodeEngine
from server.node.member import StaffMember
from server.node.settings import Settings
from tests import postgres

PASSPHRASE = "seven grey herons by the weir"
COORDINATING, AGENCY = "Northgate Coordination", "Harbour Centre"
FIRST = "Robin Vale"
RELAY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Original:
    """A node nobody works at: it is only copied."""

    settings: Settings
    identity: Identity
    member: StaffMember
    recovery_code: str


@dataclass(frozen=True)
class TestedNode:
    """A node of this test alone."""

    __test__ = False

    settings: Settings
    engine: NodeEngine
    identity: Identity
    member: StaffMember
    recovery_code: str

    async def desk(self) -> Desk:
        """The desk of the first member of staff, unlocked, now."""
        return await desk_for(
            self.settings, self.member, await keys_for(self.settings, self.identity)
        )

    async def locked(self) -> Desk:
        """The node itself at work."""
        return await locked_desk(self.settings)


def make_original(cluster: postgres.Cluster | None, *, coordinating: bool) -> Original:
    """A rehearsal node, made as a person makes one."""
    folder = Path(tempfile.mkdtemp(prefix="casefold-node-"))
    settings = Settings(folder / "node", cluster.new_database(lasting=True) if cluster else None)

    async def made() -> Original:
        created = await init.create(
            settings,
            name=COORDINATING if coordinating else AGENCY,
            staff_name=FIRST,
            passphrase=PASSPHRASE,
            coordinating=coordinating,
            url=RELAY if coordinating else "",
            rehearsal=True,
        )
        desk = created.desk
        assert desk.staff is not None
        identity = desk.unlocked().identity
        await database.release()
        return Original(settings, identity, desk.staff, created.recovery_code)

    with database.using(database.bind(database.engine_for(settings))):
        return asyncio.run(made())


def copy(original: Original, folder: Path, new_database: Callable[[str], str]) -> TestedNode:
    """A node like the original, in its own folder and database."""
    shutil.copytree(original.settings.data, folder)
    url = original.settings.database_url
    if url is not None:
        url = new_database(urlsplit(url).path.removeprefix("/"))
    settings = replace(original.settings, data=folder, database_url=url)
    return TestedNode(
        settings,
        database.engine_for(settings),
        original.identity,
        original.member,
        original.recovery_code,
    )
