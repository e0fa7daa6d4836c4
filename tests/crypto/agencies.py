"""Invented agencies and one share between them, for the tests of crypto."""

from dataclasses import dataclass, replace

from crypto import log as logs
from crypto import record as records
from crypto.keys import Identity, NodeKey, WeekKey, new_week_key, week_ends
from crypto.log import Log
from crypto.record import Kind, Opened, Record

ENDS = week_ends(202716)
WEEK = 202716

HARBOUR = Identity(b"\x01" * 32)  # the owner
LANTERN = Identity(b"\x02" * 32)  # the recipient
MEADOW = Identity(b"\x03" * 32)  # another agency altogether
HARBOUR_NODE = NodeKey(b"\x04" * 32)
WEEK_KEY: WeekKey = new_week_key(WEEK)

TERMS = b'{"kind":"find"}'
CHANGES = (b"first change", b"second change")


@dataclass(frozen=True)
class Share:
    """A share as its owner holds it."""

    log: Log
    key: bytes
    records: tuple[Record, ...]

    def add(self, record: Record) -> "Share":
        return replace(
            self, log=logs.follow(self.log, record.stub), records=(*self.records, record)
        )

    def change(self, *changes: bytes) -> "Share":
        link = logs.next_link(self.log, Kind.CHANGE, self.log.ends)
        return self.add(records.seal_change(link, HARBOUR, self.key, changes))

    def close(self) -> "Share":
        link = logs.next_link(self.log, Kind.CLOSE, self.log.ends)
        return self.add(records.seal_close(link, HARBOUR))

    def reopen(self, ends: int = ENDS) -> "Share":
        link = logs.next_link(self.log, Kind.OPEN, ends)
        record, key = records.seal_open(link, HARBOUR, WEEK, WEEK_KEY.public, TERMS, CHANGES)
        return replace(self.add(record), key=key)


def open_share(name: bytes = b"s", owner: Identity = HARBOUR, to: Identity = LANTERN) -> Share:
    link = logs.first_link(name * 16, b"r" * 16, owner.public, to.public, ENDS)
    record, key = records.seal_open(link, owner, WEEK, WEEK_KEY.public, TERMS, CHANGES)
    return Share(logs.follow(None, record.stub), key, (record,))


def receive(log: Log | None, raw: bytes, key: bytes | None = None) -> tuple[Log, Opened]:
    """Take a record as the recipient does: every check, then open it."""
    stub = records.parse_stub(raw[: records.STUB_BYTES])
    body = raw[records.STUB_BYTES :]
    after = logs.follow(log, stub)
    records.check_stub(stub, HARBOUR_NODE.public)
    records.check_body(stub, body)
    if stub.kind is Kind.CLOSE:
        return after, Opened(b"", ())
    record = Record(stub, body)
    if key is None:
        key = records.unwrap(record, WEEK_KEY.secret, WEEK_KEY.public)
    return after, records.open_body(record, key)
