"""How an agency stands in the coalition: its agreement, tier, seats and checked key."""

from dataclasses import dataclass
from datetime import date

from tiers.tier import Tier


@dataclass(frozen=True, slots=True)
class Agreement:
    """The yearly agreement an agency has signed; both its days are included."""

    signed_on: date
    until: date

    def in_force(self, day: date) -> bool:
        """Does the agreement hold on this day?"""
        return self.signed_on <= day <= self.until


@dataclass(frozen=True, slots=True)
class Standing:
    """What the signed directory says of one agency."""

    tier: Tier
    agreement: Agreement | None
    seats: frozenset[str]
    verified: bool
    suspended: bool
    directory_until: date
