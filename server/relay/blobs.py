"""Blobs at the relay: bytes named by what they are, kept while a statement of their holder does.

A member may lay down what its next statement will name; what no statement names goes after a day,
so nobody keeps anything here that the others have no use for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from piccolo.query.functions import Count, Sum

from client_sync.wire import MAX_BLOB, Packet
from crypto import statement
from crypto.part import blob_name
from directory.manifest import named_in
from server.node import database
from server.relay import counter
from server.relay.members import Member
from server.relay.tables import BlobHolder, HeldBlob, HeldStatement

NAMING: Final = ("entry", "listing")
_DAY: Final = 86_400
_UNNAMED: Final = _DAY
_REPLACED: Final = 3_600  # whoever began to fetch the last listing can finish
_AT_ONCE: Final = 500


class WrongName(Exception):
    """A blob is not what its name says, or larger than a blob may be."""


class TooMuchHeld(Exception):
    """This member already keeps as much at the relay as it may."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How much one member may keep: so many blobs, so many bytes."""

    blobs: int
    size: int


MEMBERS: Final = Quota(1_200, 16 * 2**20)  # its own entry, shut once for each agency it trusts
COORDINATING: Final = Quota(40_000, 512 * 2**20)  # the whole listing, and the last one


@dataclass(frozen=True, slots=True)
class Kept:
    """What lies here, for whoever looks after the machine."""

    blobs: int
    size: int


async def put(packets: Sequence[Packet], member: Member, quota: Quota, now: datetime) -> int:
    """Keep these for this member; how many it did not hold yet. All of them, or none."""
    offered = {packet.stub: packet.body for packet in packets}
    for name, content in offered.items():
        if not 0 < len(content) <= MAX_BLOB or blob_name(content) != name:
            raise WrongName
    until = int(now.timestamp()) + _UNNAMED
    async with database.transaction():
        await counter.raise_by(0)  # its row lock: two pushes at once cannot share one quota
        held = await _held(member.identity, offered)
        new = {name: content for name, content in offered.items() if name not in held}
        have = await _kept(BlobHolder.member == member.identity)
        size = have.size + sum(map(len, new.values()))
        if have.blobs + len(new) > quota.blobs or size > quota.size:
            raise TooMuchHeld
        for name, content in new.items():
            await HeldBlob.insert(HeldBlob(name=name, body=content)).on_conflict(
                target=HeldBlob.name, action="DO NOTHING"
            )
            await BlobHolder.insert(
                BlobHolder(blob=name, member=member.identity, size=len(content), until=until)
            )
    return len(new)


async def get(names: Sequence[bytes], most: int) -> list[Packet]:
    """These blobs, in the order asked for, until `most` bytes; one not held here comes empty."""
    found: list[Packet] = []
    room = most
    for start in range(0, len(names), 100):
        some = names[start : start + 100]
        rows = await HeldBlob.select(HeldBlob.name, HeldBlob.body).where(
            HeldBlob.name.is_in(list(some))
        )
        bodies = {bytes(row["name"]): bytes(row["body"]) for row in rows}
        for name in some:
            body = bodies.get(name, b"")
            room -= len(body)
            if room < 0:
                return found
            found.append(Packet(name, body))
    return found


async def keep_named(signer: bytes, now: datetime) -> None:
    """After a statement that names blobs: what this member holds stays as long as its statements.

    What none of them names any more goes within the hour. The caller is in a transaction.
    """
    database.require_transaction()
    at = int(now.timestamp())
    named = await _named_by(signer)
    rows = await BlobHolder.select(BlobHolder.id, BlobHolder.blob, BlobHolder.until).where(
        BlobHolder.member == signer
    )
    moved: dict[int, list[int]] = {}
    for row in rows:
        until = named.get(bytes(row["blob"]), min(row["until"], at + _REPLACED))
        if until != row["until"]:
            moved.setdefault(until, []).append(row["id"])
    for until, ids in moved.items():
        for some in _in_parts(ids):
            await BlobHolder.update({BlobHolder.until: until}).where(BlobHolder.id.is_in(some))


async def expire(at: int) -> int:
    """Destroy what nobody holds any longer; the caller is in a transaction. How many went."""
    database.require_transaction()
    lapsed = BlobHolder.until <= at
    for row in await BlobHolder.select(BlobHolder.member).where(lapsed).group_by(BlobHolder.member):
        # Laid down again after its statement, by a node that heard the relay had lost it.
        named = await _named_by(bytes(row["member"]))
        mine = (BlobHolder.member == row["member"]) & lapsed
        for held in await BlobHolder.select(BlobHolder.id, BlobHolder.blob).where(mine):
            until = named.get(bytes(held["blob"]), 0)
            if until > at:
                await BlobHolder.update({BlobHolder.until: until}).where(
                    BlobHolder.id == held["id"]
                )
    await BlobHolder.delete().where(lapsed)
    gone = await HeldBlob.select(HeldBlob.name).where(
        HeldBlob.name.not_in(BlobHolder.select(BlobHolder.blob))
    )
    for some in _in_parts([row["name"] for row in gone]):
        await HeldBlob.delete().where(HeldBlob.name.is_in(some))
    return len(gone)


async def due(at: int) -> bool:
    """Is there anything that may have to go?"""
    return bool(await BlobHolder.exists().where(BlobHolder.until <= at))


async def count() -> Kept:
    """How much lies here, counted once for each member that holds it."""
    return await _kept(None)


async def _kept(where: Any) -> Kept:
    query = BlobHolder.select(Count(), Sum(BlobHolder.size, alias="size"))
    row = await (query if where is None else query.where(where)).first()
    return Kept(int(row["count"] or 0), int(row["size"] or 0)) if row else Kept(0, 0)


async def _held(member: bytes, names: Iterable[bytes]) -> set[bytes]:
    held: set[bytes] = set()
    for some in _in_parts(list(names)):
        rows = await BlobHolder.select(BlobHolder.blob).where(
            (BlobHolder.member == member) & BlobHolder.blob.is_in(some)
        )
        held |= {bytes(row["blob"]) for row in rows}
    return held


async def _named_by(signer: bytes) -> Mapping[bytes, int]:
    """Every blob that this member's statements name, themselves or through the listing's tree."""
    rows = await HeldStatement.select(HeldStatement.signed, HeldStatement.until).where(
        (HeldStatement.signer == signer) & HeldStatement.kind.is_in(list(NAMING))
    )
    named: dict[bytes, int] = {}
    for row in rows:
        said = statement.read(bytes(row["signed"]))
        levels = [_names([str(said.body.get("blob", ""))])]
        if said.kind == "listing":  # a root, its buckets, their chunks
            levels += [_names(await _below(levels[0]))]
            levels += [_names(await _below(levels[1]))]
        for name in (name for level in levels for name in level):
            named[name] = max(int(row["until"]), named.get(name, 0))
    return named


async def _below(names: Sequence[bytes]) -> list[str]:
    found: list[str] = []
    for some in _in_parts(list(names)):
        rows = await HeldBlob.select(HeldBlob.body).where(HeldBlob.name.is_in(some))
        found += [name for row in rows for name in named_in(bytes(row["body"]))]
    return found


def _names(texts: Iterable[str]) -> list[bytes]:
    try:
        return list(dict.fromkeys(bytes.fromhex(text) for text in texts if text))
    except ValueError:
        return []


def _in_parts(rows: Sequence[Any]) -> Iterable[list[Any]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield list(rows[start : start + _AT_ONCE])
