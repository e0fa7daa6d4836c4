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


_MOST_REFUSED = 20_000  # a few words each

_known: dict[tuple[str, str], Known] = {}
_at: dict[str, str] = {}  # share → the record it was last read at
_refused: dict[tuple[str, str], str] = {}  # share, record → why what it carries does not open


def recall(share: str, last_id: str) -> Known | None:
    """What this share said at this record, if it was opened before."""
    return _known.get((share, last_id))


def remember(share: str, last_id: str, known: Known) -> None:
    """Keep it for the next page; an older reading of the same share is dropped."""
    forget(share)
    if len(_known) >= _MOST:
        forget(next(iter(_at)))
    _known[share, last_id] = known
    _at[share] = last_id


def refuse(share: str, last_id: str, why: str) -> None:
    """Note that these bytes do not open with the key that is here: no page tries them again."""
    if len(_refused) >= _MOST_REFUSED:
        _refused.clear()
    _refused[share, last_id] = why


def refusal(share: str, last_id: str) -> str:
    """Why this share did not open when these bytes were tried; empty if nobody tried."""
    return _refused.get((share, last_id), "")


def forget(share: str) -> None:
    """Drop the reading of this share."""
    last_id = _at.pop(share, None)
    if last_id is not None:
        del _known[share, last_id]


def forget_all(shares: Iterable[str]) -> None:
    """Drop every reading of these shares."""
    for share in shares:
        forget(share)


def clear() -> None:
    """Know nothing, as a process that has just begun."""
    _known.clear()
    _at.clear()
    _refused.clear()
