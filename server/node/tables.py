"""What any node keeps about itself, its staff, its partners and what was done: the schema."""

from piccolo.columns import BigInt, Boolean, Bytea, Integer, Serial, Text, Varchar
from piccolo.table import Table


class NodeRow(Table):
    """This node. There is one row, and it names no person."""

    id: Serial
    name = Varchar(length=200)
    kind = Varchar(length=60)  # agency kind, a row of the pack
    identity = Varchar(length=64)  # Ed25519 public key, hex
    node_key = Varchar(length=64)  # public half; the secret half is the file node.key
    coordinating = Boolean(default=False)
    rehearsal = Boolean(default=False)
    relay_url = Text(default="")  # own when coordinating; the joined coalition's otherwise
    relay_identity = Varchar(length=64, default="")  # the coordinating identity this node trusts
    trusted_card = Bytea(default=b"")
    card = Bytea(default=b"")  # this node's own signed contact card
    paper_lock = Bytea(default=b"")  # the seed, under the paper code
    pack_name = Varchar(length=200)
    pack_texts = Text(
        default="[]"
    )  # JSON [[name, text], …], as loaded at init: the pack and its parents
    created_at = BigInt(default=0)
    high_water = BigInt(default=0)  # the highest own time stored, unix seconds
    jump_noticed_at = BigInt(
        null=True, default=None
    )  # own time at which a jump forward was noticed
    jump_seen_at = BigInt(null=True, default=None)  # the last own time seen since that jump
    jump_agreed = Text(default="[]")  # JSON list: who has confirmed the time after the jump
    cursor = Text(default="")  # where the last pull ended
    relay_heard_at = BigInt(default=0)  # unix seconds of own clock
    quarantined = Boolean(default=False)  # restored from a backup, not yet confirmed
    restoration = Varchar(length=32, default="")  # random name of the last restore noticed
    caught_up = Boolean(default=False)  # all the relay holds was read since that restore


class Staff(Table):
    """A member of staff: a name, roles, and a lock that opens the seed."""

    id: Serial
    staff_id = Varchar(length=32, unique=True)  # random
    name = Varchar(length=200)
    folded_name = Varchar(length=200, unique=True)  # so that two people cannot differ by case alone
    roles = Text()  # comma-separated values of Role, sorted
    lock = Bytea(default=b"")  # crypto.locks.lock(); empty once removed
    version = Integer(default=1)  # rises when roles, passphrase or membership change
    added_at = BigInt(default=0)
    removed_at = BigInt(null=True, default=None)
    read_notices_to = BigInt(default=0)  # the last audit entry whose notice this person has seen


class UnlockAttempt(Table):
    """How many wrong passphrases one bucket has had lately. Keys are hashes, never names."""

    id: Serial
    bucket = Varchar(length=64, unique=True)
    first_at = BigInt(default=0)
    failures = Integer(default=0)
    closed_until = BigInt(default=0)


class KnownDevice(Table):
    """A browser on which this member of staff has signed in before."""

    id: Serial
    key = Varchar(length=64, unique=True)  # hash of member and device cookie
    staff_id = Varchar(length=32, index=True)
    seen_at = BigInt(default=0)


class AuditHead(Table):
    """Where the audit chain ends. One row, locked by whoever appends."""

    id: Serial
    n = BigInt(default=0)
    hash = Varchar(length=64, default="")


class AuditEntry(Table):
    """One thing that was done, by whom, in a chain. Ids only: never a person in a case."""

    id: Serial
    n = BigInt(unique=True)
    at = Varchar(length=32)  # ISO 8601, UTC
    who = Varchar(length=32)  # staff_id, or "node"
    act = Varchar(length=60, index=True)
    subject = Varchar(length=200, default="")
    detail = Text(default="{}")  # plain JSON
    prev = Varchar(length=64)
    hash = Varchar(length=64)


class DirectoryRow(Table):
    """A signed directory snapshot this node has believed."""

    id: Serial
    number = BigInt(unique=True)
    signed = Bytea()
    adopted_at = BigInt(default=0)


class PartnerCard(Table):
    """A partner's contact card as read here, and when its words were compared by voice."""

    id: Serial
    identity = Varchar(length=64, unique=True)
    signed = Bytea()
    verified_at = BigInt(null=True, default=None)
    verified_by = Varchar(length=32, default="")


class PartnerBeacon(Table):
    """How a partner's last beacons compared with what this node holds of the shares."""

    id: Serial
    identity = Varchar(length=64, unique=True)
    heard_at = BigInt(default=0)  # own clock, when its last beacon came
    agreed_at = BigInt(default=0)  # own clock, when one last said what this node says
    differed = Integer(default=0)  # how many in a row did not


class Announcement(Table):
    """A signed word about standing or content that this node sends to others."""

    id = Varchar(length=64, primary_key=True)  # the statement's own id
    kind = Varchar(length=16)
    signed = Bytea()
    at = BigInt(default=0)
    sent = BigInt(default=0)  # 0: still waiting
    attempts = Integer(default=0)
    next_try = BigInt(default=0)
    refused = Text(default="")


class ProposalRow(Table):
    """A directory that waits for signatures, made here or come from the coordinating node."""

    id: Serial
    proposal = Varchar(length=64, unique=True)  # what all its signers sign
    previous = Varchar(length=64)  # the directory it follows; when that is not in force, it is over
    own = Boolean(default=False)
    text = Text(default="")  # what is to be another; empty until all its parts have come
    parts = Text(default="{}")  # JSON {"1": text, …} of those that have
    of = Integer(default=1)
    signed = Bytea(default=b"")  # the whole as this node signed it, if it is its own
    state = Varchar(length=10, default="open")  # open, signed, left, replaced, published
    at = BigInt(default=0)


class Cosignature(Table):
    """One signature under a proposal."""

    id = Varchar(length=64, primary_key=True)  # the statement's own id
    proposal = Varchar(length=64, index=True)
    signer = Varchar(length=64)
    signed = Bytea()


class Restriction(Table):
    """An agency that a signer suspends alone; it waits until the relay has the directory."""

    id: Serial
    agency = Varchar(length=64)
    who = Varchar(length=32)
    at = BigInt(default=0)
    done_at = BigInt(null=True, default=None)
    refused = Text(default="")


class Succession(Table):
    """A new identity that an old one names as its own, until it is taken in or left."""

    id = Varchar(length=64, primary_key=True)  # the statement's own id
    old = Varchar(length=64, index=True)
    card = Bytea()
    at = BigInt(default=0)
    done = Boolean(default=False)


class Reminder(Table):
    """A day on which somebody was to be reminded, and whether the word has gone out."""

    id: Serial
    key = Varchar(length=200, unique=True)  # what ends, when, and how many days before
    words = Text(default="")
    at = BigInt(default=0)
    sent_at = BigInt(null=True, default=None)
    attempts = Integer(default=0)
    next_try = BigInt(default=0)


class Heard(Table):
    """A statement of another node that was taken or refused here, so that it counts once."""

    id = Varchar(length=64, primary_key=True)
    at = BigInt(default=0)


ALL = (
    NodeRow,
    Staff,
    UnlockAttempt,
    KnownDevice,
    AuditHead,
    AuditEntry,
    DirectoryRow,
    PartnerCard,
    PartnerBeacon,
    Announcement,
    ProposalRow,
    Cosignature,
    Restriction,
    Succession,
    Reminder,
    Heard,
)
