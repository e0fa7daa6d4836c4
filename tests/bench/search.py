"""Finding a partner in a large directory: varied questions, beside bare full text of one table."""

import random
import sqlite3
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from directory.audience import Audience
from server.listing import search, store
from server.node import database
from server.node.desk import Desk
from tests.bench.figures import Aim, Figure, Part
from tests.bench.floor import Spent
from tests.bench.listings import TYPES, Invented
from tests.bench.world import HARBOUR, World

_MOST = 0.020
_LANGUAGES = ("Spanish", "Polish", "Somali", "Arabic")
Asked = tuple[str, str, dict[str, list[str]]]


async def finding(world: World, organizations: int, services: int, questions: int) -> list[Figure]:
    """The median of varied questions; making the directory and its index is said beside it."""
    invented = Invented(organizations, services)
    await world.make(HARBOUR)
    with world.at(HARBOUR) as node:
        desk = await node.desk()
        began = perf_counter()
        async with database.transaction():
            await store.put(invented.tables, "import", desk)
        made = perf_counter() - began
        asked = _questions(invented, questions)
        await search.find("", {}, Audience.PROFESSIONAL, 1, desk)
        took = [(kind, await _ask(text, facets, desk)) for kind, text, facets in asked]
        floor = _floor(desk.settings.database_file, [text for _, text, _ in asked if text])
    await world.release()
    return [_figure(organizations, services, took, floor, made)]


async def _ask(text: str, facets: dict[str, list[str]], desk: Desk) -> Spent:
    began, busy = perf_counter(), process_time()
    await search.find(text, facets, Audience.PROFESSIONAL, 1, desk)
    return Spent(perf_counter() - began, process_time() - busy)


def _questions(invented: Invented, count: int) -> list[Asked]:
    """What people type: names, kinds of help, their beginnings, mistakes, and facts beside."""
    chance = random.Random(11)  # noqa: S311  # invented questions, not keys
    asked: list[Asked] = []
    for _ in range(count):
        name, kind = chance.choice(invented.names), chance.choice(TYPES)
        word, rare = chance.choice(kind.split()), chance.choice(invented.words[500:])
        asked += [
            ("a name", name, {}),
            ("the beginning of a name", name[: chance.randint(4, 8)], {}),
            ("a kind of help", kind, {}),
            ("a misspelt kind", _misspelt(word, chance), {}),
            ("two letters", kind[:2], {}),
            ("a word of a description", rare, {}),
            ("a kind, in a language", kind, {"language": [chance.choice(_LANGUAGES)]}),
            ("a kind, open now", word, {"open": ["open"]}),
            ("no words, two facts", "", {"type": [kind], "language": [chance.choice(_LANGUAGES)]}),
        ]
    return asked


def _misspelt(word: str, chance: random.Random) -> str:
    at = chance.randint(1, max(1, len(word) - 2))
    if chance.random() < 0.5:
        return word[:at] + word[at + 1 :]
    return word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]


def _floor(file: Path, texts: list[str]) -> Spent:
    """The same words in the same table, ranked by SQLite alone: no counts, no facts, no hours."""
    connection = sqlite3.connect(file)
    took, busy = [], []
    for text in texts:
        query = " AND ".join(f'"{word}" *' for word in text.lower().split())
        began, spent = perf_counter(), process_time()
        connection.execute(
            "SELECT rowid, bm25(listing_text_1) AS s FROM listing_text_1 "
            "WHERE listing_text_1 MATCH ? ORDER BY s LIMIT 20",
            (query,),
        ).fetchall()
        took.append(perf_counter() - began)
        busy.append(process_time() - spent)
    connection.close()
    return Spent(median(took), median(busy))


def _figure(
    organizations: int, services: int, took: list[tuple[str, Spent]], floor: Spent, made: float
) -> Figure:
    every = [spent.seconds for _, spent in took]
    kinds = dict.fromkeys(kind for kind, _ in took)
    parts = tuple(
        Part(
            kind,
            median(spent.seconds for of, spent in took if of == kind),
            counts=False,
            cpu=median(spent.cpu for of, spent in took if of == kind),
        )
        for kind in kinds
    )
    busy = median(spent.cpu for _, spent in took)
    slow = sorted(every)[int(len(every) * 0.95)]
    return Figure(
        "g",
        f"find a partner among {organizations:,} and {services:,} services",
        median(every),
        floor.seconds,
        busy / floor.cpu,
        Aim("a median of at most 20 ms", median(every) <= _MOST),
        parts,
        (
            f"processor time, median: {busy * 1000:.1f} ms; the floor's {floor.cpu * 1000:.1f} ms",
            f"95 of 100 within {slow * 1000:.0f} ms; {len(every)} questions",
            f"taking the directory in, with its index: {made:.0f} s",
        ),
    )
