"""The listing as a member takes it: only a later number, only the coordinating identity's word.

Chunks that are here already are not asked for; what an agency says of itself is believed only
under that agency's own signature.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from client_sync.courier import Courier
from crypto.errors import CryptoError
from crypto.part import read_open_part
from crypto.statement import Statement, read
from directory.hsds.objects import Dataset
from directory.manifest import (
    Item,
    ManifestMistake,
    bucket_of,
    read_bucket,
    read_chunk,
    read_root,
)
from server.entry import claiming, shelving, taking
from server.entry.errors import NotAnEntry, NotListed
from server.entry.listing import keep_chunk
from server.entry.tables import Chunk, EntrySeen, ListingHead
from server.listing.store import IMPORT
from server.node import audit, database
from server.node.desk import Desk
from server.node.errors import RefusedAct

_AT_ONCE: Final = 100  # chunks in one transaction
_NOT_READABLE: Final = "This listing lacks something it must say."


class _Missing(Exception):
    """The relay does not hold all of the listing, or not yet."""


async def take(said: Statement, agency: str, desk: Desk) -> None:
    """A listing was published; inside the transaction of its arrival."""
    body: Mapping[str, Any] = said.body
    number, root = body.get("number"), body.get("blob")
    if not taking.is_number(number) or not root or not taking.is_name(root):
        raise RefusedAct(_NOT_READABLE)
    if said.signer != desk.node.trusted or agency != desk.node.trusted.hex():
        raise RefusedAct("Only the coordinating node publishes the listing.")
    if desk.node.coordinating:
        return
    head = await database.lock_row(ListingHead, ListingHead.id == 1)
    if head is None:
        head = {"number": 0}
        await ListingHead.insert(ListingHead(id=1))
    if number <= head["number"]:
        raise RefusedAct("A later listing is already here.")
    await ListingHead.update(
        {
            ListingHead.number: number,
            ListingHead.statement: said.id.hex(),
            ListingHead.root: str(root),
            ListingHead.at: int(desk.now.timestamp()),
        }
    ).where(ListingHead.id == 1)


async def adopt(desk: Desk, courier: Courier) -> int:
    """Fetch and put away what the newest listing has and this node lacks; works locked."""
    head = await ListingHead.objects().first()
    if head is None or desk.node.coordinating or head.adopted == head.number:
        return 0
    changed = 0
    try:
        (root,) = await _blobs([head.root], courier)
        buckets = read_root(root)
        before = json.loads(head.buckets) or [""] * len(buckets)
        newer = [one for one, was in zip(buckets, before, strict=True) if one != was]
        items = [item for raw in await _blobs(newer, courier) for item in read_bucket(raw)]
        numbers = {at for at, one in enumerate(buckets) if one in set(newer)}
        changed = await _bring(items, numbers, desk, courier)
    except _Missing:
        return changed  # asked for again in the next round
    except ManifestMistake as error:
        async with database.transaction():
            await audit.record("listing.refuse", head.statement, desk, why=str(error))
            await _adopted(head, before=json.loads(head.buckets))
        return changed
    async with database.transaction():
        await _adopted(head, list(buckets))
        await audit.record("listing.adopt", head.statement, desk, number=head.number)
    return changed


async def follow_directory(desk: Desk) -> int:
    """Agencies that were suspended or have left are not listed; who is back is looked for again."""
    there = {one.id for one in desk.directory.entries if not one.suspended}
    changed = 0
    for row in await Chunk.objects().where(Chunk.key.like("a/%")):
        identity = row.key.removeprefix("a/")
        if (row.blob != "") == (identity in there) or desk.node.coordinating:
            continue
        changed += 1
        async with database.transaction():
            if row.blob:
                await shelving.forget(identity, desk)
                await Chunk.update({Chunk.blob: ""}).where(Chunk.key == row.key)
                continue
            await ListingHead.update({ListingHead.adopted: 0, ListingHead.buckets: "[]"}).where(
                ListingHead.id == 1
            )
    return changed


async def _bring(items: Sequence[Item], buckets: set[int], desk: Desk, courier: Courier) -> int:
    """Put away the chunks that are not here, and let go of those that are named no more."""
    held = {row.key: row.blob for row in await Chunk.objects() if bucket_of(row.key) in buckets}
    gone = sorted(set(held) - {item.key for item in items})
    lacking = [item for item in items if held.get(item.key) != item.blob]
    # Which organization is which agency is known before that agency's words are put away.
    lacking.sort(key=lambda item: not item.key.startswith(claiming.KEY))
    for start in range(0, len(gone), _AT_ONCE):
        async with database.transaction():
            for key in gone[start : start + _AT_ONCE]:
                await _let_go(key, desk)
                await Chunk.delete().where(Chunk.key == key)
    changed = len(gone)
    while lacking:
        found = await _some(lacking, courier)
        for start in range(0, len(found), _AT_ONCE):
            async with database.transaction():
                await _put(found[start : start + _AT_ONCE], desk)
        changed += len(found)
        lacking = lacking[len(found) :]
    return changed


async def _put(found: Sequence[tuple[Item, bytes]], desk: Desk) -> None:
    """Put these chunks away; what cannot be believed of them is written down, not listed."""
    imported: dict[str, Dataset] = {}
    rows: list[Chunk] = []
    for item, content in found:
        row = Chunk(key=item.key, blob=item.blob, number=0, why="")
        rows.append(row)
        try:
            if item.key.startswith(claiming.KEY):
                await claiming.take(item.key, read_chunk(content), desk)
            elif item.entry:
                row.number = await _put_entry(item, content, desk)
            else:
                imported[_source(item.key)] = read_chunk(content)
        except NotListed:
            row.blob = ""  # looked for again once the directory names it
        except (ManifestMistake, CryptoError, NotAnEntry) as error:
            row.why = str(error)
    whys = await shelving.put_imported(imported, desk) if imported else {}
    for row in rows:
        row.why = row.why or whys.get(_source(row.key), "")
        if row.why:
            await audit.record("listing.row-refuse", row.key, desk, why=row.why[:200])
        await keep_chunk(row)


async def _put_entry(item: Item, content: bytes, desk: Desk) -> int:
    """An agency's own words, under its own signature; the number of them."""
    identity = item.key.removeprefix("a/")
    said = read(item.entry, "entry")
    number: Any = said.body.get("number")
    if said.signer.hex() != identity or said.body.get("blob") != item.blob:
        raise NotAnEntry("The agency this is said to be of did not sign it.")
    if said.body.get("part") != taking.OPEN or not taking.is_number(number):
        raise NotAnEntry("The agency did not mean this for everybody.")
    seen = await EntrySeen.objects().get_or_create(
        EntrySeen.identity == identity, defaults={EntrySeen.number: number}
    )
    if number < seen.number:
        raise NotAnEntry("The agency has said something later already.")
    listed = desk.directory.agency(identity)
    if listed is None or listed.suspended:
        raise NotListed
    if identity != desk.node.identity:
        rows = taking.rows_in(read_open_part(content), said.signer)
        await shelving.put_open(identity, rows, desk)
    await EntrySeen.update({EntrySeen.number: number}).where(EntrySeen.identity == identity)
    return int(number)


async def _some(items: Sequence[Item], courier: Courier) -> list[tuple[Item, bytes]]:
    """The first of these with their blobs, as many as one answer brings."""
    found = await courier.get_blobs([bytes.fromhex(item.blob) for item in items])
    some = []
    for item in items:
        content = found.get(bytes.fromhex(item.blob))
        if content is None:
            break
        if not content:
            raise _Missing
        some.append((item, content))
    return some


async def _blobs(names: Sequence[str], courier: Courier) -> list[bytes]:
    """All of these blobs, in this order."""
    found: dict[bytes, bytes] = {}
    wanted = [bytes.fromhex(name) for name in names]
    while missing := [name for name in wanted if name not in found]:
        found |= await courier.get_blobs(missing)
    if not all(found.values()):
        raise _Missing
    return [found[name] for name in wanted]


async def _adopted(head: ListingHead, before: Sequence[str]) -> None:
    await ListingHead.update(
        {ListingHead.adopted: head.number, ListingHead.buckets: json.dumps(list(before))}
    ).where((ListingHead.id == 1) & (ListingHead.number == head.number))


async def _let_go(key: str, desk: Desk) -> None:
    if key.startswith(claiming.KEY):
        await claiming.let_go(key.removeprefix(claiming.KEY), desk)
        return
    await shelving.forget(_source(key), desk)


def _source(key: str) -> str:
    """Whose word the rows of a chunk are."""
    return key.removeprefix("a/") if key.startswith("a/") else f"{IMPORT}:{key}"
