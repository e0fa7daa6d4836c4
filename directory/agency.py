"""An agency as the directory writes it: its keys, and what the coalition has agreed with it."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from directory.errors import SnapshotMistake
from directory.liaison import Liaison, Signatory, read_liaisons, read_signatories
from directory.strict import Part
from tiers.standing import Agreement, Standing
from tiers.tier import Tier


class Dated(Protocol):
    """Anything with a last day, as a directory has."""

    @property
    def valid_until(self) -> date:
        """The last day on which it holds."""


@dataclass(frozen=True, slots=True)
class Agency:
    """One entry of the directory."""

    name: str
    kind: str
    identity: str
    node_key: str
    tier: int
    agreement_signed: date | None
    agreement_until: date | None
    seats: frozenset[str]
    verified_on: date | None
    suspended: bool
    coordinating: bool
    liaisons: tuple[Liaison, ...] = ()
    signatories: tuple[Signatory, ...] = ()
    agreement_hash: str | None = None  # of the document that was signed, BLAKE2b in hex

    @property
    def id(self) -> str:
        """The agency's name for machines: its identity key in hex."""
        return self.identity

    def standing(self, directory: Dated) -> Standing:
        """How this agency stands while this directory holds."""
        return Standing(
            tier=Tier(self.tier),
            agreement=self._agreement(),
            seats=self.seats,
            verified=self.verified_on is not None,
            suspended=self.suspended,
            directory_until=directory.valid_until,
        )

    def to_entry(self) -> dict[str, Any]:
        """The entry as plain values, ready to be signed; what came later only where it is said."""
        later = {
            "liaisons": [one.to_entry() for one in self.liaisons],
            "signatories": [one.to_entry() for one in self.signatories],
            "agreement_hash": self.agreement_hash,
        }
        return {name: value for name, value in later.items() if value} | {
            "name": self.name,
            "kind": self.kind,
            "identity": self.identity,
            "node_key": self.node_key,
            "tier": self.tier,
            "agreement_signed": _said(self.agreement_signed),
            "agreement_until": _said(self.agreement_until),
            "seats": sorted(self.seats),
            "verified_on": _said(self.verified_on),
            "suspended": self.suspended,
            "coordinating": self.coordinating,
        }

    def _agreement(self) -> Agreement | None:
        if self.agreement_signed is None or self.agreement_until is None:
            return None
        return Agreement(self.agreement_signed, self.agreement_until)


def read_entry(value: object) -> Agency:
    """The agency this entry describes, each part checked."""
    part = Part(value, _PARTS, SnapshotMistake, added=_ADDED)
    agency = Agency(
        name=part.line("name"),
        kind=part.code("kind"),
        identity=part.key("identity"),
        node_key=part.key("node_key"),
        tier=part.number("tier", 1, 4),
        agreement_signed=part.day_or_none("agreement_signed"),
        agreement_until=part.day_or_none("agreement_until"),
        seats=frozenset(part.codes("seats")),
        verified_on=part.day_or_none("verified_on"),
        suspended=part.flag("suspended"),
        coordinating=part.flag("coordinating"),
        liaisons=read_liaisons(part.rows_or_none("liaisons", _MOST_LIAISONS)),
        signatories=read_signatories(part.rows_or_none("signatories", _MOST_SIGNATORIES)),
        agreement_hash=part.digest_or_none("agreement_hash"),
    )
    if (agency.agreement_signed is None) != (agency.agreement_until is None):
        raise SnapshotMistake(f"{agency.name}: an agreement has a first and a last day.")
    if _backwards(agency):
        raise SnapshotMistake(f"{agency.name}: the agreement ends before it was signed.")
    return agency


def _backwards(agency: Agency) -> bool:
    signed, until = agency.agreement_signed, agency.agreement_until
    return signed is not None and until is not None and until < signed


def _said(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


_MOST_LIAISONS = 3
_MOST_SIGNATORIES = 12
_ADDED = ("liaisons", "signatories", "agreement_hash")
_PARTS = tuple(name for name in Agency.__dataclass_fields__ if name not in _ADDED)
