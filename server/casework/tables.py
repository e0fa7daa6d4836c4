"""What professionals' work leaves on this node: the whole schema of casework on one page.

Nothing about a person is in a column: names, dates and words are in `body`, shut under the seed.
"""

from piccolo.columns import BigInt, Boolean, Bytea, Date, Integer, Text, Varchar
from piccolo.table import Table

from server.node.walled import Wall  # every desk reads it, so it stands below


class Case(Table, tablename="casework_case"):
    """A case this agency is working. What it says is in body, for an unlocked node only."""

    id = Varchar(length=32, primary_key=True)
    case_ref = Varchar(length=26, unique=True)  # random; all that other agencies know of a case
    status = Varchar(length=32, default="open")
    opened_on = Date(default=None)
    revision = Integer(default=1)
    body = Bytea()  # people, fields, per-place revision, bases


class Release(Table, tablename="casework_release"):
    """A release a survivor signed here, or one whose parts reached this agency."""

    id = Varchar(length=32, primary_key=True)
    case_ref = Varchar(length=26, index=True)
    state = Varchar(length=16, default="live")  # live, withdrawn
    recorded_on = Date(default=None)
    body = Bytea()  # what was signed, as it was recorded; empty for a release signed elsewhere


class ConsentRow(Table, tablename="casework_consent"):
    """One directed consent that lives here: who signed, for what, is in body."""

    id = Varchar(length=32, primary_key=True)
    release = Varchar(length=32, index=True)
    kind = Varchar(length=8)
    discloser = Varchar(length=64)
    recipient = Varchar(length=64)
    case_ref = Varchar(length=26, default="", index=True)  # the own case it was tied to
    came_by = Varchar(length=32, default="", index=True)  # the share it came in, and dies with
    ends = BigInt()  # unix seconds
    state = Varchar(length=16)
    ended_at = BigInt(default=0)
    fell = Boolean(default=False)  # it ended with that share alone: come again, it is asked again
    confirmed = Varchar(length=32, default="")  # the last restore after which a person kept it
    body = Bytea()  # terms, and release person → own person


class Share(Table, tablename="casework_share"):
    """One lane, written by its owner and read by its recipient, until it ends."""

    id = Varchar(length=32, primary_key=True)
    owner = Varchar(length=64, index=True)
    recipient = Varchar(length=64, index=True)
    release = Varchar(length=32, index=True)
    consent = Varchar(length=32, default="", index=True)
    case_ref = Varchar(length=26, default="", index=True)  # received: filled at first opening
    exchange = Varchar(length=16, default="")
    epoch = Integer()
    seq = Integer()
    last_id = Varchar(length=64)
    ends = BigInt(index=True)
    closed = Boolean(default=False)
    state = Varchar(length=16, default="live")  # live, closed, ended, refused
    why = Varchar(length=120, default="")
    opened_count = Integer(default=0)
    opened_at = BigInt(default=0)
    needs_key = Boolean(default=False)  # the recipient lost its key, or we did
    destroyed_at = BigInt(default=0)
    began_at = BigInt(default=0)
    epoch_count = Integer(default=0)  # changes since the epoch opened
    epoch_size = Integer(default=0)  # and their bytes
    changed_at = BigInt(default=0)
    body = Bytea()  # own lanes: raw changes and heads; received ones: what their consent covers


class RecordRow(Table, tablename="casework_record"):
    """One record of a share. The stub stays after its body is destroyed."""

    id = Varchar(length=64, primary_key=True)
    share = Varchar(length=32, index=True)
    kind = Integer()
    epoch = Integer()
    seq = Integer()
    stub = Bytea()
    body = Bytea(null=True, default=None)


class OutboxRow(Table, tablename="casework_outbox"):
    """A committed record that has yet to reach the relay."""

    id = Varchar(length=64, primary_key=True)
    share = Varchar(length=32, index=True)
    seq = Integer()
    close_first = Boolean(default=False)
    attempts = Integer(default=0)
    next_try = BigInt(default=0)
    refused = Text(default="")


class StatementRow(Table, tablename="casework_statement"):
    """A signed word between nodes: receipts, withdrawals, week keys, beacons, lost keys."""

    id = Varchar(length=64, primary_key=True)
    kind = Varchar(length=16, index=True)
    direction = Varchar(length=3)  # in, out
    signed = Bytea()  # as it travels
    signer = Varchar(length=64, index=True)
    to_ids = Text(default="[]")
    share = Varchar(length=32, default="", index=True)
    release = Varchar(length=32, default="", index=True)
    at = BigInt()
    sent = BigInt(default=0)  # 0: still waiting
    attempts = Integer(default=0)
    next_try = BigInt(default=0)
    refused = Text(default="")


class RefusedRow(Table, tablename="casework_refused"):
    """Something that arrived and was not kept, and why."""

    id = Varchar(length=64, primary_key=True)
    reason = Text()
    at = BigInt()


class Draft(Table, tablename="casework_draft"):
    """Words typed and not yet saved, kept for the person who typed them."""

    id = Varchar(length=64, primary_key=True)
    staff = Varchar(length=64, index=True)
    body = Bytea()
    saved_at = BigInt()


class Tie(Table, tablename="casework_tie"):
    """Whom a colleague is close to, as they or we said it: their cases are walled from them."""

    id = Varchar(length=32, primary_key=True)
    staff = Varchar(length=64, index=True)
    said_at = BigInt()
    body = Bytea()  # names, births, addresses, telephones


TABLES = [
    Case,
    Release,
    ConsentRow,
    Share,
    RecordRow,
    OutboxRow,
    StatementRow,
    RefusedRow,
    Draft,
    Wall,
    Tie,
]
