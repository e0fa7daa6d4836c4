"""What others shared with us, opened: only while it lives, unlocked, and the relay was heard."""

import asyncio
from asyncio import Future
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from piccolo.columns import Column
from piccolo.columns.combination import And, Or, Where

from client_sync.child import Batch, Unsafe
from client_sync.lane import Lane
from crypto.errors import CryptoError, Malformed, Tampered, TooLarge
from server.casework import described, ending, memory, resting, tied, walls
from server.casework.epoch_keys import EpochKeys
from server.casework.errors import Quarantined
from server.casework.memory import Known
from server.casework.own import keyring, me, unix
from server.casework.tables import Share
from server.casework.unsealing import Lost, mark_lost, records_of, unseal
from server.node import audit, chamber
from server.node.database import transaction
from server.node.desk import Desk
from server.node.errors import sentence
from server.node.tables import NodeRow
from tiers.consent import Consent, ConsentMistake

NOT_HEARD = "The relay has not been heard from lately, so this stays shut until the next sync."
NOT_ITS_TERMS = "What this share rests on is not what its cover says. It was not opened."
RESTORED = sentence(Quarantined())
SPOILT = "spoilt"
UNOPENED = "unopened"
_READ_AT_ONCE = 100  # as many as the child reads at once


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be opened, and why the rest stays shut."""

    known: dict[str, Known] = field(default_factory=dict)
    shut: dict[str, str] = field(default_factory=dict)
    spoilt: set[str] = field(default_factory=set)  # shut for good: the same bytes never open


async def live(desk: Desk, *which: Where | And | Or) -> list[Share]:
    """The received shares, or those `which` picks, that have neither ended nor been taken back."""
    rows: list[Share] = await Share.objects().where(
        (Share.recipient == me(desk)) & (Share.state == ending.LIVE) & (Share.ends > unix(desk)),
        *which,
    )
    return rows


async def of_case(case_ref: str, desk: Desk) -> list[Share]:
    """What lives here of this case, as received."""
    return await live(desk, Share.case_ref == case_ref)


async def why_shut(desk: Desk) -> str:
    """Why nothing received may be opened at this moment; empty when it may."""
    desk.unlocked()
    if desk.node.quarantined:
        return RESTORED
    row = await NodeRow.select(NodeRow.relay_heard_at).first()
    heard = int(row["relay_heard_at"]) if row else 0
    patience = desk.pack.clocks["relay_heard_hours"] * 3600
    return "" if unix(desk) - heard <= patience else NOT_HEARD


async def open_shares(rows: Sequence[Share], desk: Desk) -> Reading:
    """Open these shares in memory, but none that is walled. The audit entry was written before."""
    reading = await open_unseen(rows, desk)
    for row in rows:
        known = reading.known.get(row.id)
        ref = known.lane.case_ref if known else row.case_ref
        if walls.is_hidden(ref, desk):  # put just now, it may be, by what the part says
            reading.known.pop(row.id, None)
            reading.shut.pop(row.id, None)
    return reading


async def open_unseen(rows: Sequence[Share], desk: Desk) -> Reading:
    """Open these shares for the node alone, and wall whoever is close to somebody in them."""
    reading = Reading()
    shut = await why_shut(desk)
    now = unix(desk)
    wanted: list[Share] = []
    for row in rows:
        if shut or row.ends <= now or row.state != ending.LIVE:
            reading.shut[row.id] = shut or "This has ended."
            continue
        known = memory.recall(row.id, row.last_id)
        if known is not None:
            reading.known[row.id] = known
        elif why := memory.refusal(row.id, row.last_id):
            reading.shut[row.id] = why
        else:
            wanted.append(row)
    if wanted:
        await _open(wanted, reading, desk)
        opened = [reading.known[row.id].lane for row in wanted if row.id in reading.known]
        people = [described.in_fields(one.case_ref, one.people, one.fields) for one in opened]
        await tied.guard([one for each in people for one in each], desk)
    return reading


async def sort_in(desk: Desk) -> None:
    """Learn to which case each newly received share belongs; nobody is shown anything by this."""
    new = await live(desk, Share.case_ref == "", Share.why != SPOILT)
    if not new or await why_shut(desk):
        return
    reading = await open_unseen(new, desk)
    await _note_unopened(new, reading)
    if not reading.known:
        return
    async with transaction():
        for row in new:
            known = reading.known.get(row.id)
            if known is None:
                continue
            await Share.update(
                {
                    Share.case_ref: known.lane.case_ref,
                    Share.consent: known.consent.id,
                    Share.exchange: known.consent.kind.exchange,
                    Share.why: "",
                    **_what_it_covers(row.id, known.consent, desk),
                }
            ).where((Share.id == row.id) & (Share.state == ending.LIVE))
        if desk.node.coordinating:
            await _say_again(sorted(reading.known), desk)
        await audit.record("share.sorted", "", desk, shares=sorted(reading.known)[:20])


def _what_it_covers(share: str, consent: Consent, desk: Desk) -> dict[Column | str, Any]:
    """What rows of the plan may rest on: kept where plans are written, and nowhere else."""
    if not desk.node.coordinating:
        return {}
    return {Share.body: resting.remembered(share, consent, desk)}


async def _say_again(shares: Sequence[str], desk: Desk) -> None:
    """Rows that a part just read carries on go out with the next epochs of our own lanes."""
    came = await Share.objects().where(Share.id.is_in(list(shares)))
    lanes = await resting.lanes_carried_on(came, desk)
    if lanes:
        await Share.update({Share.needs_key: True}).where(Share.id.is_in([row.id for row in lanes]))


async def unopened(desk: Desk) -> list[str]:
    """For each part that arrived and does not open, who sealed it; needs no key."""
    rows = await Share.select(Share.owner).where(
        (Share.recipient == me(desk))
        & (Share.state == ending.LIVE)
        & (Share.ends > unix(desk))
        & (Share.case_ref == "")
        & (Share.why != "")
    )
    return [row["owner"] for row in rows]


async def _note_unopened(rows: Sequence[Share], reading: Reading) -> None:
    """Write down what does not open, for the doctor; what is spoilt is not tried again."""
    notes = {
        row.id: SPOILT if row.id in reading.spoilt else UNOPENED
        for row in rows
        if row.id in reading.shut
    }
    news = [row for row in rows if row.why != notes.get(row.id, row.why)]
    if not news:
        return
    async with transaction():
        for row in news:
            await Share.update({Share.why: notes[row.id]}).where(
                (Share.id == row.id) & (Share.last_id == row.last_id) & (Share.state == ending.LIVE)
            )


async def _open(rows: Sequence[Share], reading: Reading, desk: Desk) -> None:
    keys = EpochKeys(rows, keyring(desk))
    terms: dict[str, Consent] = {}
    lost: list[str] = []
    readings: list[Future[dict[str, Lane | Unsafe]]] = []
    running = asyncio.get_running_loop()
    ordered = sorted(rows, key=attrgetter("owner"))  # one owner's at a time go to the child
    for start in range(0, len(rows), _READ_AT_ONCE):
        some = ordered[start : start + _READ_AT_ONCE]
        records = await records_of([row.id for row in some])
        batch: list[Batch] = []
        for row in some:
            try:
                opened = unseal(row, records.get(row.id, []), keys, desk)
            except Lost as loss:
                reading.shut[row.id] = str(loss)
                lost.append(row.id)
                continue
            except (CryptoError, ConsentMistake, ValueError, RecursionError) as error:
                _refuse(row, str(error), reading)
                if isinstance(error, Malformed | TooLarge | Tampered):
                    reading.spoilt.add(row.id)
                continue
            if opened is None:
                _refuse(row, NOT_ITS_TERMS, reading)
                continue
            terms[row.id], changes = opened
            batch.append(Batch(row.id, bytes.fromhex(row.owner), changes))
        if batch:  # read in the child while the next are fetched and unsealed
            readings.append(running.run_in_executor(None, chamber.get().read, batch))
    keys.put_away()
    await mark_lost(lost)
    last = {row.id: row.last_id for row in rows}
    lanes = [lane for said in await asyncio.gather(*readings) for lane in said.items()]
    for share, lane in lanes:
        if not isinstance(lane, Lane):
            reading.shut[share] = lane.reason
            continue
        reading.known[share] = Known(terms[share], lane)
        memory.remember(share, last[share], reading.known[share])


def _refuse(row: Share, why: str, reading: Reading) -> None:
    reading.shut[row.id] = why
    memory.refuse(row.id, row.last_id, why)
