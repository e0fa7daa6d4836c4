"""Other agencies' entries as they arrive: named by a statement, fetched, checked, and put away.

The bytes of a partner are read in the guarded child, and believed only as far as they can be true.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from client_sync.child import Batch, Unsafe
from client_sync.courier import Courier
from client_sync.entry import read_entry
from client_sync.errors import SyncError
from crypto.errors import CryptoError, NotARecipient
from crypto.part import Link, blob_name, open_sealed_part, read_open_part, week_of_part
from crypto.statement import Statement
from directory.hsds.objects import Dataset
from server.entry import composing, out, shelving
from server.entry.errors import NotAnEntry, OpenPartFirst
from server.entry.tables import TakenPart
from server.node import audit, chamber, database
from server.node.desk import Desk
from server.node.errors import RefusedAct

OPEN, TRUSTED = "open", "trusted"
WAITS, SHUT, TAKEN, REFUSED, LOST = "waits", "shut", "taken", "refused", "lost"
GONE = "gone"
_NEXT = "/next"
UNREADABLE = (ArithmeticError, LookupError, TypeError, ValueError)
"""What reading somebody's words may end in when they are not what anybody foresaw."""
_BROKEN = "This part could not be read. Nothing of it was taken."
_NOT_READABLE = "This statement of an entry lacks something it must say."
_AT_ONCE = 50
_PATIENCE = 7 * 86_400  # seconds in which the open part must come too


async def take(said: Statement, agency: str, desk: Desk) -> None:
    """A member says where a part of its entry is; inside the transaction of its arrival."""
    body: Mapping[str, Any] = said.body
    number, part, blob = body.get("number"), body.get("part"), body.get("blob")
    # A list, not a set: what came may be anything, and not all of it can be looked up in one.
    if not is_number(number) or part not in [OPEN, TRUSTED] or not is_name(blob):
        raise RefusedAct(_NOT_READABLE)
    if said.signer.hex() != agency or said.body.get("to") != [desk.node.identity]:
        raise RefusedAct("This part of an entry is not for this node.")
    if part == OPEN and not desk.node.coordinating:
        raise RefusedAct("Only the coordinating node takes the open part of an entry.")
    key = f"{agency}/{part}"
    held = await TakenPart.select(TakenPart.number).where(TakenPart.id.is_in([key, key + _NEXT]))
    if any(number <= one["number"] for one in held):
        raise RefusedAct("A later part of this entry is already here.")
    await TakenPart.delete().where(TakenPart.id == key + _NEXT)
    await TakenPart.insert(
        TakenPart(
            id=key + _NEXT,
            signer=agency,
            part=part,
            number=number,
            blob=str(blob),
            signed=said.raw,
            state=WAITS,
            at=int(desk.now.timestamp()),
        )
    )


def is_number(value: object) -> bool:
    """Is this a number that a statement may have, and a database keep?"""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**62


def is_name(value: object) -> bool:
    """Is this the name of a blob, or nothing at all?"""
    if not isinstance(value, str) or len(value) not in {0, 64}:
        return False
    return all(sign in "0123456789abcdef" for sign in value)


async def fetch(desk: Desk, courier: Courier) -> int:
    """Fetch what statements have named, and put it away; works locked. How many changed."""
    taken = 0
    waiting = (
        await TakenPart.objects()
        .where(TakenPart.state == WAITS)
        .order_by(TakenPart.at, ascending=False)
        .limit(_AT_ONCE)
    )
    names = [bytes.fromhex(row.blob) for row in waiting if row.blob]
    contents: dict[bytes, bytes] = {}
    while missing := [name for name in names if name not in contents]:
        contents |= await courier.get_blobs(missing)
    for row in waiting:
        content = contents.get(bytes.fromhex(row.blob), b"")
        if row.blob and not content:
            continue  # its blob is not there, or not yet: asked for again in the next round
        try:
            async with database.transaction():
                taken += await _put_away(row, content, desk)
        except UNREADABLE:
            # Whatever a partner wrote, the node goes on with what others wrote.
            async with database.transaction():
                await _refuse(row, _BROKEN, desk)
    return taken


async def open_shut(desk: Desk) -> int:
    """Open what came while this node was locked; how many could be."""
    opened = 0
    for row in await TakenPart.objects().where(TakenPart.state == SHUT):
        async with database.transaction():
            opened += await _open(row, bytes(row.body), desk)
    return opened


async def follow_directory(desk: Desk) -> int:
    """Nothing is listed of agencies that were suspended or have left; who is back is again."""
    there = {one.id for one in desk.directory.entries if not one.suspended}
    changed = 0
    for row in await TakenPart.objects().where(TakenPart.state.is_in([TAKEN, GONE])):
        if (row.state == TAKEN) == (row.signer in there):
            continue
        changed += 1
        async with database.transaction():
            if row.state == GONE:
                await _set(row, WAITS)
                continue
            await shelving.forget(row.signer, desk)
            await _set(row, GONE, "This agency is suspended, or has left.")
            await audit.record("entry.forget", row.signer, desk, part=row.part)
    return changed


def rows_in(changes: Sequence[bytes], owner: bytes) -> Dataset:
    """The rows that a part says, read in the guarded child; NotAnEntry for anything else."""
    found = chamber.get().read([Batch("entry", owner, tuple(changes))])["entry"]
    if isinstance(found, Unsafe):
        raise NotAnEntry(found.reason)
    try:
        return composing.whole(read_entry(found))
    except SyncError as error:
        raise NotAnEntry(str(error)) from None


async def _put_away(row: TakenPart, content: bytes, desk: Desk) -> int:
    if row.part == TRUSTED:
        if row.blob and desk.keys is None:
            await TakenPart.update({TakenPart.state: SHUT, TakenPart.body: content}).where(
                TakenPart.id == row.id
            )
            return 0
        return await _open(row, content, desk)
    try:
        rows = rows_in(read_open_part(content), bytes.fromhex(row.signer)) if row.blob else {}
        await shelving.put_open(row.signer, rows, desk)
    except (CryptoError, NotAnEntry) as error:
        await _refuse(row, str(error), desk)
        return 0
    if row.blob:
        await out.lay_out([content])  # the listing names it, so its relay must keep it for us too
    await _taken(row)
    await audit.record("entry.take", row.signer, desk, part=row.part, number=row.number)
    return 1


async def _open(row: TakenPart, content: bytes, desk: Desk) -> int:
    rows: Dataset = {}
    try:
        if row.blob:
            changes = _unsealed(row, content, desk)
            rows = rows_in(changes, bytes.fromhex(row.signer))
        await shelving.put_trusted(row.signer, rows, desk)
    except OpenPartFirst as error:
        if int(desk.now.timestamp()) - row.at > _PATIENCE:
            await _refuse(row, str(error), desk)
            return 0
        await TakenPart.update({TakenPart.state: SHUT, TakenPart.body: content}).where(
            TakenPart.id == row.id
        )
        return 0
    except NotARecipient:
        # Its owner sees from our week keys that it cannot be opened here, and shuts it anew.
        await _set(row, LOST, "This node has lost the key that opens this part.")
        return 0
    except (CryptoError, NotAnEntry) as error:
        await _refuse(row, str(error), desk)
        return 0
    await _taken(row)
    await audit.record("entry.take", row.signer, desk, part=row.part, number=row.number)
    return 1


def _unsealed(row: TakenPart, content: bytes, desk: Desk) -> tuple[bytes, ...]:
    if blob_name(content).hex() != row.blob:
        raise NotAnEntry
    week = week_of_part(content)
    secret = desk.keyring.week_secret(week)
    public = desk.keyring.publics().get(week)
    if secret is None or public is None:
        raise NotARecipient
    link = Link(bytes.fromhex(row.signer), bytes.fromhex(desk.node.identity), row.number)
    return open_sealed_part(content, link, secret, public)


async def _refuse(row: TakenPart, why: str, desk: Desk) -> None:
    await _set(row, REFUSED, why)
    await audit.record("entry.refuse", row.signer, desk, part=row.part, why=why)


async def _set(row: TakenPart, state: str, why: str = "") -> None:
    await TakenPart.update({TakenPart.state: state, TakenPart.why: why, TakenPart.body: b""}).where(
        (TakenPart.id == row.id) & (TakenPart.number == row.number)
    )


async def _taken(row: TakenPart) -> None:
    """From now on this is the part that counts."""
    key = row.id.removesuffix(_NEXT)
    await TakenPart.delete().where(TakenPart.id.is_in([key, key + _NEXT]))
    row = TakenPart(**{**row.to_dict(), "id": key, "state": TAKEN, "why": "", "body": b""})
    await TakenPart.insert(row)
