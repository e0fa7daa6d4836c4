"""Invented agencies with real keys, for the tests of cards and directories."""

from dataclasses import replace
from datetime import date
from typing import Any

from crypto.keys import Identity, NodeKey
from directory.agency import Agency
from directory.card import Card
from directory.snapshot import EMPTY, Directory, publish

RIVERSIDE, HARBOUR, POLICE = (Identity(bytes([n]) * 32) for n in (1, 2, 3))
NODE_KEYS = {
    identity.public: NodeKey(bytes([n]) * 32)
    for n, identity in ((11, RIVERSIDE), (12, HARBOUR), (13, POLICE))
}
ISSUED, UNTIL = date(2026, 3, 1), date(2026, 4, 5)
PACK = "e" * 64


def card(identity: Identity = HARBOUR, **changes: Any) -> Card:
    """A card that is as it should be, but for the changes."""
    good = Card(
        name="Harbour House",
        kind="domestic_violence_centre",
        identity=identity.public,
        node_key=NODE_KEYS[identity.public].public,
        coordinating=False,
        relay=None,
        pack="four-tiers 1",
        rehearsal=False,
        issued=1_772_000_000,
    )
    return replace(good, **changes)


def agency(identity: Identity, name: str, **changes: Any) -> Agency:
    """An entry that is as it should be, but for the changes."""
    good = Agency(
        name=name,
        kind="police",
        identity=identity.public.hex(),
        node_key=NODE_KEYS[identity.public].public.hex(),
        tier=2,
        agreement_signed=date(2026, 1, 1),
        agreement_until=date(2026, 12, 31),
        seats=frozenset({"meeting"}),
        verified_on=date(2026, 1, 2),
        suspended=False,
        coordinating=False,
    )
    return replace(good, **changes)


COORDINATOR = agency(RIVERSIDE, "Riverside Coordination", kind="coordinating", coordinating=True)
HARBOUR_HOUSE = agency(HARBOUR, "Harbour House", kind="domestic_violence_centre")
NORTHFIELD = agency(POLICE, "Northfield Police")


def published(*entries: Agency, prev: Directory = EMPTY, **changes: Any) -> Directory:
    """The next directory of Riverside with these entries after its own."""
    terms = {"issued": ISSUED, "valid_until": UNTIL, "pack": PACK} | changes
    return publish(prev, [COORDINATOR, *entries], RIVERSIDE, **terms)
