"""An imported organization joins: its own entry stands in its place, under the id it always had."""

import asyncio
import json
from typing import Any

import pytest

from directory.audience import Audience
from server.entry import alike, claiming, offered, own, sending
from server.entry.tables import Chunk, OutBlob
from server.listing import claims, exporting, profile_of, published, report, search, shelf
from server.listing.published import Wanted
from server.listing.tables import AsideRow, Claim, ListingRow, TrustedRow
from server.node import audit
from server.node.errors import NotFound, RefusedAct, Usage
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER
from tests.server.entry.imported import (
    ADVICE,
    HALL,
    HARBOUR_ID,
    HIDEOUT,
    LIGHTHOUSE,
    NIGHT,
    NIGHT_NUMBER,
    STREET,
    a_list,
    take_in,
)
from tests.server.entry.offers import HELPLINE, HIDDEN_STREET, Offered, offer, write
from tests.server.sync.wired import Wired

EVERYBODY = (NORTHGATE, HARBOUR, RIVER, BRIGID)


async def joined(by_http: Wired, *trusted: str) -> Offered:
    """The list was imported, Harbour has sent its own entry, and everybody has synced."""
    await by_http.settle()
    with by_http.agencies.at(NORTHGATE):
        await take_in(a_list(), await by_http.agencies.desk(NORTHGATE))
    with by_http.agencies.at(HARBOUR):
        desk = await by_http.agencies.desk(HARBOUR)
        there = await offer(desk, tuple(by_http.agencies[name].id for name in trusted))
        await write(
            desk,
            "organizations",
            there.organization,
            website="http://harbour.example",
            x_audience="public",
        )
        await sending.send(desk)
    await by_http.settle()
    return there


async def claimed(by_http: Wired, *trusted: str) -> Offered:
    """The coordinating node has said which agency it is, and everybody has heard."""
    there = await joined(by_http, *trusted)
    with by_http.agencies.at(NORTHGATE):
        await claiming.claim(HARBOUR_ID, HARBOUR, await by_http.agencies.desk(NORTHGATE))
    await by_http.settle()
    return there


async def shown(by_http: Wired, name: str, viewer: Audience = Audience.PROFESSIONAL) -> str:
    """Everything that the directory of this node shows."""
    with by_http.agencies.at(name):
        return json.dumps(await shelf.dataset(viewer, await by_http.agencies.desk(name)))


async def names_at(by_http: Wired, name: str) -> dict[str, str]:
    with by_http.agencies.at(name):
        return {of: called for of, called, _ in await shelf.organizations(Audience.PROFESSIONAL)}


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

    asyncio.run(walk())


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

    asyncio.run(walk())


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

    asyncio.run(walk())


def test_only_the_agency_it_is_offered_to_keeps_what_lists_said(by_http: Wired):
    async def walk() -> None:
        await claimed(by_http)

        for name in (RIVER, BRIGID):
            with by_http.agencies.at(name):
                assert not await AsideRow.exists(), name
                assert await offered.offers(await by_http.agencies.desk(name)) == ()
        with by_http.agencies.at(HARBOUR):
            assert await AsideRow.exists()

    asyncio.run(walk())


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

    asyncio.run(walk())


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

    asyncio.run(walk())


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

    asyncio.run(walk())


def test_a_confidential_place_of_the_list_stays_shut_at_the_coordinating_node(by_http: Wired):
    async def walk() -> None:
        await claimed(by_http)
        with by_http.agencies.at(NORTHGATE):
            boxed = await AsideRow.select().where(AsideRow.box != b"")
            blobs = await OutBlob.select(OutBlob.body)
            told = json.dumps(await claims.told(HARBOUR_ID))
        for name in EVERYBODY:
            everything = await _everything(by_http, name)
            for mark in (STREET, "The hideout"):
                assert mark not in everything, (name, mark)
        with by_http.agencies.at(NORTHGATE):
            await claiming.undo(HARBOUR_ID, await by_http.agencies.desk(NORTHGATE))
            rows = {row["id"] for row in await TrustedRow.select(TrustedRow.id)}
        again = await shown(by_http, NORTHGATE, Audience.TRUSTED)
        await by_http.settle()

        assert {row["id"] for row in boxed} >= {f"locations/{HIDEOUT}"}
        assert not any(STREET in row["text"] for row in boxed)
        assert STREET not in told
        assert HIDEOUT not in told
        assert blobs
        assert f"locations/{HIDEOUT}" in rows
        assert STREET in again
        for name in EVERYBODY:
            assert STREET not in await shown(by_http, name), name
        for name in (HARBOUR, RIVER, BRIGID):
            assert STREET not in await shown(by_http, name, Audience.TRUSTED), name

    asyncio.run(walk())


def test_a_locked_partner_moves_what_it_can_and_the_shut_part_when_it_unlocks(by_http: Wired):
    async def walk() -> None:
        there = await joined(by_http, BRIGID)
        with by_http.agencies.at(NORTHGATE):
            await claiming.claim(HARBOUR_ID, HARBOUR, await by_http.agencies.desk(NORTHGATE))
        await by_http.round(NORTHGATE)
        await by_http.round(BRIGID, locked=True)
        await by_http.round(BRIGID, locked=True)
        with by_http.agencies.at(BRIGID):
            names = await names_at(by_http, BRIGID)
            shut = await TrustedRow.exists().where(TrustedRow.organization == there.organization)
        await by_http.round(BRIGID)

        assert names.keys() == {HARBOUR_ID, LIGHTHOUSE}
        assert shut
        with by_http.agencies.at(BRIGID):
            desk = await by_http.agencies.desk(BRIGID)
            listed: Any = await shelf.organization(HARBOUR_ID, Audience.TRUSTED, desk)
            assert not await TrustedRow.exists().where(
                TrustedRow.organization == there.organization
            )
        assert HIDDEN_STREET in str(listed)

    asyncio.run(walk())


def test_what_is_alike_is_suggested_and_only_a_person_decides(by_http: Wired):
    async def walk() -> None:
        await joined(by_http)
        with by_http.agencies.at(NORTHGATE):
            desk = await by_http.agencies.desk(NORTHGATE)
            found = await alike.suggestions(desk)
            imported, agencies = await alike.open_ones(desk)
            assert await Claim.count() == 0
            await claiming.claim(HARBOUR_ID, HARBOUR, desk)
            said = await alike.claimed(desk)
            left = await alike.suggestions(desk)

        assert [(one.organization, one.name) for one in found] == [(HARBOUR_ID, HARBOUR)]
        assert "the same website" in found[0].because
        assert {of for of, _ in imported} == {HARBOUR_ID, LIGHTHOUSE}
        assert [name for _, name in agencies] == [HARBOUR]
        assert [(one.organization, one.name) for one in said] == [(HARBOUR_ID, HARBOUR)]
        assert said[0].aside > 0
        assert left == ()

    asyncio.run(walk())


@pytest.mark.parametrize(
    ("organization", "agency", "why"),
    [
        (HALL, HARBOUR, RefusedAct),
        (HARBOUR_ID, RIVER, RefusedAct),
        (HARBOUR_ID, "Nobody at all", NotFound),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    by_http: Wired, organization: str, agency: str, why: type[Exception]
):
    async def walk() -> None:
        await joined(by_http)
        before = await shown(by_http, NORTHGATE)
        with by_http.agencies.at(NORTHGATE):
            with pytest.raises(why):
                await claiming.claim(organization, agency, await by_http.agencies.desk(NORTHGATE))
            assert await Claim.count() == 0
        with by_http.agencies.at(RIVER), pytest.raises(RefusedAct):
            await claiming.claim(HARBOUR_ID, HARBOUR, await by_http.agencies.desk(RIVER))

        assert await shown(by_http, NORTHGATE) == before

    asyncio.run(walk())


def test_no_other_agency_may_take_a_row_that_is_kept_aside(by_http: Wired):
    async def walk() -> None:
        await claimed(by_http)
        with by_http.agencies.at(RIVER):
            desk = await by_http.agencies.desk(RIVER)
            await own.begin(desk)
            organization = own.organization_id(desk.node.identity)
            values = {"organization_id": organization, "name": "Ours now", "status": "active"}
            await own.edit({("services", ADVICE): values}, (await own.read(desk)).heads, desk)
            await sending.send(desk)
        await by_http.settle()

        assert "Ours now" not in await shown(by_http, NORTHGATE)
        assert "Ours now" not in await shown(by_http, HARBOUR)

    asyncio.run(walk())


def test_a_claim_that_gives_an_agency_anothers_id_is_not_followed(by_http: Wired):
    async def walk() -> None:
        there = await joined(by_http)
        with by_http.agencies.at(RIVER):
            river = own.organization_id(by_http.agencies[RIVER].id)
        with by_http.agencies.at(NORTHGATE):
            harbour = by_http.agencies[HARBOUR].id
            await Claim.insert(Claim(id=f"{river}/{harbour}", organization=river, agency=harbour))
        await by_http.settle()

        with by_http.agencies.at(BRIGID):
            why = await Chunk.select(Chunk.why).where(Chunk.key == f"c/{river}").first()
        assert why == {"why": "The directory gives an agency an id that is another's."}
        assert there.organization in await names_at(by_http, BRIGID)

    asyncio.run(walk())


def _sorted(text: str) -> Any:
    return {
        table: sorted(rows, key=lambda row: str(row["id"]))
        for table, rows in json.loads(text).items()
    }


async def _everything(by_http: Wired, name: str) -> str:
    """All that a node keeps in clear of the directory."""
    with by_http.agencies.at(name):
        rows = [await table.select() for table in (ListingRow, AsideRow, Claim)]
    return str([[{k: v for k, v in row.items() if k != "box"} for row in some] for some in rows])
