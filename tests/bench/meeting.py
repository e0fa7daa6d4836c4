"""(c) and (e): the merged view of a full meeting, and what unlocking costs."""

from statistics import median
from time import perf_counter

from client_sync import document
from client_sync.share import week_needed
from server.casework import mailroom, meetings
from server.casework.refs import new_ref
from server.node import desk as desks
from tests.bench.figures import Figure
from tests.bench.lanes import cleared_for, opened
from tests.bench.world import COORDINATING, HARBOUR, PASSPHRASE, STAFF, World, stranger
from tiers.consent import ConsentKind

_ALL_FIELDS = 10_000


async def unlock(world: World, times: int) -> list[Figure]:
    """(e): signing in, Argon2id and all, to an unlocked desk."""
    took = []
    with world.at(HARBOUR) as node:
        for _ in range(times):
            began = perf_counter()
            await desks.open_desk(node.settings, STAFF, PASSPHRASE)
            took.append(perf_counter() - began)
    note = f"median of {len(took)}; Argon2id with 3 passes over 256 MiB, on purpose"
    return [Figure("e", "unlock", median(took), notes=(note,))]


async def views(world: World, agencies: int, cases: int) -> list[Figure]:
    """(c): a case told by so many agencies, opened the first time and the second."""
    first, second, fields = [], [], 0
    with world.at(COORDINATING) as coordinating:
        desk = await coordinating.desk()
        there = [stranger(f"Invented Agency {number}") for number in range(1, agencies + 1)]
        for one in there:
            await world.enrol(one.card(desk.pack.digest, int(desk.now.timestamp())))
    await world.sync(COORDINATING)
    with world.at(COORDINATING) as coordinating:
        desk = await coordinating.desk()
        publics = coordinating.keys.keyring.publics()
        for _ in range(cases):
            ref = new_ref()
            lanes = []
            for one in there:
                may_go = cleared_for(
                    ConsentKind.TELL, one.id, coordinating.id, _ALL_FIELDS, desk, case_ref=ref
                )
                week = week_needed(may_go, desk.pack.timezone)
                words = document.compose(may_go, one.identity.public)
                lanes.append(opened(may_go, words, one.identity, publics[week], desk))
                fields = len(may_go.fragment.fields)
            records = [(lane.records[0].stub.raw, lane.records[0].body) for lane in lanes]
            kept = await mailroom.keep(records, (), desk)
            assert kept.accepted == agencies, kept
            for took in (first, second):
                began = perf_counter()
                view = await meetings.case_view(ref, desk)
                took.append(perf_counter() - began)
            told = {part.agency_id for parts in view.sections.values() for part in parts}
            assert len(told) == agencies, told
    note = f"median of {cases} cases; {fields} fields from each of {agencies} agencies"
    return [
        Figure(
            "c", f"merged view, {agencies} agencies, first opening", median(first), notes=(note,)
        ),
        Figure("c", f"merged view, {agencies} agencies, second opening", median(second)),
    ]
