"""How often somebody may ask: by a bucket that fills by itself."""

from time import monotonic


class Allowance:
    """What each caller may still ask: a bucket that fills by itself."""

    def __init__(self, most: float, per_second: float) -> None:
        self._most = most
        self._per_second = per_second
        self._left: dict[bytes, tuple[float, float]] = {}

    def take(self, caller: bytes, cost: float) -> bool:
        """May this caller ask something of this cost now? If so it is counted."""
        now = monotonic()
        left, since = self._left.get(caller, (self._most, now))
        left = min(self._most, left + (now - since) * self._per_second)
        if left < cost:
            self._left[caller] = (left, now)
            return False
        self._left[caller] = (left - cost, now)
        return True
