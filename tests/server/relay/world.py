"""Three invented agencies, shares between them, and a relay that runs as a process of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from client_sync.courier import Courier
from client_sync.wire import Packet
from crypto.keys import Identity, NodeKey, WeekKey, new_week_key, week_ends
from crypto.log import Log, first_link, follow, next_link
from crypto.record import Kind, Record, seal_change, seal_close, seal_open
from directory.agency import Agency
from directory.snapshot import EMPTY, Directory, publish
from server.relay.members import Member

WEEK = 209_910  # long after any clock these tests run by
ENDS = week_ends(WEEK)
WEEK_KEY: WeekKey = new_week_key(WEEK)
ISSUED = date(2026, 9, 1)


@dataclass(frozen=True)
class Node:
    """An agency with its keys."""

    name: str
    identity: Identity
    node_key: NodeKey

    @property
    def member(self) -> Member:
        return Member(self.identity.public, self.node_key.public)

    def entry(self, suspended: bool = False) -> Agency:
        return Agency(
            name=self.name,
            kind="coordinating" if self is MEADOW else "violence_centre",
            identity=self.identity.public.hex(),
            node_key=self.node_key.public.hex(),
            tier=2,
            agreement_signed=ISSUED,
            agreement_until=ISSUED + timedelta(days=300),
            seats=frozenset({"meeting"}),
            verified_on=ISSUED,
            suspended=suspended,
            coordinating=self is MEADOW,
        )

    def courier(self, url: str) -> Courier:
        return Courier(url, self.identity.public, self.node_key, MEADOW.identity.public)


def node(name: str, number: int) -> Node:
    return Node(name, Identity(bytes([number]) * 32), NodeKey(bytes([number + 100]) * 32))


MEADOW = node("Meadow coordination", 1)
HARBOUR = node("Harbour house", 2)
LANTERN = node("Lantern hospital", 3)
STRANGER = node("Nobody we know", 4)
EVERYBODY = (MEADOW, HARBOUR, LANTERN)
MEMBERS = frozenset(one.identity.public for one in EVERYBODY)


def directory_of(
    nodes: Sequence[Node] = EVERYBODY,
    before: Directory = EMPTY,
    suspended: Sequence[Node] = (),
) -> Directory:
    entries = [one.entry(one in suspended) for one in nodes]
    until = ISSUED + timedelta(days=90)
    return publish(before, entries, MEADOW.identity, ISSUED, until, "ab" * 32)


@dataclass(frozen=True)
class Lane:
    """A share as its owner holds it."""

    owner: Node
    log: Log
    key: bytes = field(repr=False)
    records: tuple[Record, ...]

    @property
    def packets(self) -> tuple[Packet, ...]:
        return tuple(Packet(one.stub.raw, one.body) for one in self.records)

    def _with(self, record: Record) -> "Lane":
        records = (*self.records, record)
        return replace(self, log=follow(self.log, record.stub), records=records)

    def change(self, *changes: bytes) -> "Lane":
        link = next_link(self.log, Kind.CHANGE, self.log.ends)
        return self._with(seal_change(link, self.owner.identity, self.key, changes or (b"word",)))

    def changes(self, count: int) -> "Lane":
        lane = self
        for _ in range(count):
            lane = lane.change()
        return lane

    def reopen(self) -> "Lane":
        link = next_link(self.log, Kind.OPEN, self.log.ends)
        record, key = seal_open(link, self.owner.identity, WEEK, WEEK_KEY.public, b"{}", (b"word",))
        return replace(self._with(record), key=key)

    def close(self, signer: Identity | NodeKey | None = None) -> "Lane":
        link = next_link(self.log, Kind.CLOSE, self.log.ends)
        return self._with(seal_close(link, signer or self.owner.identity))


def lane(
    owner: Node = HARBOUR,
    to: Node = MEADOW,
    *,
    share: bytes = b"",
    release: bytes = b"r" * 16,
    words: Sequence[bytes] = (b"word",),
    ends: int = ENDS,
) -> Lane:
    name = share or os.urandom(16)
    link = first_link(name, release, owner.identity.public, to.identity.public, ends)
    record, key = seal_open(link, owner.identity, WEEK, WEEK_KEY.public, b"{}", words)
    return Lane(owner, follow(None, record.stub), key, (record,))


@dataclass
class RunningRelay:
    """A relay process, and the socket it listens on, which survives a restart."""

    folder: Path
    listening: socket.socket
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def start(self) -> None:
        descriptor = self.listening.fileno()
        trust = MEADOW.identity.public.hex()
        command = [sys.executable, "-m", "server.relay.alone", "--data", str(self.folder)]
        command += ["--trust", trust, "--fd", str(descriptor)]
        with self.folder.with_name(f"{self.folder.name}.stderr").open("ab") as stderr:
            self.process = subprocess.Popen(command, pass_fds=[descriptor], stderr=stderr)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=20)
            self.process = None


@contextlib.contextmanager
def relay_in(folder: Path) -> Iterator[RunningRelay]:
    """A relay of its own process; its address is there before it is ready."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        relay = RunningRelay(folder, listening)
        relay.start()
        try:
            yield relay
        finally:
            relay.end()
