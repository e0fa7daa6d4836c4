"""A small world for histories: four nodes, one relay that misbehaves, and a clock at each."""

import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from client_sync.wire import Packet
from server import sync
from server.casework import memory
from server.meeting import mirroring
from server.node.desk import Desk, desk_for, keys_for, locked_desk
from server.node.errors import NodeError
from server.node.member import StaffMember
from server.node.settings import Settings
from server.relay.members import Members
from server.sync import SyncReport
from tests.coalition import MONDAY, NORTHGATE, Coalition
from tests.server.history_carrier import Carrier
from tiers.fragment import Place

T = TypeVar("T")
Page_ = tuple[int, dict[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Field:
    """What the model says a field holds: its values, and the revision and hand that wrote it."""

    values: frozenset[str]
    revision: int
    staff: str


@dataclass
class Relay:
    """The real rules of the relay, on the coordinating node's database, without HTTP."""

    world: "World"
    members: Members = field(default_factory=Members)
    saved: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    def restart(self) -> None:
        self.members = Members()

    def save(self) -> None:
        """Copy what the relay holds, as a backup does."""
        with self.world.opened(NORTHGATE) as connection:
            self.saved = {
                name: connection.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608
                for name in _relay_tables(connection)
            }

    def restore(self) -> None:
        """Go back to the copy; the node beside it is not restored."""
        if not self.saved:
            return
        with self.world.opened(NORTHGATE) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            for name, rows in self.saved.items():
                connection.execute(f"DELETE FROM {name}")  # noqa: S608
                for row in rows:
                    marks = ", ".join("?" * len(row))
                    connection.execute(f"INSERT INTO {name} VALUES ({marks})", row)  # noqa: S608
        self.restart()


def _relay_tables(connection: sqlite3.Connection) -> list[str]:
    asked = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'relay_%'"
    return [name for (name,) in connection.execute(asked)]


@dataclass
class Delivered:
    """Everything the relay ever handed to one node."""

    records: list[Packet] = field(default_factory=list)
    statements: list[bytes] = field(default_factory=list)


@dataclass
class World:
    """The coalition in one history, and what a careful observer of it would know."""

    made: Coalition
    refs: tuple[str, str]
    colleagues: dict[str, StaffMember]
    relay: Relay = field(init=False)
    clock: dict[str, datetime] = field(default_factory=dict)
    latest: dict[str, datetime] = field(default_factory=dict)
    delivered: dict[str, Delivered] = field(default_factory=dict)
    model: dict[tuple[str, str], dict[Place, Field]] = field(default_factory=dict)
    held_pages: dict[tuple[str, str, int], Page_] = field(default_factory=dict)
    consents: dict[str, list[str]] = field(default_factory=dict)
    withdrawn: set[tuple[str, str]] = field(default_factory=set)  # where, and which consent
    taken_back: set[tuple[str, str]] = field(default_factory=set)  # where, and which release
    dead: dict[str, set[str]] = field(default_factory=dict)
    rows: list[tuple[str, str, str, tuple[str, ...]]] = field(default_factory=list)  # of plans
    words: int = 0
    refusals: list[str] = field(default_factory=list)
    _remembering: str = ""

    def __post_init__(self) -> None:
        self.relay = Relay(self)
        for name in self.made.places:
            self.clock[name] = self.latest[name] = MONDAY
            self.delivered[name] = Delivered()
            self.dead[name] = set()

    @property
    def names(self) -> list[str]:
        return list(self.made.places)

    def staff_id(self, name: str, who: int) -> str:
        return (self.colleagues[name] if who else self.made[name].member).id

    def names_in(self, value: str) -> set[str]:
        """The agencies whose people wrote this."""
        return {name for name in self.names if value.startswith(name)}

    def consents_at(self, name: str) -> list[tuple[str, str]]:
        """Consents that live there or that a part there rests on, with their releases."""
        with self.opened(name) as connection:
            return connection.execute(
                "SELECT id, release FROM casework_consent UNION ALL SELECT consent, release "
                "FROM casework_share WHERE recipient = ? AND consent != '' AND state = 'live'",
                (self.made[name].id,),
            ).fetchall()

    @contextmanager
    def at(self, name: str) -> Iterator[None]:
        """That node's database; another node's process remembers nothing of it."""
        if name != self._remembering:
            memory.clear()
            mirroring._mirrored.clear()
            self._remembering = name
        with self.made.at(name):
            yield

    @contextmanager
    def opened(self, name: str, file: str = "casefold.db") -> Iterator[sqlite3.Connection]:
        """That node's file, looked at from outside."""
        path = self.made[name].settings.data / file
        connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        try:
            yield connection
        finally:
            connection.close()

    def settings(self, name: str) -> Settings:
        moved = replace(self.made[name].settings, moved_now=self.clock[name])
        return replace(moved, read_at=time.monotonic())

    def seen(self, name: str, now: datetime) -> None:
        self.latest[name] = max(self.latest[name], now)

    async def desk(self, name: str, who: int = 0, *, locked: bool = False) -> Desk:
        """Somebody's desk, or the node's own; call within at()."""
        settings, place = self.settings(name), self.made[name]
        if locked:
            self._remembering = ""
            desk = await locked_desk(settings)
        else:
            member = self.colleagues[name] if who else place.member
            desk = await desk_for(settings, member, await keys_for(settings, place.identity))
        self.seen(name, desk.now)
        return desk

    async def do(self, name: str, act: Callable[[Desk], Awaitable[T]], who: int = 0) -> T | None:
        """An act of somebody there; None when the node answers with a sentence instead."""
        with self.at(name):
            try:
                return await act(await self.desk(name, who))
            except NodeError as sentence:
                self.refusals.append(f"{type(sentence).__name__}: {sentence}")
                return None

    async def sync(
        self, name: str, mischief: str = "", stumble_at: int = 0, *, locked: bool = False
    ) -> SyncReport:
        """One round of the real sync at that node."""
        with self.at(name):
            desk = await self.desk(name, locked=locked)
            return await sync.sync_once(desk, Carrier(self, name, mischief, stumble_at))

    async def admitted(self) -> list[str]:
        """Who is let in by now; what whoever is not took back stays with them until they are."""
        with self.at(NORTHGATE):
            desk = await self.desk(NORTHGATE)
            standing = {one.id: one.suspended for one in desk.directory.entries}
        return [name for name in self.names if not standing[self.made[name].id]]

    async def settle(self) -> None:
        """Everybody's clock is put right, and everybody syncs until nothing moves or waits."""
        now = max(self.latest.values())
        quiet = 0
        for _ in range(40):
            for name in self.names:
                self.clock[name] = now
            reports = [await self.sync(name) for name in self.names]
            moved = any(one.moved for one in reports)
            late = any(one.waiting and not one.not_enrolled for one in reports)
            quiet = 0 if moved or late else quiet + 1
            if quiet == 2:
                return
            if late and not moved:
                now += timedelta(minutes=20)
        raise AssertionError(f"never quiet: {reports}")
