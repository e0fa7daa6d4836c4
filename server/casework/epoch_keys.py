"""The keys that open a batch of received shares: read together, and new ones put away together."""

from collections.abc import Sequence

from crypto.errors import NotARecipient
from crypto.record import Record, unwrap, week_in
from server.casework.tables import Share
from server.node.keyring import EpochKey, Keyring


class EpochKeys:
    """What keys.db holds for these shares. Call put_away() once they have been opened."""

    def __init__(self, rows: Sequence[Share], keyring: Keyring) -> None:
        self._keyring = keyring
        self._held = keyring.epochs((row.id, row.epoch) for row in rows)
        self._publics = keyring.publics()
        self._secrets: dict[int, bytes | None] = {}
        self._new: list[EpochKey] = []

    def of(self, row: Share, opening: Record) -> bytes | None:
        """The key of this share's present epoch, which this record began; None when it is lost."""
        return self._held.get((row.id, row.epoch)) or self._unwrapped(row, opening)

    def put_away(self) -> None:
        """Keep what was unwrapped: one disk sync for all of them."""
        if self._new:
            self._keyring.put_epochs(self._new)
            self._new = []

    def _unwrapped(self, row: Share, opening: Record) -> bytes | None:
        week = week_in(opening.body)
        if week not in self._secrets:
            self._secrets[week] = self._keyring.week_secret(week)
        secret, public = self._secrets[week], self._publics.get(week)
        if secret is None or public is None:
            return None
        try:
            key = unwrap(opening, secret, public)
        except NotARecipient:
            # Wrapped to a week key this node had before its keys.db was lost.
            return None
        self._new.append(EpochKey(row.id, row.epoch, row.ends, key))
        return key
