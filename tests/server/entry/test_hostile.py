"""What an agency cannot do to the directory with its own entry, however well it signs."""

from typing import Any

import pytest

from crypto.statement import read, sign
from directory.audience import Audience
from server.entry import adopting, own, shelving, taking
from server.entry.errors import NotAnEntry, OpenPartFirst
from server.listing import shelf, store
from server.node import database
from server.node.errors import RefusedAct
from tests.coalition import HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run

THEIRS = "3f1d2c4b-0000-4000-8000-00000000000a"
OURS = "3f1d2c4b-0000-4000-8000-00000000000b"
THIRD = "3f1d2c4b-0000-4000-8000-00000000000c"


def organization(of: str, name: str) -> dict[str, Any]:
    return {"id": of, "name": name, "description": "", "x_audience": "public"}


HIDDEN = {"id": OURS, "location_type": "physical", "x_confidential_location": True}
HUNG = {"id": OURS, "name": "x", "status": "active", "organization_id": THEIRS}
TRUSTED = {**organization(OURS, "Ours"), "x_audience": "trusted"}


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ({"organizations": [organization(THEIRS, "Taken over")]}, NotAnEntry),
        ({"services": [HUNG]}, OpenPartFirst),
        ({"phones": [{"id": OURS, "number": "1", "organization_id": THEIRS}]}, OpenPartFirst),
        ({"locations": [HIDDEN]}, NotAnEntry),
        ({"organizations": [TRUSTED]}, NotAnEntry),
        ({"taxonomies": [{"id": OURS, "name": "x", "description": "y"}]}, NotAnEntry),
        ({"casework_case": [{"id": OURS}]}, NotAnEntry),
        ({"organizations": [{"id": OURS}]}, NotAnEntry),
        ({"phones": [{"id": OURS, "number": str(n)} for n in range(5_001)]}, NotAnEntry),
    ],
)
def test_an_open_part_that_reaches_beyond_its_agency_is_refused_whole(
    agencies: Coalition, rows: dict[str, list[dict[str, Any]]], why: type[Exception]
):
    async def walk() -> None:
        with agencies.at(NORTHGATE):
            desk = await agencies.desk(NORTHGATE)
            async with database.transaction():
                imported = {"organizations": [organization(THEIRS, "Their name")]}
                await store.put(imported, store.IMPORT, desk)

            with pytest.raises(why):
                async with database.transaction():
                    await shelving.put_open(agencies[RIVER].id, rows, desk)

            kept = await shelf.rows("organizations", Audience.PROFESSIONAL, desk)
            assert [row["name"] for row in kept] == ["Their name"]

    run(walk())


@pytest.mark.parametrize(
    "body",
    [
        {"number": 1, "part": "open"},
        {"number": "1", "part": "open", "blob": ""},
        {"number": 1, "part": "other", "blob": ""},
        {"number": 1, "part": "open", "blob": "../x"},
        {"number": 1, "part": "open", "blob": "AB" * 32},
        {"number": True, "part": ["open"], "blob": {}},
    ],
)
def test_a_statement_that_lacks_what_it_must_say_changes_nothing(
    agencies: Coalition, body: dict[str, Any]
):
    async def walk() -> None:
        with agencies.at(NORTHGATE):
            desk = await agencies.desk(NORTHGATE)
            signer = agencies[RIVER].identity
            said = read(sign("entry", {"to": [desk.node.identity], **body}, signer))
            with pytest.raises(RefusedAct):
                async with database.transaction():
                    await taking.take(said, agencies[RIVER].id, desk)

    run(walk())


def test_an_older_statement_does_not_take_the_place_of_a_newer(agencies: Coalition):
    async def walk() -> None:
        with agencies.at(NORTHGATE):
            desk = await agencies.desk(NORTHGATE)

            async def take(number: int) -> None:
                body = {"to": [desk.node.identity], "number": number, "part": "open", "blob": ""}
                said = read(sign("entry", body, agencies[RIVER].identity))
                async with database.transaction():
                    await taking.take(said, agencies[RIVER].id, desk)

            await take(7)
            for number in (6, 7):
                with pytest.raises(RefusedAct, match="later part"):
                    await take(number)

    run(walk())


def test_only_the_coordinating_identity_publishes_a_listing_and_only_a_later_one(
    agencies: Coalition,
):
    async def walk() -> None:
        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)

            async def take(number: object, name: str) -> None:
                body = {
                    "to": ["*"],
                    "number": number,
                    "blob": "ab" * 32,
                    "previous": "",
                    "issued": 1,
                }
                said = read(sign("listing", body, agencies[name].identity))
                async with database.transaction():
                    await adopting.take(said, agencies[name].id, desk)

            with pytest.raises(RefusedAct, match="Only the coordinating node"):
                await take(9, RIVER)
            await take(9, NORTHGATE)
            for number in (8, 9, "10"):
                with pytest.raises(RefusedAct):
                    await take(number, NORTHGATE)

    run(walk())


def test_an_agency_is_one_organization_on_every_node():
    assert own.organization_id("ab" * 32) == own.organization_id("ab" * 32)
    assert own.organization_id("ab" * 32) != own.organization_id("cd" * 32)
