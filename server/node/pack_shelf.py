"""Every protocol pack this node has worked by, and which of them is in force."""

import json
from datetime import datetime

from directory.snapshot import Directory
from server.node import database, packs
from server.node.errors import RefusedAct
from server.node.node import Node
from server.node.pack_tables import PackRow
from server.node.packs import Texts
from tiers.pack_both import label
from tiers.protocol import Protocol


async def in_force(here: Node, directory: Directory) -> Texts:
    """The pack the directory names if it is at hand, and otherwise the last one worked by."""
    named = directory.pack if directory.entries else None
    if packs.read(here.pack_texts).digest == named:
        return here.pack_texts
    row = await PackRow.select(PackRow.texts).where(PackRow.digest == named).first()
    if row is None and not here.coordinating:
        # An agency takes in only what its directory names, so the last one was in force.
        row = await PackRow.select(PackRow.texts).order_by(PackRow.id, ascending=False).first()
    return here.pack_texts if row is None else _texts(row["texts"])


async def signed_under(name: str, in_force_now: Protocol, here: Node) -> Protocol | None:
    """The pack a consent names by id and version; None where this node never had it."""
    for pack in (in_force_now, packs.read(here.pack_texts)):
        if label(pack) == name:
            return pack
    row = await PackRow.select(PackRow.texts).where(PackRow.label == name).first()
    return None if row is None else packs.read(_texts(row["texts"]))


async def keep(texts: Texts, now: datetime) -> None:
    """Put a pack on the shelf; two packs may never pass under one id and version."""
    database.require_transaction()
    pack = packs.read(texts)
    held = await PackRow.select(PackRow.digest).where(PackRow.label == label(pack)).first()
    if held is not None and held["digest"] != pack.digest:
        raise RefusedAct(
            f"Another pack is known here as {pack.id}, version {pack.version}, and consents were "
            "signed under it. Raise the version in the file."
        )
    if held is None:
        await PackRow.insert(
            PackRow(
                digest=pack.digest,
                label=label(pack),
                texts=json.dumps(texts),
                kept_at=int(now.timestamp()),
            )
        )


def _texts(kept: str) -> Texts:
    return tuple((name, text) for name, text in json.loads(kept))
