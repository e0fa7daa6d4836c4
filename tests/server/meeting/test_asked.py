"""A question that reaches an agency: by when, what is done with it, and what leaves."""

from datetime import UTC, datetime, timedelta

import pytest

from server.casework import cases, consents, meetings, withdrawals
from server.casework.tables import Share
from server.meeting import answering, answers, asked, asked_errors
from server.meeting.answering import Attends
from server.node.desk import Desk
from tests.coalition import (
    BRIGID,
    HARBOUR,
    MONDAY,
    NORTHGATE,
    RIVER,
    Coalition,
    open_case,
    record,
    share,
)
from tests.running import run
from tests.server.meeting.asking import ask, line
from tiers.consent import ConsentKind
from tiers.fragment import Place

A_MINUTE = timedelta(minutes=1)


async def write(agencies: Coalition, name: str, ref: str, **said: str) -> None:
    """Somebody there writes under the first heading."""
    edits: dict[Place, str | None] = {
        Place("service_involvement", "survivor", field): words for field, words in said.items()
    }

    async def act(desk: Desk) -> None:
        now = await cases.read(ref, desk)
        await cases.edit(ref, edits, now.revision, now.heads, desk)

    await agencies.do(name, act)


async def standing(agencies: Coalition, ref: str) -> dict[str, tuple[str, bool]]:
    """What the coordinating node can tell of each agency."""
    await agencies.settle()
    lines = await agencies.do(NORTHGATE, lambda desk: answers.standing_of(ref, desk))
    return {one.name: (one.state, one.attends) for one in lines}


async def taken_up(agencies: Coalition, name: str, ref: str) -> str:
    """Somebody there takes the part up for a new case."""
    return await agencies.do(name, lambda desk: answering.take_up(ref, "", {}, desk))


def test_a_question_waits_with_its_cut_off_and_listing_it_opens_nothing(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER)

        one = await line(agencies, RIVER)

        assert (one.case_ref, one.from_name, one.state) == (ref, HARBOUR, "new")
        assert one.came_at - MONDAY < A_MINUTE
        assert one.answer_by == datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
        assert one.waits
        assert not one.soon
        with agencies.at(RIVER):
            counts = await Share.select(Share.opened_count).where(Share.exchange == "handoff")
        assert [row["opened_count"] for row in counts] == [0]

    run(story())


def test_a_part_that_came_at_night_is_dated_from_when_it_came(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await agencies.sync(HARBOUR)
        await agencies.sync(RIVER, locked=True)
        agencies.later(hours=6)
        await agencies.sync(RIVER)

        one = await line(agencies, RIVER)

        assert one.came_at - MONDAY < A_MINUTE

    run(story())


def test_a_summary_and_who_attends_reach_the_coordinator_under_the_tell(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER, BRIGID)
        own = await taken_up(agencies, RIVER, ref)
        before = await standing(agencies, ref)
        await agencies.do(
            RIVER, lambda desk: answering.attend(ref, Attends("Sam Okoro", "Sergeant"), desk)
        )
        await write(agencies, RIVER, own, summary="Two calls in May.")
        unsent = await standing(agencies, ref)

        await agencies.do(RIVER, lambda desk: answering.send(ref, desk))

        after = await standing(agencies, ref)
        assert before == unsent
        assert before[RIVER] == before[BRIGID] == (answers.NO_ANSWER, False)
        assert after[RIVER] == (answers.ANSWERED, True)
        assert after[BRIGID] == (answers.NO_ANSWER, False)
        one = await line(agencies, RIVER)
        assert one.state == "answered"
        assert not one.waits
        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        assert {c.values for c in view.sections["attending"]} == {("Sam Okoro",), ("Sergeant",)}

    run(story())


def test_an_update_after_the_answer_follows_by_itself(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER)
        own = await taken_up(agencies, RIVER, ref)
        await write(agencies, RIVER, own, summary="Two calls in May.")
        await agencies.do(RIVER, lambda desk: answering.send(ref, desk))

        await write(agencies, RIVER, own, summary="A third call on Sunday.")

        await agencies.settle()
        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        told = [c.values for c in view.sections["service_involvement"] if c.agency == RIVER]
        assert told == [("A third call on Sunday.",)]

    run(story())


def test_a_new_case_holds_her_people_and_none_of_what_was_told(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER)

        own = await taken_up(agencies, RIVER, ref)

        record = await agencies.do(RIVER, lambda desk: cases.read(own, desk))
        assert own == ref
        assert record.fragment.people["survivor"] == "survivor"
        assert not record.fragment.fields

    run(story())


def test_nothing_known_is_an_answer_and_goes_only_under_a_tell_somebody_took_up(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER)

        with pytest.raises(asked_errors.NotTakenUp):
            await agencies.do(RIVER, lambda desk: answering.nothing_known(ref, desk))
        assert (await standing(agencies, ref))[RIVER] == (answers.NO_ANSWER, False)

        await taken_up(agencies, RIVER, ref)
        await agencies.do(RIVER, lambda desk: answering.nothing_known(ref, desk))

        assert (await standing(agencies, ref))[RIVER] == (answers.NOTHING_KNOWN, False)
        assert (await line(agencies, RIVER)).state == "nothing_known"

    run(story())


def test_whoever_knows_something_does_not_say_that_nothing_is_known(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER)
        own = await taken_up(agencies, RIVER, ref)
        await write(agencies, RIVER, own, summary="Two calls in May.")

        with pytest.raises(asked_errors.SaysSomething):
            await agencies.do(RIVER, lambda desk: answering.nothing_known(ref, desk))

        assert (await standing(agencies, ref))[RIVER] == (answers.NO_ANSWER, False)

    run(story())


def test_a_tell_that_was_taken_back_answers_nothing_any_more(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER)
        own = await taken_up(agencies, RIVER, ref)
        await write(agencies, RIVER, own, summary="Two calls in May.")
        question = await agencies.do(RIVER, lambda desk: answering.read(ref, desk))
        assert question.tell is not None
        tell = question.tell.id
        await agencies.do(RIVER, lambda desk: withdrawals.withdraw(desk, consent=tell))

        with pytest.raises(asked_errors.NotCovered):
            await agencies.do(RIVER, lambda desk: answering.send(ref, desk))

    run(story())


def test_a_question_left_can_be_taken_up_again(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER)
        await agencies.do(RIVER, lambda desk: answering.leave(ref, desk))
        left = await line(agencies, RIVER)

        await agencies.do(RIVER, lambda desk: answering.reopen(ref, desk))

        assert (left.state, left.waits) == ("left", False)
        assert (await line(agencies, RIVER)).waits

    run(story())


def test_a_question_that_was_withdrawn_waits_for_nobody(agencies: Coalition) -> None:
    async def story() -> None:
        await ask(agencies, RIVER)
        assert await agencies.do(RIVER, asked.waiting_count) == 1

        find = await the_find(agencies)
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=find))
        await agencies.settle()

        assert await agencies.do(RIVER, asked.queue) == ()
        assert await agencies.do(RIVER, asked.waiting_count) == 0

    run(story())


async def the_find(agencies: Coalition) -> str:
    """The consent by which Harbour asked River."""
    every = await agencies.do(HARBOUR, consents.list_consents)
    (found,) = (
        one.consent.id
        for one in every
        if one.consent.kind is ConsentKind.FIND and one.consent.recipient == agencies[RIVER].id
    )
    return found


def test_near_the_cut_off_it_is_said_to_be_soon_and_past_it_late(agencies: Coalition) -> None:
    async def story() -> None:
        await ask(agencies, RIVER)
        agencies.later(days=6, hours=20)
        await agencies.settle()

        one = await line(agencies, RIVER)
        agencies.later(days=1)
        await agencies.settle()
        after = await line(agencies, RIVER)

        assert (one.soon, one.late) == (True, False)
        assert (after.soon, after.late) == (True, True)

    run(story())
