"""Papers by page: who may take what away is said first, and each file is recorded as it is made."""

from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.casework.conftest import agencies, coalition_original, pytest_generate_tests
from tests.server.meeting import plan_story as story
from tests.server.meeting import sitting
from tests.web.test_plan_page import at, words_of

__all__ = ["agencies", "coalition_original", "pytest_generate_tests"]


def test_the_coordinator_makes_the_plan_for_each_agency_that_may_get_it(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        maya = await at(agencies, NORTHGATE)

        page = await maya.get(f"/papers/plan/{ref}")
        said = words_of(page)
        river = await maya.get(f"/papers/plan/{ref}/{agencies[RIVER].id}")
        brigid = await maya.get(f"/papers/plan/{ref}/{agencies[BRIGID].id}")

        assert f"Make the plan for {RIVER}" in said
        assert f"Make the plan for {HARBOUR}" in said
        assert BRIGID not in said
        assert river.content.startswith(b"%PDF")
        assert river.headers["content-type"] == "application/pdf"
        assert river.headers["content-disposition"].startswith('attachment; filename="plan-20')
        assert river.headers["cache-control"] == "no-store"
        assert ref not in river.headers["content-disposition"]
        assert brigid.status_code == 422
        assert "no live consent" in brigid.text
        assert "Took away a paper" in words_of(await maya.get("/audit"))

    run(tale())


def test_an_agency_takes_away_its_own_copy_and_nobody_elses(agencies: Coalition):
    async def tale() -> None:
        ref = await story.begun(agencies)
        sam = await at(agencies, RIVER)

        said = words_of(await sam.get(f"/papers/plan/{ref}"))
        own = await sam.get(f"/papers/plan/{ref}/file")
        another = await sam.get(f"/papers/plan/{ref}/{agencies[HARBOUR].id}")

        assert f"Take away the plan for {RIVER}" in said
        assert "Make the plan for" not in said
        assert own.content.startswith(b"%PDF")
        assert another.status_code == 404

    run(tale())


def test_agenda_attendance_and_actions_are_files_of_their_kind(agencies: Coalition):
    async def tale() -> None:
        _, meeting, _ = await sitting.on_agenda(agencies)
        maya = await at(agencies, NORTHGATE)

        page = words_of(await maya.get(f"/papers/meeting/{meeting}"))
        agenda = await maya.get(f"/papers/meeting/{meeting}/agenda.pdf")
        book = await maya.get(f"/papers/meeting/{meeting}/xlsx")
        table = await maya.get("/papers/actions/csv")
        unknown = await maya.get("/papers/actions/docx")
        nowhere = await maya.get(f"/papers/meeting/{'0' * 32}/agenda.pdf")

        assert "Take away the agenda (PDF)" in page
        assert agenda.content.startswith(b"%PDF")
        assert book.content.startswith(b"PK")
        assert table.headers["content-type"] == "text/csv; charset=utf-8"
        assert "Case,Heard on" in table.text
        assert (unknown.status_code, nowhere.status_code) == (404, 404)
        assert words_of(await maya.get("/papers/actions")).count("Take away") == 2

    run(tale())
