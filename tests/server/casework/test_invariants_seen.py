"""The invariants C12 to C20 of a consent: how it ends, and who looks, as far as acts keep them."""

import pytest

from server.casework import cases, consents, mailroom, meetings, withdrawals
from server.casework.errors import NoSuchCase
from server.casework.tables import (
    TABLES,
    ConsentRow,
    RecordRow,
    Share,
)
from server.node import audit
from server.node.access import Role
from server.node.errors import Locked, NotPermitted
from tests.backups import back_up, put_back
from tests.coalition import (
    BRIGID,
    ENDS,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    case_file,
    open_case,
    record,
    share,
    whole_story,
)
from tests.running import run


def test_c12_when_it_ends_the_lane_itself_is_gone(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        with agencies.at(HARBOUR):
            consents_here = await ConsentRow.select(ConsentRow.release).first()

        await agencies.do(
            HARBOUR, lambda desk: withdrawals.withdraw(desk, release=consents_here["release"])
        )

        with agencies.at(HARBOUR):
            assert all(bytes(row.body) == b"" for row in await Share.objects())
            kept = await cases.read(ref, await agencies.desk(HARBOUR))
        assert kept.fragment.fields

    run(story())


def test_c13_a_backup_from_before_the_end_opens_nothing_after_it(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        assert await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        await back_up(agencies, NORTHGATE)
        agencies.later(days=60)
        await agencies.sync(NORTHGATE)
        await put_back(agencies, NORTHGATE, keys_lost=False)
        with agencies.at(NORTHGATE):
            bodies = await RecordRow.count().where(RecordRow.body.is_not_null())
            desk = await agencies.desk(NORTHGATE)
            held = desk.keyring.shares()

        with pytest.raises(NoSuchCase):
            await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))

        assert bodies > 0
        assert held == frozenset()

    run(story())


def test_c15_an_agency_sees_what_the_survivor_said_only_where_the_consent_names_it(
    agencies: Coalition,
) -> None:
    """Version 1 knows no duty towards the person using violence: the consent's scope decides."""

    async def story() -> None:
        said = {"survivor": {"worries": "CANARY-HER-WORDS"}}
        ref = (await open_case(agencies, HARBOUR, None, case_file(survivor_voice=said))).ref
        row = {"find": True, "tell": True, "plan": True, "initials": "AB"}
        ticked = [{"agency": HARBOUR, "tell": True, "plan": True, "initials": "AB"}]
        unscoped, scoped = {**row, "agency": RIVER}, {**row, "agency": BRIGID}
        scoped["handoff_sections"] = ["survivor_voice"]
        await record(agencies, ref, rows=[*ticked, unscoped, scoped])

        for name in (RIVER, BRIGID):
            await share(agencies, HARBOUR, ref, name, "handoff")
        await agencies.settle()

        seen = {}
        for name in (RIVER, BRIGID):
            found = await agencies.do(name, consents.received_finds)
            seen[name] = {place.section for find in found for place in find.fields}
        assert seen == {
            RIVER: {"identity", "safe_contact"},
            BRIGID: {"identity", "safe_contact", "survivor_voice"},
        }

    run(story())


def test_c14_every_look_is_written_down_and_counted_for_the_discloser(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        for _ in range(2):
            await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        await agencies.do(HARBOUR, lambda desk: cases.read(ref, desk))

        with agencies.at(NORTHGATE):
            looks = await audit.list_entries(acts=frozenset({"view"}))
            counts = {row["opened_count"] for row in await Share.select(Share.opened_count)}
            assert (await audit.verify()).ok
        with agencies.at(HARBOUR):
            reads = await audit.list_entries(acts=frozenset({"case.show"}))

        assert [one.subject for one in looks] == [ref, ref]
        assert counts == {2}
        assert [one.subject for one in reads] == [ref]

    run(story())


def test_c17_the_view_names_agency_consent_end_and_time_beside_each_field(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)

        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))

        for said in (one for section in view.sections.values() for one in section):
            assert said.agency in agencies.places
            assert len(said.consent) == 32
            assert said.until == ENDS
            assert said.written.endswith("Z")

    run(story())


def test_c19_who_saw_what_can_be_told(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        with agencies.at(HARBOUR):
            tell = await ConsentRow.objects().where(ConsentRow.kind == "tell").first()
        assert tell is not None
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=tell.id))
        await agencies.settle(locked=True)

        told = await agencies.do(HARBOUR, lambda desk: withdrawals.receipts(tell.id, desk))

        assert [(one.agency_name, one.opened) for one in told.confirmed] == [(NORTHGATE, 1)]

    run(story())


def test_c20_nothing_about_a_person_lies_readable_in_any_column_or_in_the_audit(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))

        words = [b"Invented", b"CANARY", b"Quiet Lane", b"Two calls", b"getting worse"]
        for name in agencies.places:
            with agencies.at(name):
                dump = b""
                for table in TABLES:
                    for row in await table.select():
                        for value in row.values():
                            dump += value if isinstance(value, bytes) else str(value).encode()
                for entry in await audit.list_entries(limit=1000):
                    dump += repr(entry).encode()
            assert [word for word in words if word in dump] == []

    run(story())


def test_absent_and_forbidden_sound_the_same(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        absent = "7KQ42M0000000000000000000Z"

        with pytest.raises(NoSuchCase) as one:
            await agencies.do(HARBOUR, lambda desk: cases.read(absent, desk))
        with pytest.raises(NoSuchCase) as other:
            await agencies.do(RIVER, lambda desk: cases.read(ref, desk))

        assert str(one.value) == str(other.value)

    run(story())


def test_an_operator_alone_opens_no_case(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)
            assert desk.staff is not None
            operator = desk.staff.__class__(
                desk.staff.id, desk.staff.name, frozenset({Role.OPERATOR}), desk.staff.version
            )
            alone = desk.__class__(
                desk.settings,
                desk.node,
                operator,
                desk.keys,
                desk.directory,
                desk.pack,
                desk.time,
                desk.walled,
            )

            for act in (
                cases.list_cases(alone),
                cases.read(ref, alone),
                cases.edit(ref, {}, 1, {}, alone),
                mailroom.preview(ref, RIVER, "handoff", alone),
                mailroom.send(ref, RIVER, "handoff", alone),
                consents.list_consents(alone),
                withdrawals.withdraw(alone, release="ab" * 16),
                meetings.case_view(ref, alone),
            ):
                with pytest.raises(NotPermitted):
                    await act

    run(story())


def test_a_locked_node_reads_nothing(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        with agencies.at(NORTHGATE):
            locked = await agencies.locked(NORTHGATE)

            for act in (cases.list_cases(locked), meetings.case_view(ref, locked)):
                with pytest.raises(Locked):
                    await act

    run(story())
