"""A folder somebody carried away: what its files, a seed and a keys.db can be made to say."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client_sync import document, inbox
from client_sync.errors import SyncError
from crypto.at_rest import Place, reopen
from crypto.errors import CryptoError
from crypto.keys import Identity, NodeKey
from crypto.locks import unlock
from crypto.record import Kind, Record, open_body, parse_stub, unwrap
from server.casework.bodies import FORMAT
from server.node.keyring import Keyring
from tests.journeys.nodes import Node
from tests.journeys.steps import bytes_of
from tests.journeys.tables import Tables

_SHUT_TABLES = {
    "casework_case": "case",
    "casework_release": "release",
    "casework_consent": "consent",
    "casework_share": "share",
    "casework_draft": "draft",
}


@dataclass(frozen=True, slots=True)
class Keys:
    """Every key somebody holds: pairs of a week, and keys of epochs."""

    weeks: tuple[tuple[bytes, bytes], ...] = ()
    epochs: tuple[bytes, ...] = ()

    def __add__(self, other: "Keys") -> "Keys":
        return Keys(self.weeks + other.weeks, self.epochs + other.epochs)


@dataclass(frozen=True, slots=True)
class Opening:
    """What one share said once its bodies were opened."""

    share: str
    owner: str
    recipient: str
    terms: str
    words: str  # the lane as it stands
    history: str  # and whatever its raw changes still hold


@dataclass(frozen=True, slots=True)
class Seized:
    """A node's folder as files, and nothing of the node's own behaviour."""

    data: Path
    url: str | None = None

    @classmethod
    def of(cls, node: Node) -> "Seized":
        """The folder of this node, as it lies there."""
        return cls(node.data, node.database_url)

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """Ask its database."""
        return Tables(self.data, self.url).rows(question)

    def tables(self) -> list[str]:
        """Every table of its database."""
        return Tables(self.data, self.url).names()

    def everything(self) -> bytes:
        """Every byte of its files, and of its tables where they are not among them."""
        tables = Tables(self.data, self.url).whole()
        return b"".join([bytes_of(self.data), *tables.values()])

    def identity(self, passphrase: str) -> Identity:
        """The seed, through a lock and its passphrase: as one who learned the passphrase would."""
        ((box,),) = self.rows("SELECT lock FROM staff WHERE length(lock) > 0 LIMIT 1")
        return unlock(bytes(box), passphrase)

    def node_key(self) -> NodeKey:
        """The key that lies in the folder."""
        return NodeKey((self.data / "node.key").read_bytes())

    def keys(self, identity: Identity) -> Keys:
        """Every key in its keys.db."""
        ring = Keyring(self.data / "keys.db", identity.at_rest)
        weeks = [(ring.week_secret(week), public) for week, public in ring.publics().items()]
        with closing(sqlite3.connect(ring.path)) as opened:
            names = list(opened.execute("SELECT share, epoch FROM epoch_key"))
        epochs = [ring.epoch(share, epoch) for share, epoch in names]
        return Keys(
            tuple((secret, public) for secret, public in weeks if secret),
            tuple(key for key in epochs if key),
        )

    def bodies(self) -> list[Record]:
        """Every sealed body in its database: the node's own post, and the relay's."""
        found = self.rows("SELECT stub, body FROM casework_record WHERE length(body) > 0")
        if "relay_record" in self.tables():
            found += self.rows("SELECT stub, body FROM relay_record WHERE length(body) > 0")
        unique = {bytes(stub): bytes(body) for stub, body in found}
        records = [Record(parse_stub(stub), body) for stub, body in unique.items()]
        return sorted(records, key=lambda one: (one.stub.share, one.stub.seq))

    def boxes(self, identity: Identity) -> str:
        """Everything shut at rest that this seed opens, as one text."""
        said: list[str] = []
        tables = self.tables()
        for table, name in _SHUT_TABLES.items():
            assert table in tables
            for row, box in self.rows(f"SELECT id, body FROM {table} WHERE length(body) > 0"):  # noqa: S608
                place = Place(FORMAT, name, row, "body")
                said.append(reopen(identity.at_rest, bytes(box), place).decode())
        return "\n".join(said)


def from_seed(identity: Identity, node_key: NodeKey) -> Keys:
    """Whatever a thief could take for a key who has the seed and the node key alone."""
    secrets = (identity.seed, identity.at_rest, node_key.secret)
    publics = (identity.public, node_key.public)
    return Keys(tuple((s, p) for s in secrets for p in publics), secrets)


def opened(records: Sequence[Record], keys: Keys) -> tuple[Opening, ...]:
    """Each share of which even one body opens under any of these keys."""
    lanes: dict[bytes, list[Record]] = {}
    for one in records:
        lanes.setdefault(one.stub.share, []).append(one)
    found = (_opened(lane, keys) for lane in lanes.values())
    return tuple(one for one in found if one is not None)


def _opened(lane: Sequence[Record], keys: Keys) -> Opening | None:
    stub = lane[0].stub
    plain = [(one, each) for one in lane for each in _plain(one, lane, keys)]
    if not plain:
        return None
    terms = " ".join(each.terms.decode() for _, each in plain)
    history = " ".join(change.decode("latin-1") for _, each in plain for change in each.changes)
    return Opening(
        stub.share.hex(),
        stub.owner.hex(),
        stub.recipient.hex(),
        terms,
        _words(lane, keys),
        history,
    )


def _plain(record: Record, lane: Sequence[Record], keys: Keys) -> Iterator[Any]:
    for key in dict.fromkeys([*keys.epochs, *_unwrapped(lane, keys)]):
        try:
            yield open_body(record, key)
        except CryptoError:
            continue


def _unwrapped(lane: Sequence[Record], keys: Keys) -> Iterator[bytes]:
    for record in lane:
        if record.stub.kind is not Kind.OPEN:
            continue
        for secret, public in keys.weeks:
            try:
                yield unwrap(record, secret, public)
            except CryptoError:
                continue


def _words(lane: Sequence[Record], keys: Keys) -> str:
    """The last epoch as its reader sees it; empty where only a part of it opens."""
    for key in dict.fromkeys([*keys.epochs, *_unwrapped(lane, keys)]):
        try:
            _, changes = inbox.open_records(lane, key)
            fields = document.read(changes, lane[0].stub.owner).fields
        except (CryptoError, SyncError):
            continue
        return "\n".join(one.value for written in fields.values() for one in written)
    return ""
