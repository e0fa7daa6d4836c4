"""Withdrawal, expiry and lapse: what ends is destroyed everywhere, and holders say so."""

from datetime import timedelta

import pytest

from server.casework import mailroom, meetings, shared, withdrawals
from server.casework.errors import NoSuchCase, StaleRead
from server.casework.tables import ConsentRow, RecordRow, Share
from server.node import coalition as directories
from server.node.coalition import Change
from server.node.desk import Desk
from tests.coalition import (
    BRIGID,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    open_case,
    record,
    share,
    whole_story,
)
from tests.running import run
from tiers.gate import Reason, Withheld


async def bodies(agencies: Coalition, name: str) -> int:
    with agencies.at(name):
        return await RecordRow.count().where(RecordRow.body.is_not_null())


async def keys(agencies: Coalition, name: str) -> frozenset[str]:
    with agencies.at(name):
        return (await agencies.locked(name)).keyring.shares()


def test_a_spoken_withdrawal_reaches_every_holder_within_one_round(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        with agencies.at(HARBOUR):
            release = (await ConsentRow.select(ConsentRow.release).first())["release"]

        done = await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, release=release))
        await agencies.sync(HARBOUR, RIVER, BRIGID, NORTHGATE, HARBOUR, locked=True)

        assert done.whole
        assert len(done.closed) == 3
        for name in (HARBOUR, RIVER, BRIGID, NORTHGATE):
            assert await bodies(agencies, name) == 0
            assert await keys(agencies, name) == frozenset()
        told = await agencies.do(HARBOUR, lambda desk: withdrawals.receipts(release, desk))
        assert {one.agency_name for one in told.confirmed} == {RIVER, BRIGID, NORTHGATE}
        assert told.waiting == ()
        assert told.opened == 1
        with pytest.raises(NoSuchCase):
            await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))

    run(story())


def test_an_agency_that_only_adopted_a_part_can_take_the_withdrawal_of_all(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        await whole_story(agencies)
        with agencies.at(RIVER):
            release = (await ConsentRow.select(ConsentRow.release).first())["release"]

        await agencies.do(RIVER, lambda desk: withdrawals.withdraw(desk, release=release))
        await agencies.sync(RIVER, HARBOUR, BRIGID, NORTHGATE, BRIGID, HARBOUR, locked=True)

        for name in (HARBOUR, RIVER, BRIGID, NORTHGATE):
            assert await bodies(agencies, name) == 0

    run(story())


def test_one_consent_can_be_withdrawn_alone(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        with agencies.at(HARBOUR):
            river = (
                await ConsentRow.select(ConsentRow.id)
                .where(ConsentRow.recipient == agencies[RIVER].id)
                .first()
            )["id"]

        done = await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=river))
        await agencies.settle(locked=True)

        assert not done.whole
        assert done.waiting == (agencies[RIVER].id,)
        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        told = {one.agency for one in view.sections["service_involvement"]}
        assert told == {HARBOUR, BRIGID}
        assert [one.name for one in view.ended] == [RIVER]

    run(story())


def test_after_a_withdrawal_nothing_more_is_sealed(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        with agencies.at(HARBOUR):
            release = (await ConsentRow.select(ConsentRow.release).first())["release"]
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, release=release))

        again = await agencies.do(
            HARBOUR, lambda desk: mailroom.send(ref, NORTHGATE, "meeting", desk)
        )

        assert isinstance(again, Withheld)
        assert again.reason is Reason.CONSENT_WITHDRAWN

    run(story())


def test_what_was_withdrawn_before_it_left_never_leaves_with_a_body(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        release = (await record(agencies, ref)).release_id
        sent = await share(agencies, HARBOUR, ref, NORTHGATE, "meeting")
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, release=release))

        with agencies.at(HARBOUR):
            waiting = await mailroom.waiting(10, await agencies.locked(HARBOUR))
        await agencies.settle(locked=True)

        assert [one.body for one in waiting] == [b"", b""]
        with agencies.at(NORTHGATE):
            row = await Share.objects().where(Share.id == sent.share).first()
        assert row is not None
        assert row.closed
        assert await bodies(agencies, NORTHGATE) == 0

    run(story())


def test_a_share_ends_by_every_clock_without_a_message(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        agencies.later(days=54)

        for name in (HARBOUR, RIVER, BRIGID, NORTHGATE):
            with agencies.at(name):
                await mailroom.expire(await agencies.locked(name))

        for name in (HARBOUR, RIVER, BRIGID, NORTHGATE):
            assert await bodies(agencies, name) == 0
            assert await keys(agencies, name) == frozenset()
            with agencies.at(name):
                rows = await Share.select(Share.state, Share.closed)
                assert all(row["state"] == "ended" and not row["closed"] for row in rows)
        with agencies.at(NORTHGATE):
            known = await Share.select(Share.case_ref)
        assert ref not in {row["case_ref"] for row in known}

    run(story())


def test_on_the_last_day_it_opens_and_on_the_next_it_does_not(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        agencies.later(days=53)
        await agencies.sync(NORTHGATE)
        assert await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))

        # Nothing expired it yet: the read itself refuses.
        agencies.later(hours=16)

        with pytest.raises(NoSuchCase):
            await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))

    run(story())


def test_without_word_from_the_relay_received_parts_stay_shut(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        agencies.later(hours=25)

        with pytest.raises(StaleRead, match="not been heard"):
            await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        await agencies.sync(NORTHGATE, locked=True)

        assert await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))

    run(story())


def test_a_suspended_recipient_has_its_shares_closed_by_a_locked_node(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        await agencies.publish(
            lambda desk: directories.change_partner(RIVER, Change(suspended=True), desk)
        )

        with agencies.at(HARBOUR):
            await mailroom.expire(await agencies.locked(HARBOUR))
            parts = await shared.shared_with(ref, await agencies.desk(HARBOUR))

        closed = {part.agency_name: part.why for part in parts if part.state == "closed"}
        assert closed == {RIVER: "suspended"}

    run(story())


def test_a_close_signed_by_a_locked_node_is_obeyed(agencies: Coalition) -> None:
    async def story() -> None:
        await whole_story(agencies)
        with agencies.at(BRIGID):
            row = await Share.objects().where(Share.owner == agencies[BRIGID].id).first()
        assert row is not None

        # The find that carried Brigid's consent ends; Brigid's node is locked all the while.
        with agencies.at(HARBOUR):
            find = (
                await ConsentRow.select(ConsentRow.id)
                .where(ConsentRow.recipient == agencies[BRIGID].id)
                .first()
            )["id"]
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=find))
        await agencies.sync(HARBOUR, BRIGID, NORTHGATE, locked=True)

        with agencies.at(NORTHGATE):
            told = await Share.objects().where(Share.id == row.id).first()
        assert told is not None
        assert (told.closed, told.state) == (True, "closed")

    run(story())


def test_a_clock_that_jumped_hides_at_once_and_destroys_later(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        with agencies.at(NORTHGATE):
            desk = await agencies.desk(NORTHGATE)
            far = desk.now + timedelta(days=80)
            jumped = Desk(
                desk.settings,
                desk.node,
                desk.staff,
                desk.keys,
                desk.directory,
                desk.pack,
                type(desk.time)(far, desk.now, jumped=True, noticed_at=far),
                desk.walled,
            )

            ended = await mailroom.expire(jumped)
            with pytest.raises((NoSuchCase, StaleRead)):
                await meetings.case_view(ref, jumped)

            assert ended == ()
        assert await bodies(agencies, NORTHGATE) > 0

    run(story())
