"""An agency's own entry, and what travels of entries and the listing: the whole schema here."""

from piccolo.columns import BigInt, Bytea, Integer, Text, Varchar
from piccolo.table import Table


class EntryDocument(Table, tablename="entry_document"):
    """This agency's own entry. There is one row; its words are in body, shut under the seed."""

    id = Integer(primary_key=True, default=1)
    body = Bytea()  # the raw Automerge changes and the heads
    revision = BigInt(default=0)
    changes = Integer(default=0)
    changed_at = BigInt(default=0)


class SentPart(Table, tablename="entry_sent"):
    """What of the own entry was last sent, and to whom."""

    part = Varchar(length=64, primary_key=True)  # "open", or the identity it was shut for
    number = BigInt(default=0)
    blob = Varchar(length=64, default="")  # empty: it was told that there is nothing any more
    week = Integer(default=0)  # to whose key it was shut
    week_public = Varchar(length=64, default="")
    at = BigInt(default=0)
    body = Bytea(default=b"")  # what it said, by its digest, shut: guesses cannot be tried on it


class OutBlob(Table, tablename="entry_out_blob"):
    """A blob that the relay must hold for this node, and whether it does."""

    name = Varchar(length=64, primary_key=True)
    body = Bytea()
    put_at = BigInt(default=0)  # 0: the relay has yet to get it


class TakenPart(Table, tablename="entry_taken"):
    """A part of another agency's entry, as its statement names it."""

    id = Varchar(length=80, primary_key=True)  # signer and part; a newer one on its way: "/next"
    signer = Varchar(length=64, index=True)
    part = Varchar(length=8)  # open, trusted
    number = BigInt()
    blob = Varchar(length=64, default="")
    signed = Bytea()
    state = Varchar(length=8, index=True)  # waits, shut, taken, refused, lost, gone
    why = Text(default="")
    body = Bytea(default=b"")  # a part that waits to be opened, as it came
    at = BigInt(default=0)


class ListingHead(Table, tablename="entry_listing"):
    """The newest listing this node has heard of or published. There is one row."""

    id = Integer(primary_key=True, default=1)
    number = BigInt(default=0)
    statement = Varchar(length=64, default="")
    root = Varchar(length=64, default="")
    buckets = Text(default="[]")  # JSON: the buckets of which every chunk is here
    adopted = BigInt(default=0)  # the number of the last one of which every chunk is here
    mark = Text(default="")  # published here: how everything stood then
    at = BigInt(default=0)


class EntrySeen(Table, tablename="entry_seen"):
    """The last number of each agency's own words; kept when they go, so that none older returns."""

    identity = Varchar(length=64, primary_key=True)
    number = BigInt(default=0)


class Chunk(Table, tablename="entry_chunk"):
    """One chunk of the listing, as adopted here or as composed here."""

    key = Varchar(length=120, primary_key=True)
    blob = Varchar(length=64)  # empty: to be fetched again
    number = BigInt(default=0)  # of an agency's own statement
    mark = Varchar(length=64, default="")  # composed here: how its rows stood then
    why = Text(default="")  # why rows of it were not taken


TABLES = [EntryDocument, SentPart, OutBlob, TakenPart, ListingHead, EntrySeen, Chunk]
