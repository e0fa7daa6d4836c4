"""A test handoff goes the real way, is in no list of cases, and leaves nothing but receipts."""

import pytest

from server.casework import cases, consents, finds, invented, mailroom, meetings, refs, rehearsing
from server.casework.errors import CaseExists, NoSuchCase
from server.casework.mailroom import Withheld
from server.casework.rehearsing import Rehearsed
from server.casework.tables import Case, ConsentRow, RecordRow, Release
from server.node import coalition, onboarding
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.errors import RefusedAct
from tests.coalition import CASE, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tiers.case_form import read_case
from tiers.fragment import Place


async def begin(made: Coalition, name: str, to: str) -> rehearsing.TestHandoff:
    sent = await made.do(name, lambda desk: rehearsing.begin(to, desk))
    assert isinstance(sent, rehearsing.TestHandoff), sent
    return sent


async def seen(made: Coalition, name: str, partner: str) -> Rehearsed:
    return await made.do(name, lambda desk: rehearsing.rehearsed_with(partner, desk))


def test_an_invented_person_goes_there_and_back_and_is_destroyed_with_receipts(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        await begin(agencies, HARBOUR, NORTHGATE)
        await agencies.settle()

        (arrived,) = (await seen(agencies, NORTHGATE, HARBOUR)).arrived
        opened = await agencies.do(NORTHGATE, lambda d: rehearsing.open_arrived(HARBOUR, d))
        await begin(agencies, NORTHGATE, HARBOUR)
        await agencies.settle()
        await agencies.do(HARBOUR, lambda d: rehearsing.open_arrived(NORTHGATE, d))
        await agencies.do(NORTHGATE, lambda d: rehearsing.end(HARBOUR, d))
        await agencies.settle()

        assert arrived.share == opened[0].share
        name = opened[0].fields[Place("identity", "survivor", "name")]
        assert [one.value for one in name] == [invented.NAME]
        for here, there in ((HARBOUR, NORTHGATE), (NORTHGATE, HARBOUR)):
            found = await seen(agencies, here, there)
            assert found.both_ways, found
            assert not found.live
            assert {one.opened for one in found.handoffs} == {1}
            with agencies.at(here):
                assert not await Case.exists()
                assert not await ConsentRow.exists()
                assert not await Release.exists().where(Release.body != b"")
                assert not await RecordRow.exists().where(RecordRow.body.is_not_null())
        await agencies.settle()
        for here in (HARBOUR, NORTHGATE):
            checklist = await agencies.do(here, lambda d: onboarding.checklist(HARBOUR, d))
            assert checklist.rehearsed is not None

    run(story())


def test_it_is_in_no_list_no_count_and_no_meeting_on_either_side(agencies: Coalition) -> None:
    async def lists(desk: Desk) -> list[object]:
        return [
            *await cases.list_cases(desk),
            *await meetings.shared_cases(desk),
            *await consents.list_consents(desk),
            *await finds.received_finds(desk),
        ]

    async def story() -> None:
        sent = await begin(agencies, HARBOUR, NORTHGATE)
        await agencies.settle()
        found = await seen(agencies, NORTHGATE, HARBOUR)

        assert await agencies.do(HARBOUR, lists) == []
        assert await agencies.do(NORTHGATE, lists) == []
        assert [one.share for one in found.arrived] == [sent.share]
        with agencies.at(HARBOUR):
            ref = (await Case.select(Case.case_ref).first())["case_ref"]
        with pytest.raises(NoSuchCase):
            await agencies.do(NORTHGATE, lambda d: meetings.case_view(ref, d))
        told = await agencies.do(HARBOUR, lambda d: mailroom.send(ref, NORTHGATE, "meeting", d))
        assert isinstance(told, Withheld)

    run(story())


def test_whoever_stops_first_the_other_sees_it_proven(agencies: Coalition) -> None:
    async def story() -> None:
        await begin(agencies, HARBOUR, RIVER)
        await agencies.settle()

        await agencies.do(RIVER, lambda d: rehearsing.end(HARBOUR, d))
        await agencies.settle()

        (out,) = (await seen(agencies, HARBOUR, RIVER)).handoffs
        (came,) = (await seen(agencies, RIVER, HARBOUR)).handoffs
        assert out.proven
        assert came.proven

    run(story())


def test_nothing_goes_to_an_agency_that_is_joining_and_nothing_invented_stays(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        await agencies.publish(
            lambda d: coalition.change_partner(HARBOUR, Change(suspended=True), d)
        )

        refused = await agencies.do(NORTHGATE, lambda d: rehearsing.begin(HARBOUR, d))

        assert isinstance(refused, Withheld)
        assert (await seen(agencies, NORTHGATE, HARBOUR)).handoffs == ()
        with agencies.at(NORTHGATE):
            assert not await Case.exists()
            assert not await ConsentRow.exists()

    run(story())


def test_one_at_a_time_to_each_partner_and_never_to_oneself(agencies: Coalition) -> None:
    async def story() -> None:
        await begin(agencies, HARBOUR, NORTHGATE)

        with pytest.raises(RefusedAct, match="on its way"):
            await agencies.do(HARBOUR, lambda d: rehearsing.begin(NORTHGATE, d))
        with pytest.raises(RefusedAct, match="another agency"):
            await agencies.do(HARBOUR, lambda d: rehearsing.begin(HARBOUR, d))
        with pytest.raises(RefusedAct, match="has arrived"):
            await agencies.do(HARBOUR, lambda d: rehearsing.open_arrived(NORTHGATE, d))
        with pytest.raises(RefusedAct, match="Nothing is open"):
            await agencies.do(HARBOUR, lambda d: rehearsing.end(RIVER, d))

    run(story())


def test_nothing_real_goes_by_the_reference_of_a_test_handoff(agencies: Coalition) -> None:
    ref = refs.new_invented_ref()

    async def bring_in(desk: Desk) -> None:
        await cases.import_case(read_case(CASE, desk.pack), ref, desk)

    with pytest.raises(CaseExists, match="kept for test handoffs"):
        run(agencies.do(HARBOUR, bring_in))
    assert refs.is_whole(ref)
    assert not refs.is_invented(refs.new_ref())


def test_what_was_invented_and_never_sent_is_gone_the_next_day(agencies: Coalition) -> None:
    async def invent(desk: Desk) -> None:
        form = read_case(invented.case_form(desk), desk.pack)
        await cases.take_in(form, refs.new_invented_ref(), desk)

    async def story() -> None:
        await agencies.do(HARBOUR, invent)
        await agencies.do(HARBOUR, rehearsing.rehearsals)
        with agencies.at(HARBOUR):
            assert await Case.count() == 1

        agencies.later(days=1)
        await agencies.do(HARBOUR, rehearsing.rehearsals)

        with agencies.at(HARBOUR):
            assert not await Case.exists()

    run(story())
