"""Releases, adoption, renewal and refusal: what permits something, and what never does."""

from datetime import date

import pytest

from server.casework import cases, consents, mailroom, meetings, withdrawals
from server.casework.errors import (
    CollectedElsewhere,
    NothingToAdopt,
    NoWeekKeyYet,
    PeopleUnmatched,
    SignerNotAllowed,
)
from server.casework.tables import ConsentRow, OutboxRow, RecordRow, Share, StatementRow
from server.node.errors import BadFile
from tests.coalition import (
    CASE,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    adopt_all,
    open_case,
    record,
    release_file,
    run,
    share,
    whole_story,
)
from tiers.consent import ConsentKind, ConsentState
from tiers.fragment import Place
from tiers.gate import Cleared, Reason, Withheld
from tiers.release_form import read_release


async def asked(agencies: Coalition) -> str:
    """River has received a find with its own tell in it, and has not answered."""
    ref = (await open_case(agencies, HARBOUR)).ref
    await record(agencies, ref)
    await share(agencies, HARBOUR, ref, RIVER, "handoff")
    await agencies.settle()
    return ref


def test_one_release_makes_one_consent_for_each_tick_and_keeps_only_our_own(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref

        recorded = await record(agencies, ref)

        assert len(recorded.consents) == 7
        listed = await agencies.do(HARBOUR, lambda desk: consents.list_consents(desk, ref))
        kinds = sorted(one.consent.kind.value for one in listed)
        assert kinds == ["find", "find", "tell"]
        assert {one.state for one in listed} == {"in force"}

    run(story())


@pytest.mark.parametrize("name", ["Invented Tom Crane", "crane, invented TOM", "T. Cray"])
def test_a_person_using_violence_never_signs_under_any_name(agencies: Coalition, name: str) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        signer = {
            "kind": "guardian",
            "name": name,
            "relation": "parent",
            "confirmed_not_abuser": True,
        }

        with pytest.raises(SignerNotAllowed):
            await record(agencies, ref, signer=signer)

        with agencies.at(HARBOUR):
            assert await ConsentRow.count() == 0

    run(story())


def test_a_signer_whose_name_turns_up_later_as_the_person_using_violence_stops_everything(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        alias = Place("identity", "puv", "aliases")

        await agencies.do(
            HARBOUR, lambda desk: cases.edit(ref, {alias: "Invented Asha Bell"}, 1, {}, desk)
        )
        again = await agencies.do(HARBOUR, lambda desk: mailroom.send(ref, RIVER, "handoff", desk))

        assert isinstance(again, Withheld)
        assert again.reason is Reason.SIGNER_USES_VIOLENCE
        with agencies.at(HARBOUR):
            mine = Share.owner == agencies[HARBOUR].id
            assert await Share.count().where(mine & (Share.state == "live")) == 0

    run(story())


def test_a_release_for_people_who_are_not_in_the_case_is_refused(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        rows = [{"agency": RIVER, "find": True, "about": ["child-z"], "initials": "AB"}]

        with pytest.raises(BadFile, match="child-z"):
            await record(agencies, ref, rows=rows)

    run(story())


def test_until_somebody_adopts_it_a_consent_permits_nothing(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await asked(agencies)
        await open_case(agencies, RIVER, ref)

        before = await agencies.do(
            RIVER, lambda desk: mailroom.preview(ref, NORTHGATE, "meeting", desk)
        )
        await adopt_all(agencies, RIVER, ref)
        after = await agencies.do(
            RIVER, lambda desk: mailroom.preview(ref, NORTHGATE, "meeting", desk)
        )

        assert isinstance(before, Withheld)
        assert before.reason is Reason.NO_CONSENT
        assert isinstance(after, Cleared)

    run(story())


def test_what_a_find_brings_is_shown_with_what_waits(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await asked(agencies)

        (found,) = await agencies.do(RIVER, consents.received_finds)
        listed = await agencies.do(RIVER, cases.list_cases)

        assert (found.case_ref, found.from_name) == (ref, HARBOUR)
        assert found.fields[Place("identity", "survivor", "name")][0].value == "Invented Asha Bell"
        assert [one.kind for one in found.waiting] == [ConsentKind.TELL]
        assert [(one.ref, one.own, one.received_from) for one in listed] == [
            (ref, False, (agencies[HARBOUR].id,))
        ]

    run(story())


def test_a_refused_consent_is_gone_and_nobody_is_told(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await asked(agencies)
        (found,) = await agencies.do(RIVER, consents.received_finds)

        await agencies.do(RIVER, lambda desk: consents.refuse(found.waiting[0].id, desk))

        with agencies.at(RIVER):
            assert await OutboxRow.count() == 0
            waiting = (StatementRow.direction == "out") & (StatementRow.sent == 0)
            assert await StatementRow.count().where(waiting) == 0
        await open_case(agencies, RIVER, ref)
        with pytest.raises(NothingToAdopt):
            await agencies.do(RIVER, lambda d: consents.adopt(found.waiting[0].id, ref, {}, d))

    run(story())


def test_an_agency_may_know_the_same_people_by_other_codes(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        rows = [
            {"agency": HARBOUR, "tell": True, "initials": "AB"},
            {
                "agency": RIVER,
                "find": True,
                "tell": True,
                "about": ["child-a"],
                "tell_sections": ["service_involvement", "children"],
                "initials": "AB",
            },
        ]
        await record(agencies, ref, rows=rows)
        await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await agencies.settle()
        own = {
            **CASE,
            "people": {"survivor": "survivor", "child-b": "child", "child-a": "child"},
            "sections": {
                "service_involvement": {
                    "child-b": {"summary": "Wren, whom they call child A."},
                    "child-a": {"summary": "CANARY another child."},
                }
            },
        }
        mine = (await open_case(agencies, RIVER, None, own)).ref
        (found,) = await agencies.do(RIVER, consents.received_finds)
        tell = found.waiting[0].id

        with pytest.raises(PeopleUnmatched):
            await agencies.do(
                RIVER, lambda desk: consents.adopt(tell, mine, {"child-a": "child-b"}, desk)
            )
        matched = {"survivor": "survivor", "child-a": "child-b"}
        await agencies.do(RIVER, lambda desk: consents.adopt(tell, mine, matched, desk))
        await share(agencies, RIVER, mine, NORTHGATE, "meeting")
        await agencies.settle()

        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        told = {(one.about, one.values) for one in view.sections["service_involvement"]}
        assert told == {("child-a", ("Wren, whom they call child A.",))}

    run(story())


def test_a_renewal_is_a_new_consent_and_a_new_share_without_the_old_history(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        recorded = await record(agencies, ref)
        old = await share(agencies, HARBOUR, ref, NORTHGATE, "meeting")
        await agencies.settle()
        agencies.later(days=30)
        form = read_release(release_file(ref, signed_on="2026-12-23", ends="2027-02-20"))
        tell = old.cleared.consent.id

        await agencies.sync(*agencies.places)
        renewed = await agencies.do(HARBOUR, lambda desk: consents.renew(tell, form, desk))
        await agencies.settle()

        assert renewed.release_id == recorded.release_id
        assert renewed.consents[0].id != tell
        with agencies.at(NORTHGATE):
            rows = {row.id: row for row in await Share.objects()}
        assert rows[old.share].closed
        agencies.later(days=40)
        await agencies.sync(NORTHGATE)
        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        assert {one.until for one in view.sections["risks"]} == {date(2027, 2, 20)}

    run(story())


def test_a_renewal_may_not_say_more_than_was_signed(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        recorded = await record(agencies, ref)
        find = next(one for one in recorded.consents if one.kind is ConsentKind.FIND)
        rows = [
            {
                "agency": RIVER,
                "find": True,
                "handoff_sections": ["risk"],
                "about": ["child-a"],
                "initials": "AB",
            }
        ]
        wider = read_release(release_file(ref, rows=rows))

        with pytest.raises(BadFile, match="new release"):
            await agencies.do(HARBOUR, lambda desk: consents.renew(find.id, wider, desk))

    run(story())


def test_only_the_collector_renews(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        with agencies.at(RIVER):
            tell = (await ConsentRow.select(ConsentRow.id).first())["id"]
        form = read_release(release_file(ref))

        with pytest.raises(CollectedElsewhere):
            await agencies.do(RIVER, lambda desk: consents.renew(tell, form, desk))

    run(story())


def test_without_a_key_for_that_week_nothing_is_sealed(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        with agencies.at(HARBOUR):
            await StatementRow.delete().where(StatementRow.signer == agencies[RIVER].id)

        with pytest.raises(NoWeekKeyYet, match="after the next sync"):
            await agencies.do(HARBOUR, lambda desk: mailroom.send(ref, RIVER, "handoff", desk))

        with agencies.at(HARBOUR):
            assert await Share.count() + await RecordRow.count() + await OutboxRow.count() == 0

    run(story())


def test_the_plan_reaches_an_agency_only_through_the_collectors_own_tell(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        matrix = {"matrix": {"survivor": {"lead_for_survivor": "Robin Vale"}}}
        await open_case(agencies, NORTHGATE, ref, {**CASE, "sections": matrix})
        adopted = await adopt_all(agencies, NORTHGATE, ref)
        sent = await share(agencies, NORTHGATE, ref, RIVER, "meeting")
        await agencies.settle()

        assert len(adopted) == 2
        assert sent.cleared.consent.kind is ConsentKind.PLAN
        view = await agencies.do(RIVER, lambda desk: meetings.case_view(ref, desk))
        assert {one.agency for one in view.sections["matrix"]} == {NORTHGATE}

    run(story())


def test_a_tell_dies_with_the_find_it_came_by(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        with agencies.at(HARBOUR):
            rows = await ConsentRow.objects().where(ConsentRow.recipient == agencies[RIVER].id)
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=rows[0].id))
        await agencies.settle(locked=True)

        (tell,) = await agencies.do(RIVER, lambda desk: consents.list_consents(desk, ref))

        assert tell.consent.state is ConsentState.WITHDRAWN
        assert tell.state == "withdrawn"

    run(story())
