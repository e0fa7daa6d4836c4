"""What a node and a relay hold, and that bad input changes none of it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from tests.journeys.hostile import Hostile
from tests.journeys.nodes import Coalition, Node, Ran, served
from tests.journeys.seized import Seized
from tests.journeys.steps import share, sign
from tests.journeys.tables import Tables

# What moves by itself: clocks, counters of tries, beacons, and the record of what was done.
_MOVING = {"audit_entry", "audit_head", "unlock_attempt", "node_row", "partner_beacon", "migration"}


@dataclass(frozen=True)
class World:
    """The centre has told the coordinating node of Ana; both are served."""

    four: Coalition
    ref: str
    hostile: Hostile


@contextmanager
def told_once(four: Coalition) -> Iterator[World]:
    """These four, the centre of which has told once; the police have a program of their own."""
    with served(four):
        ref, _ = sign(four.centre, "ana", "ana-harbour-house")
        share(four.centre, ref, "Riverside Coordination", "meeting")
        four.sync(four.centre, four.coordinating)
        four.centre.serve()
        yield World(four, ref, Hostile.at(four.police, f"http://127.0.0.1:{four.relay_port}"))


def state(node: Node) -> dict[str, list[str]]:
    """All that a node holds for people, row by row; and its own keys and card."""
    folder = Seized.of(node)
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
    folder = Seized.of(four.coordinating)
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
    tables = Tables(node.data, node.database_url)
    ((row, body),) = tables.rows(
        f"SELECT id, body FROM {table} WHERE {where} AND length(body) > 0 LIMIT 1"  # noqa: S608
    )
    damaged = bytearray(body)
    damaged[len(damaged) * 2 // 3] ^= 4
    update = f"UPDATE {table} SET body = $1 WHERE id = $2"  # noqa: S608
    tables.change(update, bytes(damaged), row)
    try:
        yield
    finally:
        tables.change(update, bytes(body), row)
