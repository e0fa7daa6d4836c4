"""Leaving a coalition: what is shared ends with receipts, and an agency's own records stay."""

import pytest

from server.casework import cases, leaving, meetings, rehearsing
from server.casework.errors import NoSuchCase
from server.casework.tables import RecordRow
from server.node import coalition, onboarding
from server.node.coalition import Change
from server.node.errors import NotPermitted, RefusedAct
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, Coalition, whole_story
from tests.running import run


async def finished(made: Coalition, name: str, *, admitted: bool = True) -> bool:
    return await made.do(name, lambda d: leaving.finish_due(d, waiting=0, admitted=admitted))


def test_what_was_shared_ends_everywhere_with_receipts_and_own_records_stay(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        before = await agencies.do(HARBOUR, leaving.what_ends)

        await agencies.do(HARBOUR, leaving.leave)
        early = await finished(agencies, HARBOUR)
        await agencies.settle()
        over = await finished(agencies, HARBOUR)

        assert before.shared == 3
        assert before.holders == (NORTHGATE, RIVER, BRIGID)
        assert before.kept == 1
        assert (early, over) == (False, True)
        gone = await agencies.do(HARBOUR, leaving.departure)
        assert gone is not None
        assert gone.waiting == ()
        assert gone.confirmed == ((NORTHGATE, 1), (RIVER, 1), (BRIGID, 1))
        assert (await agencies.do(HARBOUR, lambda d: cases.read(ref, d))).ref == ref
        with pytest.raises(NoSuchCase):
            await agencies.do(NORTHGATE, lambda d: meetings.case_view(ref, d))
        with agencies.at(HARBOUR):
            assert not (await agencies.locked(HARBOUR)).node.joined
        for name in (HARBOUR, NORTHGATE, RIVER):
            with agencies.at(name):
                assert not await RecordRow.exists().where(RecordRow.body.is_not_null())

    run(story())


def test_a_test_handoff_ends_with_the_rest_and_is_counted_nowhere(agencies: Coalition) -> None:
    async def story() -> None:
        await whole_story(agencies)
        before = await agencies.do(HARBOUR, leaving.what_ends)
        await agencies.do(HARBOUR, lambda d: rehearsing.begin(agencies[NORTHGATE].id, d))
        await agencies.settle()
        after = await agencies.do(HARBOUR, leaving.what_ends)
        gone = await agencies.do(HARBOUR, leaving.leave)
        await agencies.settle()

        assert after == before
        assert gone.closed == before.shared
        with agencies.at(NORTHGATE):
            assert not await RecordRow.exists().where(RecordRow.body.is_not_null())
        assert await finished(agencies, HARBOUR)

    run(story())


def test_the_coordinating_node_hears_of_it_takes_the_agency_out_and_it_may_come_back(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        await agencies.do(HARBOUR, leaving.leave)
        await agencies.settle()
        heard = await agencies.do(NORTHGATE, lambda d: onboarding.checklist(HARBOUR, d))
        await finished(agencies, HARBOUR)
        await agencies.do(
            NORTHGATE, lambda d: coalition.change_partner(HARBOUR, Change(remove=True), d)
        )

        assert heard.leaving is not None
        card = (await agencies.do(NORTHGATE, _self)).card
        words = " ".join(coalition.read_card(card, await _desk(agencies)).words)
        again = await agencies.do(HARBOUR, lambda d: coalition.join(card, words, d))
        assert again.name == NORTHGATE

    run(story())


def test_what_a_colleague_shares_while_the_agency_leaves_ends_too(agencies: Coalition) -> None:
    async def story() -> None:
        await agencies.do(HARBOUR, leaving.leave)
        ref = await whole_story(agencies)

        first = await finished(agencies, HARBOUR)
        await agencies.settle()
        then = await finished(agencies, HARBOUR)

        assert (first, then) == (False, True)
        with pytest.raises(NoSuchCase):
            await agencies.do(NORTHGATE, lambda d: meetings.case_view(ref, d))

    run(story())


def test_an_agency_already_taken_out_does_not_wait_for_receipts(agencies: Coalition) -> None:
    async def story() -> None:
        await whole_story(agencies)
        await agencies.do(HARBOUR, leaving.leave)

        assert not await finished(agencies, HARBOUR)
        assert await finished(agencies, HARBOUR, admitted=False)
        gone = await agencies.do(HARBOUR, leaving.departure)
        assert gone is not None
        assert gone.waiting == (NORTHGATE, RIVER, BRIGID)

    run(story())


def test_a_person_may_finish_it_without_waiting_and_nothing_is_left_to_send(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        await whole_story(agencies)
        await agencies.do(HARBOUR, leaving.leave)

        await agencies.do(HARBOUR, leaving.finish)

        with pytest.raises(RefusedAct, match="belongs to no coalition"):
            await agencies.do(HARBOUR, leaving.leave)
        with pytest.raises(RefusedAct, match="not leaving"):
            await agencies.do(HARBOUR, leaving.finish)

    run(story())


def test_nobody_leaves_twice_and_the_coordinating_node_never(agencies: Coalition) -> None:
    async def story() -> None:
        await agencies.do(HARBOUR, leaving.leave)

        with pytest.raises(RefusedAct, match="leaving already"):
            await agencies.do(HARBOUR, leaving.leave)
        with agencies.at(NORTHGATE):
            desk = await agencies.desk(NORTHGATE)
            with pytest.raises(NotPermitted):
                await leaving.leave(desk)

    run(story())


async def _desk(made: Coalition):  # type: ignore[no-untyped-def]
    with made.at(NORTHGATE):
        return await made.locked(NORTHGATE)


async def _self(desk):  # type: ignore[no-untyped-def]
    return desk.node
