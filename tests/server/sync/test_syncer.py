"""The background syncer: at once when something happens, and by itself when a line comes back."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from server.casework import cases
from server.casework.tables import Share
from server.node import onboarding
from server.node.desk import Desk
from server.node.joining_tables import Step
from server.node.keyholder import Keyholder
from server.node.steps import Said
from server.sync import Syncer
from server.syncer import SyncState
from tests.coalition import HARBOUR, NORTHGATE, RIVER, open_case, record, share
from tests.running import run
from tests.server.sync.wired import Wired, until
from tiers.fragment import Place


@contextlib.asynccontextmanager
async def syncing(by_http: Wired, *names: str) -> AsyncIterator[dict[str, Syncer]]:
    """Locked nodes, each with its syncer at work."""
    syncers: dict[str, Syncer] = {}
    tasks = []
    for name in names:
        with by_http.agencies.at(name):
            settings = by_http.agencies.settings(name)
            syncers[name] = Syncer(settings, Keyholder(5, lambda: None))
            tasks.append(asyncio.create_task(syncers[name].run()))
    try:
        yield syncers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def arrived(by_http: Wired, name: str, share_id: str, seq: int = 1) -> bool:
    with by_http.agencies.at(name):
        return bool(await Share.exists().where((Share.id == share_id) & (Share.seq >= seq)))


async def find(by_http: Wired) -> tuple[str, str]:
    ref = (await open_case(by_http.agencies, HARBOUR)).ref
    await record(by_http.agencies, ref)
    return ref, (await share(by_http.agencies, HARBOUR, ref, RIVER, "handoff")).share


async def edit(by_http: Wired, ref: str, turn: int) -> None:
    place = Place("safe_contact", "survivor", "best_times")
    await by_http.agencies.do(
        HARBOUR, lambda desk: cases.edit(ref, {place: f"after {turn}"}, turn + 1, {}, desk)
    )


async def state_of(by_http: Wired, name: str, syncer: Syncer) -> SyncState:
    with by_http.agencies.at(name):
        return await syncer.state()


def test_what_another_process_of_the_node_wrote_goes_by_itself(by_http: Wired):
    async def story() -> None:
        await by_http.settle()
        async with syncing(by_http, HARBOUR, RIVER, NORTHGATE):
            _, part = await find(by_http)

            await until(lambda: arrived(by_http, RIVER, part))

    run(story())


def test_each_edit_reaches_the_other_node_by_itself(by_http: Wired):
    async def story() -> None:
        await by_http.settle()
        async with syncing(by_http, HARBOUR, RIVER, NORTHGATE) as syncers:
            ref, part = await find(by_http)
            await until(lambda: arrived(by_http, RIVER, part))
            for turn in range(3):
                await edit(by_http, ref, turn)
                syncers[HARBOUR].kick()

                await until(lambda turn=turn: arrived(by_http, RIVER, part, turn + 2))

    run(story())


def test_the_outbox_drains_by_itself_when_the_relay_is_back(by_http: Wired):
    async def story() -> None:
        await by_http.settle()
        async with syncing(by_http, HARBOUR, RIVER) as syncers:
            with by_http.cut_off():
                _, part = await find(by_http)
                syncers[HARBOUR].kick()

                async def cut_off() -> bool:
                    state = await state_of(by_http, HARBOUR, syncers[HARBOUR])
                    return not state.reachable and "waiting" in state.words

                await until(cut_off)

            await until(lambda: arrived(by_http, RIVER, part), within=60)

            async def up_to_date() -> bool:
                state = await state_of(by_http, HARBOUR, syncers[HARBOUR])
                return state.reachable and state.words.startswith("Up to date")

            await until(up_to_date)

    run(story())


def test_an_open_page_hears_that_a_share_changed(by_http: Wired):
    async def story() -> None:
        await by_http.settle()
        async with syncing(by_http, HARBOUR, RIVER) as syncers:
            here, rung = False, asyncio.Event()
            syncers[RIVER].on_change = rung.set
            _, part = await find(by_http)

            while not here:
                await asyncio.wait_for(rung.wait(), 20)
                rung.clear()
                here = await arrived(by_http, RIVER, part)

    run(story())


def test_an_open_page_hears_of_a_step_that_the_other_side_wrote_down(by_http: Wired):
    made = by_http.agencies

    async def steps_there() -> int:
        with made.at(NORTHGATE):
            return int(await Step.count())

    async def lead_named(desk: Desk) -> None:
        said = Said("internal_lead", desk.node.identity, done=True, who="Robin", on=desk.today)
        await onboarding.record("", said, desk)

    async def story() -> None:
        await by_http.settle()
        async with syncing(by_http, HARBOUR, NORTHGATE) as syncers:
            here, rung = 0, asyncio.Event()
            syncers[NORTHGATE].on_change = rung.set
            await made.do(HARBOUR, lead_named)

            while not here:
                await asyncio.wait_for(rung.wait(), 20)
                rung.clear()
                here = await steps_there()

    run(story())
