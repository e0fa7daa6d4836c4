"""A meeting is held: cases heard and put off, two people writing at once, observers, who came."""

from collections.abc import Awaitable, Callable
from unittest.mock import patch

import pytest

from server.casework import drafts, received
from server.meeting import agenda, attendance, hearing, intake, planned, planning, slots, watching
from server.meeting.attendance import Attends
from server.meeting.hearing import Decided
from server.meeting.planned import MeetingOver, NotOnAgenda, NotThisState
from server.meeting.waiting import waiting_cases
from server.meeting.watching import StatementFirst
from server.node.access import Role
from server.node.desk import Desk
from server.node.errors import NotPermitted
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.meeting import sitting


async def status(made: Coalition, ref: str) -> str:
    return (await made.do(NORTHGATE, lambda desk: intake.line_of(ref, desk))).status


async def plan_says(made: Coalition, name: str, field: str) -> str:
    """What the plan that reached this agency says there."""

    async def act(desk: Desk) -> str:
        await received.sort_in(desk)
        rows = [row for row in await received.live(desk) if row.owner == made[NORTHGATE].id]
        reading = await received.open_shares(rows, desk)
        said = {
            place.field: written[-1].value
            for known in reading.known.values()
            for place, written in known.lane.fields.items()
            if place.section == "plan_case"
        }
        return said.get(field, "")

    return await made.do(name, act)


def test_a_case_is_heard_in_its_minutes_and_its_decision_reaches_each_agency(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref, meeting, slot = await sitting.on_agenda(agencies)
        await sitting.opened(agencies, meeting)
        await agencies.do(NORTHGATE, lambda desk: hearing.hear(slot, desk))
        agencies.later(minutes=7)

        await agencies.do(
            NORTHGATE,
            lambda desk: hearing.record_decision(slot, {"decision": "Locks today."}, None, desk),
        )
        done = await agencies.do(NORTHGATE, lambda desk: hearing.heard(slot, desk))
        await agencies.settle()

        assert (done.state, done.spent) == (planned.HEARD, 7 * 60)
        assert await status(agencies, ref) == "heard"
        assert await plan_says(agencies, RIVER, "decision") == "Locks today."
        assert await plan_says(agencies, RIVER, "heard_on") == agencies.now.date().isoformat()
        again = await agencies.do(NORTHGATE, lambda desk: hearing.heard(slot, desk))
        assert again.spent == 7 * 60

    run(story())


def test_two_people_who_write_at_once_overwrite_nothing(agencies: Coalition) -> None:
    async def story() -> None:
        ref, meeting, slot = await sitting.on_agenda(agencies)
        await sitting.opened(agencies, meeting)
        chair = await sitting.colleague(agencies, "Lee Crane", Role.CHAIR)
        drawn = await agencies.do(NORTHGATE, lambda desk: hearing.decided(ref, desk))

        async def write(words: str, desk: Desk) -> Decided:
            return await hearing.record_decision(slot, {"decision": words}, drawn.revision, desk)

        await agencies.do(NORTHGATE, lambda desk: write("Move her tonight.", desk))
        both = await sitting.by(agencies, chair, lambda desk: write("Change the locks.", desk))

        said = {one.value for one in both.fields["decision"]}
        assert said == {"Move her tonight.", "Change the locks."}
        chosen = await sitting.by(
            agencies,
            chair,
            lambda desk: hearing.record_decision(
                slot, {"decision": "Move her tonight."}, both.revision, desk
            ),
        )
        assert [one.value for one in chosen.fields["decision"]] == ["Move her tonight."]

    run(story())


def test_a_chair_puts_a_case_off_and_it_waits_for_another_agenda(agencies: Coalition) -> None:
    async def story() -> None:
        ref, meeting, slot = await sitting.on_agenda(agencies)
        await sitting.opened(agencies, meeting)
        chair = await sitting.colleague(agencies, "Lee Crane", Role.CHAIR)

        await sitting.by(agencies, chair, lambda desk: hearing.put_off(slot, desk))
        await agencies.settle()

        assert [one.ref for one in await agencies.do(NORTHGATE, waiting_cases)] == [ref]
        assert await plan_says(agencies, HARBOUR, "meeting_at") == ""
        with pytest.raises(NotPermitted):
            await sitting.by(agencies, chair, lambda desk: slots.put_on(ref, meeting, desk))

    run(story())


def test_when_the_meeting_is_over_what_was_not_heard_is_put_off_and_nothing_more_is_written(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref, meeting, slot = await sitting.on_agenda(agencies)
        with pytest.raises(NotThisState):
            await agencies.do(NORTHGATE, lambda desk: hearing.hear(slot, desk))
        await sitting.opened(agencies, meeting)

        left = await agencies.do(NORTHGATE, lambda desk: hearing.over(meeting, desk))

        assert left == (ref,)
        assert await status(agencies, ref) == "screening"
        with pytest.raises(MeetingOver):
            await agencies.do(
                NORTHGATE,
                lambda desk: attendance.attend(meeting, agencies[RIVER].id, "present", desk),
            )
        with pytest.raises(MeetingOver):
            await agencies.do(NORTHGATE, lambda desk: hearing.put_off(slot, desk))

    run(story())


class _PowerGone(Exception):
    pass


async def _fails_at_the_end(*_: object, done: str = "", **__: object) -> None:
    if done in {"over", "cancelled"}:
        raise _PowerGone


@pytest.mark.parametrize("end", [hearing.over, planning.call_off])
def test_what_was_half_typed_of_a_meeting_goes_with_its_end_and_not_before(
    agencies: Coalition, end: Callable[[str, Desk], Awaitable[object]]
) -> None:
    async def story() -> None:
        ref, meeting, slot = await sitting.on_agenda(agencies)
        await sitting.opened(agencies, meeting)
        chair = await sitting.colleague(agencies, "Lee Crane", Role.CHAIR)
        kept = f"case/{ref}/risks/survivor"
        places = (f"meeting/{meeting}/attend/{RIVER}", f"meeting/{slot}/decision", kept)

        async def leave(desk: Desk) -> None:
            for place in places:
                await drafts.save(place, "half typed", desk)

        async def left(desk: Desk) -> list[str]:
            return [place for place in places if await drafts.load(place, desk)]

        await agencies.do(NORTHGATE, leave)
        await sitting.by(agencies, chair, leave)

        with patch("server.node.audit.record", _fails_at_the_end), pytest.raises(_PowerGone):
            await agencies.do(NORTHGATE, lambda desk: end(meeting, desk))
        before = await agencies.do(NORTHGATE, left)
        await agencies.do(NORTHGATE, lambda desk: end(meeting, desk))

        assert before == list(places)
        assert await agencies.do(NORTHGATE, left) == [kept]
        assert await sitting.by(agencies, chair, left) == [kept]

    run(story())


def test_an_observer_sees_only_what_the_chair_allows_and_only_after_the_statement(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        _, meeting, slot = await sitting.on_agenda(agencies)
        await sitting.opened(agencies, meeting)
        await agencies.do(NORTHGATE, lambda desk: hearing.hear(slot, desk))
        guest = await sitting.colleague(agencies, "Ada Quill", Role.OBSERVER)

        async def look(desk: Desk) -> frozenset[str]:
            return frozenset((await watching.watched(slot, desk)).view.sections)

        async def listed(desk: Desk) -> int:
            return len((await agenda.cases_of(await planned.load(meeting, desk), desk)).cases)

        with pytest.raises(StatementFirst):
            await sitting.by(agencies, guest, look)
        await sitting.by(agencies, guest, lambda desk: attendance.sign_statement(meeting, desk))
        assert await sitting.by(agencies, guest, listed) == 0
        with pytest.raises(NotOnAgenda):
            await sitting.by(agencies, guest, look)

        await agencies.do(NORTHGATE, lambda desk: hearing.let_observers(slot, desk, see=True))
        assert "service_involvement" in await sitting.by(agencies, guest, look)
        assert await sitting.by(agencies, guest, listed) == 1

        await agencies.do(NORTHGATE, lambda desk: hearing.let_observers(slot, desk, see=False))
        with pytest.raises(NotOnAgenda):
            await sitting.by(agencies, guest, look)
        with pytest.raises(NotPermitted):
            await sitting.by(agencies, guest, lambda desk: agenda.read(meeting, desk))

    run(story())


def test_who_came_is_written_down_and_a_colleague_s_line_is_not_overwritten(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        _, meeting, _ = await sitting.on_agenda(agencies)
        await sitting.opened(agencies, meeting)
        chair = await sitting.colleague(agencies, "Lee Crane", Role.CHAIR)
        brigid = agencies[BRIGID].id

        first = await agencies.do(
            NORTHGATE,
            lambda desk: attendance.attend(
                meeting, brigid, "apologies", desk, information_sent=True, base=0
            ),
        )
        late = await sitting.by(
            agencies,
            chair,
            lambda desk: attendance.attend(meeting, brigid, "absent", desk, base=0),
        )
        kept = line(await sitting.agenda_of(agencies, meeting), brigid)

        assert first.kept
        assert not late.kept
        assert (late.line.state, kept.state, kept.information_sent) == (
            "apologies",
            "apologies",
            True,
        )
        taken = await sitting.by(
            agencies,
            chair,
            lambda desk: attendance.attend(
                meeting, brigid, "absent", desk, base=late.line.revision
            ),
        )
        assert taken.kept

    run(story())


def test_an_observer_of_another_agency_is_written_down_once_with_the_statement(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        _, meeting, _ = await sitting.on_agenda(agencies)

        for signed in (False, True):
            await agencies.do(
                NORTHGATE,
                lambda desk, signed=signed: attendance.welcome(
                    meeting, agencies[BRIGID].id, "Noor Hale", desk, signed=signed
                ),
            )
        watching_now = [
            one for one in (await sitting.agenda_of(agencies, meeting)).roster if one.observer
        ]

        assert [(one.who, one.statement) for one in watching_now] == [("Noor Hale", True)]

    run(story())


def line(drawn: agenda.Agenda, agency: str) -> Attends:
    return next(one for one in drawn.roster if one.agency == agency)
