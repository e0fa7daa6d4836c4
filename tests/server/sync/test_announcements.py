"""What members say openly reaches the room it is for, once, and is refused by name otherwise."""

import asyncio
from dataclasses import replace

import pytest

from crypto.keys import Identity
from crypto.statement import Statement, sign
from server import announcements
from server.node import announcing, audit, database
from server.node.desk import Desk
from server.node.errors import RefusedAct
from tests.nodes import TestedNode


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, object]]]:
    """A room that takes steps, and refuses the one called “wrong”."""
    taken: list[tuple[str, dict[str, object]]] = []

    async def take_step(said: Statement, agency: str, desk: Desk) -> None:
        if said.body.get("step") == "wrong":
            raise RefusedAct("This step is not one of ours.")
        taken.append((agency, said.body))

    monkeypatch.setattr(announcements, "KINDS", {"step": take_step})
    return taken


def _step(of: Identity, step: str = "lead") -> bytes:
    return sign("step", {"to": ["*"], "step": step}, of)


def test_a_statement_counts_once_however_often_it_comes(coordinating: TestedNode, heard):
    raw = _step(coordinating.identity)

    async def walk() -> None:
        desk = await coordinating.locked()
        first = await announcements.take([raw, raw], desk)
        again = await announcements.take([raw], desk)
        assert (first.accepted, again.accepted) == (1, 0)

    asyncio.run(walk())
    assert [body["step"] for _, body in heard] == ["lead"]


def test_a_stranger_and_a_suspended_agency_are_refused_by_name(coordinating: TestedNode, heard):
    stranger = Identity(b"\x09" * 32)

    async def walk() -> None:
        desk = await coordinating.locked()
        first = replace(desk.directory.coordinating, suspended=True)
        suspended = replace(desk, directory=replace(desk.directory, entries=(first,)))
        refused = (await announcements.take([_step(stranger)], desk)).refused
        late = (await announcements.take([_step(coordinating.identity)], suspended)).refused
        assert [why for _, why in refused] == [announcements.NOT_A_MEMBER]
        assert [why for _, why in late] == [announcements.SUSPENDED]

    asyncio.run(walk())
    assert heard == []


def test_what_a_room_refuses_is_named_once_in_the_audit(coordinating: TestedNode, heard):
    wrong = _step(coordinating.identity, "wrong")

    async def walk() -> None:
        desk = await coordinating.locked()
        refused = (await announcements.take([wrong, b"noise", wrong], desk)).refused
        assert next(why for _, why in refused) == "This step is not one of ours."
        entries = await audit.list_entries(9, acts=frozenset({"arrival.refused"}))
        assert len(entries) == 1

    asyncio.run(walk())


def test_what_no_room_takes_is_left_to_casework(heard):
    receipt = sign("receipt", {"to": ["*"]}, Identity(b"\x09" * 32))

    step = _step(Identity(b"\x09" * 32))

    assert announcements.split([receipt, b"noise", step]) == ([step], [receipt, b"noise"])


def test_an_announcement_waits_until_the_relay_has_it(coordinating: TestedNode):
    async def walk() -> None:
        desk = await coordinating.desk()
        async with database.transaction():
            body = {"to": ["*"], "step": "lead"}
            first = await announcing.announce("step", body, desk.unlocked().identity, desk)
            again = await announcing.announce("step", body, desk.unlocked().identity, desk)
        assert first == again
        assert [row.id for row in await announcing.waiting(9, desk)] == [first]
        assert await announcing.due()
        await announcing.sent([first], desk)
        assert await announcing.waiting_count() == 0

    asyncio.run(walk())
