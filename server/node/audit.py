"""What was done here, by whom, in a chain: an entry changed, removed or moved is named."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Protocol

from server.node import database
from server.node.tables import AuditEntry, AuditHead

_START = "0" * 64
_BATCH = 1_000

Plain = str | int | bool | None | list[str]


class Witness(Protocol):
    """Whoever acts, and when: enough of a desk to write down who did it."""

    @property
    def who(self) -> str: ...

    @property
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done."""

    n: int
    at: str
    who: str
    act: str
    subject: str
    detail: Mapping[str, Plain]


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """Whether the chain holds, how long it is, and the first entry that does not."""

    ok: bool
    count: int
    first_broken: int | None
    head: str


async def record(act: str, subject: str, desk: Witness, **plain: Plain) -> int:
    """Write down one act inside its own transaction; ids only, never what a case says."""
    database.require_transaction()
    head = await database.lock_row(AuditHead, AuditHead.id == 1)
    n = int(head["n"]) + 1 if head else 1
    prev = str(head["hash"]) if head else _START
    at = desk.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    detail = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    chained = _hash((n, at, desk.who, act, subject, detail, prev))
    await AuditEntry.insert(
        AuditEntry(
            n=n,
            at=at,
            who=desk.who,
            act=act,
            subject=subject,
            detail=detail,
            prev=prev,
            hash=chained,
        )
    )
    if head is None:
        await AuditHead.insert(AuditHead(id=1, n=n, hash=chained))
    else:
        await AuditHead.update({AuditHead.n: n, AuditHead.hash: chained}).where(AuditHead.id == 1)
    return n


async def head() -> tuple[int, str]:
    """How many entries there are, and the hash that stands for them all; goes into beacons."""
    row = await AuditHead.select(AuditHead.n, AuditHead.hash).where(AuditHead.id == 1).first()
    return (int(row["n"]), str(row["hash"])) if row else (0, _START)


async def verify() -> AuditVerdict:
    """Read the whole chain; the first entry that does not follow is named."""
    n, prev = 0, _START
    while True:
        for row in await _after(n):
            if not _follows(row, n, prev):
                return await _broken(n + 1)
            n, prev = n + 1, str(row["hash"])
        count, last = await head()
        if count > n and await _after(n):
            continue  # the chain grew meanwhile, or there is more than one batch
        if count != n:
            return await _broken(min(count, n) + 1)
        if last != prev:
            return await _broken(max(n, 1))
        return AuditVerdict(True, count, None, last)


async def list_entries(
    limit: int = 100, before: int | None = None, acts: frozenset[str] = frozenset()
) -> list[Entry]:
    """The latest entries, newest first. Who may ask is access.require(desk, Act.READ_AUDIT)."""
    query = AuditEntry.select().order_by(AuditEntry.n, ascending=False).limit(limit)
    if before is not None:
        query = query.where(AuditEntry.n < before)
    if acts:
        query = query.where(AuditEntry.act.is_in(sorted(acts)))
    return [_entry(row) for row in await query]


async def entries_of(act: str, subject: str) -> list[Entry]:
    """Every entry of this act about this subject, oldest first."""
    rows = await (
        AuditEntry.select()
        .where((AuditEntry.act == act) & (AuditEntry.subject == subject))
        .order_by(AuditEntry.n)
    )
    return [_entry(row) for row in rows]


def _entry(row: Mapping[str, Any]) -> Entry:
    detail = json.loads(row["detail"])
    return Entry(row["n"], row["at"], row["who"], row["act"], row["subject"], detail)


async def _after(n: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = await (
        AuditEntry.select().where(AuditEntry.n > n).order_by(AuditEntry.n).limit(_BATCH)
    )
    return rows


async def _broken(first: int) -> AuditVerdict:
    count, last = await head()
    return AuditVerdict(False, count, first, last)


def _follows(row: Mapping[str, object], n: int, prev: str) -> bool:
    words = (str(row[column]) for column in ("at", "who", "act", "subject", "detail"))
    wanted = _hash((n + 1, *words, prev))
    return row["n"] == n + 1 and row["prev"] == prev and row["hash"] == wanted


def _hash(parts: tuple[int | str, ...]) -> str:
    told = json.dumps(parts, separators=(",", ":"))
    return blake2b(told.encode(), digest_size=32, person=b"cf-audit").hexdigest()
