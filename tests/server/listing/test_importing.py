"""Taking a directory in: all or nothing, a line for every row, and no change nobody accepted."""

import asyncio
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from directory.audience import Audience
from directory.hsds.assess import UNNAMED
from server.listing import importing, report, shelf, waiting
from server.listing.reading_files import read_path
from server.listing.tables import ImportLine, ListingRow
from server.node import audit
from server.node.errors import NotFound, Usage
from tests.nodes import TestedNode
from tests.server.listing.taking import GROUPS, everything, kept, quietly, take

ILAO = Path(__file__).parents[4] / "shared" / "data" / "ilao-directory-hsds1"


def test_a_file_is_written_and_each_row_has_its_line(agency: TestedNode) -> None:
    async def story() -> None:
        done = await take(GROUPS + b"3,,,\n", await agency.desk())

        assert (done.report.applied, done.report.added) == (True, 2)
        assert (await kept()).keys() == {"Harbour House", "Lighthouse"}
        assert [line.outcome.value for line in done.lines] == ["repaired", "repaired", "refused"]
        assert await ImportLine.count() == 3
        (entry, *_) = await audit.list_entries(1)
        assert (entry.act, entry.subject) == ("listing.import", done.report.run)

    asyncio.run(story())


def test_the_same_file_twice_changes_nothing(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        await take(GROUPS, desk)
        before = await everything()

        again = await take(GROUPS, desk)

        assert (again.report.added, again.report.changed, again.report.unchanged) == (0, 0, 2)
        assert again.report.applied
        assert await everything() == before

    asyncio.run(story())


def test_an_organization_made_for_its_services_is_not_said_to_be_missing(
    agency: TestedNode,
) -> None:
    services = b"id,organization_id,name,status\n1,40,Advice,active\n2,40,Shelter,active\n"

    async def story() -> None:
        desk = await agency.desk()
        first = await take(services, desk, name="services.csv")
        before = await everything()

        again = await take(services + b"3,40,Court,active\n", desk, name="services.csv")
        third = await take(services, desk, name="services.csv")

        assert (first.report.added, again.report.added) == (3, 1)
        assert [row["name"] for row in (await kept()).values()] == [UNNAMED]
        assert third.report.missing == 1  # the court, which only the second file brought
        assert sum(map(len, await everything())) == sum(map(len, before)) + 1

    asyncio.run(story())


def test_a_later_file_changes_nothing_until_its_difference_is_accepted(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        await take(GROUPS, desk)
        later = GROUPS.replace(b"Advice", b"More advice") + b"3,Third,New,\n"

        shown = await take(later, desk)

        assert shown.waits
        (one,) = shown.differences
        assert one.fields == {"description": ("Advice", "More advice")}
        assert (await kept()).keys() == {"Harbour House", "Lighthouse"}

        taken = await take(later, desk, accept=True)

        assert not taken.waits
        assert (taken.report.added, taken.report.changed) == (1, 1)
        assert (await kept())["Harbour House"]["description"] == "More advice"

    asyncio.run(story())


def test_a_dry_run_writes_no_row(agency: TestedNode) -> None:
    async def story() -> None:
        done = await take(GROUPS, await agency.desk(), write=False)

        assert (done.report.applied, done.report.added) == (False, 2)
        assert await kept() == {}

    asyncio.run(story())


def test_rows_a_later_file_lacks_are_reported_and_stay(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        await take(GROUPS, desk)

        done = await take(b"id,name,description\n1,Harbour House,Advice\n", desk)

        assert done.report.missing == 1
        assert (await kept()).keys() == {"Harbour House", "Lighthouse"}
        ((_, line),) = await report.lines(done.report.run, [report.MISSING], desk)
        assert "it stays as it is" in report.in_words(line)

    asyncio.run(story())


def test_a_column_the_sheet_does_not_have_says_nothing_and_a_blank_cell_clears(
    agency: TestedNode,
) -> None:
    async def story() -> None:
        desk = await agency.desk()
        await take(GROUPS, desk)

        fewer = await take(b"id,name\n2,Lighthouse\n", desk)
        cleared = await take(b"id,name,description,email\n2,Lighthouse,Shelter,\n", desk)

        assert fewer.differences == ()
        assert [one.fields for one in cleared.differences] == [{"email": ("a@example.org", None)}]

    asyncio.run(story())


def test_two_sources_with_the_same_plain_ids_are_kept_apart(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        await take(GROUPS, desk, source=importing.source_of("County"))

        await take(GROUPS, desk, source=importing.source_of("  State   guide "))

        assert await ListingRow.count().where(ListingRow.table == "organizations") == 4
        sources = {row["source"] for row in await ListingRow.select(ListingRow.source)}
        assert sources == {"import:County", "import:State guide"}
        for name in ("a:b", "x" * 61, "a\x00b"):
            with pytest.raises(Usage):
                importing.source_of(name)

    asyncio.run(story())


def test_a_file_that_waits_is_taken_in_once(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        looked = await waiting.look("organizations.csv", GROUPS, "", desk)
        assert await kept() == {}
        assert (await report.read(looked.report.run, desk)).waiting

        taken = await waiting.accept(looked.report.run, desk)

        assert taken.report.applied
        assert len(await kept()) == 2
        with pytest.raises(waiting.NoLongerWaiting):
            await waiting.accept(looked.report.run, desk)
        with pytest.raises(NotFound):
            await waiting.accept("nothing", desk)
        with pytest.raises(NotFound):
            await report.read("nothing", desk)

    asyncio.run(story())


def test_lines_of_older_imports_are_let_go_and_their_counts_stay(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        for _ in range(7):
            last = await take(GROUPS, desk)

        assert len(await report.runs(desk)) == 7
        assert await ImportLine.count() <= 5 * 2
        assert await ImportLine.count().where(ImportLine.run == last.report.run) == 2

    asyncio.run(story())


def test_the_report_as_a_sheet_runs_nothing(agency: TestedNode) -> None:
    async def story() -> None:
        desk = await agency.desk()
        sheet = BytesIO()
        with ZipFile(sheet, "w") as archive:
            archive.writestr("=organizations.csv", "id,name,description,=1+1,@x\n=2,A,B,+1,-2\n")
            archive.writestr("organizations.csv", GROUPS)
        done = await take(sheet.getvalue(), desk, "=organizations.zip")

        every = await report.lines(done.report.run, report.OUTCOMES, desk)
        said = report.as_csv([one for _, one in every])

        assert "organizations.csv" in said
        assert said.startswith("\ufefftable,row,id,outcome,why")
        assert not [
            cell
            for line in said.splitlines()[1:]
            for cell in line.split(",")
            if cell.strip('" ').startswith(("=", "+", "-", "@"))
        ]

    asyncio.run(story())


def test_the_whole_of_a_real_older_directory_comes_in(agency: TestedNode) -> None:
    if not ILAO.is_dir():
        pytest.skip("the HSDS 1 directory of Illinois is not beside this repository")

    async def story() -> None:
        desk = await agency.desk()
        read = read_path(ILAO, quietly)

        done = await importing.take(read, "import", desk, quietly)
        again = await importing.take(read, "import", desk, quietly)

        counts = {
            table.removesuffix(".csv"): sum(of.values()) for table, of in done.report.counts.items()
        }
        assert counts == {
            "eligibilities": 520,
            "locations": 520,
            "organizations": 33,
            "phones": 982,
            "postal_addresses": 33,
            "regular_schedules": 2492,
            "service_at_location": 520,
            "services": 430,
        }
        assert all(line.why for line in done.lines if line.outcome.value != "kept")
        assert (again.report.added, again.report.changed) == (0, 0)
        services = await shelf.rows("services", Audience.PUBLIC)
        assert len(services) == 429
        assert {row["status"] for row in services} == {"active"}

    asyncio.run(story())
