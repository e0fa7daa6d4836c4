"""Another agency's part of a release is taken back alone, at the agency where she signed."""

from server.casework import cases, consents, meetings, withdrawals
from server.casework.finds import received_finds
from server.casework.tables import ConsentRow
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
from tests.server.casework.riding import riding
from tiers.consent import ConsentKind


async def told_by(agencies: Coalition, ref: str) -> set[str]:
    """The agencies whose words the meeting sees."""
    seen = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
    return {one.agency for one in seen.sections["service_involvement"]}


def test_only_that_agencys_word_to_the_meeting_ends_locked_or_not(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        assert await told_by(agencies, ref) == {HARBOUR, RIVER, BRIGID}
        tell = await riding(agencies, RIVER)

        done = await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=tell))
        await agencies.sync(HARBOUR, RIVER, NORTHGATE, RIVER, HARBOUR, locked=True)

        assert (done.whole, done.consents, done.waiting) == (False, (tell,), (agencies[RIVER].id,))
        assert await told_by(agencies, ref) == {HARBOUR, BRIGID}
        with agencies.at(RIVER):
            (row,) = await ConsentRow.select().where(ConsentRow.id == tell)
            assert row["state"] == "withdrawn"
        confirmed = await agencies.do(HARBOUR, lambda desk: withdrawals.receipts(tell, desk))
        assert [one.agency_name for one in confirmed.confirmed] == [RIVER]
        assert confirmed.waiting == ()

    run(story())


def test_what_she_did_not_take_back_goes_out_anew_without_it(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        tell = await riding(agencies, RIVER)

        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=tell))
        await agencies.settle()

        (find,) = await agencies.do(RIVER, received_finds)
        assert find.case_ref == ref
        assert find.waiting == ()
        assert "Invented Asha Bell" in {
            said.value for written in find.fields.values() for said in written
        }
        with agencies.at(RIVER):
            own = await cases.read(ref, await agencies.desk(RIVER))
        assert own.ref == ref
        entries = await agencies.do(HARBOUR, consents.passed_on_with)
        states = {one.consent.id: one.state for one in entries}
        assert states.pop(tell) == "withdrawn"
        assert set(states.values()) == {"passed on"}

    run(story())


def test_taken_back_twice_ends_nothing_more(agencies: Coalition) -> None:
    async def story() -> None:
        await whole_story(agencies)
        tell = await riding(agencies, RIVER)
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=tell))
        await agencies.settle()

        again = await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=tell))
        await agencies.settle()

        assert (again.consents, again.closed, again.waiting) == ((), (), ())
        assert len(await agencies.do(RIVER, received_finds)) == 1

    run(story())


def test_before_it_was_sent_it_is_simply_never_sent(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        tell = await riding(agencies, RIVER)

        done = await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=tell))
        await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await share(agencies, HARBOUR, ref, BRIGID, "handoff")
        await agencies.settle()

        assert done.closed == ()
        (rivers,) = await agencies.do(RIVER, received_finds)
        (brigids,) = await agencies.do(BRIGID, received_finds)
        assert rivers.waiting == ()
        assert [one.kind for one in brigids.waiting] == [ConsentKind.TELL]

    run(story())


def test_the_meetings_answer_is_taken_back_and_our_own_words_go_out_anew(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        plan = await riding(agencies, RIVER, ConsentKind.PLAN)

        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=plan))
        await agencies.settle()

        assert HARBOUR in await told_by(agencies, ref)

        async def waiting(desk: Desk) -> set[str]:
            return {one.consent.id for one in await consents.list_consents(desk) if one.to_adopt}

        assert plan not in await agencies.do(NORTHGATE, waiting)
        assert await agencies.do(NORTHGATE, waiting)

    run(story())
