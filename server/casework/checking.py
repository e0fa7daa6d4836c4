"""Records as they arrive, checked for everything that needs neither a secret nor the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crypto.errors import CryptoError
from crypto.record import Kind, Stub, check_body, check_stub, parse_stub
from server.node.desk import Desk

UNKNOWN_OWNER = "The directory this node believes names no such agency. Nothing was kept."
NOT_FOR_US = "This was neither written by this agency nor meant for it. Nothing was kept."


@dataclass(frozen=True, slots=True)
class Arrived:
    """A record whose stub could be read, and that nobody has believed yet."""

    id: str
    stub: Stub
    body: bytes


@dataclass(frozen=True, slots=True)
class Believed:
    """Who we are, and the node key of every agency in the directory this node believes."""

    ours: bytes
    node_keys: Mapping[bytes, bytes]

    @classmethod
    def by(cls, desk: Desk) -> "Believed":
        """What the node at this desk believes."""
        keys = {
            bytes.fromhex(agency.identity): bytes.fromhex(agency.node_key)
            for agency in desk.directory.entries
        }
        ours = desk.node.identity_key
        return cls(ours, {**keys, ours: desk.node.node_key.public})


def parsed(records: Sequence[tuple[bytes, bytes]]) -> tuple[list[Arrived], list[str]]:
    """The records that can be read at all, and why the others cannot."""
    arrived: list[Arrived] = []
    unreadable: list[str] = []
    for raw, body in records:
        try:
            stub = parse_stub(bytes(raw))
        except CryptoError as error:
            unreadable.append(str(error))
            continue
        arrived.append(Arrived(stub.id.hex(), stub, bytes(body)))
    return arrived, unreadable


def led_back_to(arrived: Sequence[Arrived], last: Mapping[str, str]) -> set[str]:
    """Those that are surely here: what a share's log ends in, and all its chain leads back to."""
    ends = dict(last)
    held: set[str] = set()
    for one in sorted(arrived, key=lambda one: one.stub.seq, reverse=True):
        share = one.stub.share.hex()
        if ends.get(share) == one.id:
            held.add(one.id)
            ends[share] = one.stub.prev.hex()
    return held


def why_not_sound(arrived: Sequence[Arrived], believed: Believed) -> dict[str, str]:
    """The records that nobody we know signed for us, or whose body is not theirs, and why."""
    bad: dict[str, str] = {}
    for one in arrived:
        try:
            _check(one, believed)
        except CryptoError as error:
            bad[one.id] = str(error)
    return bad


def _check(one: Arrived, believed: Believed) -> None:
    stub = one.stub
    if believed.ours not in {stub.owner, stub.recipient}:
        raise CryptoError(NOT_FOR_US)
    node_key = believed.node_keys.get(stub.owner)
    if node_key is None:
        raise CryptoError(UNKNOWN_OWNER)
    check_stub(stub, node_key)
    # A stub may come bare: its body was destroyed before it left, or by a relay at its end.
    if one.body or stub.kind is Kind.CLOSE:
        check_body(stub, one.body)
