"""Rows of a release as it is signed at Harbour House."""

from tests.tiers.worlds import HARBOUR, POLICE


def rows(*changed):
    """The collector's own row, and these."""
    own = {"agency": HARBOUR, "tell": True, "initials": "IP"}
    return [own, *changed]


def police(**ticks):
    return {"agency": POLICE, "initials": "IP"} | ticks
