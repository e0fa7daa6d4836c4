"""Rounds of sync between real nodes over HTTP: what goes, what comes, what an outage costs."""

import fcntl
import signal

import pytest

from server import beacons, sync
from server.casework import withdrawals
from server.casework.tables import RecordRow, Share
from server.node import coalition as coalitions
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.tables import NodeRow
from server.relay.tables import TABLES, HeldRecord
from tests.coalition import HARBOUR, NORTHGATE, RIVER, open_case, record, share
from tests.running import run
from tests.server.sync.wired import Wired


async def share_find(by_http: Wired) -> str:
    """Harbour hands River the survivor's identity; not synced yet. Gives the share."""
    ref = (await open_case(by_http.agencies, HARBOUR)).ref
    await record(by_http.agencies, ref)
    return (await share(by_http.agencies, HARBOUR, ref, RIVER, "handoff")).share


async def held_at(by_http: Wired, name: str, share_id: str) -> Share | None:
    with by_http.agencies.at(name):
        row: Share | None = await Share.objects().where(Share.id == share_id).first()
        return row


def test_a_share_reaches_its_recipient_in_one_round_each(by_http: Wired):
    async def story() -> None:
        await by_http.settle()
        part = await share_find(by_http)

        sent = await by_http.round(HARBOUR)
        got = await by_http.round(RIVER)

        assert (sent.pushed, sent.waiting, sent.unreachable) == (1, 0, False)
        assert got.pulled == 1
        assert got.changed == {part}
        assert (await held_at(by_http, RIVER, part)) is not None
        assert (await held_at(by_http, NORTHGATE, part)) is None

    run(story())


def test_a_locked_node_sends_what_was_sealed_and_fetches_what_came(by_http: Wired):
    async def story() -> None:
        await by_http.settle()
        part = await share_find(by_http)

        assert (await by_http.round(HARBOUR, locked=True)).pushed == 1
        assert (await by_http.round(RIVER, locked=True)).pulled == 1
        assert (await held_at(by_http, RIVER, part)) is not None

    run(story())


def test_a_round_with_nothing_new_moves_nothing(by_http: Wired):
    async def story() -> None:
        await share_find(by_http)
        await by_http.settle()

        report = await by_http.round(HARBOUR)

        assert not report.moved
        assert report.refused == ()

    run(story())


def test_with_the_relay_down_everything_waits_and_goes_when_it_is_back(by_http: Wired):
    async def story() -> None:
        await by_http.settle()
        with by_http.cut_off():
            await share_find(by_http)
            report = await by_http.round(HARBOUR)
            assert report.unreachable
            assert report.waiting == 1

        report = await by_http.round(HARBOUR)
        assert (report.pushed, report.waiting, report.unreachable) == (1, 0, False)

    run(story())


def test_a_relay_killed_and_started_again_changes_nothing(by_http: Wired):
    async def story() -> None:
        await by_http.settle()
        part = await share_find(by_http)
        await by_http.round(HARBOUR)
        by_http.end(signal.SIGKILL)
        by_http.start()

        assert (await by_http.round(RIVER)).pulled == 1
        assert (await held_at(by_http, RIVER, part)) is not None

    run(story())


def test_a_withdrawal_is_destroyed_and_confirmed_in_one_round_at_a_locked_holder(by_http: Wired):
    async def story() -> None:
        await by_http.settle()
        part = await share_find(by_http)
        await by_http.round(HARBOUR)
        await by_http.round(RIVER)
        consent = (await held_at(by_http, HARBOUR, part)).consent  # type: ignore[union-attr]

        async def withdraw(desk: Desk) -> None:
            await withdrawals.withdraw(desk, consent=consent)

        await by_http.agencies.do(HARBOUR, withdraw)
        await by_http.round(HARBOUR)
        holder = await by_http.round(RIVER, locked=True)
        owner = await by_http.round(HARBOUR)

        assert holder.ended == (part,)
        assert owner.receipts == 1
        with by_http.agencies.at(RIVER):
            rows = await RecordRow.select(RecordRow.body).where(RecordRow.share == part)
            assert {row["body"] for row in rows} == {None}
        with by_http.agencies.at(NORTHGATE):
            bodies = await HeldRecord.select(HeldRecord.body)
            assert {row["body"] for row in bodies} == {b""}

    run(story())


def test_a_newer_directory_is_adopted_before_anything_that_came_with_it(by_http: Wired):
    async def story() -> None:
        await by_http.settle()

        async def suspend(desk: Desk) -> int:
            brigid = [one for one in desk.directory.entries if "Brigid" in one.name]
            changed = await coalitions.change_partner(brigid[0].id, Change(suspended=True), desk)
            return changed.number

        number = await by_http.agencies.do(NORTHGATE, suspend)
        await by_http.round(NORTHGATE)
        report = await by_http.round(HARBOUR)

        assert report.directory
        with by_http.agencies.at(HARBOUR):
            assert (await by_http.agencies.locked(HARBOUR)).directory.number == number
        out = await by_http.round("St Brigid Hospital")
        assert out.not_enrolled
        assert "This agency is suspended" in out.not_let_in

    run(story())


def test_what_the_relay_refuses_is_named_and_nothing_else_is_lost(by_http: Wired):
    async def story() -> None:
        await by_http.settle()
        broken, sound = await share_find(by_http), await share_find(by_http)
        with by_http.agencies.at(HARBOUR):
            await RecordRow.update({RecordRow.body: b"x" * 900}).where(RecordRow.share == broken)

        report = await by_http.round(HARBOUR)

        assert [one.reason != "" for one in report.refused] == [True]
        assert report.pushed == 1
        assert (await by_http.round(RIVER)).changed == {sound}
        assert (await by_http.round(HARBOUR)).refused == ()

    run(story())


def test_after_the_relay_lost_its_past_every_node_gives_it_what_it_holds(by_http: Wired):
    async def story() -> None:
        await by_http.settle()
        part = await share_find(by_http)
        await by_http.settle()
        with by_http.agencies.at(NORTHGATE):
            for table in TABLES:
                await table.delete(force=True)

        await by_http.round(HARBOUR)

        with by_http.agencies.at(NORTHGATE):
            stubs = {row["stub"] for row in await HeldRecord.select(HeldRecord.stub)}
        with by_http.agencies.at(HARBOUR):
            own = await RecordRow.select(RecordRow.stub).where(RecordRow.share == part)
        assert {row["stub"] for row in own} <= stubs
        await by_http.settle()
        assert (await held_at(by_http, RIVER, part)).state == "live"  # type: ignore[union-attr]

    run(story())


def test_only_one_process_syncs_at_a_time(by_http: Wired, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("server.rounds._LOCK_WAIT", 0.2)

    async def story() -> None:
        lock = by_http.agencies[HARBOUR].settings.data / "sync.lock"
        with lock.open("w") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            with pytest.raises(sync.SyncBusy):
                await by_http.round(HARBOUR)
        assert not (await by_http.round(HARBOUR)).unreachable

    run(story())


def test_partners_confirm_each_other_hourly_and_a_withheld_record_shows(by_http: Wired):
    async def story() -> None:
        await share_find(by_http)
        await by_http.settle()
        by_http.agencies.later(hours=2)
        for name in (HARBOUR, RIVER, HARBOUR):
            await by_http.round(name)
        assert await unconfirmed(by_http, HARBOUR) == []

        with by_http.agencies.at(RIVER):
            await Share.update({Share.seq: 7}, force=True)  # as if the relay showed River less
        for _ in range(2):
            by_http.agencies.later(hours=2)
            for name in (HARBOUR, RIVER, HARBOUR):
                await by_http.round(name)
        assert await unconfirmed(by_http, HARBOUR) == [(by_http.agencies[RIVER].id, True)]

    run(story())


def test_a_partner_that_is_silent_for_a_day_is_shown_as_not_confirmed(by_http: Wired):
    async def story() -> None:
        await share_find(by_http)
        await by_http.settle()
        by_http.agencies.later(hours=2)
        for name in (RIVER, HARBOUR):
            await by_http.round(name)
        assert await unconfirmed(by_http, HARBOUR) == []

        by_http.agencies.later(hours=25)
        assert await unconfirmed(by_http, HARBOUR) == [(by_http.agencies[RIVER].id, False)]

    run(story())


async def unconfirmed(by_http: Wired, name: str) -> list[tuple[str, bool]]:
    with by_http.agencies.at(name):
        found = await beacons.unconfirmed(await by_http.agencies.locked(name))
    return [(one.agency, one.differs) for one in found]


def test_an_expired_share_is_destroyed_with_the_relay_down(by_http: Wired):
    async def story() -> None:
        part = await share_find(by_http)
        await by_http.settle()
        with by_http.cut_off():
            by_http.agencies.later(days=60)
            for name in (HARBOUR, RIVER):
                report = await by_http.round(name, locked=True)
                assert report.unreachable
                assert report.ended == (part,)

    run(story())


def test_a_node_that_joined_nobody_has_nothing_to_reach(by_http: Wired):
    async def story() -> None:
        with by_http.agencies.at(HARBOUR):
            await NodeRow.update({NodeRow.relay_identity: "", NodeRow.relay_url: ""}, force=True)

        report = await by_http.round(HARBOUR)

        assert report.not_enrolled
        assert "has not taken this agency in yet" in report.not_let_in
        assert not report.unreachable

    run(story())
