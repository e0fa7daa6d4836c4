"""The partner directory as this node keeps it: rows in clear, rows shut for some, and imports."""

from piccolo.columns import BigInt, Boolean, Bytea, Integer, Text, Varchar
from piccolo.table import Table


class ListingRow(Table, tablename="listing_row"):
    """One row of the directory, as the signed-in staff of any partner may see it."""

    id = Varchar(length=80, primary_key=True)  # table and HSDS id, "services/…"
    table = Varchar(length=40, index=True)
    hsds_id = Varchar(length=36, index=True)
    organization = Varchar(length=36, default="", index=True)  # whose it is, through any parent
    service = Varchar(length=36, default="", index=True)
    location = Varchar(length=36, default="", index=True)
    name = Varchar(length=200, default="")  # folded, to sort by
    audience = Varchar(length=16, default="public", index=True)  # never trusted
    source = Varchar(length=100, index=True)  # "import", "import:NAME", or an identity in hex
    changed_at = BigInt(default=0)
    body = Text()  # the row as JSON


class TrustedRow(Table, tablename="listing_trusted_row"):
    """A row only named agencies may see whole; in clear this node keeps less of it, or nothing."""

    id = Varchar(length=80, primary_key=True)  # as ListingRow
    organization = Varchar(length=36, default="", index=True)
    source = Varchar(length=100, index=True)
    changed_at = BigInt(default=0)
    body = Bytea()  # the whole row, shut under the seed


class ImportRun(Table, tablename="listing_import_run"):
    """One import: of what file, by whom, and what came of it."""

    id = Varchar(length=32, primary_key=True)  # random
    at = BigInt()
    by = Varchar(length=32)  # staff id
    file_name = Varchar(length=200)
    digest = Varchar(length=64, index=True)  # BLAKE2b-256 of the file
    form = Varchar(length=60, default="")  # what the file turned out to be
    source = Varchar(length=100)
    added = Integer(default=0)
    changed = Integer(default=0)
    unchanged = Integer(default=0)
    applied = Boolean(default=False)  # False: only looked at
    notes = Text(default="[]")  # JSON list of sentences about the whole file
    upload = Bytea(default=b"")  # the file, shut, while somebody looks at what it would do


class ImportLine(Table, tablename="listing_import_line"):
    """What became of one row of an imported file, and why."""

    id = Varchar(length=48, primary_key=True)  # run and number
    run = Varchar(length=32, index=True)
    number = Integer()  # its place in the report
    table = Varchar(length=120)  # as the file calls it
    row = Integer()  # its row in the file, the first after the heading is 1
    hsds_id = Varchar(length=36, default="")
    outcome = Varchar(length=16, index=True)  # kept, repaired, refused, diff
    change = Varchar(length=16, default="")  # added, changed, unchanged; waits: not yet accepted
    why = Text(default="")


class Claim(Table, tablename="listing_claim"):
    """The coordinating node's word that an imported organization is an agency of the directory."""

    id = Varchar(length=101, primary_key=True)  # organization and agency
    organization = Varchar(length=36, index=True)  # the id it was imported under, and keeps
    agency = Varchar(length=64, index=True)  # identity in hex
    ended = Boolean(default=False)  # taken back; kept, for what is shut is put right when unlocked
    at = BigInt(default=0)


class AsideRow(Table, tablename="listing_aside"):
    """An imported row of an organization that is an agency now: in no page, search or export."""

    id = Varchar(length=80, primary_key=True)  # as ListingRow
    organization = Varchar(length=36, index=True)
    source = Varchar(length=100)
    text = Text(default="")  # as it stood in clear, or nothing
    box = Bytea(default=b"")  # as TrustedRow kept it, or nothing


TABLES = [ListingRow, TrustedRow, ImportRun, ImportLine, Claim, AsideRow]
