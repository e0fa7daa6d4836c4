"""A share, as its owner writes it: open an epoch, add changes, close. Only a Cleared goes in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from client_sync.document import compose
from crypto.errors import NotTheOwner, NoWeekKey, Refused, RefusedReason
from crypto.keys import Identity, NodeKey, week_of
from crypto.log import Log, first_link, follow, next_link
from crypto.record import Kind, Link, Record, seal_change, seal_close, seal_open
from tiers.consent import ends_at
from tiers.gate import Cleared

_MOST_CHANGES = 50  # then a new epoch: what was deleted leaves the history
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Opening:
    """A new epoch: the record that travels, and what the owner must keep to continue it."""

    record: Record
    epoch_key: bytes = field(repr=False)
    log: Log
    changes: tuple[bytes, ...] = field(repr=False)
    heads: tuple[str, ...]


def ends_of(cleared: Cleared, timezone: str) -> int:
    """When a share of this must be destroyed: the midnight after its last day."""
    return ends_at(cleared.until, timezone)


def week_needed(cleared: Cleared, timezone: str) -> int:
    """The week whose key the recipient must have published before this can be sealed."""
    return week_of(ends_of(cleared, timezone))


def open_share(  # noqa: PLR0917 - a share has as many parts as it has
    cleared: Cleared,
    share: bytes,
    release: bytes,
    identity: Identity,
    week_public: bytes | None,
    timezone: str,
) -> Opening:
    """Begin a share of what was cleared; NoWeekKey without a recipient's key for its last week."""
    if release.hex() != cleared.consent.release_id:
        raise Refused(RefusedReason.FOREIGN_RELEASE)
    link = first_link(
        share,
        release,
        identity.public,
        bytes.fromhex(cleared.recipient),
        ends_of(cleared, timezone),
    )
    return _open(cleared, link, None, identity, week_public)


def reopen(
    cleared: Cleared, log: Log, identity: Identity, week_public: bytes | None, timezone: str
) -> Opening:
    """Begin the share's next epoch: only what is cleared now, and nothing that ever was deleted.

    The week is that of the log's end when this is sooner: give the key for `reopen_week()`.
    """
    if log.recipient.hex() != cleared.recipient:
        raise Refused(RefusedReason.FOREIGN_RECIPIENT)
    if log.release.hex() != cleared.consent.release_id:
        raise Refused(RefusedReason.FOREIGN_RELEASE)
    link = next_link(log, Kind.OPEN, min(log.ends, ends_of(cleared, timezone)))
    return _open(cleared, link, log, identity, week_public)


def reopen_week(cleared: Cleared, log: Log, timezone: str) -> int:
    """The week whose key the recipient must have published before the next epoch can be sealed."""
    return week_of(min(log.ends, ends_of(cleared, timezone)))


def add(
    log: Log,
    epoch_key: bytes,
    identity: Identity,
    changes: Sequence[bytes],
    ends: int | None = None,
) -> tuple[Record, Log]:
    """Seal further changes in this epoch; `ends` may only be sooner than before."""
    link = next_link(log, Kind.CHANGE, log.ends if ends is None else ends)
    record = seal_change(link, identity, epoch_key, changes)
    return record, follow(log, record.stub)


def close(log: Log, signer: Identity | NodeKey) -> tuple[Record, Log]:
    """End the share for everyone; a locked node signs with its node key."""
    record = seal_close(next_link(log, Kind.CLOSE, log.ends), signer)
    return record, follow(log, record.stub)


def due_for_epoch(count: int, size: int) -> bool:
    """Has the epoch, by changes and bytes since it began, grown enough to be replaced?"""
    return count >= _MOST_CHANGES or size >= _MOST_BYTES


def _open(
    cleared: Cleared, link: Link, log: Log | None, identity: Identity, week_public: bytes | None
) -> Opening:
    if identity.public.hex() != cleared.discloser:
        raise NotTheOwner
    if week_public is None:
        raise NoWeekKey
    composed = compose(cleared, identity.public)
    terms = json.dumps(cleared.consent.to_terms(), ensure_ascii=False, separators=(",", ":"))
    record, epoch_key = seal_open(
        link, identity, week_of(link.ends), week_public, terms.encode(), composed.changes
    )
    return Opening(record, epoch_key, follow(log, record.stub), composed.changes, composed.heads)
