"""What the directory is searched by: made from its rows, and made again whenever they change.

Nothing here says more than the rows do, at the level it is for: 0 is everybody, 1 is staff.
"""

from piccolo.columns import BigInt, Boolean, Integer, Serial, SmallInt, Text, Varchar
from piccolo.table import Table


class IndexedParty(Table, tablename="listing_party"):
    """One partner that can be found: an organization, an agency of the directory, or both."""

    id = BigInt(primary_key=True)
    organization = Varchar(length=36, default="", index=True)
    agency = Varchar(length=64, default="", index=True)  # identity, in hex


class IndexedDoc(Table, tablename="listing_doc"):
    """One thing that is found: a service, an organization, or an agency that lists nothing yet."""

    id = BigInt(primary_key=True)
    level = SmallInt()
    kind = Varchar(length=12)  # organization, service, agency
    party = BigInt()
    hsds_id = Varchar(length=36, default="", index=True)
    offered = Boolean(default=True)  # counted and shown; an organization stands behind its services
    name = Varchar(length=200, default="")  # folded, to sort by
    free_until = BigInt(default=0)  # unix seconds: until then the free beds it says are believed


class IndexedCard(Table, tablename="listing_card"):
    """What a line of results shows of a doc. Apart, so that counting reads none of it."""

    doc = BigInt(primary_key=True)
    body = Text()  # JSON


class ListingFacet(Table, tablename="listing_facet"):
    """One fact of a doc that results are narrowed by."""

    doc = BigInt()
    value = BigInt(index=True)


class FacetValue(Table, tablename="listing_value"):
    """One value of a facet, such as a service type, with the words it is shown by."""

    id: Serial
    facet = Varchar(length=20)
    words = Varchar(length=120)


class OpeningRow(Table, tablename="listing_opening"):
    """The same hours of a doc on some days of the week, between two days."""

    doc = BigInt()
    zone = Varchar(length=60)  # empty: the coalition's own
    days = SmallInt()  # 1 Monday, 2 Tuesday, 4 Wednesday … added together
    opens = Integer()  # minutes after midnight
    closes = Integer()  # beyond 1440: tomorrow
    first = Integer()  # days, counted from 1 January of the year 1
    last = Integer()
    written = Boolean(default=False)  # from an UnusualRow, day by day, up to the horizon


class UnusualRow(Table, tablename="listing_unusual"):
    """A schedule that no week repeats, such as every second Tuesday: written out day by day."""

    doc = BigInt(index=True)
    body = Text()


class IndexedWord(Table, tablename="listing_word"):
    """A word that stands in some doc of a level, so that a misspelt one is known to be misspelt."""

    id: Serial
    level = SmallInt()
    word = Varchar(length=40)
    docs = Integer(default=0)
    fresh = Boolean(default=True)  # not yet among those found by their spelling


class IndexState(Table, tablename="listing_index_state"):
    """Up to what the index was made. One row, or none before the first."""

    id = Integer(primary_key=True)
    directory = BigInt(default=0)  # the snapshot whose agencies and tiers are in it
    horizon = Integer(default=0)  # the last day for which unusual schedules are written out
    zones = Text(default="[]")  # the clocks that OpeningRow is read by
    version = BigInt(default=0)  # rises with every change, so that a count kept is known as old


INDEX = [
    IndexedParty,
    IndexedDoc,
    IndexedCard,
    ListingFacet,
    FacetValue,
    OpeningRow,
    UnusualRow,
    IndexedWord,
    IndexState,
]
