"""The own entry: two colleagues on two pages lose nothing; both words stand until one chooses."""

from dataclasses import replace

import pytest

from client_sync.entry import HERE, REMOVED, ROW_STATE, Entry
from server.entry import composing, own
from server.entry.errors import NoSuchRow, PageTooOld
from server.entry.tables import EntryDocument
from server.node.access import Role
from server.node.errors import Locked, NotPermitted
from tests.coalition import HARBOUR, Coalition
from tests.running import run
from tests.server.entry.offers import HIDDEN_STREET, offer, write

SERVICES = "services"


def values(entry: Entry, table: str, row: str, field: str) -> list[object]:
    return [said.value for said in entry.rows[table, row].fields[field]]


def test_an_entry_begins_with_the_agencys_name(agencies: Coalition):
    async def walk() -> None:
        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)

            entry = await own.begin(desk)

            (row,) = entry.of("organizations")
            assert row.values == {
                "id": own.organization_id(desk.node.identity),
                "name": HARBOUR,
            }
            assert (await own.begin(desk)).heads == entry.heads

    run(walk())


def test_two_colleagues_on_two_pages_change_two_fields_and_both_stand(agencies: Coalition):
    async def walk() -> None:
        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)
            there = await offer(desk)
            drawn = (await own.read(desk)).heads

            await own.edit({(SERVICES, there.service): {"name": "Safe house"}}, drawn, desk)
            entry = await own.edit({(SERVICES, there.service): {"wait_time": "None"}}, drawn, desk)

            assert values(entry, SERVICES, there.service, "name") == ["Safe house"]
            assert values(entry, SERVICES, there.service, "wait_time") == ["None"]
            assert not entry.rows[SERVICES, there.service].contested

    run(walk())


def test_two_colleagues_who_change_one_field_both_stay_until_somebody_chooses(
    agencies: Coalition,
):
    async def walk() -> None:
        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)
            there = await offer(desk)
            drawn = (await own.read(desk)).heads
            await own.edit({(SERVICES, there.service): {"name": "Ana's words"}}, drawn, desk)
            entry = await own.edit(
                {(SERVICES, there.service): {"name": "Ben's words"}}, drawn, desk
            )
            both = values(entry, SERVICES, there.service, "name")

            chosen = await own.choose(SERVICES, there.service, "name", 0, desk)

            assert both == ["Ana's words", "Ben's words"]
            assert values(chosen, SERVICES, there.service, "name") == ["Ana's words"]

    run(walk())


@pytest.mark.parametrize(("number", "there_after"), [(0, True), (1, False)])
def test_a_row_removed_while_a_colleague_changes_it_waits_for_a_choice(
    agencies: Coalition, number: int, there_after: bool
):
    async def walk() -> None:
        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)
            there = await offer(desk)
            drawn = (await own.read(desk)).heads
            await own.remove(SERVICES, there.service, drawn, desk)
            entry = await own.edit({(SERVICES, there.service): {"alert": "Full"}}, drawn, desk)
            row = entry.rows[SERVICES, there.service]
            states = [said.value for said in row.states]

            chosen = await own.choose(SERVICES, there.service, ROW_STATE, number, desk)

            assert row.contested
            assert states == [HERE, REMOVED]
            assert (not chosen.rows[SERVICES, there.service].removed) == there_after

    run(walk())


def test_what_hangs_from_a_removed_row_goes_with_it(agencies: Coalition):
    async def walk() -> None:
        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)
            there = await offer(desk)
            before = await own.read(desk)

            entry = await own.remove("locations", there.refuge, before.heads, desk)

            left = composing.whole(entry)
            assert "locations" not in left
            assert "addresses" not in left
            assert "service_at_location" not in left
            assert [row["id"] for row in left["phones"]] == [there.helpline]

    run(walk())


def test_what_a_colleague_hung_on_a_removed_row_meanwhile_is_not_sent(agencies: Coalition):
    async def walk() -> None:
        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)
            there = await offer(desk)
            drawn = (await own.read(desk)).heads
            await own.remove("locations", there.refuge, drawn, desk)
            late = {("addresses", own.new_id()): {"location_id": there.refuge, "city": "Late"}}

            entry = await own.edit(late, drawn, desk)

            assert "addresses" not in composing.whole(entry)

    run(walk())


def test_words_of_the_entry_lie_shut_on_the_disk(agencies: Coalition):
    async def walk() -> None:
        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)
            await offer(desk)

            row = await EntryDocument.objects().first()

            assert HIDDEN_STREET.encode() not in bytes(row.body)
            with pytest.raises(Locked):
                await own.current(await agencies.locked(HARBOUR))

    run(walk())


def test_a_document_that_grew_begins_anew_without_what_was_said_before(agencies: Coalition):
    async def walk() -> None:
        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)
            there = await offer(desk)
            await own.remove("locations", there.refuge, (await own.read(desk)).heads, desk)
            await write(desk, SERVICES, there.service, alert="Said before")
            await write(desk, SERVICES, there.service, alert="Said now")
            await EntryDocument.update({EntryDocument.changes: 500}).where(EntryDocument.id == 1)
            before = await own.read(desk)
            early = await own.tidy(desk)
            old = await EntryDocument.objects().first()
            await EntryDocument.update({EntryDocument.changed_at: 1}).where(EntryDocument.id == 1)

            tidied = await own.tidy(desk)

            after = await own.read(desk)
            row = await EntryDocument.objects().first()
            assert (early, tidied) == (False, True)
            assert composing.whole(after) == composing.whole(before)
            assert row.changes < 10 < old.changes
            assert ("locations", there.refuge) not in after.rows

    run(walk())


def test_a_page_of_another_document_is_told_to_load_again(agencies: Coalition):
    async def walk() -> None:
        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)
            there = await offer(desk)

            with pytest.raises(PageTooOld):
                await own.edit({(SERVICES, there.service): {"name": "x"}}, ("ab" * 32,), desk)
            with pytest.raises(NoSuchRow):
                await own.choose(SERVICES, there.service, "name", 7, desk)

    run(walk())


def test_whoever_may_not_edit_the_entry_changes_nothing(agencies: Coalition):
    async def walk() -> None:
        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)
            assert desk.staff is not None
            advocate = replace(desk.staff, roles=frozenset({Role.ADVOCATE}))

            with pytest.raises(NotPermitted):
                await own.begin(replace(desk, staff=advocate))

    run(walk())
