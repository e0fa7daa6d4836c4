"""The agenda: what is on it, who is missing, and what a withdrawal or a wall leaves of it."""

import pytest

from server.casework import walling
from server.meeting import agenda, deciding, hearing, planned, slots, watching
from server.meeting.planned import NotOnAgenda
from server.meeting.waiting import waiting_cases
from server.node.access import Role
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.meeting import referred, sitting


def test_a_case_put_on_stands_there_once_and_waits_no_longer(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await sitting.accepted(agencies)
        meeting = (await sitting.plan_next(agencies)).id
        waited = await agencies.do(NORTHGATE, waiting_cases)

        for _ in range(2):
            await agencies.do(NORTHGATE, lambda desk: slots.put_on(ref, meeting, desk))
        drawn = await sitting.agenda_of(agencies, meeting)

        assert [one.ref for one in waited] == [ref]
        assert [(one.ref, one.position, one.minutes) for one in drawn.cases] == [(ref, 1, 12)]
        assert drawn.cases[0].referred_by == HARBOUR
        assert await agencies.do(NORTHGATE, waiting_cases) == ()

    run(story())


def test_each_agency_that_gets_the_plan_sees_when_its_case_is_heard(agencies: Coalition) -> None:
    async def story() -> None:
        ref, meeting, slot = await sitting.on_agenda(agencies)
        drawn = await sitting.agenda_of(agencies, meeting)

        at_harbour = await agencies.do(HARBOUR, watching.our_cases)
        await agencies.do(NORTHGATE, lambda desk: slots.take_off(slot, desk))
        await agencies.settle()

        assert [(one.ref, one.at) for one in at_harbour] == [(ref, drawn.meeting.starts_at)]
        assert await agencies.do(HARBOUR, watching.our_cases) == ()
        assert [one.ref for one in await agencies.do(NORTHGATE, waiting_cases)] == [ref]

    run(story())


def test_who_was_asked_and_has_not_answered_is_missing(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await referred.refer(agencies)
        await referred.take_up(agencies, ref)
        await referred.answer(agencies, ref, RIVER)
        meeting = (await sitting.plan_next(agencies)).id
        await agencies.do(NORTHGATE, lambda desk: deciding.accept(ref, desk))
        await agencies.do(NORTHGATE, lambda desk: slots.put_on(ref, meeting, desk))

        (case,) = (await sitting.agenda_of(agencies, meeting)).cases

        assert [one.name for one in case.missing] == [BRIGID]

    run(story())


def test_both_sides_read_the_same_words_of_what_they_share_and_of_the_directory(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        _, meeting, _ = await sitting.on_agenda(agencies)
        drawn = await sitting.agenda_of(agencies, meeting)
        theirs = await agencies.do(RIVER, agenda.beacon_words)

        with agencies.at(RIVER):
            directory = agenda.directory_words(await agencies.desk(RIVER))

        assert len(drawn.directory_words) == 4
        assert directory == drawn.directory_words
        assert theirs[agencies[NORTHGATE].id] == drawn.words_with[agencies[RIVER].id]
        assert drawn.words_with[agencies[RIVER].id] != drawn.words_with[agencies[BRIGID].id]

    run(story())


def test_a_part_taken_back_takes_its_names_along_and_says_only_that_something_was_withdrawn(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref, meeting, _ = await sitting.on_agenda(agencies)
        await sitting.sends(agencies, ref)
        before = await sitting.agenda_of(agencies, meeting)

        await sitting.withdraw(agencies, told_by=RIVER)
        drawn = await sitting.agenda_of(agencies, meeting)

        assert {one.name: one.named for one in before.roster}[RIVER] == (sitting.SENT,)
        assert not before.withdrawn
        assert drawn.withdrawn
        assert [(one.ref, one.withdrawn) for one in drawn.cases] == [(ref, True)]
        assert not any(one.named for one in drawn.roster)

    run(story())


def test_a_case_of_which_nothing_is_left_leaves_every_agenda_and_does_not_come_back(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        _, meeting, slot = await sitting.on_agenda(agencies)

        await sitting.withdraw(agencies)
        gone = await agencies.do(NORTHGATE, agenda.let_go)
        drawn = await sitting.agenda_of(agencies, meeting)

        assert gone == 1
        assert drawn.cases == ()
        assert drawn.withdrawn
        assert await agencies.do(HARBOUR, watching.our_cases) == ()
        with agencies.at(NORTHGATE):
            assert (await planned.slot_of(slot)).state == "withdrawn"
        assert await agencies.do(NORTHGATE, agenda.let_go) == 0

    run(story())


def test_behind_a_wall_there_is_neither_a_line_nor_a_gap_nor_a_word(agencies: Coalition) -> None:
    async def story() -> None:
        ref, meeting, slot = await sitting.on_agenda(agencies)
        chair = await sitting.colleague(agencies, "Lee Crane", Role.CHAIR)
        seen = await sitting.by(agencies, chair, lambda desk: agenda.read(meeting, desk))
        await agencies.do(
            NORTHGATE, lambda desk: walling.put(ref, "A neighbour.", desk, staff=chair.id)
        )

        drawn = await sitting.by(agencies, chair, lambda desk: agenda.read(meeting, desk))

        assert [one.ref for one in seen.cases] == [ref]
        assert (drawn.cases, drawn.withdrawn, drawn.minutes) == ((), False, 0)
        assert not any(one.named for one in drawn.roster)
        with pytest.raises(NotOnAgenda):
            await sitting.by(agencies, chair, lambda desk: hearing.hear(slot, desk))

    run(story())
