"""The log of a share: what one more record must be, so that nothing is replayed or forked."""

from dataclasses import dataclass

from crypto.errors import Refused, RefusedReason
from crypto.record import NO_RECORD, Kind, Link, Stub


@dataclass(frozen=True, slots=True)
class Log:
    """Where a share stands after its last record."""

    share: bytes
    release: bytes
    owner: bytes
    recipient: bytes
    epoch: int
    seq: int
    last_id: bytes
    ends: int
    closed: bool = False


def follow(log: Log | None, stub: Stub) -> Log:
    """Give the log with this record at its end (unchanged if it is there already), or Refused."""
    stub_id = stub.id
    if log is None:
        reason = _cannot_begin(stub)
    elif stub_id == log.last_id:
        return log
    else:
        reason = _foreign(log, stub) or _out_of_turn(log, stub)
    if reason is not None:
        raise Refused(reason)
    return Log(
        share=stub.share,
        release=stub.release,
        owner=stub.owner,
        recipient=stub.recipient,
        epoch=stub.epoch,
        seq=stub.seq,
        last_id=stub_id,
        ends=stub.ends,
        closed=stub.kind is Kind.CLOSE,
    )


def first_link(share: bytes, release: bytes, owner: bytes, recipient: bytes, ends: int) -> Link:
    """Say where the first record of a new share stands."""
    return Link(share, release, owner, recipient, epoch=1, seq=1, prev=NO_RECORD, ends=ends)


def next_link(log: Log, kind: Kind, ends: int) -> Link:
    """Say where the next record stands; Refused if the share is closed or would end later."""
    if log.closed:
        raise Refused(RefusedReason.AFTER_CLOSE)
    if ends > log.ends:
        raise Refused(RefusedReason.ENDS_ROSE)
    epoch = log.epoch + 1 if kind is Kind.OPEN else log.epoch
    return Link(
        log.share, log.release, log.owner, log.recipient, epoch, log.seq + 1, log.last_id, ends
    )


def _cannot_begin(stub: Stub) -> RefusedReason | None:
    begins = stub.kind is Kind.OPEN and stub.seq == 1 and stub.prev == NO_RECORD
    if not begins:
        return RefusedReason.NOT_OPENED
    return None if stub.epoch == 1 else RefusedReason.EPOCH


def _foreign(log: Log, stub: Stub) -> RefusedReason | None:
    if stub.share != log.share:
        return RefusedReason.FOREIGN_SHARE
    if stub.owner != log.owner:
        return RefusedReason.FOREIGN_OWNER
    if stub.recipient != log.recipient:
        return RefusedReason.FOREIGN_RECIPIENT
    return None if stub.release == log.release else RefusedReason.FOREIGN_RELEASE


def _out_of_turn(log: Log, stub: Stub) -> RefusedReason | None:
    if stub.seq <= log.seq:
        return RefusedReason.FORK
    if log.closed:
        return RefusedReason.AFTER_CLOSE
    if stub.seq > log.seq + 1:
        return RefusedReason.GAP
    if stub.prev != log.last_id:
        return RefusedReason.FORK
    if stub.epoch != log.epoch + (stub.kind is Kind.OPEN):
        return RefusedReason.EPOCH
    return None if stub.ends <= log.ends else RefusedReason.ENDS_ROSE
