"""When a record that could not be delivered is tried again."""

from datetime import datetime, timedelta

_FIRST = 1.0  # seconds
_LONGEST = 15 * 60.0
_SPREAD = 0.25  # of the wait: agencies cut off together do not come back in one second


def next_try(attempts: int, now: datetime, jitter: float) -> datetime:
    """The moment after `attempts` failures; `jitter` from 0 to 1 is the caller's chance."""
    doublings = min(max(attempts - 1, 0), 10)
    wait = min(_LONGEST, _FIRST * 2**doublings)
    spread = wait * _SPREAD * min(max(jitter, 0.0), 1.0)
    return now + timedelta(seconds=max(_FIRST, wait - spread))
