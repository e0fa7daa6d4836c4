"""What a node keeps of bringing an agency in, rehearsing with it, and leaving: tables."""

from piccolo.columns import BigInt, Boolean, Bytea, Date, Serial, Text, Varchar
from piccolo.table import Table


class Invitation(Table):
    """An invitation made at this coordinating node; its link is known only to whom it was given."""

    id = Varchar(length=32, primary_key=True)  # random
    name = Varchar(length=200)  # the agency it is meant for, as the coordinator calls it
    held = Varchar(length=64)  # what the relay knows it by
    mark_key = Bytea()  # tells a card that came by this link from any other
    until = BigInt()  # unix seconds
    made_at = BigInt(default=0)
    made_by = Varchar(length=32, default="")
    revoked_at = BigInt(default=0)
    card = Bytea(default=b"")  # the card that was handed over
    marked = Boolean(default=False)  # and whether it bore the mark of the link
    answered_at = BigInt(default=0)
    admitted = Varchar(length=64, default="")  # the identity that was enrolled for it


class OpenedInvitation(Table):
    """An invitation opened here: the coalition's card, until its words are compared by voice."""

    id: Serial
    card = Bytea()
    opened_at = BigInt(default=0)
    opened_by = Varchar(length=32, default="")
    joined_at = BigInt(default=0)


class Step(Table):
    """One step of bringing an agency in, as one of the two sides signed it."""

    id = Varchar(length=64, primary_key=True)  # the statement's own id
    agency = Varchar(length=64, index=True)  # whose joining it belongs to
    by = Varchar(length=64)  # the side that signed
    step = Varchar(length=60)
    signed = Bytea()
    at = BigInt(default=0)  # the signer's time


class Rehearsal(Table):
    """A test handoff with an invented person, sent from here or received; it names nobody."""

    id = Varchar(length=32, primary_key=True)  # the share it went by
    partner = Varchar(length=64, index=True)
    direction = Varchar(length=3)  # out, in
    case_ref = Varchar(length=26)
    release = Varchar(length=32)
    began_at = BigInt(default=0)  # sent, or first seen
    opened_at = BigInt(default=0)  # opened by a person here; for ours, see the receipt
    ended_at = BigInt(default=0)


class SelfReview(Table):
    """A yearly look at the foundational duties; what was found is in body, shut."""

    id = Varchar(length=32, primary_key=True)
    done_on = Date(default=None)
    staff = Varchar(length=32)
    body = Bytea()


class Departure(Table):
    """That this agency is leaving a coalition, or has left it."""

    id: Serial
    coalition = Varchar(length=64)  # the coordinating identity
    name = Varchar(length=200)
    began_at = BigInt(default=0)
    began_by = Varchar(length=32, default="")
    closed = Text(default="{}")  # JSON: each share it ended, and who held it, by name
    finished_at = BigInt(default=0)


ALL = (Invitation, OpenedInvitation, Step, Rehearsal, SelfReview, Departure)
