"""What leaves as a file rests on what is consented to at that moment, and is written down."""

import csv
import io
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from server.casework import walling, withdrawals
from server.casework.errors import NoSuchAgency, NoSuchCase
from server.meeting import agenda, exporting
from server.meeting.exporting import Paper
from server.meeting.plan_for import NoPlanToGive
from server.node import audit
from server.node.access import Role
from server.node.audit import Entry
from server.node.desk import Desk
from server.node.errors import NotPermitted
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.meeting import plan_story as story
from tests.server.meeting import sitting


def words(paper: Paper) -> str:
    pages = PdfReader(io.BytesIO(paper.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def plan_for(agency: str | None, ref: str) -> Callable[[Desk], Awaitable[Paper]]:
    return lambda desk: exporting.plan(ref, agency, desk)


async def latest(made: Coalition, name: str) -> Entry:
    with made.at(name):
        return (await audit.list_entries(1))[0]


def test_a_plan_on_paper_says_to_an_agency_what_the_gate_clears_for_it(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        await story.action(agencies, ref, "markers on the address", RIVER, more={"owner": "Sgt N"})
        await story.risk(agencies, ref, "CANARY he knows the school", about="puv")

        paper = await agencies.do(NORTHGATE, plan_for(RIVER, ref))
        own = await agencies.do(NORTHGATE, plan_for(None, ref))

        said = words(paper)
        assert f"Made for {RIVER} by" in said
        assert "stalking" in said
        assert "markers on the address" in said
        assert "CANARY" not in said
        assert "CANARY he knows the school" in words(own)

    run(tale())


def test_an_agency_takes_away_the_plan_it_received(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)

        paper = await agencies.do(RIVER, plan_for(None, ref))

        assert "stalking" in words(paper)
        assert f"Made for {RIVER} by" in words(paper)
        assert "To be destroyed after" in words(paper)

    run(tale())


def test_no_agency_makes_a_plan_for_another_nor_one_gets_it_without_consent(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)

        with pytest.raises(NoPlanToGive):
            await agencies.do(NORTHGATE, plan_for(BRIGID, ref))
        with pytest.raises(NoSuchAgency):
            await agencies.do(NORTHGATE, plan_for("Nowhere House", ref))
        with pytest.raises(NoSuchCase):
            await agencies.do(RIVER, plan_for(HARBOUR, ref))
        with pytest.raises(NoSuchCase):
            await agencies.do(BRIGID, plan_for(None, ref))

    run(tale())


def test_what_rested_on_an_ended_consent_is_on_no_paper_made_after_it(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        consent = await story.tell_of(agencies, BRIGID, ref)
        await story.risk(agencies, ref, "CANARY seen in the clinic", rests_on=(consent,))
        await story.settle(agencies)
        before = words(await agencies.do(NORTHGATE, plan_for(RIVER, ref)))
        assert "CANARY seen in the clinic" in before
        assert "What an agency told the meeting" in before
        assert BRIGID not in before

        await agencies.do(BRIGID, lambda desk: withdrawals.withdraw(desk, consent))
        await story.settle(agencies)

        for name, to in ((NORTHGATE, RIVER), (NORTHGATE, None), (RIVER, None)):
            said = words(await agencies.do(name, plan_for(to, ref)))
            assert "CANARY" not in said
            assert "stalking" in said
        for to in (RIVER, None):
            assert "Something was withdrawn" in words(
                await agencies.do(NORTHGATE, plan_for(to, ref))
            )

    run(tale())


def test_a_plan_whose_consent_is_withdrawn_is_made_for_that_agency_no_more(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        await sitting.withdraw(agencies)
        await story.settle(agencies)

        with pytest.raises((NoPlanToGive, NoSuchCase)):
            await agencies.do(NORTHGATE, plan_for(RIVER, ref))
        with pytest.raises(NoSuchCase):
            await agencies.do(RIVER, plan_for(None, ref))

    run(tale())


def test_a_paper_is_written_down_and_its_name_says_nothing(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)

        paper = await agencies.do(NORTHGATE, plan_for(RIVER, ref))

        entry = await latest(agencies, NORTHGATE)
        assert (entry.act, entry.subject) == ("paper.export", ref)
        assert entry.detail == {"paper": "plan", "to": agencies[RIVER].id}
        assert paper.name == f"plan-{agencies.now.date()}.pdf"
        assert paper.media_type == "application/pdf"

    run(tale())


def test_an_observer_takes_nothing_away(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)

        async def watching(desk: Desk) -> None:
            assert desk.staff is not None
            observer = replace(desk, staff=replace(desk.staff, roles=frozenset({Role.OBSERVER})))
            await exporting.plan(ref, None, observer)

        with pytest.raises(NotPermitted):
            await agencies.do(NORTHGATE, watching)

    run(tale())


def test_the_agenda_on_paper_has_the_case_the_missing_and_the_words(agencies: Coalition):
    async def tale() -> None:
        ref, meeting, _ = await sitting.on_agenda(agencies)
        drawn = await sitting.agenda_of(agencies, meeting)
        theirs = await agencies.do(RIVER, agenda.beacon_words)

        paper = await agencies.do(NORTHGATE, lambda desk: exporting.agenda(meeting, desk))

        said = words(paper)
        assert f"{drawn.cases[0].short} {HARBOUR}" in said
        assert " ".join(drawn.directory_words) in said
        assert f"{RIVER} {' '.join(theirs[agencies[NORTHGATE].id])}" in said
        assert ref not in said
        assert (await latest(agencies, NORTHGATE)).detail == {"paper": "agenda"}

    run(tale())


def test_a_withdrawal_before_the_meeting_leaves_neither_case_nor_reason_on_the_agenda(
    agencies: Coalition,
):
    async def tale() -> None:
        _, meeting, _ = await sitting.on_agenda(agencies)
        short = (await sitting.agenda_of(agencies, meeting)).cases[0].short
        await sitting.withdraw(agencies)

        said = words(await agencies.do(NORTHGATE, lambda desk: exporting.agenda(meeting, desk)))

        assert short not in said
        assert "Something was withdrawn." in said

    run(tale())


def test_a_case_behind_a_wall_is_on_no_paper_of_who_stands_before_it(agencies: Coalition):
    async def tale() -> None:
        ref, meeting, _ = await sitting.on_agenda(agencies)
        short = (await sitting.agenda_of(agencies, meeting)).cases[0].short
        member = await sitting.colleague(agencies, "Wren Hale", Role.COORDINATOR)
        await agencies.do(
            NORTHGATE, lambda desk: walling.put(ref, "Kin of his.", desk, staff=member.id)
        )

        said = words(
            await sitting.by(agencies, member, lambda desk: exporting.agenda(meeting, desk))
        )
        actions = await sitting.by(agencies, member, lambda desk: exporting.actions(desk, "csv"))
        with pytest.raises(NoSuchCase):
            await sitting.by(agencies, member, plan_for(None, ref))

        assert short not in said
        assert "Nothing is on this agenda." in said
        assert short not in actions.content.decode()

    run(tale())


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_actions_are_a_sheet_at_the_coordinating_node_and_at_their_owner(
    agencies: Coalition, form: str
):
    async def tale() -> None:
        ref = await story.begun(agencies)
        await story.action(agencies, ref, "=markers on the address", RIVER)
        await story.action(agencies, ref, "CANARY call her sister", HARBOUR)
        await story.settle(agencies)

        everybody = await agencies.do(NORTHGATE, lambda desk: exporting.actions(desk, form))
        ours = await agencies.do(RIVER, lambda desk: exporting.actions(desk, form))

        assert everybody.name == f"actions-{agencies.now.date()}.{form}"
        assert "CANARY call her sister" in cells(everybody)
        assert "CANARY call her sister" not in cells(ours)
        marked = "=markers on the address" if form == "xlsx" else "'=markers on the address"
        assert marked in cells(ours)
        assert (await latest(agencies, RIVER)).detail == {"paper": "actions"}

    run(tale())


def cells(paper: Paper) -> list[str]:
    if paper.name.endswith(".csv"):
        rows = csv.reader(io.StringIO(paper.content.decode("utf-8-sig"), newline=""))
        return [cell for row in rows for cell in row]
    (sheet,) = load_workbook(io.BytesIO(paper.content)).worksheets
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_attendance_is_a_sheet_of_who_is_expected(agencies: Coalition):
    async def tale() -> None:
        _, meeting, _ = await sitting.on_agenda(agencies)

        paper = await agencies.do(
            NORTHGATE, lambda desk: exporting.attendance(meeting, desk, "csv")
        )

        assert {RIVER, "Expected"} <= set(cells(paper))
        with pytest.raises(exporting.NoSuchForm):
            await agencies.do(NORTHGATE, lambda desk: exporting.attendance(meeting, desk, "pdf"))

    run(tale())
