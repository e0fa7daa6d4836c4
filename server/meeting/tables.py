"""What a case's way through the meeting leaves on this node: the whole schema on one page.

Nothing about a person is in a column: names and words are in `body`, shut under the seed. What the
meeting agreed is in the case itself (`casework_case`), in sections that travel.
"""

from piccolo.columns import BigInt, Boolean, Bytea, Integer, Varchar
from piccolo.table import Table


class Referral(Table, tablename="meeting_referral"):
    """A referral this agency is making, or made, of a case of its own."""

    id = Varchar(length=32, primary_key=True)
    case_ref = Varchar(length=26, index=True)
    state = Varchar(length=24, default="draft")  # draft, waiting_for_consent, declined, sent
    release = Varchar(length=32, default="")  # the release it went under
    made_at = BigInt()
    sent_at = BigInt(default=0)
    body = Bytea()  # why below the threshold, who was asked and when, words of the referrer


class Intake(Table, tablename="meeting_intake"):
    """A case as the coordinating node has it: where it stands, and its clocks (unix seconds)."""

    case_ref = Varchar(length=26, primary_key=True)
    status = Varchar(length=16, default="referred", index=True)
    share = Varchar(length=32, default="")  # the part that brought the referral
    referred_by = Varchar(length=64, default="")
    received_at = BigInt()
    may_ask_at = BigInt(default=0)  # 0: not before somebody decides
    asked_at = BigInt(default=0)
    decided_at = BigInt(default=0)
    heard_at = BigInt(default=0)
    closed_at = BigInt(default=0)
    revision = Integer(default=1)
    body = Bytea()  # reasons, checks, a coordinator's own notes


class Meeting(Table, tablename="meeting_meeting"):
    """One meeting of a series of the pack, at the coordinating node."""

    id = Varchar(length=32, primary_key=True)
    series = Varchar(length=64, index=True)
    starts_at = BigInt(index=True)
    state = Varchar(length=12, default="planned")  # planned, open, over, cancelled
    opened_at = BigInt(default=0)
    over_at = BigInt(default=0)
    revision = Integer(default=1)
    body = Bytea()  # place, facilitator, who read the confidentiality statement, notes


class Slot(Table, tablename="meeting_slot"):
    """One case on one agenda: its place, its minutes, and how long the room took."""

    id = Varchar(length=32, primary_key=True)
    meeting = Varchar(length=32, index=True)
    case_ref = Varchar(length=26, index=True)
    position = Integer()
    minutes = Integer()
    state = Varchar(length=12, default="waiting")  # waiting, open, heard, put_off, withdrawn
    began_at = BigInt(default=0)
    spent = Integer(default=0)  # seconds, without the present stretch


class Attendance(Table, tablename="meeting_attendance"):
    """One agency, or one observer of it, at one meeting."""

    id = Varchar(length=32, primary_key=True)
    meeting = Varchar(length=32, index=True)
    agency = Varchar(length=64, index=True)
    observer = Boolean(default=False)
    state = Varchar(length=12, default="expected")  # expected, present, apologies, absent
    statement = Boolean(default=False)  # has this observer signed the confidentiality statement
    information_sent = Boolean(default=False)
    revision = Integer(default=1)
    body = Bytea()  # who came, for how long, what was said about it


class AskedHere(Table, tablename="meeting_asked_here"):
    """Somebody this agency is asked about: what we did with the question."""

    share = Varchar(length=32, primary_key=True)  # the find that asked
    case_ref = Varchar(length=26, index=True)
    state = Varchar(length=16, default="new")  # as server/meeting/noting.py names them
    came_at = BigInt()
    answer_by = BigInt(default=0)
    searched_at = BigInt(default=0)
    answered_at = BigInt(default=0)
    body = Bytea()  # who looked, who attends, which own record was matched


class Feed(Table, tablename="meeting_feed"):
    """A private address at which one member of staff reads when meetings are, and nothing else."""

    id = Varchar(length=32, primary_key=True)
    mark = Varchar(length=64, unique=True)  # a hash of the address; the address is shown once
    staff = Varchar(length=64, index=True)
    made_at = BigInt()
    read_at = BigInt(default=0)
    revoked_at = BigInt(default=0)


TABLES = [Referral, Intake, Meeting, Slot, Attendance, AskedHere, Feed]
