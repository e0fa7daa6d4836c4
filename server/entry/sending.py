"""What of the own entry leaves, to whom, shown before it goes and then sent as it was shown."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from crypto.part import Link, open_part, seal_part
from directory.hsds.checking import check
from directory.hsds.objects import OBJECTS, Dataset
from server.casework.bodies import read_body, shut_body
from server.entry import composing, out, own, shelving, week_keys
from server.entry.errors import ChooseFirst, NothingToSend, NotToSend
from server.entry.tables import SentPart
from server.node import announcing, audit, database
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import RefusedAct

OPEN = "open"
TRUSTED = "trusted"
_TABLE = "entry_sent"
_KIND = "entry"


@dataclass(frozen=True, slots=True)
class Leaving:
    """One part of the entry as it would go now, beside what was sent last."""

    part: str  # "open", or the identity of the agency it is shut for
    rows: Dataset
    before: Dataset
    waits: str = ""  # why it cannot go yet

    @property
    def new(self) -> bool:
        """Does it say anything that was not sent yet?"""
        return composing.digest(self.rows) != composing.digest(self.before)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Everything that would leave, and what has to be put right first."""

    parts: tuple[Leaving, ...]
    to_choose: int
    mistakes: tuple[str, ...]
    sent_at: int
    on_its_way: bool  # sent from here, and not at the relay yet
    whole: Dataset

    @property
    def new(self) -> bool:
        """Is there anything to send?"""
        return any(part.new for part in self.parts)


async def outgoing(desk: Desk) -> Outgoing:
    """What would leave now, and to whom; nothing is changed."""
    require(desk, Act.EDIT_ENTRY)
    entry = await own.current(desk)
    dataset, mistakes = await _put_right(composing.whole(entry))
    shut = composing.shut_parts(dataset)
    sent = {row.part: row for row in await SentPart.objects()}
    parts = [Leaving(OPEN, composing.open_part(dataset), _said(sent.get(OPEN), desk))]
    for agency in sorted(set(shut) | (set(sent) - {OPEN})):
        before = _said(sent.get(agency), desk)
        rows = shut.get(agency, {})
        if rows or before:
            parts.append(Leaving(agency, rows, before, await _why_not(agency, rows, desk)))
    rows_there = [row for row in entry.rows.values() if not row.removed]
    return Outgoing(
        tuple(parts),
        sum(row.contested + len(row.open_fields) for row in rows_there),
        tuple(mistakes),
        max((row.at for row in sent.values()), default=0),
        await announcing.waits(_KIND),
        dataset,
    )


async def send(desk: Desk) -> tuple[str, ...]:
    """Sign and shut what outgoing() shows, and put it with what waits to go; the parts sent."""
    require(desk, Act.EDIT_ENTRY)
    if not desk.node.joined:
        raise RefusedAct("This node has not joined a coalition yet, so there is nobody to send to.")
    async with database.transaction():
        leaving = await outgoing(desk)
        if leaving.to_choose:
            raise ChooseFirst
        if leaving.mistakes:
            raise NotToSend(" ".join(leaving.mistakes[:3]))
        if not leaving.parts[0].rows:
            raise NothingToSend
        gone = [part for part in leaving.parts if part.new and not part.waits]
        for part in gone:
            await _send(part.part, part.rows, desk)
        if gone:
            await shelving.put_own(leaving.whole, desk)
        await audit.record(
            "entry.send",
            "",
            desk,
            parts=[part.part for part in gone],
            rows=sum(len(some) for part in gone for some in part.rows.values()),
        )
    return tuple(part.part for part in gone)


async def send_row(table: str, row: str, desk: Desk) -> bool:
    """Send this one row as it is now, beside what was sent before; False if it never was."""
    require(desk, Act.EDIT_ENTRY)
    async with database.transaction():
        before = await last_sent(desk)
        leaving = await outgoing(desk)
        now = {str(one["id"]): one for one in leaving.parts[0].rows.get(table, ())}
        there = [str(one["id"]) for one in before.get(table, ())]
        if row not in there or row not in now or leaving.to_choose:
            return False
        rows = [now[row] if str(one["id"]) == row else one for one in before[table]]
        await _send(OPEN, {**before, table: rows}, desk)
        await shelving.put_own_row(table, now[row], desk)
        await audit.record("entry.send", f"{table}/{row}", desk, parts=[OPEN], rows=1)
    return True


async def seal_again(desk: Desk) -> int:
    """Shut once more what an agency can no longer open: its week passed, or it lost its keys.

    What goes is what was sent last, whatever was written in the entry since.
    """
    again = []
    for row in await SentPart.objects().where((SentPart.part != OPEN) & (SentPart.blob != "")):
        published = await week_keys.published_by(row.part)
        listed = desk.directory.agency(row.part)
        if listed is None or listed.suspended or not published:
            continue
        if published.get(row.week) != row.week_public:
            again.append(row)
    if not again:
        return 0
    async with database.transaction():
        for row in again:
            await _send(row.part, _said(row, desk), desk)
        await audit.record("entry.seal-again", "", desk, parts=[row.part for row in again])
    return len(again)


async def last_sent(desk: Desk) -> Dataset:
    """The open part as it was last sent."""
    return _said(await SentPart.objects().where(SentPart.part == OPEN).first(), desk)


async def _send(part: str, rows: Dataset, desk: Desk) -> None:
    identity = desk.unlocked().identity
    at = int(desk.now.timestamp())
    numbers = await SentPart.select(SentPart.number).output(as_list=True)
    # After a restore the last number is forgotten; the time has moved on all the same.
    number = max([at, *(one + 1 for one in numbers)])
    stamp = desk.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    row = SentPart(part=part, number=number, at=at)
    to = desk.node.trusted.hex() if part == OPEN else part
    if rows:
        changes = composing.changes_of(rows, stamp, identity.public)
        blob = await _blob(row, changes, desk)
        (row.blob,) = await out.lay_out([blob])
    row.body = shut_body(_TABLE, part, {"rows": _plain(rows)}, desk)
    last = await SentPart.objects().where(SentPart.part == part).first()
    await SentPart.delete().where(SentPart.part == part)
    await SentPart.insert(row)
    if last is not None:
        await out.keep_only([row.blob], [last.blob])
    body = {
        "to": [to],
        "number": number,
        "part": OPEN if part == OPEN else TRUSTED,
        "blob": row.blob,
        "at": at,
    }
    await announcing.announce(_KIND, body, identity, desk)


async def _blob(row: SentPart, changes: tuple[bytes, ...], desk: Desk) -> bytes:
    if row.part == OPEN:
        return open_part(changes)
    last = await week_keys.last_of(row.part, desk)
    if last is None:
        raise NotToSend("An agency has published no keys yet; nothing was sent.")
    row.week, row.week_public = last
    link = Link(desk.unlocked().identity.public, bytes.fromhex(row.part), row.number)
    return seal_part(changes, link, row.week, bytes.fromhex(row.week_public))


async def _why_not(agency: str, rows: Dataset, desk: Desk) -> str:
    listed = desk.directory.agency(agency)
    if listed is None:
        return "It is not in the directory, so nothing goes to it."
    if listed.suspended:
        return "It is suspended, so nothing goes to it."
    if rows and await week_keys.last_of(agency, desk) is None:
        return "It has published no keys yet. Send again once it has synced."
    return ""


async def _put_right(dataset: Dataset) -> tuple[Dataset, list[str]]:
    """The rows as HSDS has them, and what every partner's node would refuse, in sentences."""
    known = await shelving.known_to(dataset)
    rows: dict[str, list[dict[str, Any]]] = {}
    wrong = []
    for table in sorted(dataset):
        for row in dataset[table]:
            seen = check(table, row, known)
            if seen.refused:
                wrong.append(
                    f"{OBJECTS[table].name.replace('_', ' ').capitalize()}: {seen.refused}"
                )
                continue
            rows.setdefault(table, []).append(seen.row)
    return rows, wrong


def _said(row: SentPart | None, desk: Desk) -> Mapping[str, list[dict[str, Any]]]:
    if row is None or not row.body:
        return {}
    rows: dict[str, list[dict[str, Any]]] = read_body(_TABLE, row.part, row.body, desk)["rows"]
    return rows


def _plain(rows: Dataset) -> Any:
    return json.loads(json.dumps(rows))
