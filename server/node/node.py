"""What this node is: read once from its one row and its node key, and then only looked at."""

import json
import os
from dataclasses import dataclass, field

from crypto.keys import NodeKey
from server.node.errors import BadFile, NoNodeHere
from server.node.settings import Settings
from server.node.tables import NodeRow

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Node:
    """One agency's node, or the coordinating one. It names no person."""

    name: str
    kind: str
    identity: str  # hex
    node_key: NodeKey
    coordinating: bool
    rehearsal: bool
    relay_url: str
    relay_identity: str  # hex of the coordinating identity this node trusts; "" before joining
    card: bytes = field(repr=False)
    trusted_card: bytes = field(repr=False)
    paper_lock: bytes = field(repr=False)
    pack_name: str
    pack_texts: tuple[tuple[str, str], ...] = field(repr=False)
    quarantined: bool
    restoration: str = ""
    caught_up: bool = False

    @property
    def identity_key(self) -> bytes:
        """The public identity as bytes."""
        return bytes.fromhex(self.identity)

    @property
    def trusted(self) -> bytes:
        """The identity whose directory this node believes; empty before it has joined."""
        return bytes.fromhex(self.relay_identity)

    @property
    def behind(self) -> bool:
        """Restored, and not yet told by the relay what happened since the backup?"""
        return self.quarantined and not self.caught_up

    @property
    def joined(self) -> bool:
        """Does this node belong to a coalition?"""
        return bool(self.relay_identity)


async def exists() -> bool:
    """Is there a node in this database?"""
    return bool(await NodeRow.exists())


async def load(settings: Settings) -> Node:
    """This node, as its row and its key file say."""
    row = await NodeRow.select().first()
    if row is None:
        raise NoNodeHere
    return Node(
        name=row["name"],
        kind=row["kind"],
        identity=row["identity"],
        node_key=read_node_key(settings, row["node_key"]),
        coordinating=row["coordinating"],
        rehearsal=row["rehearsal"],
        relay_url=row["relay_url"],
        relay_identity=row["relay_identity"],
        card=row["card"],
        trusted_card=row["trusted_card"],
        paper_lock=row["paper_lock"],
        pack_name=row["pack_name"],
        pack_texts=tuple((name, text) for name, text in json.loads(row["pack_texts"])),
        quarantined=row["quarantined"],
        restoration=row["restoration"],
        caught_up=row["caught_up"],
    )


def read_node_key(settings: Settings, public: str) -> NodeKey:
    """The key that can only restrict, from its file."""
    try:
        secret = settings.node_key_file.read_bytes()
    except OSError as error:
        raise BadFile(
            "The file node.key is missing from this node's folder. Put it back from the backup "
            "it was restored with, or set the node up again."
        ) from error
    if len(secret) != _SECRET_BYTES or NodeKey(secret).public.hex() != public:
        raise BadFile("The file node.key is not the one this node's card names.")
    return NodeKey(secret)


def write_node_key(settings: Settings, key: NodeKey) -> None:
    """Keep the node key in its own file, readable by this user only."""
    flags = os.O_CREAT | os.O_WRONLY | os.O_EXCL
    with os.fdopen(os.open(settings.node_key_file, flags, 0o600), "wb") as file:
        file.write(key.secret)
        file.flush()
        os.fsync(file.fileno())
