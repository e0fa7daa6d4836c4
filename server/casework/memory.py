"""Lanes as this unlocked process last read them. At the last lock it ends, and they with it."""

from collections.abc import Iterable
from dataclasses import dataclass

from client_sync.lane import Lane
from tiers.consent import Consent

_MOST = 2_000  # 17 KiB a lane: what a large meeting and its day need


@dataclass(frozen=True, slots=True)
class Known:
    """A received share as opened: the consent it rests on, and what its lane says."""

    consent: Consent
    lane: Lane


_known: dict[tuple[str, str], Known] = {}


def recall(share: str, last_id: str) -> Known | None:
    """What this share said at this record, if it was opened before."""
    return _known.get((share, last_id))


def remember(share: str, last_id: str, known: Known) -> None:
    """Keep it for the next page; older readings of the same share are dropped."""
    forget(share)
    if len(_known) >= _MOST:
        _known.pop(next(iter(_known)))
    _known[share, last_id] = known


def forget(share: str) -> None:
    """Drop every reading of this share."""
    for key in [key for key in _known if key[0] == share]:
        del _known[key]


def forget_all(shares: Iterable[str]) -> None:
    """Drop every reading of these shares."""
    for share in shares:
        forget(share)
