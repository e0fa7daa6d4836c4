"""Records that arrived: checked and logged while locked, opened only when somebody reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.errors import Malformed, TooLarge
from crypto.log import Log, follow
from crypto.record import Kind, Record, check_body, check_stub, open_body, parse_stub, unwrap

LARGEST_EPOCH = 8 * 2**20  # bytes of changes; an honest epoch is replaced long before


@dataclass(frozen=True, slots=True)
class Accepted:
    """A record that may be kept, and the log with it at its end."""

    record: Record
    log: Log
    repeated: bool  # the last record once more: success, and nothing to do


def accept(
    log: Log | None, raw_stub: bytes, body: bytes | None, node_key: bytes | None
) -> Accepted:
    """Check everything that can be checked without a secret; raises the crypto error that says why.

    `body` is None where it has been destroyed: the stub alone still verifies and chains.
    `node_key` is the owner's, which may have signed a close.
    """
    stub = parse_stub(raw_stub)
    check_stub(stub, node_key)
    if body is not None:
        check_body(stub, body)
    followed = follow(log, stub)
    repeated = log is not None and stub.id == log.last_id
    return Accepted(Record(stub, body or b""), followed, repeated)


def this_epoch(records: Sequence[Record]) -> tuple[Record, ...]:
    """The records from the last opening on, in order, without a close."""
    ordered = sorted(records, key=lambda record: record.stub.seq)
    starts = [index for index, one in enumerate(ordered) if one.stub.kind is Kind.OPEN]
    if not starts:
        raise Malformed("The record that opens this share is not here.")
    epoch = ordered[starts[-1] :]
    seqs = [one.stub.seq for one in epoch]
    if seqs != list(range(seqs[0], seqs[0] + len(seqs))):
        raise Malformed("A record of this share is not here.")
    return tuple(one for one in epoch if one.stub.kind is not Kind.CLOSE)


def epoch_key(records: Sequence[Record], week_secret: bytes, week_public: bytes) -> bytes:
    """The key of the last epoch, unwrapped with the week key of the share's end."""
    return unwrap(this_epoch(records)[0], week_secret, week_public)


def open_records(records: Sequence[Record], key: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """The consent's terms, and the last epoch's changes: these go to the Chamber only."""
    return open_epoch(this_epoch(records), key)


def open_epoch(epoch: Sequence[Record], key: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """The same of records that this_epoch() has put in order."""
    opening, *later = epoch
    opened = open_body(opening, key)
    changes = list(opened.changes)
    size = sum(map(len, changes))
    for record in later:
        more = open_body(record, key).changes
        size += sum(map(len, more))
        if size > LARGEST_EPOCH:
            raise TooLarge
        changes += more
    return opened.terms, tuple(changes)
