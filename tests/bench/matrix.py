"""(h) and (i): a full meeting opened, and an owner's tick until every agency has it."""

from collections.abc import Sequence
from statistics import median
from time import perf_counter

from client_sync import document
from client_sync.share import week_needed
from server import rounds
from server.casework import cases, consents, mailroom, meetings, releases
from server.casework.refs import new_ref
from server.meeting import actions, answers, plan, plan_rows
from server.node.desk import Desk
from tests.bench.doorway import release_of
from tests.bench.figures import Figure, Part
from tests.bench.floor import floor
from tests.bench.lanes import Lane, cleared_for, opened
from tests.bench.world import COORDINATING, HARBOUR, World, stranger
from tiers.case_form import read_case
from tiers.consent import ConsentKind
from tiers.release_form import read_release

_FIELDS = 60  # a summary as people write one
_STATUSES = ("in_progress", "completed")


async def meeting(world: World, agencies: int, cases_heard: int) -> list[Figure]:
    """(h): who answered about every case of the agenda, then each case's merged view."""
    with world.at(COORDINATING) as coordinating:
        desk = await coordinating.desk()
        there = [stranger(f"Invented Partner {number}") for number in range(1, agencies + 1)]
        for one in there:
            await world.enrol(one.card(desk.pack.digest, int(desk.now.timestamp())))
    await world.sync(COORDINATING)
    with world.at(COORDINATING) as coordinating:
        desk = await coordinating.desk()
        publics = coordinating.keys.keyring.publics()
        refs, lanes = [], list[Lane]()
        for _ in range(cases_heard):
            refs.append(new_ref())
            for one in there:
                may_go = cleared_for(
                    ConsentKind.TELL, one.id, coordinating.id, _FIELDS, desk, case_ref=refs[-1]
                )
                week = week_needed(may_go, desk.pack.timezone)
                words = document.compose(may_go, one.identity.public)
                lanes.append(opened(may_go, words, one.identity, publics[week], desk))
        records = [(lane.records[0].stub.raw, lane.records[0].body) for lane in lanes]
        kept = await mailroom.keep(records, (), desk)
        assert kept.accepted == len(records), kept
        ground = floor([len(body) for _, body in records], world.folder)
        cold = await _opened(refs, agencies, desk)
        warm = await _opened(refs, agencies, desk)
    note = (
        f"{len(records)} parts of at most {_FIELDS} fields; the floor only verifies and opens them"
    )
    name = f"meeting of {cases_heard} cases, {agencies} agencies"
    least = ground.verify_and_open.seconds
    return [
        Figure("h", f"{name}, cold", sum(cold), least, parts=_parts(cold), notes=(note,)),
        Figure("h", f"{name}, warm", sum(warm), least, parts=_parts(warm)),
    ]


async def _opened(refs: Sequence[str], agencies: int, desk: Desk) -> tuple[float, float]:
    began = perf_counter()
    standings = await answers.standings(refs, desk)
    agenda = perf_counter()
    for ref in refs:
        view = await meetings.case_view(ref, desk)
        assert len({one.agency_id for part in view.sections.values() for one in part}) == agencies
    assert all(len(lines) == agencies for lines in standings.values())
    return agenda - began, perf_counter() - agenda


def _parts(took: tuple[float, float]) -> tuple[Part, ...]:
    return Part("who answered, for the agenda", took[0]), Part("every case's view", took[1])


async def ticks(world: World, agencies: int, times: int) -> list[Figure]:
    """(i): an owner's answer, until it stands in the plan at every agency's own node."""
    names = (HARBOUR, *(f"House-{number} Invented" for number in range(2, agencies + 1)))
    await world.make(*names)
    with world.relay():
        await world.sync(COORDINATING, *names, COORDINATING)
        ref, row = await _planned(world, names)
        took: list[float] = []
        quiet: list[float] = []
        for number in range(times):
            quiet.append(await _rounds(world, names))
            began = perf_counter()
            status = _STATUSES[number % 2]
            with world.at(HARBOUR) as node:
                await actions.answer(ref, row, status, await node.desk())
            await _rounds(world, names)
            for name in names:
                with world.at(name) as node:
                    view = await plan.read(ref, await node.desk())
                assert view.actions[0].says("status") == status, name
            took.append(perf_counter() - began)
    await world.release()
    middle, slowest = median(took), max(took)
    notes = (
        f"median {middle:.2f} s, slowest {slowest:.2f} s of {times}, from tick to last node",
        f"{agencies + 1} nodes one after another in one process, the plan opened at each",
        "the floor is the same rounds with nothing new",
    )
    name = f"a tick, until {agencies} nodes show it"
    more = {"slowest_seconds": round(slowest, 6)}
    return [Figure("i", name, middle, median(quiet), notes=notes, more=more)]


async def _rounds(world: World, names: Sequence[str]) -> float:
    began = perf_counter()
    for name in (HARBOUR, COORDINATING, *names):
        with world.at(name) as node:
            report = await rounds.sync_once(await node.unattended())
            assert not report.unreachable, name
    return perf_counter() - began


async def _planned(world: World, names: Sequence[str]) -> tuple[str, str]:
    """A case told by its collector, with one action of the collector's in everybody's plan."""
    with world.at(HARBOUR) as node:
        desk = await node.desk()
        record = await cases.import_case(read_case(_CASE, desk.pack), None, desk)
        rows = [{"agency": name, "plan": True, "about": [], "initials": "I.P."} for name in names]
        rows[0] = {**rows[0], "tell": True}
        form = {**release_of(world, node, desk), "rows": rows}
        await releases.record_release(read_release(form), record.ref, desk)
        sent = await mailroom.send(record.ref, world.nodes[COORDINATING].id, "meeting", desk)
        assert isinstance(sent, mailroom.Sent), sent
    await world.sync(HARBOUR, COORDINATING)
    with world.at(COORDINATING) as node:
        desk = await node.desk()
        await cases.import_case(read_case({**_CASE, "sections": {}}, desk.pack), record.ref, desk)
        for one in await consents.list_consents(desk):
            if one.to_adopt:
                await consents.adopt(one.consent.id, record.ref, {}, desk)
        said = {"action": "markers on the address", "owner_agency": world.nodes[HARBOUR].id}
        added = await plan_rows.add_action(record.ref, "survivor", said, desk)
        for name in names:
            sent = await mailroom.send(record.ref, world.nodes[name].id, "meeting", desk)
            assert isinstance(sent, mailroom.Sent), sent
    await world.sync(COORDINATING, *names)
    return record.ref, added.row


_CASE = {
    "format": "casefold-case-1",
    "people": {"survivor": "survivor"},
    "sections": {"survivor_voice": {"survivor": {"wishes": "invented words"}}},
}
