"""The one number every append raises first, and the chain over what was kept: together a cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from server.node import database
from server.relay.tables import Append, Counter

_CHAIN_BYTES: Final = 16
START: Final = "0"


class UnknownCursor(Exception):
    """This relay never was where that cursor says. Pull from the start; offer what you hold."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where this append begins: the number before its first entry, and the chain there."""

    n: int
    chain: bytes

    @property
    def cursor(self) -> str:
        """The same place as a word for the outside."""
        return f"{self.n}.{self.chain.hex()}" if self.n else START


async def raise_by(entries: int) -> Place:
    """Take so many numbers; must be the first statement of an append, for its row lock."""
    database.require_transaction()
    rows = await _raise(entries)
    if not rows:
        await Counter.insert(Counter(row=1, n=0, chain=b"")).on_conflict(
            target=Counter.row, action="DO NOTHING"
        )
        rows = await _raise(entries)
    return Place(rows[0]["n"] - entries, rows[0]["chain"])


async def _raise(entries: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (
        await Counter.update({Counter.n: Counter.n + entries})
        .where(Counter.row == 1)
        .returning(Counter.n, Counter.chain)
    )
    return rows


async def settle(begin: Place, ids: Sequence[bytes]) -> Place:
    """Say which entries were kept; numbers taken for others are given back."""
    if not ids:
        await Counter.update({Counter.n: begin.n}).where(Counter.row == 1)
        return begin
    digest = blake2b(begin.chain, digest_size=_CHAIN_BYTES, person=b"cf-relay-chain")
    for one in ids:
        digest.update(one)
    place = Place(begin.n + len(ids), digest.digest())
    await Counter.update({Counter.n: place.n, Counter.chain: place.chain}).where(Counter.row == 1)
    await Append.insert(Append(g=place.n, chain=place.chain))
    return place


async def head() -> Place:
    """Where the last append ended."""
    row = await Counter.select(Counter.n, Counter.chain).where(Counter.row == 1).first()
    return Place(row["n"], row["chain"]) if row else Place(0, b"")


async def place_of(cursor: str, now_at: Place) -> Place:
    """The place this cursor names; UnknownCursor if nothing was ever kept there."""
    if cursor == START:
        return Place(0, b"")
    number, _, chain = cursor.partition(".")
    if not number.isdecimal() or len(number) > 18:
        raise UnknownCursor
    n = int(number)
    if n == now_at.n:
        known = now_at.chain
    else:
        row = await Append.select(Append.chain).where(Append.g == n).first()
        known = row["chain"] if row and n < now_at.n else b""
    if not n or not known or known.hex() != chain:
        raise UnknownCursor
    return Place(n, known)


async def end_of_append(g: int) -> int:
    """The last number of the append that this entry came in."""
    row = await Append.select(Append.g).where(Append.g >= g).order_by(Append.g).first()
    return int(row["g"]) if row else g


async def chain_at(g: int) -> Place:
    """The place at the end of this append."""
    row = await Append.select(Append.g, Append.chain).where(Append.g == g).first()
    if row is None:
        raise UnknownCursor
    return Place(row["g"], row["chain"])
