"""Releases: what permits something, and what never does."""

import pytest

from server.casework import cases, consents, mailroom, meetings, withdrawals
from server.casework.errors import (
    NoWeekKeyYet,
    SignerNotAllowed,
)
from server.casework.tables import ConsentRow, OutboxRow, RecordRow, Share, StatementRow
from server.casework.writing import write
from server.node.access import Act
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
    share,
    whole_story,
)
from tests.running import run
from tiers.consent import ConsentKind, ConsentState
from tiers.fragment import Place
from tiers.gate import Reason, Withheld


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
        await open_case(agencies, NORTHGATE, ref, {**CASE, "sections": {}})
        lead = {Place("plan_leads", "survivor", "name"): "Robin Vale"}
        await agencies.do(NORTHGATE, lambda desk: write(ref, lead, Act.WRITE_PLAN, desk))
        adopted = await adopt_all(agencies, NORTHGATE, ref)
        sent = await share(agencies, NORTHGATE, ref, RIVER, "meeting")
        await agencies.settle()

        assert len(adopted) == 2
        assert sent.cleared.consent.kind is ConsentKind.PLAN
        view = await agencies.do(RIVER, lambda desk: meetings.case_view(ref, desk))
        assert {one.agency for one in view.sections["plan_leads"]} == {NORTHGATE}

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
