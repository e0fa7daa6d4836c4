"""Blobs on their way: asked for by name, and nothing believed but what the name says."""

from collections.abc import Sequence

from client_sync.wire import MAX_BLOBS_ASKED, Misframed, Packet, unframe
from crypto.part import blob_name


def packed(blobs: Sequence[bytes]) -> list[list[Packet]]:
    """Blobs as they are pushed, each by itself."""
    return [[Packet(blob_name(one), one)] for one in blobs]


def asking(names: Sequence[bytes]) -> list[bytes]:
    """As many of these names as one question holds, each once."""
    return list(dict.fromkeys(names))[:MAX_BLOBS_ASKED]


def answered(raw: bytes, asked: Sequence[bytes]) -> dict[bytes, bytes]:
    """The blobs of an answer, empty where the relay holds none; Misframed for anything else."""
    packets = unframe(raw)
    if not packets or len(packets) > len(asked):
        raise Misframed
    for packet, name in zip(packets, asked, strict=False):
        if packet.stub != name or (packet.body and blob_name(packet.body) != name):
            raise Misframed
    return {packet.stub: packet.body for packet in packets}
