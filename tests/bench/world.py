"""Invented nodes made for measuring: real folders, real keys, and a relay in its own process."""

import json
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from client_sync.courier import Courier
from crypto.keys import Identity, NodeKey, new_node_key, new_seed
from directory import card as cards
from server import rounds
from server.node import coalition, database, init
from server.node.desk import Desk, desk_for, keys_for, locked_desk
from server.node.engines import NodeEngine
from server.node.keyholder import Keys
from server.node.member import StaffMember
from server.node.settings import Settings
from tiers.tier import Tier

PASSPHRASE = "seven grey herons by the weir"
STAFF = "Robin Vale"
COORDINATING, HARBOUR, LANTERN = "Northgate Coordination", "Harbour Centre", "Lantern Hospital"
AGREED_FOR = timedelta(days=300)


@dataclass
class Node:
    """One agency's node, driven in this process."""

    name: str
    settings: Settings
    engine: NodeEngine
    member: StaffMember
    keys: Keys = field(repr=False)

    @property
    def identity(self) -> Identity:
        return self.keys.identity

    @property
    def id(self) -> str:
        return self.identity.public.hex()

    async def desk(self) -> Desk:
        """Its first member of staff at work, unlocked."""
        return await desk_for(self.settings, self.member, self.keys)

    async def locked(self) -> Desk:
        """The node itself at work, locked."""
        return await locked_desk(self.settings)

    async def unattended(self) -> Desk:
        """The node itself at work while somebody is signed in: what a serving worker syncs with."""
        return await locked_desk(self.settings, self.keys)


@dataclass
class World:
    """A coordinating node, two agencies and the relay between them."""

    folder: Path
    listening: socket.socket
    nodes: dict[str, Node] = field(default_factory=dict)
    beside: list[int] = field(default_factory=list)  # the relay and the child that reads

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    @contextmanager
    def at(self, name: str) -> Iterator[Node]:
        """Within this block, that node's database is the one in use."""
        node = self.nodes[name]
        with database.using(node.engine):
            yield node

    async def make(self, *names: str) -> None:
        """Make the nodes, let them meet, and enrol the agencies."""
        for name in (COORDINATING, *names):
            await self._make(name)
        for name in names:
            await self._meet(name)

    async def _make(self, name: str) -> None:
        settings = Settings(self.folder / name.split(maxsplit=1)[0].lower())
        engine = database.engine_for(settings)
        with database.using(engine):
            coordinating = name == COORDINATING
            created = await init.create(
                settings,
                name=name,
                staff_name=STAFF,
                passphrase=PASSPHRASE,
                coordinating=coordinating,
                url=self.url if coordinating else "",
            )
            desk = created.desk
            assert desk.staff is not None
            keys = await keys_for(settings, desk.unlocked().identity)
            self.nodes[name] = Node(name, settings, engine, desk.staff, keys)

    async def _meet(self, name: str) -> None:
        with self.at(COORDINATING) as coordinating:
            relay = (await coordinating.desk()).node.card
        with self.at(name) as node:
            desk = await node.desk()
            await coalition.join(relay, " ".join(cards.read(relay).words), desk)
        await self.enrol(desk.node.card)

    async def enrol(self, card: bytes) -> None:
        """The coordinating node takes this agency in, with a seat at the meeting."""
        with self.at(COORDINATING) as coordinating:
            desk = await coordinating.desk()
            words = " ".join(cards.read(card).words)
            until = desk.today + AGREED_FOR
            await coalition.enrol(card, Tier.FRAMEWORKS, frozenset({"meeting"}), until, words, desk)

    async def sync(self, *names: str) -> None:
        """An unlocked round for each of these."""
        for name in names:
            with self.at(name) as node:
                report = await rounds.sync_until_idle(await node.unattended())
                assert not report.unreachable, f"{name} could not reach the relay"
                assert not report.refused, report.refused

    async def release(self) -> None:
        for node in self.nodes.values():
            await node.engine.release()

    @contextmanager
    def relay(self) -> Iterator[None]:
        """The relay process, on the socket that has been listening all along."""
        descriptor = self.listening.fileno()
        environ = {k: v for k, v in os.environ.items() if not k.startswith("CASEFOLD_")}
        environ["CASEFOLD_DATA"] = str(self.nodes[COORDINATING].settings.data)
        process = subprocess.Popen(
            [sys.executable, "-m", "server.relay_process", "--fd", str(descriptor)],
            pass_fds=[descriptor],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline()) == {"ready": True}
            self.beside.append(process.pid)
            yield
        finally:
            process.terminate()
            process.wait(timeout=10)


@contextmanager
def world_in(folder: Path) -> Iterator[World]:
    """An empty world, whose relay's address is already taken."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        yield World(folder, listening)


@dataclass
class Trips:
    """How often a courier went to the relay."""

    count: int = 0


def counted(courier: Courier) -> Trips:
    """Count this courier's requests from now on."""
    trips = Trips()

    async def one_more(_: object) -> None:
        trips.count += 1

    courier._client.event_hooks["request"].append(one_more)
    return trips


@dataclass(frozen=True)
class Stranger:
    """An agency whose node stands elsewhere: all that is here is what it seals."""

    name: str
    identity: Identity = field(repr=False)
    node_key: NodeKey = field(repr=False)

    @property
    def id(self) -> str:
        return self.identity.public.hex()

    def card(self, pack: str, issued: int) -> bytes:
        return cards.make(
            cards.Card(
                name=self.name,
                kind="domestic_violence_centre",
                identity=self.identity.public,
                node_key=self.node_key.public,
                coordinating=False,
                relay=None,
                pack=pack,
                rehearsal=False,
                issued=issued,
            ),
            self.identity,
        )


def stranger(name: str) -> Stranger:
    return Stranger(name, Identity(new_seed()), new_node_key())


def random_id() -> bytes:
    return secrets.token_bytes(16)


def ends_on(desk: Desk) -> date:
    """The last day of every consent here."""
    return desk.today + timedelta(days=20)
