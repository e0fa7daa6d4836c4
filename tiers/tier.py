"""The four participation tiers: wider roles, not higher clearances, so they cannot be compared."""

from enum import Enum


class Tier(Enum):
    """How an agency takes part. A tier is looked up in the pack's tables, never compared."""

    DIRECTORY = 1
    REFERRAL = 2
    FRAMEWORKS = 3
    RESEARCH = 4
