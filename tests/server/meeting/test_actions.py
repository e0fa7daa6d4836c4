"""Actions: answered by owners from their own nodes, seen by all, overdue where it concerns."""

from dataclasses import replace

import pytest

from server.casework import withdrawals
from server.casework.writing import write
from server.meeting import (
    actions,
    automatic_leads,
    contact_log,
    monitor,
    plan,
    plan_rows,
    tells,
)
from server.meeting.plan_view import ACTIONS, LEADS
from server.node.access import Act
from server.node.desk import Desk
from tests.coalition import (
    BRIGID,
    CASE,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    adopt_all,
    open_case,
    record,
    share,
)
from tests.running import run
from tests.server.meeting import plan_story as story
from tiers.fragment import Place
from tiers.pack_decision import AutomaticLead, LeadRule
from tiers.rows import row_place


async def answered(made: Coalition, name: str, ref: str, row: str, status: str, *, why: str = ""):
    return await made.do(
        name, lambda desk: actions.answer(ref, row, status, desk, update="CANARY words", why=why)
    )


async def status_at(made: Coalition, name: str, ref: str) -> list[str]:
    return [row.says("status") for row in (await story.seen(made, name, ref)).actions]


def test_an_owners_tick_is_seen_by_all_and_its_words_by_the_meeting_alone(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        row = await story.action(agencies, ref, "markers", RIVER)
        await story.settle(agencies)

        await answered(agencies, RIVER, ref, row, "completed")
        await story.settle(agencies)

        for name in (NORTHGATE, HARBOUR, RIVER):
            assert await status_at(agencies, name, ref) == ["completed"]
        [line] = await agencies.do(NORTHGATE, monitor.monitor)
        assert line.told is not None
        assert line.told.says("update") == "CANARY words"
        at_harbour = await story.seen(agencies, HARBOUR, ref)
        assert "CANARY" not in str(at_harbour)

    run(tale())


def test_an_owner_may_name_its_own_case_whose_reference_is_another(agencies: Coalition):
    async def tale() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        for name, exchange in ((RIVER, "handoff"), (NORTHGATE, "meeting")):
            await share(agencies, HARBOUR, ref, name, exchange)
        await agencies.settle()
        own, other = [(await open_case(agencies, RIVER)).ref for _ in range(2)]
        await adopt_all(agencies, RIVER, own)
        await share(agencies, RIVER, own, NORTHGATE, "meeting")
        await agencies.settle()
        await open_case(agencies, NORTHGATE, ref, {**CASE, "sections": {}})
        await adopt_all(agencies, NORTHGATE, ref)
        row = await story.action(agencies, ref, "markers", RIVER)
        await share(agencies, NORTHGATE, ref, RIVER, "meeting")
        await story.settle(agencies)

        with pytest.raises(actions.NotYours):
            await answered(agencies, RIVER, other, row, "completed")
        with pytest.raises(actions.NotYours):
            await answered(agencies, RIVER, own, "00000000", "completed")
        await answered(agencies, RIVER, own[:6], row, "completed")
        await story.settle(agencies)

        assert await status_at(agencies, NORTHGATE, ref) == ["completed"]

    run(tale())


def test_the_meeting_keeps_the_two_reasons_for_not_doing_it_apart(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        row = await story.action(agencies, ref, "markers", RIVER)
        await story.settle(agencies)

        for status in ("not_done_by_agency", "not_possible_changed_circumstances"):
            with pytest.raises(actions.WhyNot):
                await answered(agencies, RIVER, ref, row, status)
            await answered(agencies, RIVER, ref, row, status, why="she moved")
            await story.settle(agencies)
            assert await status_at(agencies, HARBOUR, ref) == [status]

    run(tale())


def test_no_agency_answers_for_another_not_even_in_its_own_lane(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        row = await story.action(agencies, ref, "markers", RIVER)
        await story.settle(agencies)

        with pytest.raises(actions.NotYours):
            await answered(agencies, HARBOUR, ref, row, "completed")
        forged = {row_place(actions.ANSWERS, "survivor", row, "status"): "completed"}
        await agencies.do(HARBOUR, lambda desk: write(ref, forged, Act.ANSWER_ACTION, desk))
        await story.settle(agencies)

        assert await status_at(agencies, NORTHGATE, ref) == ["open"]

    run(tale())


def test_nothing_is_saved_where_no_consent_lets_it_reach_the_meeting(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        row = await story.action(agencies, ref, "markers", RIVER)
        await story.settle(agencies)
        consent = await story.tell_of(agencies, RIVER, ref)
        await agencies.do(RIVER, lambda desk: withdrawals.withdraw(desk, consent))

        with pytest.raises(tells.NothingLeaves):
            await answered(agencies, RIVER, ref, row, "completed")

    run(tale())


def test_the_meeting_never_says_for_an_owner_what_became_of_its_action(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        row = await story.action(agencies, ref, "markers", RIVER)

        async def say(desk: Desk, said: dict[str, str]) -> None:
            await plan_rows.change(ref, ACTIONS, "survivor", row, said, None, desk)

        with pytest.raises(plan_rows.OwnersWord):
            await agencies.do(NORTHGATE, lambda desk: say(desk, {"status": "completed"}))
        with pytest.raises(plan_rows.NothingToRestOn):
            await agencies.do(NORTHGATE, lambda desk: say(desk, {"rests_on": "0" * 32}))
        await agencies.do(NORTHGATE, lambda desk: say(desk, {"status": "superseded"}))

        assert await status_at(agencies, NORTHGATE, ref) == ["superseded"]

    run(tale())


def test_what_a_person_at_the_meeting_replaced_stays_replaced(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        row = await story.action(agencies, ref, "markers", RIVER)
        await story.settle(agencies)
        replaced = {row_place(ACTIONS, "survivor", row, "status"): "superseded"}
        await agencies.do(NORTHGATE, lambda desk: write(ref, replaced, Act.WRITE_PLAN, desk))

        await answered(agencies, RIVER, ref, row, "completed")
        await story.settle(agencies)

        assert await status_at(agencies, HARBOUR, ref) == ["superseded"]

    run(tale())


def test_the_monitor_is_filtered_by_agency_by_person_and_by_what_is_overdue(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        await story.action(agencies, ref, "late", RIVER, more={"due": "2026-11-01"})
        await story.action(agencies, ref, "his", HARBOUR, about="puv")

        async def words(**asked) -> list[str]:
            found = await agencies.do(NORTHGATE, lambda desk: monitor.monitor(desk, **asked))
            return [line.action.says("action") for line in found]

        assert await words() == ["late", "his"]
        assert await words(agency=agencies[HARBOUR].id) == ["his"]
        assert await words(role="person_using_violence") == ["his"]
        assert await words(overdue=True) == ["late"]
        with pytest.raises(plan.NoSuchCase):
            await agencies.do(RIVER, monitor.monitor)

    run(tale())


def test_a_lead_writes_contacts_in_its_own_case_and_the_meeting_reads_them(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        said = {"how": "telephone", "summary": "She is well."}
        await agencies.do(HARBOUR, lambda desk: contact_log.add(ref, "survivor", said, desk))
        await story.settle(agencies)

        at_meeting = await agencies.do(NORTHGATE, lambda desk: contact_log.entries(ref, desk))
        at_river = await agencies.do(RIVER, lambda desk: contact_log.entries(ref, desk))

        assert [(one.name, one.says("summary")) for one in at_meeting] == [
            (HARBOUR, "She is well.")
        ]
        assert at_river == ()

    run(tale())


def test_whoever_leads_by_the_protocol_leads_until_the_part_that_told_it_ends(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        consent = await story.tell_of(agencies, BRIGID, ref)

        async def automatic(desk: Desk) -> None:
            rule = _rule(agencies, desk)
            other = replace(desk, pack=replace(desk.pack, lead_rules={"survivor": rule}))
            [told] = [one for one in await story.told_here(desk) if one.consent.id == consent]
            view = await plan.written_here(ref, desk)
            edits = automatic_leads.due(view, [told], other)
            assert edits[Place(LEADS, "survivor", "rests_on")] == consent
            await write(ref, edits, Act.WRITE_PLAN, desk)
            again = await plan.written_here(ref, desk)
            assert automatic_leads.due(again, [told], other) == {}

        await agencies.do(NORTHGATE, automatic)
        await story.settle(agencies)
        [lead] = (await story.seen(agencies, HARBOUR, ref)).leads
        assert lead.says("agency") in {agencies[name].id for name in (HARBOUR, RIVER)}
        assert lead.rests_on == (consent,)

        await agencies.do(BRIGID, lambda desk: withdrawals.withdraw(desk, consent))
        await story.settle(agencies)
        assert (await story.seen(agencies, HARBOUR, ref)).leads == ()

    run(tale())


def _rule(made: Coalition, desk: Desk) -> LeadRule:
    agency = desk.directory.agency(made[RIVER].id)
    assert agency is not None
    where = ("service_involvement", "summary", ("Seen in the clinic.",))
    return LeadRule("survivor", (agency.kind,), AutomaticLead(agency.kind, *where))
