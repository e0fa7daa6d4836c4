"""The mark of a plan as it was sent round, so that a later change shows at every node.

The plan carries one line for each recipient: a mark of that recipient's share and of what it said.
A share is known to its two ends only, so that no line tells anybody about another agency. What
moves on by itself, the status of an action or of the case, is no part of it.
"""

import json
from collections.abc import Mapping
from hashlib import blake2b

from client_sync.lane import in_order
from server.meeting.plan_view import ACTIONS, CASE, LEADS, RISKS
from tiers.fragment import Place, Written
from tiers.rows import row_of

_OF_THE_CASE = frozenset({"heard_on", "decision", "reasons", "next_review_on"})
_MOVES_ON = frozenset({(ACTIONS, "status")})


def digest(fields: Mapping[Place, tuple[Written, ...]]) -> str:
    """What this lane of the plan says, as one mark: values, when they were written, and by whom."""
    said = [
        [place.section, place.about, place.field, [[one.value, one.at, one.by] for one in wordings]]
        for place, wordings in (
            (place, in_order(fields[place])) for place in sorted(fields) if _counts(place)
        )
    ]
    return blake2b(json.dumps(said).encode(), digest_size=32, person=b"cf-plan").hexdigest()


def line(share: str, said: str) -> str:
    """The line that one recipient, and nobody else, finds to be its own."""
    told = json.dumps([share, said]).encode()
    return blake2b(told, digest_size=32, person=b"cf-plan-line").hexdigest()


def _counts(place: Place) -> bool:
    if place.section == CASE:
        return place.field in _OF_THE_CASE
    if place.section not in {RISKS, ACTIONS, LEADS}:
        return False
    return (place.section, row_of(place)[1]) not in _MOVES_ON
