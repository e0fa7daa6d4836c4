"""Two colleagues and one case: nobody's words are lost, and live shares follow."""

import pytest

from server.casework import cases, meetings, sealing
from server.casework.errors import NotWritable
from server.casework.tables import RecordRow, Share, StatementRow
from server.node import staff
from server.node.access import Role
from server.node.desk import Desk, desk_for
from tests.coalition import (
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    open_case,
    record,
    share,
    whole_story,
)
from tests.running import run
from tiers.fragment import Place

SUMMARY = Place("service_involvement", "survivor", "summary")
THREATS = Place("risks", "survivor", "threats")


async def colleague(agencies: Coalition, name: str) -> Desk:
    """Somebody else at the same agency, as of their own sign-in."""
    desk = await agencies.desk(name)
    member = await staff.add("Noor Hale", frozenset({Role.ADVOCATE}), "a second set of words", desk)
    return await desk_for(agencies.settings(name), member, desk.keys)


def seen(view: object, section: str, field: str) -> dict[str, tuple[str, ...]]:
    found = view.sections.get(section, ())
    return {one.agency: one.values for one in found if one.field == field}


def test_an_edit_of_a_shared_field_reaches_whoever_holds_it(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        before = await agencies.do(HARBOUR, lambda desk: cases.read(ref, desk))

        edited = await agencies.do(
            HARBOUR,
            lambda desk: cases.edit(
                ref, {THREATS: "Again on Monday."}, before.revision, before.heads, desk
            ),
        )
        await agencies.sync(HARBOUR, NORTHGATE)

        assert edited.reached == (agencies[NORTHGATE].id,)
        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        assert seen(view, "risks", "threats") == {HARBOUR: ("Again on Monday.",)}

    run(story())


def test_a_private_edit_reaches_nobody(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        place = Place("private", "survivor", "notes")
        with agencies.at(HARBOUR):
            held = await RecordRow.count()

        edited = await agencies.do(
            HARBOUR, lambda desk: cases.edit(ref, {place: "CANARY two"}, 1, {}, desk)
        )

        assert edited.reached == ()
        with agencies.at(HARBOUR):
            assert await RecordRow.count() == held

    run(story())


def test_two_colleagues_who_change_one_field_keep_both_until_somebody_chooses(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        with agencies.at(HARBOUR):
            robin, noor = await agencies.desk(HARBOUR), await colleague(agencies, HARBOUR)
            page = await cases.read(ref, robin)

            await cases.edit(ref, {THREATS: "Robin's words."}, page.revision, page.heads, robin)
            second = await cases.edit(
                ref, {THREATS: "Noor's words."}, page.revision, page.heads, noor
            )
        await agencies.sync(HARBOUR, NORTHGATE)

        assert second.beside == (THREATS,)
        own = {one.value for one in second.record.fragment.fields[THREATS]}
        assert own == {"Robin's words.", "Noor's words."}
        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        assert set(seen(view, "risks", "threats")[HARBOUR]) == own

        with agencies.at(HARBOUR):
            now = second.record
            await cases.edit(ref, {THREATS: "What we agreed."}, now.revision, now.heads, robin)
        await agencies.sync(HARBOUR, NORTHGATE)
        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        assert seen(view, "risks", "threats") == {HARBOUR: ("What we agreed.",)}

    run(story())


def test_colleagues_in_different_fields_overwrite_nothing(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        with agencies.at(HARBOUR):
            robin, noor = await agencies.desk(HARBOUR), await colleague(agencies, HARBOUR)
            page = await cases.read(ref, robin)

            await cases.edit(ref, {THREATS: "New threat."}, page.revision, page.heads, robin)
            after = await cases.edit(
                ref, {SUMMARY: "New summary."}, page.revision, page.heads, noor
            )
        await agencies.sync(HARBOUR, NORTHGATE)

        assert after.beside == ()
        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        assert seen(view, "risks", "threats")[HARBOUR] == ("New threat.",)
        assert seen(view, "service_involvement", "summary")[HARBOUR] == ("New summary.",)

    run(story())


def test_a_cleared_field_is_gone_from_the_view(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        page = await agencies.do(HARBOUR, lambda desk: cases.read(ref, desk))

        await agencies.do(
            HARBOUR, lambda desk: cases.edit(ref, {THREATS: None}, page.revision, page.heads, desk)
        )
        await agencies.sync(HARBOUR, NORTHGATE)

        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        assert seen(view, "risks", "threats") == {}

    run(story())


def test_sharing_again_sends_only_what_is_new_or_nothing(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        first = await share(agencies, HARBOUR, ref, NORTHGATE, "meeting")

        again = await share(agencies, HARBOUR, ref, NORTHGATE, "meeting")
        find = await share(agencies, HARBOUR, ref, RIVER, "handoff")
        third = await share(agencies, HARBOUR, ref, NORTHGATE, "meeting")

        assert (first.new, again.new, again.changed) == (True, False, False)
        assert again.share == first.share
        # The find told Northgate's share at once that River was asked.
        assert find.new
        assert not third.changed
        with agencies.at(HARBOUR):
            records = await RecordRow.count().where(RecordRow.share == first.share)
        assert records == 2

    run(story())


def test_an_agency_that_was_asked_and_has_not_told_is_named(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await share(agencies, HARBOUR, ref, NORTHGATE, "meeting")
        await agencies.settle()

        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))

        assert [(one.name, one.asked_on) for one in view.asked] == [(RIVER, "2026-11-23")]

    run(story())


def test_each_field_says_who_receives_it(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)

        reach = await agencies.do(HARBOUR, lambda desk: cases.reach(ref, desk))

        assert reach[THREATS] == (agencies[NORTHGATE].id,)
        assert reach[Place("risks", "survivor", "weapons")] == (agencies[NORTHGATE].id,)
        assert agencies[RIVER].id in reach[Place("identity", "survivor", "name")]
        assert Place("private", "survivor", "notes") not in reach
        assert Place("identity", "child-a", "school") not in reach

    run(story())


def test_a_field_the_form_does_not_have_is_refused(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref

        for place in (Place("risks", "survivor", "nothing"), Place("risks", "nobody", "threats")):
            with pytest.raises(NotWritable):
                await agencies.do(
                    HARBOUR, lambda desk, place=place: cases.edit(ref, {place: "x"}, 1, {}, desk)
                )

    run(story())


def test_a_long_epoch_is_replaced_and_the_old_history_is_gone(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        for number in range(50):
            await agencies.do(
                HARBOUR,
                lambda desk, n=number: cases.edit(ref, {THREATS: f"CANARY-OLD {n}"}, 1, {}, desk),
            )
        await agencies.do(
            HARBOUR, lambda desk: cases.edit(ref, {THREATS: "Only this."}, 60, {}, desk)
        )
        await agencies.sync(HARBOUR, NORTHGATE)
        agencies.later(minutes=2)

        await agencies.sync(HARBOUR, NORTHGATE)

        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)
            row = await (
                Share.objects()
                .where((Share.owner == agencies[HARBOUR].id) & (Share.exchange == "meeting"))
                .first()
            )
            assert row is not None
            assert row.epoch == 2
            lane = sealing.own_lane(row, desk)
        assert b"CANARY-OLD" not in b"".join(lane.changes)
        with agencies.at(NORTHGATE):
            old = await RecordRow.count().where(
                (RecordRow.share == row.id) & (RecordRow.epoch == 1) & RecordRow.body.is_not_null()
            )
        assert old == 0
        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        assert seen(view, "risks", "threats") == {HARBOUR: ("Only this.",)}

    run(story())


def test_a_node_that_lost_its_keys_asks_and_is_sealed_to_again(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        agencies.later(minutes=1)
        (agencies[NORTHGATE].settings.data / "keys.db").unlink()

        await agencies.sync(NORTHGATE)
        await agencies.settle()

        with agencies.at(NORTHGATE):
            asked = await StatementRow.count().where(
                (StatementRow.kind == "needs-key") & (StatementRow.direction == "out")
            )
        assert asked == 3
        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        assert set(seen(view, "service_involvement", "summary")) == {
            HARBOUR,
            RIVER,
            "St Brigid Hospital",
        }

    run(story())
