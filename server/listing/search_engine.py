"""Full text by the database itself: the one module that knows which database there is.

SQLite has FTS5 over the docs, and trigrams over their words; PostgreSQL has tsvector and pg_trgm.
Each level of text has a table of its own, so that what is for staff alone weighs nothing for
anybody else: not in what is found, nor in its order.
"""

# ruff: noqa: S608
# Every value goes into a place of its own; what stands in the text are names of our own.

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from server.listing.index_tables import IndexedWord
from server.node import database
from server.node.engines import CURRENT, NodePostgresEngine
from server.node.errors import DatabaseError

LEVELS: Final = (0, 1)
Texts = tuple[str, str, str, str]
"""Folded: names, what kind of service, the service's own names, and all the rest."""

_WEIGHTS: Final = "10.0, 5.0, 3.0, 1.0"
_MISSED: Final = 1000.0  # any hit by spelling alike comes after every hit by the word itself
_SHORT: Final = 3  # a prefix this short stands in nearly every description
_CLOSE_ENOUGH: Final = 0.5
_MOST_ALIKE: Final = 4
_TURNED: Final = 0.9
_CHUNK: Final = 500


class NoTrigrams(DatabaseError):
    """PostgreSQL has no pg_trgm here: ask for CREATE EXTENSION pg_trgm in it, then start again."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A word that stands somewhere and looks like one that stands nowhere."""

    word: str
    share: float  # of the trigrams of what was typed


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to ask: for each word typed, any of these; and what it costs to ask so."""

    groups: tuple[tuple[str, ...], ...]
    miss: float = 0.0
    every: bool = True  # each group has to be met, or any one


def _postgres() -> bool:
    return isinstance(CURRENT.engine, NodePostgresEngine)


async def create() -> None:
    """Make the tables that hold text; inside the migration's transaction."""
    for statement in _CREATE_POSTGRES if _postgres() else _CREATE_SQLITE:
        if statement.startswith("CREATE EXTENSION"):
            await _trigrams(statement)
            continue
        await CURRENT.run_ddl(statement)


async def drop() -> None:
    """Take them away."""
    for statement in reversed(_CREATE_POSTGRES if _postgres() else _CREATE_SQLITE):
        kind, name = re.sub(" (UNIQUE|VIRTUAL)", "", statement).split()[1:3]
        if kind != "EXTENSION":
            await CURRENT.run_ddl(f"DROP {kind} {name}")


async def _trigrams(statement: str) -> None:
    if await IndexedWord.raw("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"):
        return
    allowed = await IndexedWord.raw(
        "SELECT 1 FROM pg_available_extension_versions v WHERE v.name = 'pg_trgm' AND "
        "(v.trusted OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)) "
        "AND has_database_privilege(current_database(), 'CREATE')"
    )
    if not allowed:
        raise NoTrigrams
    await CURRENT.run_ddl(statement)


async def add(level: int, docs: Sequence[tuple[int, Texts]]) -> None:
    """Take in the text of these docs."""
    if _postgres():
        vectors = " || ".join(
            f"setweight(to_tsvector('simple', {{}}), '{weight}')" for weight in "ABCD"
        )
        statement = f"INSERT INTO listing_text_{level} (doc, words) VALUES ({{}}, {vectors})"
    else:
        statement = (
            f"INSERT INTO listing_text_{level} (rowid, name, taxonomy, service, description) "
            "VALUES ({}, {}, {}, {}, {})"
        )
    await database.many(statement, [(doc, *texts) for doc, texts in docs])


async def words_of(level: int, docs: Collection[int]) -> Counter[str]:
    """In how many of these docs each word stands."""
    found: Counter[str] = Counter()
    for some in _chunks(sorted(docs)):
        if _postgres():
            query = f"SELECT tsvector_to_array(words) AS w FROM listing_text_{level} WHERE doc"
        else:
            query = (
                "SELECT name || ' ' || taxonomy || ' ' || service || ' ' || description AS w "
                f"FROM listing_text_{level} WHERE rowid"
            )
        rows = await IndexedWord.raw(f"{query} IN ({_marks(some)})", *some)
        for row in rows:
            words = row["w"]
            found.update(set(words.split() if isinstance(words, str) else words))
    return found


async def remove(level: int, docs: Collection[int]) -> None:
    """Forget the text of these docs."""
    name = "doc" if _postgres() else "rowid"
    await database.many(
        f"DELETE FROM listing_text_{level} WHERE {name} = {{}}",
        [(doc,) for doc in docs],
    )
    if docs and not _postgres():
        # FTS5 only marks what is deleted: merging leaves nothing of it behind in the file.
        await IndexedWord.raw(
            f"INSERT INTO listing_text_{level} (listing_text_{level}) VALUES ('optimize')"
        )


async def spell(words: Sequence[int]) -> None:
    """New rows of IndexedWord can be found by a word spelt like theirs."""
    if not _postgres():
        await database.many(
            "INSERT INTO listing_spelling (rowid, word) "
            "SELECT id, '  ' || word || ' ' FROM listing_word WHERE id = {}",
            [(word,) for word in words],
        )


async def unspell(words: Sequence[int]) -> None:
    """These rows of IndexedWord are about to go."""
    if not _postgres():
        await database.many(
            "DELETE FROM listing_spelling WHERE rowid = {}", [(word,) for word in words]
        )


async def known(level: int, words: Collection[str]) -> frozenset[str]:
    """Those of these words that stand somewhere, or begin one that does."""
    if not words:
        return frozenset()
    begins = "w.word LIKE {}" if _postgres() else "w.word >= {} AND w.word < {}"
    each = (
        "SELECT CAST({} AS VARCHAR) AS word WHERE EXISTS "
        f"(SELECT 1 FROM listing_word w WHERE w.level = {{}} AND {begins})"
    )
    values: list[Any] = []
    for word in words:
        bounds = (f"{word}%",) if _postgres() else (word, word + "\U0010ffff")
        values += [word, level, *bounds]
    rows = await IndexedWord.raw(" UNION ALL ".join(each for _ in words), *values)
    return frozenset(row["word"] for row in rows)


async def alike(level: int, word: str, *, whole: bool) -> tuple[Alike, ...]:
    """Words spelt like this one: with two letters changed about, else by shared trigrams."""
    changed = [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]
    about = sorted(set(changed) - {word})
    if about and (turned := await known(level, about)):
        return tuple(Alike(one, _TURNED) for one in sorted(turned))[:_MOST_ALIKE]
    return await _by_trigrams(level, word, whole=whole)


async def _by_trigrams(level: int, word: str, *, whole: bool) -> tuple[Alike, ...]:
    """Those that share most of its trigrams first."""
    trigrams = _trigrams_of(word, whole=whole)
    if _postgres():
        source, like = "FROM listing_word w WHERE w.word % {}", word
        padded, place = "'  ' || w.word || ' '", "strpos"
    else:
        source = (
            "FROM listing_spelling s JOIN listing_word w ON w.id = s.rowid WHERE s.word MATCH {}"
        )
        padded, place = "s.word", "instr"
        like = " OR ".join(f'"{trigram}"' for trigram in trigrams)
    shared = " + ".join(
        f"CASE WHEN {place}({padded}, {{}}) > 0 THEN 1 ELSE 0 END" for _ in trigrams
    )
    rows = await IndexedWord.raw(
        f"SELECT word, met FROM (SELECT w.word, {shared} AS met {source} AND w.level = {{}}) f "
        "WHERE met >= {} ORDER BY met DESC, abs(length(word) - {}), word LIMIT {}",
        *trigrams,
        like,
        level,
        max(2, round(_CLOSE_ENOUGH * len(trigrams))),
        len(word),
        _MOST_ALIKE,
    )
    return tuple(Alike(row["word"], row["met"] / len(trigrams)) for row in rows)


def asking(level: int, wordings: Sequence[Wording]) -> tuple[str, tuple[Any, ...]]:
    """SQL that gives doc and score, the lower the better, and what goes into its places."""
    ask = _ask_postgres if _postgres() else _ask_sqlite
    parts = [ask(level, wording) for wording in wordings]
    return " UNION ALL ".join(sql for sql, _ in parts), tuple(
        value for _, values in parts for value in values
    )


def _ask_sqlite(level: int, wording: Wording) -> tuple[str, tuple[Any, ...]]:
    table = f"listing_text_{level}"
    wanted = " AND " if wording.every else " OR "
    query = wanted.join(
        f"({' OR '.join(_fts5(word) for word in group)})" for group in wording.groups
    )
    sql = (
        f"SELECT rowid AS doc, bm25({table}, {_WEIGHTS}) + {wording.miss * _MISSED} AS score "
        f"FROM {table} WHERE {table} MATCH {{}}"
    )
    return sql, (query,)


def _fts5(word: str) -> str:
    if len(word) < _SHORT:
        return f'{{name taxonomy service}} : "{word}" *'
    return f'"{word}" OR "{word}" *'


def _ask_postgres(level: int, wording: Wording) -> tuple[str, tuple[Any, ...]]:
    wanted = " & " if wording.every else " | "
    query = wanted.join(
        f"({' | '.join(_tsquery(word) for word in group)})" for group in wording.groups
    )
    sql = (
        f"SELECT t.doc, ({wording.miss * _MISSED} - 100 * "
        "ts_rank(ARRAY[0.1, 0.3, 0.5, 1.0]::real[], t.words, q.q))::float8 AS score "
        f"FROM listing_text_{level} t, (SELECT to_tsquery('simple', {{}}) AS q) q "
        "WHERE t.words @@ q.q"
    )
    return sql, (query,)


def _tsquery(word: str) -> str:
    return f"'{word}':*ABC" if len(word) < _SHORT else f"'{word}' | '{word}':*"


def _trigrams_of(word: str, *, whole: bool) -> list[str]:
    padded = f"  {word} " if whole else f"  {word}"
    return list(dict.fromkeys(padded[i : i + 3] for i in range(len(padded) - 2)))


def _chunks(numbers: Sequence[int]) -> list[Sequence[int]]:
    return [numbers[i : i + _CHUNK] for i in range(0, len(numbers), _CHUNK)]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("{}" for _ in values)


_PLAIN: Final = (
    "CREATE UNIQUE INDEX listing_word_once ON listing_word (level, word)",
    "CREATE UNIQUE INDEX listing_value_once ON listing_value (facet, words)",
    "CREATE INDEX listing_facet_of ON listing_facet (doc, value)",
    "CREATE INDEX listing_doc_of ON listing_doc (party, level, offered, free_until)",
    "CREATE INDEX listing_doc_itself ON listing_doc (party, level, name) WHERE kind <> 'service'",
    "CREATE INDEX listing_opening_of ON listing_opening "
    "(doc, zone, days, opens, closes, first, last)",
    "CREATE INDEX listing_doc_shown ON listing_doc (level, offered)",
)
_CREATE_SQLITE: Final = (
    *(
        f"CREATE VIRTUAL TABLE listing_text_{level} USING fts5(name, taxonomy, service, "
        "description, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3')"
        for level in LEVELS
    ),
    "CREATE VIRTUAL TABLE listing_spelling USING fts5(word, tokenize = 'trigram')",
    *_PLAIN,
)
_CREATE_POSTGRES: Final = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    *(
        f"CREATE TABLE listing_text_{level} (doc BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)"
        for level in LEVELS
    ),
    *(
        f"CREATE INDEX listing_text_{level}_words ON listing_text_{level} USING GIN (words)"
        for level in LEVELS
    ),
    "CREATE INDEX listing_word_trigrams ON listing_word USING GIN (word gin_trgm_ops)",
    "CREATE INDEX listing_word_begins ON listing_word (word text_pattern_ops)",
    *_PLAIN,
)
