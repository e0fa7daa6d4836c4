"""Adoption: a consent that came by a share permits nothing until a person takes it up."""

import pytest

from server.casework import cases, consents, mailroom, meetings
from server.casework.errors import (
    NothingToAdopt,
    PeopleUnmatched,
)
from server.casework.tables import OutboxRow, StatementRow
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
)
from tests.running import run
from tiers.consent import ConsentKind
from tiers.fragment import Place
from tiers.gate import Cleared, Reason, Withheld


async def asked(agencies: Coalition) -> str:
    """River has received a find with its own tell in it, and has not answered."""
    ref = (await open_case(agencies, HARBOUR)).ref
    await record(agencies, ref)
    await share(agencies, HARBOUR, ref, RIVER, "handoff")
    await agencies.settle()
    return ref


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
