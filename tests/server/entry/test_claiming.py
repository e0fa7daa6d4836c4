"""An imported organization joins: its own entry stands in its place, under the id it always had."""

import json
from typing import Any

import pytest

from directory.audience import Audience
from server.entry import claiming, offered, own, sending
from server.listing import exporting, profile_of, published, report, search
from server.listing.published import Wanted
from server.listing.tables import AsideRow, ListingRow
from server.node import audit
from server.node.errors import RefusedAct, Usage
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER
from tests.running import run
from tests.server.entry.claimed import EVERYBODY, claimed, joined, names_at, shown
from tests.server.entry.imported import (
    ADVICE,
    HALL,
    HARBOUR_ID,
    HIDEOUT,
    LIGHTHOUSE,
    NIGHT,
    NIGHT_NUMBER,
    a_list,
    take_in,
)
from tests.server.entry.offers import HELPLINE
from tests.server.sync.wired import Wired


def test_the_own_entry_stands_in_its_place_on_every_node_under_the_imported_id(by_http: Wired):
    async def walk() -> None:
        there = await joined(by_http)
        before = await names_at(by_http, RIVER)
        with by_http.agencies.at(NORTHGATE):
            await claiming.claim(HARBOUR_ID, HARBOUR, await by_http.agencies.desk(NORTHGATE))
        await by_http.settle()

        assert before.keys() == {HARBOUR_ID, LIGHTHOUSE, there.organization}
        for name in EVERYBODY:
            assert (await names_at(by_http, name)).keys() == {HARBOUR_ID, LIGHTHOUSE}, name
            seen = await shown(by_http, name)
            assert HELPLINE in seen, name
            assert NIGHT_NUMBER not in seen, name
            assert "Court advice" not in seen, name
            assert "The market hall" in seen, name  # another organization is there too
            assert there.organization not in seen, name

    run(walk())


def test_pages_search_export_and_the_interface_name_it_once_by_either_id(by_http: Wired):
    async def walk() -> None:
        there = await claimed(by_http)
        with by_http.agencies.at(RIVER):
            desk = await by_http.agencies.desk(RIVER)
            found = await search.find("harbour", {}, Audience.PROFESSIONAL, 1, desk)
            pages = [
                await profile_of.of(one, desk)
                for one in (HARBOUR_ID, by_http.agencies[HARBOUR].id[:16])
            ]
            answers = [
                await published.one("organizations", one, Wanted(), Audience.PUBLIC)
                for one in (HARBOUR_ID, there.organization)
            ]
            by_id = await published.page(
                "services", Wanted(organization_id=HARBOUR_ID), Audience.PROFESSIONAL, desk
            )
            made = await exporting.export(Audience.PROFESSIONAL, ".json", desk)

        assert [one.organization for one in found.results] == [HARBOUR_ID]
        assert found.results[0].agency == by_http.agencies[HARBOUR].id
        assert [page.name for page in pages] == [HARBOUR, HARBOUR]
        assert [one["id"] for one in answers] == [HARBOUR_ID] * 2
        assert [one["name"] for one in by_id.contents] == ["Refuge"]
        assert made.body.decode().count(f'"{HARBOUR_ID}"') > 0
        assert there.organization not in made.body.decode()
        assert NIGHT_NUMBER not in made.body.decode()

    run(walk())


def test_what_was_not_typed_again_is_taken_over_in_one_press_under_its_own_ids(by_http: Wired):
    async def walk() -> None:
        there = await claimed(by_http)
        with by_http.agencies.at(HARBOUR):
            desk = await by_http.agencies.desk(HARBOUR)
            offers = await offered.offers(desk)
            written = await offered.take_over([one.id for one in offers], desk)
            entry = await own.read(desk)
            again = await offered.offers(desk)
            with pytest.raises(Usage):
                await offered.take_over([one.id for one in offers], desk)
            await sending.send(desk)
        await by_http.settle()

        assert [(one.table, one.title, one.rows) for one in offers] == [
            ("organizations", "legal_status", 1),
            ("services", "Court advice", 2),
        ]
        assert (written, again) == (3, ())
        assert entry.rows["services", ADVICE].values["organization_id"] == there.organization
        assert entry.rows["organizations", there.organization].values["legal_status"] == "charity"
        for name in EVERYBODY:
            seen = await shown(by_http, name)
            assert NIGHT_NUMBER in seen, name
            with by_http.agencies.at(name):
                row = (
                    await ListingRow.objects().where(ListingRow.id == f"services/{ADVICE}").first()
                )
            assert row.source == by_http.agencies[HARBOUR].id, name
            assert row.organization == HARBOUR_ID, name

    run(walk())


def test_only_the_agency_it_is_offered_to_keeps_what_lists_said(by_http: Wired):
    async def walk() -> None:
        await claimed(by_http)

        for name in (RIVER, BRIGID):
            with by_http.agencies.at(name):
                assert not await AsideRow.exists(), name
                assert await offered.offers(await by_http.agencies.desk(name)) == ()
        with by_http.agencies.at(HARBOUR):
            assert await AsideRow.exists()

    run(walk())


def test_a_later_import_changes_nothing_of_the_agency_and_says_so(by_http: Wired):
    async def walk() -> None:
        await claimed(by_http)
        before = await shown(by_http, NORTHGATE, Audience.TRUSTED)
        later = a_list(description="What somebody else says of it")
        later["phones"].append(
            {"id": HALL[:-1] + "0", "location_id": HIDEOUT, "number": "01632 960478"}
        )
        with by_http.agencies.at(NORTHGATE):
            desk = await by_http.agencies.desk(NORTHGATE)
            aside = await AsideRow.select().order_by(AsideRow.id)
            done = await take_in(later, desk)
            lines = await report.lines(done.report.run, [report.REFUSED], desk)
            after = await AsideRow.select().order_by(AsideRow.id)

        whys = {one.id: one.why for _, one in lines}
        assert whys[HARBOUR_ID].startswith("It is in an agency's own entry")
        assert whys[ADVICE].startswith("This organization writes its own entry now")
        assert any("nothing of theirs is changed" in note for note in done.report.notes)
        assert (done.report.added, done.report.changed) == (0, 0)
        assert aside == after
        assert await shown(by_http, NORTHGATE, Audience.TRUSTED) == before

    run(walk())


def test_taken_back_both_stand_as_before_and_what_was_taken_over_stays_the_agencys(
    by_http: Wired,
):
    async def walk() -> None:
        there = await joined(by_http, BRIGID)
        before = {name: _sorted(await shown(by_http, name, Audience.TRUSTED)) for name in EVERYBODY}
        with by_http.agencies.at(NORTHGATE):
            await claiming.claim(HARBOUR_ID, HARBOUR, await by_http.agencies.desk(NORTHGATE))
        await by_http.settle()
        during = await shown(by_http, RIVER)
        with by_http.agencies.at(NORTHGATE):
            desk = await by_http.agencies.desk(NORTHGATE)
            stay = await claiming.undo(HARBOUR_ID, desk)
            with pytest.raises(RefusedAct):
                await claiming.undo(HARBOUR_ID, desk)
            acts = [entry.act for entry in await audit.list_entries(50)]
        await by_http.settle()

        assert stay == 0
        assert NIGHT_NUMBER not in during
        assert {"listing.claim", "listing.unclaim"} <= set(acts)
        for name in EVERYBODY:
            after = _sorted(await shown(by_http, name, Audience.TRUSTED))
            assert after == before[name], name
        with by_http.agencies.at(HARBOUR):
            assert not await AsideRow.exists()
            assert there.organization in await names_at(by_http, HARBOUR)

    run(walk())


def test_what_was_taken_over_stays_the_agencys_when_it_is_taken_back(by_http: Wired):
    async def walk() -> None:
        there = await claimed(by_http)
        with by_http.agencies.at(HARBOUR):
            desk = await by_http.agencies.desk(HARBOUR)
            await offered.take_over([f"services/{ADVICE}"], desk)
            await sending.send(desk)
        await by_http.settle()
        with by_http.agencies.at(NORTHGATE):
            stay = await claiming.undo(HARBOUR_ID, await by_http.agencies.desk(NORTHGATE))
        await by_http.settle()

        assert stay == 2
        for name in EVERYBODY:
            with by_http.agencies.at(name):
                rows = await ListingRow.select().where(ListingRow.hsds_id.is_in([ADVICE, NIGHT]))
            held = {(row["source"], row["organization"]) for row in rows}
            assert held == {(by_http.agencies[HARBOUR].id, there.organization)}, name

    run(walk())


def _sorted(text: str) -> Any:
    return {
        table: sorted(rows, key=lambda row: str(row["id"]))
        for table, rows in json.loads(text).items()
    }
