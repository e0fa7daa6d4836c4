"""Several pushes in one round: the next is read beside the one on its way, and none is lost."""

from collections.abc import Sequence

import pytest

from client_sync.courier import Courier, Result, Unreachable
from client_sync.wire import Packet
from server import sending, sync
from server.casework import withdrawals
from server.casework.tables import OutboxRow, RecordRow
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, open_case, record, share
from tests.running import run
from tests.server.sync.wired import Wired

Pushed = list[list[bytes]]


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> Pushed:
    """What each push held, two records at most."""
    seen: Pushed = []
    push = Courier.push

    async def watched(self: Courier, records: Sequence[Packet]) -> list[Result]:
        seen.append([packet.stub for packet in records])
        return await push(self, records)

    monkeypatch.setattr(Courier, "push", watched)
    monkeypatch.setattr(sending, "MAX_RECORDS", 2)
    return seen


async def three_shares(by_http: Wired) -> str:
    """Harbour shares with everybody; nothing has left yet. Gives the release."""
    ref = (await open_case(by_http.agencies, HARBOUR)).ref
    release = (await record(by_http.agencies, ref)).release_id
    for to, exchange in ((RIVER, "handoff"), (BRIGID, "handoff"), (NORTHGATE, "meeting")):
        await share(by_http.agencies, HARBOUR, ref, to, exchange)
    return release


async def waiting(by_http: Wired) -> int:
    with by_http.agencies.at(HARBOUR):
        return int(await OutboxRow.count())


def test_all_of_it_goes_in_several_pushes_and_each_record_once(by_http: Wired, pushed: Pushed):
    async def story() -> None:
        await by_http.settle()
        await three_shares(by_http)
        pushed.clear()

        report = await by_http.round(HARBOUR)

        assert (report.pushed, report.waiting) == (3, 0)
        assert sorted(map(len, pushed)) == [1, 1, 1] or sorted(map(len, pushed)) == [1, 2]
        assert len({stub for push in pushed for stub in push}) == 3
        assert await waiting(by_http) == 0
        assert (await by_http.round(RIVER)).pulled == 1

    run(story())


def test_an_ending_written_during_a_push_goes_in_the_same_round(
    by_http: Wired, pushed: Pushed, monkeypatch: pytest.MonkeyPatch
):
    push = Courier.push
    told: list[str] = []

    async def story() -> None:
        await by_http.settle()
        release = await three_shares(by_http)
        with by_http.agencies.at(HARBOUR):
            desk = await by_http.agencies.desk(HARBOUR)

            async def withdrawn_meanwhile(self: Courier, records: Sequence[Packet]) -> list[Result]:
                if not told:
                    told.append(release)
                    await withdrawals.withdraw(desk, release=release)
                return await push(self, records)

            monkeypatch.setattr(Courier, "push", withdrawn_meanwhile)
            report = await sync.sync_once(desk)

            closes = await RecordRow.count().where(RecordRow.kind == 3)
            assert closes == 3
            assert (report.waiting, report.refused) == (0, ())
            assert await OutboxRow.count() == 0

    run(story())


def test_a_relay_that_falls_silent_after_the_first_push_loses_nothing(
    by_http: Wired, pushed: Pushed, monkeypatch: pytest.MonkeyPatch
):
    push = Courier.push

    async def silent(self: Courier, records: Sequence[Packet]) -> list[Result]:
        if pushed:
            raise Unreachable
        return await push(self, records)

    async def story() -> None:
        await by_http.settle()
        await three_shares(by_http)
        pushed.clear()
        with monkeypatch.context() as cut:
            cut.setattr(Courier, "push", silent)
            report = await by_http.round(HARBOUR)
        assert report.unreachable
        left = await waiting(by_http)
        assert 0 < left < 3

        report = await by_http.round(HARBOUR)
        assert (report.pushed, report.waiting) == (left, 0)

    run(story())
