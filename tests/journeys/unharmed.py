"""What a node and a relay hold, and that bad input changes none of it."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import httpx

from tests.journeys.hostile import Hostile
from tests.journeys.nodes import Coalition, Node, Ran
from tests.journeys.seized import Seized

# What moves by itself: clocks, counters of tries, beacons, and the record of what was done.
_MOVING = {"audit_entry", "audit_head", "unlock_attempt", "node_row", "partner_beacon", "migration"}


@dataclass(frozen=True)
class World:
    """The centre has told the coordinating node of Ana; both are served."""

    four: Coalition
    ref: str
    hostile: Hostile


def state(node: Node) -> dict[str, list[str]]:
    """All that a node holds for people, row by row; and its own keys and card."""
    folder = Seized(node.data)
    held = {
        table: sorted(map(repr, folder.rows(f"SELECT * FROM {table}")))  # noqa: S608
        for table in folder.tables()
        if table not in _MOVING and not table.startswith("relay_")
    }
    held["casework_statement"] = sorted(
        repr(row) for row in folder.rows("SELECT id FROM casework_statement WHERE kind != 'beacon'")
    )
    held["node_row"] = list(
        map(repr, folder.rows("SELECT name, identity, card, paper_lock, pack_texts FROM node_row"))
    )
    held["node.key"] = [folder.node_key().secret.hex()]
    return held


def relay_state(four: Coalition) -> dict[str, list[str]]:
    """The sealed records the relay holds."""
    folder = Seized(four.coordinating.data)
    names = ("relay_record", "relay_share", "relay_directory")
    return {name: sorted(map(repr, folder.rows(f"SELECT * FROM {name}"))) for name in names}  # noqa: S608


@contextmanager
def nothing_lost(node: Node) -> Iterator[None]:
    """What was there before the block is there after it, and whoever is served still answers."""
    before = state(node)
    assert sum(map(len, before.values())) > 5
    yield
    assert state(node) == before
    if node.served is not None:
        assert httpx.get(f"{node.url}/sign-in", timeout=60).status_code == 200


def refuses(ran: Ran, code: int, *words: str) -> None:
    """One sentence for a person, and the exit code for a script."""
    assert ran.exit == code, (ran.exit, ran.error)
    assert ran.said == ""
    assert is_a_sentence(ran.error), ran.error
    for word in words:
        assert word in ran.error, ran.error


def is_a_sentence(text: str) -> bool:
    """One line, for a person: no trace, no name from a program, nothing poured out."""
    return (
        0 < len(text) < 400
        and "\n" not in text.strip()
        and text.rstrip().endswith((".", "!", "?"))
        and re.search(r"Traceback|[a-z](Error|Exception)\b|\.py\b|0x[0-9a-f]{4}", text) is None
    )


@contextmanager
def flipped(node: Node, table: str, where: str) -> Iterator[None]:
    """One bit of one body in the database is another for a while."""
    with closing(sqlite3.connect(node.data / "casefold.db", timeout=30)) as opened:
        ((row, body),) = opened.execute(
            f"SELECT id, body FROM {table} WHERE {where} AND length(body) > 0 LIMIT 1"  # noqa: S608
        )
        damaged = bytearray(body)
        damaged[len(damaged) * 2 // 3] ^= 4
        update = f"UPDATE {table} SET body = ? WHERE id = ?"  # noqa: S608
        with opened:
            opened.execute(update, (bytes(damaged), row))
        try:
            yield
        finally:
            with opened:
                opened.execute(update, (bytes(body), row))
