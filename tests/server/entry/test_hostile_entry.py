"""A member of ill will: whatever it writes, the others' sync goes on and nothing of it is kept."""

from typing import Any

import pytest

from crypto.part import blob_name, open_part
from crypto.statement import sign
from server import announcements
from server.entry import composing, own, taking
from server.entry.tables import TakenPart
from server.listing.tables import ListingRow
from server.node import database
from server.node.announcing import announce
from server.node.desk import Desk
from tests.coalition import BRIGID, HARBOUR, NORTHGATE
from tests.running import run
from tests.server.sync.wired import Wired


async def _says(by_http: Wired, **parts: Any) -> bytes:
    with by_http.agencies.at(HARBOUR):
        desk = await by_http.agencies.desk(HARBOUR)
        body = {"to": [desk.node.trusted.hex()], "number": 1, "part": "open", "blob": "", "at": 1}
        return sign("entry", {**body, **parts}, desk.unlocked().identity)


async def _put_away(by_http: Wired, rows: dict[str, list[dict[str, Any]]]) -> TakenPart:
    """What the coordinating node makes of these rows, sent by an altered node at Harbour."""
    with by_http.agencies.at(HARBOUR):
        desk = await by_http.agencies.desk(HARBOUR)
        at = "2026-11-21T10:42:00Z"
        content = open_part(composing.changes_of(rows, at, desk.unlocked().identity.public))
    raw = await _says(by_http, blob=blob_name(content).hex())
    with by_http.agencies.at(NORTHGATE):
        desk = await by_http.agencies.desk(NORTHGATE)
        assert (await announcements.take([raw], desk)).accepted == 1
        await taking.fetch(desk, _Brings(content))  # type: ignore[arg-type]
        row = await TakenPart.objects().first()
        assert row is not None
        return row


class _Brings:
    """A way to a relay that holds this one blob."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def get_blobs(self, names: list[bytes]) -> dict[bytes, bytes]:
        return {blob_name(self._content): self._content} | dict.fromkeys(names, self._content)


@pytest.mark.parametrize(
    "parts",
    [{"part": []}, {"part": {}}, {"number": True}, {"number": -1}, {"blob": []}, {"to": {}}],
)
def test_a_statement_of_an_entry_that_makes_no_sense_is_refused_by_name(
    by_http: Wired, parts: dict[str, Any]
) -> None:
    async def walk() -> None:
        await by_http.settle()
        raw = await _says(by_http, **parts)
        with by_http.agencies.at(NORTHGATE):
            desk = await by_http.agencies.desk(NORTHGATE)

            taken = await announcements.take([raw], desk)

            assert taken.accepted == 0
            assert len(taken.refused) == 1
            assert not await TakenPart.exists()
            assert await announcements.take([raw], desk) == announcements.Taken()

    run(walk())


def _organization(desk_id: str, **more: Any) -> dict[str, list[dict[str, Any]]]:
    row = {"id": own.organization_id(desk_id), "name": "Harbour", "description": "x", **more}
    return {"organizations": [row]}


def test_nobody_takes_the_id_that_another_agency_will_go_by(by_http: Wired) -> None:
    async def walk() -> None:
        await by_http.settle()

        row = await _put_away(by_http, _organization(by_http.agencies[BRIGID].id))

        assert (row.state, "id of another" in row.why) == (taking.REFUSED, True)
        with by_http.agencies.at(NORTHGATE):
            assert not await ListingRow.exists()

    run(walk())


def test_an_entry_that_breaks_its_reading_stops_nobody(
    by_http: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise TypeError("something nobody foresaw")

    async def walk() -> None:
        await by_http.settle()
        monkeypatch.setattr("server.entry.shelving.put_open", broken)

        row = await _put_away(by_http, _organization(by_http.agencies[HARBOUR].id))

        assert row.state == taking.REFUSED

    run(walk())


def test_only_the_coordinating_node_lays_a_listing_down_at_the_relay(by_http: Wired) -> None:
    async def say(desk: Desk) -> None:
        body = {"to": ["*"], "number": 1, "previous": "", "blob": "ab" * 32, "issued": 1}
        async with database.transaction():
            await announce("listing", body, desk.unlocked().identity, desk)

    async def walk() -> None:
        await by_http.settle()
        await by_http.agencies.do(HARBOUR, say)

        report = await by_http.round(HARBOUR)

        assert len(report.refused) == 1

    run(walk())


def test_a_signature_of_somebody_who_does_not_sign_is_not_kept(by_http: Wired) -> None:
    async def walk() -> None:
        await by_http.settle()
        with by_http.agencies.at(HARBOUR):
            desk = await by_http.agencies.desk(HARBOUR)
            body = {"to": [desk.node.trusted.hex()], "number": 9, "directory": "ab" * 32}
            raw = sign("cosign", body, desk.unlocked().identity)
        with by_http.agencies.at(NORTHGATE):
            desk = await by_http.agencies.desk(NORTHGATE)
            taken = await announcements.take([raw], desk)

        assert "Only those who sign" in taken.refused[0][1]

    run(walk())
