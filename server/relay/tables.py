"""What a relay keeps: sealed records in order, where each share's log stands, and who gets what."""

from piccolo.columns import BigInt, Boolean, Bytea, Integer, Serial, Varchar
from piccolo.table import Table


class Counter(Table, tablename="relay_counter"):
    """One row. Every append raises it first, so its row lock makes commit order cursor order."""

    row = Integer(primary_key=True, default=1)
    n = BigInt(default=0)
    chain = Bytea(default=b"")  # hash over every id kept so far, in order


class Append(Table, tablename="relay_append"):
    """One commit. A cursor names the last number of an append and the chain there."""

    g = BigInt(primary_key=True)
    chain = Bytea()


class HeldShare(Table, tablename="relay_share"):
    """Where a share's log stands. Who shares with whom, and until when; never about whom."""

    number = BigInt(primary_key=True)  # the g of its first record
    share = Bytea(unique=True)
    release = Bytea(index=True)
    owner = Bytea(index=True)
    recipient = Bytea(index=True)
    epoch = BigInt()
    seq = BigInt()
    last_id = Bytea()
    ends = BigInt(index=True)
    closed = Boolean(default=False)
    dropped = Boolean(default=False)  # its bodies are gone


class HeldRecord(Table, tablename="relay_record"):
    """One record. The body is emptied at close and at the share's end; the stub stays."""

    g = BigInt(primary_key=True)
    share = BigInt(index=True)  # HeldShare.number
    seq = BigInt()
    stub = Bytea()
    body = Bytea()


class HeldStatement(Table, tablename="relay_statement"):
    """One signed statement between members."""

    g = BigInt(primary_key=True)
    statement = Bytea(unique=True)
    signer = Bytea()
    kind = Varchar(length=16)
    signed = Bytea()
    until = BigInt(index=True)  # unix seconds, rounded up to the hour


class Addressee(Table, tablename="relay_addressee"):
    """A member who gets a statement; EVERYONE for all of them."""

    id = Serial(primary_key=True)
    statement = BigInt(index=True)  # HeldStatement.g
    member = Bytea(index=True)


class HeldDirectory(Table, tablename="relay_directory"):
    """The newest directory this relay was handed, as signed."""

    number = BigInt(primary_key=True)
    signed = Bytea()


class HeldInvitation(Table, tablename="relay_invitation"):
    """A door that opens once to whoever holds its link, which nobody can make of what is here."""

    held = Bytea(primary_key=True)  # directory.invitation: a hash of what is said at the door
    until = BigInt(index=True)  # unix seconds
    revoked = Boolean(default=False)
    card = Bytea()  # the coordinating node's card, and its mark
    mark = Bytea()
    answer = Bytea(default=b"")  # the card handed over, and its mark; empty until it was used
    answer_mark = Bytea(default=b"")


class HeldBlob(Table, tablename="relay_blob"):
    """Bytes named by what they are: a part of an agency's entry, or of the listing."""

    name = Bytea(primary_key=True)
    body = Bytea()


class BlobHolder(Table, tablename="relay_blob_holder"):
    """A member for whom a blob is kept, and until when; a blob goes with the last of them."""

    id = Serial(primary_key=True)
    blob = Bytea(index=True)  # HeldBlob.name
    member = Bytea(index=True)
    size = Integer()
    until = BigInt(index=True)  # unix seconds


TABLES: list[type[Table]] = [
    Counter,
    Append,
    HeldShare,
    HeldRecord,
    HeldStatement,
    Addressee,
    HeldDirectory,
    HeldInvitation,
    HeldBlob,
    BlobHolder,
]
EVERYONE = b"*"
