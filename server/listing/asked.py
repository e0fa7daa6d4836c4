"""What somebody asks of the directory, as one statement: matches, totals, counts and one page."""

# ruff: noqa: S608
# Every value goes into a place of its own; what stands in the text are names of our own.
# CROSS JOIN, because SQLite keeps its order: from the few that match to what hangs from them.

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from server.listing import opening, search_engine
from server.listing.search_engine import Wording

OPEN: Final = "open"
FREE: Final = "free"
PAGE_SIZE: Final = 20
_MOST_VALUES: Final = 12
_SERVICES_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment asked about, and the clocks that hours are read by."""

    now: datetime
    zone: str
    zones: tuple[str, ...]
    version: int  # of the index


@dataclass(frozen=True, slots=True)
class Asked:
    """Words to match and facts to narrow by, at one level, one page of them."""

    level: int
    wordings: tuple[Wording, ...]
    begins: str
    chosen: Mapping[str, Sequence[str]]  # facet → values, any of which will do
    open_now: bool
    free_now: bool
    page: int

    @property
    def narrowed(self) -> bool:
        """Is any fact asked for?"""
        return bool(self.chosen) or self.open_now or self.free_now


@dataclass(slots=True)
class _Sql:
    """A statement being put together, and what goes into its places, in their order."""

    parts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, text: str, *values: Any) -> None:
        self.parts.append(text)
        self.values += values


def statement(asked: Asked, clock: Clock) -> tuple[str, list[Any]]:
    """The statement, answering rows of tag, number, n, place, name and text."""
    sql = _Sql()
    sql.add("WITH hit AS MATERIALIZED (")
    _hits(asked, sql)
    sql.add("), met AS MATERIALIZED (")
    names = _met(asked, clock, sql)
    sql.add("), kept AS " + ("MATERIALIZED " if names else "NOT MATERIALIZED "))
    sql.add("(SELECT * FROM met" + _where(names, "") + ")")
    sql.add(", best AS MATERIALIZED (")
    _best(asked, sql)
    sql.add("), shown AS MATERIALIZED (")
    _shown(sql)
    sql.add(") SELECT 'total' AS tag, count(DISTINCT party) AS number, count(*) AS n, 0.0 AS place")
    sql.add(", '' AS name, '' AS text FROM kept UNION ALL ")
    sql.add(_CARDS)
    for facet in ("", *asked.chosen):
        sql.add(" UNION ALL ")
        _values(asked, names, facet, sql)
    open_now, zones = _open(clock)
    sql.add(f" UNION ALL SELECT '{OPEN}', 0, count(DISTINCT m.party), 0.0, '', '' FROM met m ")
    sql.add(f"CROSS JOIN listing_opening o WHERE {_others(names, OPEN)}o.doc = m.doc")
    sql.add(f" AND {open_now}", *zones)
    sql.add(f" UNION ALL SELECT '{FREE}', 0, count(DISTINCT m.party), 0.0, '', '' FROM met m ")
    sql.add(f"WHERE {_others(names, FREE)}{_free(clock)}")
    sql.add(" UNION ALL SELECT 'state', 0, version, 0.0, '', '' FROM listing_index_state")
    return "".join(sql.parts), sql.values


def _hits(asked: Asked, sql: _Sql) -> None:
    if not asked.wordings and asked.chosen:
        _having(asked, sql)
        return
    if not asked.wordings:
        sql.add(
            "SELECT id AS doc, 0.0 AS score FROM listing_doc WHERE level = {} AND offered",
            asked.level,
        )
        return
    text, values = search_engine.asking(asked.level, asked.wordings)
    sql.add(text, *values)


def _having(asked: Asked, sql: _Sql) -> None:
    """What has any of the values chosen: all that is left, and all that is counted beside it.

    The counts beside a facet that is chosen alone are those of the whole directory, which are
    known; beside one of several, of what has the others.
    """
    for number, (facet, values) in enumerate(asked.chosen.items()):
        sql.add(" UNION " if number else "")
        marks = ", ".join("{}" for _ in values)
        sql.add(
            "SELECT f.doc, 0.0 AS score FROM listing_value v CROSS JOIN listing_facet f "
            "CROSS JOIN listing_doc d WHERE v.facet = {} "
            f"AND v.words IN ({marks}) AND f.value = v.id AND d.id = f.doc AND d.level = {{}} "
            "AND d.offered",
            facet,
            *values,
            asked.level,
        )


def _met(asked: Asked, clock: Clock, sql: _Sql) -> list[str]:
    """What is offered and matches, each with whether it meets each fact asked for."""
    names = []
    sql.add("SELECT u.doc, u.party, u.score, u.free_until")
    for number, (facet, values) in enumerate(asked.chosen.items()):
        marks = ", ".join("{}" for _ in values)
        sql.add(
            ", CASE WHEN EXISTS (SELECT 1 FROM listing_facet f WHERE f.doc = u.doc AND f.value IN "
            f"(SELECT id FROM listing_value WHERE facet = {{}} AND words IN ({marks}))) "
            f"THEN 1 ELSE 0 END AS m{number}",
            facet,
            *values,
        )
        names.append(facet)
    if asked.open_now:
        wanted, zones = _open(clock)
        sql.add(
            ", CASE WHEN EXISTS (SELECT 1 FROM listing_opening o WHERE o.doc = u.doc "
            f"AND {wanted}) THEN 1 ELSE 0 END AS m{len(names)}",
            *zones,
        )
        names.append(OPEN)
    if asked.free_now:
        sql.add(f", CASE WHEN u.{_free(clock)} THEN 1 ELSE 0 END AS m{len(names)}")
        names.append(FREE)
    sql.add(
        " FROM (SELECT doc, min(party) AS party, min(score) AS score, "
        "min(free_until) AS free_until FROM ("
        "SELECT h.doc, d.party, h.score, d.free_until FROM hit h CROSS JOIN listing_doc d "
        "WHERE d.id = h.doc AND d.offered UNION ALL "
        # Where the organization itself matches, all that it offers does.
        "SELECT o.id, d.party, h.score, o.free_until FROM hit h CROSS JOIN listing_doc d "
        "CROSS JOIN listing_doc o WHERE d.id = h.doc AND d.kind = 'organization' "
        "AND NOT d.offered AND o.party = d.party AND o.level = d.level AND o.offered) w "
        "GROUP BY doc) u"
    )
    return names


def _where(names: Sequence[str], but: str) -> str:
    wanted = " AND ".join(f"m{n} = 1" for n, name in enumerate(names) if name != but)
    return f" WHERE {wanted}" if wanted else ""


def _others(names: Sequence[str], but: str) -> str:
    wanted = [f"m.m{n} = 1 AND " for n, name in enumerate(names) if name != but]
    return "".join(wanted)


def _best(asked: Asked, sql: _Sql) -> None:
    """The parties of this page, the best first."""
    sql.add(
        "SELECT k.party, d.id AS itself, k.services, row_number() OVER "
        "(ORDER BY k.score - CASE WHEN d.name LIKE {} THEN 500.0 ELSE 0.0 END, "
        "CASE WHEN p.agency = '' THEN 1 ELSE 0 END, d.name, k.party) * 1.0 AS place FROM "
        "(SELECT party, count(*) AS services, min(score) AS score FROM kept GROUP BY party) k "
        "CROSS JOIN listing_party p CROSS JOIN listing_doc d WHERE p.id = k.party "
        "AND d.party = k.party AND d.level = {} AND d.kind <> 'service' "
        "ORDER BY place LIMIT {} OFFSET {}",
        f"{asked.begins}%" if asked.begins else "",
        asked.level,
        PAGE_SIZE,
        (asked.page - 1) * PAGE_SIZE,
    )


def _shown(sql: _Sql) -> None:
    """For each party of the page, the services that match best."""
    sql.add(
        "SELECT doc, party, place FROM (SELECT k.doc, k.party, row_number() OVER "
        "(PARTITION BY k.party ORDER BY k.score, k.doc) * 1.0 AS place FROM kept k "
        "WHERE k.party IN (SELECT party FROM best)) s WHERE place <= {}",
        _SERVICES_SHOWN,
    )


_CARDS: Final = (
    "SELECT 'party', b.party, b.services, b.place, p.organization || '/' || p.agency, c.body "
    "FROM best b CROSS JOIN listing_party p CROSS JOIN listing_card c "
    "WHERE p.id = b.party AND c.doc = b.itself UNION ALL "
    "SELECT 'service', s.party, 0, s.place, d.hsds_id, c.body "
    "FROM shown s CROSS JOIN listing_doc d CROSS JOIN listing_card c "
    "WHERE d.id = s.doc AND c.doc = s.doc AND d.kind = 'service'"
)


def _values(asked: Asked, names: Sequence[str], facet: str, sql: _Sql) -> None:
    """How many parties have each value: of one facet asked for, or of all the others."""
    chosen = asked.chosen.get(facet, ())
    if facet:
        which, told = "v.facet = {}", [facet]
    elif asked.chosen:
        marks = ", ".join("{}" for _ in asked.chosen)
        which, told = f"v.facet NOT IN ({marks})", list(asked.chosen)
    else:
        which, told = "1 = 1", []
    kept = ", ".join("{}" for _ in chosen) or "''"
    sql.add(
        "SELECT 'value', value, n, place, facet, words FROM "
        "(SELECT c.value, c.n, v.facet, v.words, row_number() OVER "
        "(PARTITION BY v.facet ORDER BY c.n DESC, v.words) * 1.0 AS place FROM "
        "(SELECT f.value, count(DISTINCT m.party) AS n FROM met m CROSS JOIN listing_facet f "
        f"WHERE {_others(names, facet)}f.doc = m.doc GROUP BY f.value) c "
        f"CROSS JOIN listing_value v WHERE v.id = c.value AND {which}) s "
        f"WHERE place <= {{}} OR words IN ({kept})",
        *told,
        _MOST_VALUES,
        *chosen,
    )


def _open(clock: Clock) -> tuple[str, list[Any]]:
    """Is it open at the moment, on any of the clocks its hours are read by?"""
    parts, values = [], []
    for zone in clock.zones:
        local = clock.now.astimezone(opening.zone_of(zone or clock.zone))
        today, minute = local.date(), local.hour * 60 + local.minute
        for day, at in ((today, minute), (today - timedelta(days=1), minute + 24 * 60)):
            parts.append(
                f"(o.zone = {{}} AND (o.days & {1 << day.weekday()}) <> 0 AND o.opens <= {at} "
                f"AND o.closes > {at} AND o.first <= {day.toordinal()} "
                f"AND o.last >= {day.toordinal()})"
            )
            values.append(zone)
    return f"({' OR '.join(parts) or '1 = 0'})", values


def _free(clock: Clock) -> str:
    """Does it say that something is free, and was that said lately?"""
    return f"free_until > {int(clock.now.timestamp())}"
