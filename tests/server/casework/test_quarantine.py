"""A node put back from a backup: nothing that was taken back meanwhile returns."""

import pytest

from server.casework import cases, consents, mailroom, meetings, withdrawals
from server.casework.errors import (
    NoSuchConsent,
    NotCaughtUp,
    NothingToConfirm,
    Quarantined,
    StaleRead,
)
from server.casework.tables import ConsentRow, OutboxRow, RecordRow, Share, StatementRow
from server.node import audit
from tests.backups import back_up, put_back
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
from tiers.fragment import Place

THREATS = Place("risks", "survivor", "threats")


async def consent_of(agencies: Coalition, name: str, kind: str, to: str) -> str:
    with agencies.at(name):
        row = await ConsentRow.objects().where(
            (ConsentRow.kind == kind) & (ConsentRow.recipient == agencies[to].id)
        ).first()  # fmt: skip
    assert row is not None
    return row.id


async def state_of(agencies: Coalition, name: str, consent: str) -> str:
    with agencies.at(name):
        row = await ConsentRow.objects().where(ConsentRow.id == consent).first()
    assert row is not None
    return str(row.state)


async def quarantined(agencies: Coalition, name: str) -> bool:
    with agencies.at(name):
        return (await agencies.desk(name)).node.quarantined


@pytest.mark.parametrize("keys_lost", [True, False])
def test_what_was_withdrawn_after_the_backup_does_not_return(
    agencies: Coalition, keys_lost: bool
) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        gone = await consent_of(agencies, HARBOUR, "find", RIVER)
        kept = await consent_of(agencies, HARBOUR, "find", BRIGID)
        await back_up(agencies, HARBOUR)
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=gone))
        await agencies.settle()
        await put_back(agencies, HARBOUR, keys_lost=keys_lost)

        await agencies.sync(HARBOUR)

        assert await state_of(agencies, HARBOUR, gone) == "withdrawn"
        assert await quarantined(agencies, HARBOUR)
        with agencies.at(HARBOUR):
            row = await Share.objects().where(Share.consent == gone).first()
            assert row is not None
            assert (row.state, row.closed, bytes(row.body)) == ("closed", True, b"")
        listed = await agencies.do(HARBOUR, consents.list_consents)
        assert {one.consent.id for one in listed if one.to_confirm} >= {kept}
        assert gone not in {one.consent.id for one in listed if one.to_confirm}

        confirmed = await agencies.do(HARBOUR, lambda desk: consents.confirm(None, desk))

        assert confirmed.open
        assert gone not in confirmed.consents
        assert not await quarantined(agencies, HARBOUR)
        await agencies.settle()
        with agencies.at(RIVER):
            theirs = await Share.objects().where(Share.owner == agencies[HARBOUR].id)
            assert {one.state for one in theirs} == {"closed"}
            assert await RecordRow.count().where(RecordRow.body.is_not_null()) == 0
        edited = await agencies.do(
            HARBOUR, lambda desk: cases.edit(ref, {THREATS: "After."}, 9, {}, desk)
        )
        assert edited.reached == (agencies[NORTHGATE].id,)

    run(story())


def test_until_it_has_caught_up_nothing_opens_seals_or_is_adopted(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        await back_up(agencies, NORTHGATE)
        await back_up(agencies, HARBOUR)
        await agencies.do(HARBOUR, lambda desk: cases.edit(ref, {THREATS: "Since."}, 1, {}, desk))
        for name in (NORTHGATE, HARBOUR):
            await put_back(agencies, name, keys_lost=True)

        for act in (
            lambda desk: mailroom.send(ref, BRIGID, "handoff", desk),
            lambda desk: cases.edit(ref, {THREATS: "Now."}, 1, {}, desk),
            lambda desk: consents.adopt("ab" * 16, ref, {}, desk),
        ):
            with pytest.raises(Quarantined, match="Sync"):
                await agencies.do(HARBOUR, act)
        with pytest.raises(StaleRead, match="restored"):
            await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        with pytest.raises(NotCaughtUp):
            await agencies.do(HARBOUR, lambda desk: consents.confirm(None, desk))
        assert (await agencies.do(HARBOUR, lambda desk: cases.read(ref, desk))).fragment.fields
        with agencies.at(HARBOUR):
            assert await OutboxRow.count() == 0

    run(story())


def test_a_withdrawal_taken_before_it_caught_up_closes_where_the_share_really_stands(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        tell = await consent_of(agencies, HARBOUR, "tell", NORTHGATE)
        await back_up(agencies, HARBOUR)
        await agencies.do(HARBOUR, lambda desk: cases.edit(ref, {THREATS: "Since."}, 1, {}, desk))
        await agencies.settle()
        await put_back(agencies, HARBOUR, keys_lost=True)

        done = await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=tell))
        await agencies.settle(locked=True)

        with agencies.at(HARBOUR):
            mine = await Share.objects().where(Share.id == done.closed[0]).first()
            assert await OutboxRow.count() == 0
        with agencies.at(NORTHGATE):
            theirs = await Share.objects().where(Share.id == done.closed[0]).first()
            bodies = await RecordRow.count().where(
                (RecordRow.share == done.closed[0]) & RecordRow.body.is_not_null()
            )
        assert mine is not None
        assert theirs is not None
        assert (mine.seq, mine.closed) == (theirs.seq, theirs.closed) == (3, True)
        assert bodies == 0
        told = await agencies.do(HARBOUR, lambda desk: withdrawals.receipts(tell, desk))
        assert told.waiting == ()

    run(story())


def test_a_share_begun_after_the_backup_is_closed_because_nobody_here_knows_of_it(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        await back_up(agencies, HARBOUR)
        sent = await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await agencies.settle()
        await put_back(agencies, HARBOUR, keys_lost=True)

        await agencies.settle()

        for name in (HARBOUR, RIVER):
            with agencies.at(name):
                row = await Share.objects().where(Share.id == sent.share).first()
                assert row is not None
                assert row.closed

    run(story())


def test_an_adopted_consent_dies_with_the_find_that_was_taken_back_meanwhile(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        await whole_story(agencies)
        adopted = await consent_of(agencies, RIVER, "tell", NORTHGATE)
        find = await consent_of(agencies, HARBOUR, "find", RIVER)
        await back_up(agencies, RIVER)
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=find))
        await agencies.settle()
        await put_back(agencies, RIVER, keys_lost=True)

        await agencies.sync(RIVER, locked=True)
        await agencies.sync(RIVER)

        assert await state_of(agencies, RIVER, adopted) == "withdrawn"
        assert not await quarantined(agencies, RIVER)
        await agencies.settle()
        with agencies.at(NORTHGATE):
            rows = await Share.objects().where(Share.owner == agencies[RIVER].id)
        assert {row.state for row in rows} == {"closed"}

    run(story())


def test_received_parts_without_keys_are_asked_for_and_open_once_all_is_confirmed(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        await back_up(agencies, NORTHGATE)
        await put_back(agencies, NORTHGATE, keys_lost=True)

        await agencies.settle()

        with agencies.at(NORTHGATE):
            asked = await StatementRow.count().where(
                (StatementRow.kind == "needs-key") & (StatementRow.direction == "out")
            )
        assert asked == 3
        # This node discloses nothing itself, so nobody has anything to confirm.
        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        assert view.sections

    run(story())


def test_each_consent_can_be_confirmed_alone_and_the_last_one_opens_the_node(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        made = await record(agencies, ref)
        mine = [one.id for one in made.consents if one.discloser == agencies[HARBOUR].id]
        await back_up(agencies, HARBOUR)
        await put_back(agencies, HARBOUR, keys_lost=True)
        await agencies.sync(HARBOUR)

        with pytest.raises(NoSuchConsent):
            await agencies.do(HARBOUR, lambda desk: consents.confirm(["ab" * 16], desk))
        for consent in mine[:-1]:
            one = await agencies.do(HARBOUR, lambda desk, c=consent: consents.confirm([c], desk))
            assert not one.open
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=mine[-1]))

        assert not await quarantined(agencies, HARBOUR)
        with pytest.raises(NothingToConfirm):
            await agencies.do(HARBOUR, lambda desk: consents.confirm(None, desk))
        with agencies.at(HARBOUR):
            entries = await audit.list_entries(acts=frozenset({"consent.confirm"}))
            assert (await audit.verify()).ok
        assert {one.subject for one in entries} == set(mine[:-1])

    run(story())


def test_a_node_that_only_starts_again_is_not_quarantined(agencies: Coalition) -> None:
    async def story() -> None:
        await whole_story(agencies)
        for name in agencies.places:
            await agencies[name].engine.release()
            agencies.later(days=1)

            await agencies.settle()

            assert not await quarantined(agencies, name)

    run(story())
