"""The listing the coordinating node publishes: imports in chunks, agencies in their own words.

Only what changed is composed again, and only that travels.
"""

import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any, Final

from piccolo.query.functions import Count, Max

from crypto.part import blob_name
from directory.manifest import BUCKETS, Item, bucket_of, write_bucket, write_chunk, write_root
from server.entry import claiming, out, taking
from server.entry.tables import Chunk, ListingHead, OutBlob, SentPart, TakenPart
from server.listing import claims
from server.listing.store import IMPORT
from server.listing.tables import ListingRow
from server.node import announcing, audit, database
from server.node.desk import Desk

EVERYBODY: Final = "*"
_AGAIN: Final = 180 * 86_400  # a relay keeps a listing for 400 days
_IMPORTED: Final = ListingRow.source.like(f"{IMPORT}%")


async def publish(desk: Desk) -> bool:
    """Sign a listing of what stands here now, if that is anything new; the node is unlocked."""
    if not desk.node.coordinating:
        return False
    head = await ListingHead.objects().first() or ListingHead(number=0, at=0)
    at = int(desk.now.timestamp())
    mark = await _mark()
    if mark == head.mark and at - head.at < _AGAIN:
        return False
    async with database.transaction():
        items = [*await _imported(at), *await _entries()]
        root, blobs = _tree(items)
        if root == head.root and at - head.at < _AGAIN:
            await _keep_head(head, desk, mark=mark)
            return False
        await out.lay_out(blobs)
        named = [blob_name(one).hex() for one in blobs] + [item.blob for item in items]
        await _let_go(named)
        number = max(head.number + 1, at)
        body = {
            "to": [EVERYBODY],
            "number": number,
            "previous": head.statement,
            "blob": root,
            "issued": at,
        }
        ident = await announcing.announce("listing", body, desk.unlocked().identity, desk)
        head.number, head.statement, head.root, head.at = number, ident, root, at
        head.adopted = number
        # What was written in this very second may not all be in it: look again next time.
        await _keep_head(head, desk, mark=mark if await _settled(at) else "")
        await audit.record("listing.publish", ident, desk, number=number, chunks=len(items))
    return True


async def _mark() -> str:
    """How everything stands that a listing is made of, in a few bytes."""
    rows = await ListingRow.select(Count(), Max(ListingRow.changed_at)).where(_IMPORTED).first()
    taken = await TakenPart.select(TakenPart.signer, TakenPart.number).where(_TAKEN)
    entries = sorted((one["signer"][:16], one["number"]) for one in taken)
    claimed = sorted((await claims.live()).items())
    return json.dumps([list((rows or {}).values()), entries, claimed])


_TAKEN: Final = (TakenPart.part == taking.OPEN) & (TakenPart.state == taking.TAKEN)


async def _settled(at: int) -> bool:
    return not await ListingRow.exists().where(_IMPORTED & (ListingRow.changed_at >= at))


async def _entries() -> list[Item]:
    rows = await TakenPart.objects().where(_TAKEN & (TakenPart.blob != ""))
    return [Item(f"a/{row.signer}", row.blob, bytes(row.signed)) for row in rows]


async def _imported(at: int) -> list[Item]:
    """A chunk for each imported organization, and some for rows that belong to none."""
    held = {row.key: row for row in await Chunk.objects()}
    stands = (
        await ListingRow.select(
            ListingRow.organization,
            Count(alias="count"),
            Max(ListingRow.changed_at, alias="changed"),
        )
        .where(_IMPORTED)
        .group_by(ListingRow.organization)
    )
    items: list[Item] = []
    for one in stands:
        organization, changed = str(one["organization"]), int(one["changed"])
        mark = f"{one['count']}.{changed}" if changed < at else ""
        before = held.get(f"o/{organization}")
        if organization and before is not None and mark and before.mark == mark:
            items.append(Item(before.key, before.blob))
            continue
        for key, rows in (await _rows_of(organization)).items():
            content = write_chunk(rows)
            (blob,) = await out.lay_out([content])
            items.append(Item(key, blob))
            await keep_chunk(Chunk(key=key, blob=blob, mark=mark))
    items += await _claimed()
    gone = sorted(set(held) - {item.key for item in items})
    for start in range(0, len(gone), 500):
        await Chunk.delete().where(Chunk.key.is_in(gone[start : start + 500]))
    return items


async def _claimed() -> list[Item]:
    """A chunk for each imported organization that is an agency: which, and what lists say of it."""
    items: list[Item] = []
    for organization, agency in (await claims.live()).items():
        rows = await claims.told(organization)
        content = write_chunk(claiming.as_chunk(organization, agency, rows))
        (blob,) = await out.lay_out([content])
        items.append(Item(claiming.KEY + organization, blob))
        await keep_chunk(Chunk(key=claiming.KEY + organization, blob=blob))
    return items


async def _rows_of(organization: str) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The imported rows of one organization by chunk; those of none in many small chunks."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in await ListingRow.select(ListingRow.table, ListingRow.hsds_id, ListingRow.body).where(
        _IMPORTED & (ListingRow.organization == organization)
    ):
        table = str(row["table"])
        key = f"o/{organization}" if organization else f"s/{table}/{row['hsds_id'][:2]}"
        found.setdefault(key, {}).setdefault(table, []).append(json.loads(row["body"]))
    return found


def _tree(items: Sequence[Item]) -> tuple[str, list[bytes]]:
    """The name of the root, and the root and its buckets."""
    sorted_in: list[list[Item]] = [[] for _ in range(BUCKETS)]
    for item in items:
        sorted_in[bucket_of(item.key)].append(item)
    buckets = [write_bucket(some) for some in sorted_in]
    root = write_root([blob_name(one).hex() for one in buckets])
    return blob_name(root).hex(), [root, *buckets]


async def _let_go(named: Sequence[str]) -> None:
    """Keep no blob for the relay that neither this listing nor an own part names."""
    own = await SentPart.select(SentPart.blob).output(as_list=True)
    everything = await OutBlob.select(OutBlob.name).output(as_list=True)
    await out.keep_only([*named, *own], everything)


async def keep_chunk(row: Chunk) -> None:
    """Remember this chunk in place of the one under its key."""
    await Chunk.delete().where(Chunk.key == row.key)
    await Chunk.insert(row)


async def _keep_head(head: ListingHead, desk: Desk, *, mark: str) -> None:
    await ListingHead.delete().where(ListingHead.id == 1)
    await ListingHead.insert(
        ListingHead(
            id=1,
            number=head.number,
            statement=head.statement,
            root=head.root,
            buckets="[]",
            adopted=head.number,
            mark=mark,
            at=head.at or int(desk.now.astimezone(UTC).timestamp()),
        )
    )
