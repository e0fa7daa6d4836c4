"""A plan that comes from another node may say anything: every reader of it goes on."""

from datetime import UTC, date, datetime

import pytest

from server.meeting import actions, exporting, monitor, watching
from server.meeting.plan_view import ACTIONS, PlanRow
from server.meeting.said import day_in, moment_in
from server.node.tables import Reminder
from tests.coalition import NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.meeting import plan_story as story
from tests.server.meeting.crafted import NO_DAYS, crafted
from tiers.fragment import Written


def test_what_another_node_calls_a_day_or_a_moment_may_be_none():
    assert day_in("2026-03-12") == date(2026, 3, 12)
    assert [day_in(words) for words in ("", *NO_DAYS)] == [None] * 8
    assert moment_in("2026-03-12T09:00:00Z") == datetime(2026, 3, 12, 9, tzinfo=UTC)
    assert moment_in("2026-03-12T09:00:00") == datetime(2026, 3, 12, 9, tzinfo=UTC)
    for words in ("", "soon", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"):
        assert moment_in(words) is None


@pytest.mark.parametrize("words", NO_DAYS)
def test_an_action_due_on_no_day_is_never_overdue(words: str):
    written = {"due": (Written(words, "2026-11-23T09:00:00Z", "A"),)}
    row = PlanRow(ACTIONS, "survivor", "survivor", "0a0a", written)

    assert row.due is None
    assert not row.overdue(date(2030, 1, 1))


def test_every_reader_of_a_crafted_plan_goes_on(agencies: Coalition):
    async def tale() -> None:
        ref = await crafted(agencies)
        await story.settle(agencies)

        view = await story.seen(agencies, RIVER, ref)
        assert view.circulated is None
        assert [row.says("due") for row in view.actions if row.due] == ["2026-11-01", "2020-01-01"]
        own_lines = (await agencies.do(RIVER, actions.mine)).own
        assert [line.overdue for line in own_lines].count(True) == 1
        assert len(own_lines) == 8
        assert await agencies.do(RIVER, watching.our_cases) == ()
        with agencies.at(RIVER):
            told = [row.words for row in await Reminder.objects()]
        assert "1 action is past the agreed day. See Actions at your node." in told
        watched = await agencies.do(NORTHGATE, monitor.monitor)
        assert {line.heard_on for line in watched} == {None}

    run(tale())


@pytest.mark.parametrize("name", [RIVER, NORTHGATE])
def test_a_crafted_plan_is_taken_away_as_a_file(agencies: Coalition, name: str):
    async def tale() -> None:
        ref = await crafted(agencies)
        await story.settle(agencies)

        papers = [
            await agencies.do(name, lambda desk: exporting.plan(ref, None, desk)),
            await agencies.do(name, lambda desk: exporting.actions(desk, "xlsx")),
            await agencies.do(name, lambda desk: exporting.actions(desk, "csv")),
        ]

        assert all(paper.content for paper in papers)
        assert b"CANARY 0" in papers[2].content

    run(tale())
