"""Meetings come by the protocol's calendar, are planned once, and a rota says who leads."""

from datetime import timedelta

import pytest

from server.meeting import planning
from server.meeting.planned import MeetingOver, NoSuchMeeting, Planned
from server.meeting.planning import Coming
from server.node.desk import Desk
from server.node.errors import NotPermitted
from tests.coalition import HARBOUR, NORTHGATE, Coalition
from tests.running import run


async def coming(made: Coalition, name: str = NORTHGATE) -> tuple[Coming, ...]:
    return await made.do(name, planning.coming)


async def plan_next(made: Coalition) -> Planned:
    """The coordinator plans the next meeting of the calendar."""
    first = (await coming(made))[0]
    return await made.do(NORTHGATE, lambda desk: planning.plan(first.series, first.starts_at, desk))


def test_every_node_reads_the_same_next_meetings_from_the_protocol(agencies: Coalition) -> None:
    async def story() -> None:
        here, there = await coming(agencies), await coming(agencies, HARBOUR)

        assert here
        assert [one.starts_at for one in here] == [one.starts_at for one in there]
        assert all(one.starts_at > agencies.now for one in here)

    run(story())


def test_a_meeting_planned_twice_is_planned_once(agencies: Coalition) -> None:
    async def story() -> None:
        once, twice = await plan_next(agencies), await plan_next(agencies)

        assert once.id == twice.id
        assert (await coming(agencies))[0].meeting == once.id

    run(story())


def test_a_meeting_called_off_is_passed_over_by_the_calendar_and_stays_in_the_list(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        planned = await plan_next(agencies)
        await agencies.do(NORTHGATE, lambda desk: planning.call_off(planned.id, desk))

        ahead = await coming(agencies)
        listed = await agencies.do(NORTHGATE, planning.list_meetings)

        assert planned.starts_at not in {one.starts_at for one in ahead}
        assert [(one.id, one.state) for one in listed] == [(planned.id, "cancelled")]
        with pytest.raises(MeetingOver):
            await agencies.do(NORTHGATE, lambda desk: planning.call_off(planned.id, desk))

    run(story())


def test_an_extra_meeting_stands_among_those_of_the_calendar(agencies: Coalition) -> None:
    async def story() -> None:
        first = (await coming(agencies))[0]
        early = agencies.now + timedelta(hours=1)
        assert early < first.starts_at
        extra = await agencies.do(NORTHGATE, lambda desk: planning.plan(first.series, early, desk))

        ahead = await coming(agencies)

        assert ahead[0].meeting == extra.id
        assert ahead[1].starts_at == first.starts_at

    run(story())


def test_nobody_plans_a_series_the_protocol_does_not_have(agencies: Coalition) -> None:
    async def act(desk: Desk) -> Planned:
        return await planning.plan("tea", desk.now, desk)

    with pytest.raises(NoSuchMeeting):
        run(agencies.do(NORTHGATE, act))


def test_only_a_coordinator_plans(agencies: Coalition) -> None:
    async def story() -> None:
        first = (await coming(agencies, HARBOUR))[0]
        with pytest.raises(NotPermitted):
            await agencies.do(
                HARBOUR, lambda desk: planning.plan(first.series, first.starts_at, desk)
            )

    run(story())


def test_words_written_meanwhile_are_not_written_over(agencies: Coalition) -> None:
    async def story() -> None:
        meeting = (await plan_next(agencies)).id

        async def change(words: str, was: str) -> Planned | None:
            return await agencies.do(
                NORTHGATE, lambda desk: planning.change(meeting, "notes", words, was, desk)
            )

        assert await change("Bring the cards.", "") is not None
        assert await change("Begin late.", "") is None

        kept = await agencies.do(NORTHGATE, lambda desk: planning.load(meeting, desk))
        assert kept.notes == "Bring the cards."
        assert await change("Begin late.", "Bring the cards.") is not None

    run(story())
