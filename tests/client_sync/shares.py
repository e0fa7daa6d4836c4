"""A share of an invented agency: what it says, to whom, and how it is kept."""

from datetime import date

from client_sync.inbox import accept
from client_sync.share import (
    Opening,
    open_share,
    week_needed,
)
from crypto.keys import Identity, new_week_key
from crypto.log import Log
from crypto.record import Record
from tests.client_sync.lanes import RELEASE, SHARE, at, cleared, wrote
from tiers.fragment import Place, Written
from tiers.gate import Cleared

ZONE = "America/Toronto"
OWNER = Identity(bytes(range(1, 33)))
OTHER = Identity(bytes(range(2, 34)))
RECIPIENT = Identity(bytes(range(3, 35)))
FIELDS = {at("a"): (wrote("canary"),), at("b"): (wrote("kept"),)}


def ours(
    fields: dict[Place, tuple[Written, ...]] | None = None, until: date = date(2026, 4, 10)
) -> Cleared:
    said = FIELDS if fields is None else fields
    return cleared(said, discloser=OWNER.public, recipient=RECIPIENT.public, until=until)


WEEK = new_week_key(week_needed(ours(), ZONE))


def opened(what: Cleared | None = None) -> Opening:
    return open_share(what or ours(), SHARE, RELEASE, OWNER, WEEK.public, ZONE)


def kept(*records: Record) -> tuple[list[Record], Log]:
    log: Log | None = None
    held = []
    for record in records:
        accepted = accept(log, record.stub.raw, record.body, None)
        held.append(accepted.record)
        log = accepted.log
    assert log is not None
    return held, log
