import asyncio

import pytest

from server.node import audit, staff
from server.node.access import Role
from server.node.desk import desk_for, keys_for, open_desk
from server.node.errors import (
    BadFile,
    Locked,
    NotFound,
    NotPermitted,
    PassphraseWrong,
    RefusedAct,
    Usage,
)
from server.node.tables import Staff
from tests.nodes import FIRST, PASSPHRASE, TestedNode

SASHA, HERS = "Sasha Quill", "eleven paper boats upstream"
ANOTHER = "a different sentence altogether"


def test_somebody_added_opens_the_same_node_with_their_own_passphrase(agency: TestedNode):
    async def add_and_sign_in() -> None:
        first = await agency.desk()
        added = await staff.add(SASHA, frozenset({Role.ADVOCATE}), HERS, first)
        desk = await open_desk(agency.settings, SASHA, HERS)

        assert desk.staff == added
        assert desk.roles == {Role.ADVOCATE}
        assert desk.unlocked().identity.public == agency.identity.public
        assert [member.name for member in await staff.list_staff(desk)] == [FIRST, SASHA]
        with pytest.raises(NotPermitted):
            await staff.add("Third Person", frozenset({Role.OBSERVER}), HERS, desk)

        told = await staff.notices(first)
        assert told == []
        await staff.remove(SASHA, first)
        with pytest.raises(Locked, match="signed out"):
            await desk_for(agency.settings, added, desk.keys)
        with pytest.raises(PassphraseWrong):
            await open_desk(agency.settings, SASHA, HERS)
        assert (await Staff.select().where(Staff.staff_id == added.id).first())["lock"] == b""

    asyncio.run(add_and_sign_in())

    acts = [entry.act for entry in asyncio.run(audit.list_entries(2))]
    assert acts == ["staff.remove", "staff.add"]


def test_the_last_operator_stays(agency: TestedNode):
    async def remove() -> None:
        await staff.remove(FIRST, await agency.desk())

    with pytest.raises(RefusedAct, match="last operator"):
        asyncio.run(remove())


def test_a_name_is_taken_whatever_its_case(agency: TestedNode):
    async def add() -> None:
        await staff.add("robin  vale", frozenset({Role.ADVOCATE}), HERS, await agency.desk())

    with pytest.raises(RefusedAct, match="already"):
        asyncio.run(add())


def test_a_locked_node_gives_nobody_a_lock(agency: TestedNode):
    async def add() -> None:
        locked = await desk_for(agency.settings, agency.member, None)
        await staff.add(SASHA, frozenset({Role.ADVOCATE}), HERS, locked)

    with pytest.raises(Locked):
        asyncio.run(add())


@pytest.mark.parametrize(
    ("name", "roles", "passphrase"),
    [
        ("", {Role.ADVOCATE}, HERS),
        ("a\x07b", {Role.ADVOCATE}, HERS),
        ("x" * 201, {Role.ADVOCATE}, HERS),
        (SASHA, set(), HERS),
        (SASHA, {Role.ADVOCATE}, "short"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    agency: TestedNode, name: str, roles: set[Role], passphrase: str
):
    async def add() -> None:
        await staff.add(name, frozenset(roles), passphrase, await agency.desk())

    with pytest.raises(Usage):
        asyncio.run(add())
    assert asyncio.run(_members()) == 1


def test_a_changed_passphrase_ends_other_sessions(agency: TestedNode):
    async def change() -> None:
        desk = await agency.desk()
        member = await staff.change_passphrase(ANOTHER, desk)

        with pytest.raises(Locked):
            await desk_for(agency.settings, agency.member, desk.keys)
        assert (await desk_for(agency.settings, member, desk.keys)).staff == member
        with pytest.raises(PassphraseWrong):
            await open_desk(agency.settings, FIRST, PASSPHRASE)
        assert (await open_desk(agency.settings, FIRST, ANOTHER)).staff == member

    asyncio.run(change())


def test_the_paper_code_gives_a_new_passphrase_and_everybody_is_told(agency: TestedNode):
    async def recover() -> None:
        sasha = await staff.add(SASHA, frozenset({Role.ADVOCATE}), HERS, await agency.desk())
        await staff.recover(agency.recovery_code.lower(), FIRST, ANOTHER, agency.settings)
        await open_desk(agency.settings, FIRST, ANOTHER)

        hers = await desk_for(agency.settings, sasha, None)
        told = await staff.notices(hers)
        assert [notice.sentence for notice in told] == [
            f"The paper recovery code was used to give {FIRST} a new passphrase."
        ]
        await staff.read_notices(told[-1].n, hers)
        assert await staff.notices(hers) == []

    asyncio.run(recover())

    assert "recover" in {entry.act for entry in asyncio.run(audit.list_entries(5))}


def test_a_code_with_a_slip_is_named_as_mistyped(agency: TestedNode):
    slipped = agency.recovery_code[:-1] + ("0" if agency.recovery_code[-1] != "0" else "1")

    with pytest.raises(PassphraseWrong, match="mistyped"):
        asyncio.run(staff.recover(slipped, FIRST, ANOTHER, agency.settings))


def test_another_nodes_code_opens_nothing(agency: TestedNode, new_node):
    other = new_node(coordinating=True)

    with pytest.raises(PassphraseWrong, match="another node"):
        asyncio.run(staff.recover(other.recovery_code, FIRST, ANOTHER, agency.settings))


def test_nobody_is_recovered_who_does_not_work_here(agency: TestedNode):
    with pytest.raises(NotFound):
        asyncio.run(staff.recover(agency.recovery_code, "Nobody", ANOTHER, agency.settings))


def test_a_lock_from_another_node_is_not_taken_for_this_one(agency: TestedNode, new_node):
    other = new_node(coordinating=True)

    async def swapped() -> None:
        await keys_for(agency.settings, other.identity)

    with pytest.raises(BadFile, match="another node"):
        asyncio.run(swapped())


async def _members() -> int:
    return int(await Staff.count())
