"""What a claim never does: decide alone, open what is shut, give an agency what is another's."""

import json
from typing import Any

import pytest

from directory.audience import Audience
from server.entry import alike, claiming, own, sending
from server.entry.tables import Chunk, OutBlob
from server.listing import claims, shelf
from server.listing.tables import AsideRow, Claim, ListingRow, TrustedRow
from server.node.errors import NotFound, RefusedAct
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER
from tests.running import run
from tests.server.entry.claimed import EVERYBODY, claimed, joined, names_at, shown
from tests.server.entry.imported import (
    ADVICE,
    HALL,
    HARBOUR_ID,
    HIDEOUT,
    LIGHTHOUSE,
    STREET,
)
from tests.server.entry.offers import HIDDEN_STREET
from tests.server.sync.wired import Wired


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

    run(walk())


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

    run(walk())


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

    run(walk())


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

    run(walk())


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

    run(walk())


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

    run(walk())


async def _everything(by_http: Wired, name: str) -> str:
    """All that a node keeps in clear of the directory."""
    with by_http.agencies.at(name):
        rows = [await table.select() for table in (ListingRow, AsideRow, Claim)]
    return str([[{k: v for k, v in row.items() if k != "box"} for row in some] for some in rows])
