import asyncio

import pytest

from server.node import audit, database
from server.node.database import NotInTransaction
from server.node.tables import AuditEntry, AuditHead
from tests.nodes import TestedNode


async def _write(node: TestedNode, count: int) -> None:
    desk = await node.desk()
    for n in range(count):
        async with database.transaction():
            await audit.record("case.show", f"{n:032x}", desk, revision=n)


def test_every_act_is_in_the_chain_in_order(agency: TestedNode):
    before = asyncio.run(audit.verify()).count

    asyncio.run(_write(agency, 5))

    verdict = asyncio.run(audit.verify())
    assert verdict.ok
    assert verdict.count == before + 5
    assert verdict.first_broken is None
    entries = asyncio.run(audit.list_entries(3))
    assert [entry.detail for entry in entries] == [{"revision": n} for n in (4, 3, 2)]
    assert {entry.who for entry in entries} == {agency.member.id}


def test_nothing_is_written_down_outside_an_act(agency: TestedNode):
    async def outside() -> None:
        await audit.record("case.show", "x", await agency.locked())

    with pytest.raises(NotInTransaction):
        asyncio.run(outside())


def test_an_act_undone_was_not_written_down(agency: TestedNode):
    async def undone() -> None:
        desk = await agency.desk()
        async with database.transaction():
            await audit.record("case.show", "x", desk)
            raise LookupError

    before = asyncio.run(audit.head())
    with pytest.raises(LookupError):
        asyncio.run(undone())

    assert asyncio.run(audit.head()) == before


@pytest.mark.parametrize(
    ("tamper", "broken"),
    [
        ("UPDATE audit_entry SET subject = 'other' WHERE n = 4", 4),
        ("UPDATE audit_entry SET who = 'node' WHERE n = 3", 3),
        ("UPDATE audit_entry SET detail = '{}' WHERE n = 5", 5),
        ("UPDATE audit_entry SET at = '2020-01-01T00:00:00Z' WHERE n = 1", 1),
        ("DELETE FROM audit_entry WHERE n = 2", 2),
        ("DELETE FROM audit_entry WHERE n = 6", 6),
        ("DELETE FROM audit_entry", 1),
        ("UPDATE audit_entry SET n = n + 100 WHERE n = 4", 4),
        ("UPDATE audit_head SET n = n - 1", 6),
        ("UPDATE audit_head SET n = n + 1", 7),
        ("UPDATE audit_head SET n = 0", 1),
    ],
)
def test_an_entry_changed_by_hand_is_named(agency: TestedNode, tamper: str, broken: int):
    asyncio.run(_write(agency, 5))

    asyncio.run(_do(tamper))

    verdict = asyncio.run(audit.verify())
    assert not verdict.ok
    assert verdict.first_broken == broken


def test_two_entries_that_changed_places_are_named(agency: TestedNode):
    asyncio.run(_write(agency, 5))

    async def swap() -> None:
        rows = {row["n"]: row for row in await AuditEntry.select()}
        for n, other in ((3, 4), (4, 3)):
            await AuditEntry.update({"subject": rows[other]["subject"]}).where(AuditEntry.n == n)

    asyncio.run(swap())

    assert asyncio.run(audit.verify()).first_broken == 3


def test_a_chain_rewritten_from_one_entry_on_has_another_head(agency: TestedNode):
    asyncio.run(_write(agency, 3))
    told_to_partners = asyncio.run(audit.head())

    async def rewrite() -> None:
        await AuditEntry.delete().where(AuditEntry.n > 2)
        last = await AuditEntry.select().where(AuditEntry.n == 2).first()
        await AuditHead.update({"n": 2, "hash": last["hash"]}).where(AuditHead.id == 1)
        await _write(agency, 2)

    asyncio.run(rewrite())

    assert asyncio.run(audit.verify()).ok  # only a partner who heard the old head can tell
    assert asyncio.run(audit.head()) != told_to_partners


def test_entries_are_found_by_act_and_page(agency: TestedNode):
    asyncio.run(_write(agency, 4))

    found = asyncio.run(audit.list_entries(2, before=5, acts=frozenset({"case.show"})))

    assert [entry.n for entry in found] == [4, 3]


async def _do(sql: str) -> None:
    await AuditEntry.raw(sql)
