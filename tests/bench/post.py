"""(a), (b) and (f): sealed records from one agency's outbox through the relay to another."""

import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes
from time import perf_counter, process_time

from client_sync import document, inbox
from crypto.record import Record, parse_stub
from server import rounds
from server.casework import received
from server.casework.tables import RecordRow, Share
from tests.bench.figures import Aim, Figure, Part, against_floor
from tests.bench.floor import Floor, floor
from tests.bench.lanes import (
    Lane,
    cleared_for,
    opaque,
    opened,
    put_in_outbox,
    week_public,
    write_edits,
)
from tests.bench.world import HARBOUR, LANTERN, World, counted
from tiers.consent import ConsentKind

_UP_MOST, _DOWN_MOST = 6, 3
_FIELDS = 30


@dataclass
class Clock:
    """Collects how long each part took, and how busy it kept this process and the relay."""

    world: World
    parts: list[Part] = field(default_factory=list)

    @contextmanager
    def part(self, name: str, *, counts: bool = True) -> Iterator[None]:
        began, busy = perf_counter(), self._busy()
        yield
        self.parts.append(Part(name, perf_counter() - began, counts, self._busy() - busy))

    def _busy(self) -> float:
        gc.freeze()  # a node's memory holds no thousand lanes of a benchmark to look through
        return process_time() + sum(map(_busy, self.world.beside))


def _busy(process: int) -> float:
    """Processor seconds of another process and the children it has waited for."""
    try:
        said = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, said[11:15])) / os.sysconf("SC_CLK_TCK")


async def shares(world: World, count: int, changes: int) -> list[Figure]:
    """(a): so many shares with so many changes each, to a recipient who reads them all."""
    up, down = Clock(world), Clock(world)
    with world.at(HARBOUR) as harbour:
        desk = await harbour.desk()
        recipient = world.nodes[LANTERN].id
        key = await week_public(recipient, desk)
        identity = harbour.identity
        may_go = [
            cleared_for(ConsentKind.FIND, harbour.id, recipient, _FIELDS, desk)
            for _ in range(count)
        ]
        with up.part("write the first words (Automerge)", counts=False):
            written_first = [document.compose(one, identity.public) for one in may_go]
        with up.part("seal the first words"):
            lanes = [
                opened(one, words, identity, key, desk)
                for one, words in zip(may_go, written_first, strict=True)
            ]
        with up.part("write the changes (Automerge)", counts=False):
            edits = [
                write_edits(lane, cleared, changes, identity.public)
                for lane, cleared in zip(lanes, may_go, strict=True)
            ]
        with up.part("seal the changes"):
            for lane, written in zip(lanes, edits, strict=True):
                for one in written:
                    lane.add(identity, one)
    grounds = [_floor(world, lanes)]
    await _carry_up(world, lanes, up)
    grounds.append(_floor(world, lanes))
    await _carry_down(world, lanes, down)
    with world.at(LANTERN) as lantern:
        rows = await Share.objects().where(Share.id.is_in([lane.id for lane in lanes]))
        desk = await lantern.desk()
        with down.part("open, and read in the child"):
            reading = await received.open_shares(rows, desk)
    assert not reading.shut, reading.shut
    for lane in lanes:
        assert set(reading.known[lane.id].lane.heads) == set(lane.heads), "heads differ"
    grounds.append(_floor(world, lanes))
    what = f"{count:,} shares x {changes} changes"
    return _pair("a", what, up, down, grounds, "heads compared: equal for every share")


async def records(world: World, count: int, size: int, shares: int) -> list[Figure]:
    """(b): so many records of one size, up and down."""
    up, down = Clock(world), Clock(world)
    with world.at(HARBOUR) as harbour:
        desk = await harbour.desk()
        recipient = world.nodes[LANTERN].id
        key = await week_public(recipient, desk)
        words = [[token_bytes(size) for _ in range(count // shares)] for _ in range(shares)]
        with up.part("seal"):
            lanes = [opaque(harbour, recipient, key, one, desk) for one in words]
    grounds = [_floor(world, lanes)]
    await _carry_up(world, lanes, up)
    grounds.append(_floor(world, lanes))
    await _carry_down(world, lanes, down)
    with world.at(LANTERN), down.part("open"):
        await _open(world, lanes)
    grounds.append(_floor(world, lanes))
    return _pair("b", f"{count:,} records of {size:,} bytes", up, down, grounds)


async def quiet_sync(world: World, count: int) -> list[Figure]:
    """(f): a round with nothing new, at an agency with so many live shares."""
    with world.at(HARBOUR) as harbour:
        desk = await harbour.desk()
        recipient = world.nodes[LANTERN].id
        key = await week_public(recipient, desk)
        missing = max(0, count - await Share.count())
        lanes = [opaque(harbour, recipient, key, [token_bytes(64)], desk) for _ in range(missing)]
        await put_in_outbox(lanes)
    for _ in range(2):
        await world.sync(HARBOUR, LANTERN)
    figures = []
    for name, role in ((HARBOUR, "who owns them"), (LANTERN, "who received them")):
        with world.at(name) as node:
            held = await Share.count()
            async with rounds.courier_for(await node.locked()) as courier:
                await rounds.sync_once(await node.unattended(), courier)
                trips = counted(courier)
                began = perf_counter()
                report = await rounds.sync_once(await node.unattended(), courier)
                took = perf_counter() - began
            assert not report.moved, report
            figures.append(
                Figure(
                    "f",
                    f"nothing new, {held:,} shares, {role}",
                    took,
                    aim=Aim("one round trip", trips.count == 1),
                    notes=(f"round trips: {trips.count}",),
                    more={"round_trips": trips.count},
                )
            )
    return figures


async def _carry_up(world: World, lanes: Sequence[Lane], clock: Clock) -> None:
    with world.at(HARBOUR) as harbour:
        with clock.part("commit to the outbox, row by row", counts=False):
            await put_in_outbox(lanes)
        async with rounds.courier_for(await harbour.locked()) as courier:
            with clock.part("sync: outbox to relay, on its disk"):
                report = await rounds.sync_once(await harbour.locked(), courier)
    assert not report.waiting, report
    assert not report.refused, report.refused


async def _carry_down(world: World, lanes: Sequence[Lane], clock: Clock) -> None:
    with world.at(LANTERN) as lantern:
        async with rounds.courier_for(await lantern.locked()) as courier:
            with clock.part("sync: relay to own disk, checked"):
                report = await rounds.sync_once(await lantern.locked(), courier)
    assert report.pulled >= sum(len(lane.records) for lane in lanes), report
    assert not report.refused, report.refused


async def _open(world: World, lanes: Sequence[Lane]) -> None:
    """Open every record in memory, as a reader does; the bytes here are nobody's lane."""
    keyring = world.nodes[LANTERN].keys.keyring
    for start in range(0, len(lanes), 50):
        some = [lane.id for lane in lanes[start : start + 50]]
        rows = await (
            RecordRow.select(RecordRow.share, RecordRow.stub, RecordRow.body)
            .where(RecordRow.share.is_in(some))
            .order_by(RecordRow.seq)
        )
        held: dict[str, list[Record]] = {}
        for row in rows:
            held.setdefault(row["share"], []).append(Record(parse_stub(row["stub"]), row["body"]))
        assert len(held) == len(some)
        for found in held.values():
            week = int.from_bytes(found[0].body[:4], "big")
            secret, public = keyring.week_secret(week), keyring.publics()[week]
            assert secret is not None
            inbox.open_records(found, inbox.epoch_key(found, secret, public))


def _floor(world: World, lanes: Sequence[Lane]) -> Floor:
    return floor([len(record.body) for lane in lanes for record in lane.records], world.folder)


def _pair(
    key: str, what: str, up: Clock, down: Clock, grounds: Sequence[Floor], *notes: str
) -> list[Figure]:
    # A shared machine is not equally busy all the while: each way has its floor on both sides.
    before, between, after = grounds
    floor_up, floor_down = (before.up + between.up) / 2, (between.down + after.down) / 2
    beside = sum(part.seconds for part in up.parts if part.name.startswith("commit"))
    with_commit = sum(part.seconds for part in up.parts if part.counts) + beside
    note = f"with the outbox commit: {with_commit / floor_up.seconds:.1f} x floor"
    return [
        against_floor(key, f"{what}, up", up.parts, floor_up, _UP_MOST, note),
        against_floor(key, f"{what}, down", down.parts, floor_down, _DOWN_MOST, *notes),
    ]
