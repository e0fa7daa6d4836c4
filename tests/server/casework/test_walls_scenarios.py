"""Ways in which somebody in the room may be close to a case, and finds nothing of it."""

import pytest

from server.casework import cases, mailroom, meetings, ties, walling
from server.casework.own_search import Asked
from server.casework.tables import Share
from server.node.access import Role
from tests.coalition import (
    CASE,
    HARBOUR,
    NORTHGATE,
    RIVER,
    Coalition,
    open_case,
    record,
    share,
)
from tests.running import run
from tests.server.casework.closeness import (
    finds_nothing,
    found_at_river,
    told_at_northgate,
    who_may_know,
)
from tests.server.casework.walled import by, hire, lists, recorded
from tiers.gate import Withheld
from tiers.reason import Reason

PHONED = {
    **CASE,
    "sections": {
        **CASE["sections"],
        "safe_contact": {"survivor": {"safe_phone": "07700 900 123"}},
    },
}


def test_1_a_worker_who_is_the_person_using_violence(agencies: Coalition) -> None:
    async def story() -> None:
        tom = await hire(agencies, HARBOUR, "Invented Tom Crane", frozenset({Role.LIAISON}))
        before = await lists(agencies, HARBOUR, tom)

        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        await share(agencies, HARBOUR, ref, NORTHGATE, "meeting")

        await finds_nothing(agencies, HARBOUR, tom, ref, before)
        await who_may_know(agencies, HARBOUR, ref)

    run(story())


def test_2_a_relative_of_the_person_using_violence(agencies: Coalition) -> None:
    async def story() -> None:
        kin = await hire(agencies, HARBOUR, "Dana Frost")
        tie = Asked(names=("Invented Thom Crane", "Tomy Crane"))
        await by(agencies, HARBOUR, kin, lambda desk: ties.say(tie, "my brother", desk))
        before = await lists(agencies, HARBOUR, kin)

        ref = await found_at_river(agencies)

        await finds_nothing(agencies, HARBOUR, kin, ref, before)
        await who_may_know(agencies, HARBOUR, ref)

    run(story())


@pytest.mark.parametrize(
    "tie",
    [
        Asked(addresses=("3, quiet lane, canary-address",)),
        Asked(phones=("+44 7700 900123",)),
        Asked(names=("Crane",)),
    ],
    ids=["household", "telephone", "surname"],
)
def test_3_the_same_household_telephone_or_surname(agencies: Coalition, tie: Asked) -> None:
    async def story() -> None:
        near = await hire(agencies, HARBOUR, "Dana Frost")
        await by(agencies, HARBOUR, near, lambda desk: ties.say(tie, "where I live", desk))
        before = await lists(agencies, HARBOUR, near)

        ref = (await open_case(agencies, HARBOUR, None, PHONED)).ref

        await finds_nothing(agencies, HARBOUR, near, ref, before)
        await who_may_know(agencies, HARBOUR, ref)

    run(story())


def test_4_somebody_who_keeps_the_machines_running(agencies: Coalition) -> None:
    async def story() -> None:
        admin = await hire(agencies, HARBOUR, "Dana Frost", frozenset({Role.OPERATOR}))
        before = await lists(agencies, HARBOUR, admin)
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        open_to_all = repr(await recorded(agencies, HARBOUR, admin))

        await agencies.do(HARBOUR, lambda d: walling.put(ref, "kin", d, staff="Dana Frost"))

        assert ref in open_to_all
        await finds_nothing(agencies, HARBOUR, admin, ref, before)

    run(story())


def test_5_a_lawyer_with_two_roles(agencies: Coalition) -> None:
    async def story() -> None:
        roles = frozenset({Role.COORDINATOR, Role.CHAIR, Role.PRIVACY_OFFICER, Role.ADVOCATE})
        lawyer = await hire(agencies, NORTHGATE, "Dana Frost", roles)
        before = await lists(agencies, NORTHGATE, lawyer)
        ref = await told_at_northgate(agencies)
        await agencies.do(NORTHGATE, meetings.shared_cases)  # learns to which case it belongs

        await agencies.do(
            NORTHGATE, lambda d: walling.put(ref, "acts for him", d, staff="Dana Frost")
        )

        await finds_nothing(agencies, NORTHGATE, lawyer, ref, before)
        with agencies.at(NORTHGATE):
            (seen,) = await meetings.shared_cases(await agencies.desk(NORTHGATE))
        assert seen.ref == ref

    run(story())


def test_6_a_worker_who_is_the_survivor(agencies: Coalition) -> None:
    async def story() -> None:
        asha = await hire(agencies, RIVER, "Invented Asha Bell")
        before = await lists(agencies, RIVER, asha)

        ref = await found_at_river(agencies)
        await open_case(agencies, RIVER, ref)

        await finds_nothing(agencies, RIVER, asha, ref, before)
        await who_may_know(agencies, RIVER, ref)

    run(story())


def test_7_an_agency_that_employs_one_of_them(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await found_at_river(agencies)

        await agencies.do(HARBOUR, lambda d: walling.put(ref, "he works there", d, agency=RIVER))
        await agencies.sync(HARBOUR, RIVER)

        refused = await agencies.do(
            HARBOUR, lambda desk: mailroom.send(ref, RIVER, "handoff", desk)
        )
        assert isinstance(refused, Withheld)
        assert refused.reason is Reason.WALLED
        with agencies.at(RIVER):
            assert await Share.count().where(Share.state == "live") == 0
        assert await agencies.do(RIVER, cases.list_cases) == []
        (wall,) = await agencies.do(HARBOUR, walling.list_walls)
        await agencies.do(HARBOUR, lambda desk: walling.lift(wall.id, desk))
        await share(agencies, HARBOUR, ref, RIVER, "handoff")

    run(story())


def test_8_the_coordinator_who_chairs(agencies: Coalition) -> None:
    async def story() -> None:
        roles = frozenset({Role.COORDINATOR, Role.CHAIR})
        chair = await hire(agencies, NORTHGATE, "Dana Frost", roles)
        tie = Asked(names=("Asha Belle, invented",))
        await by(agencies, NORTHGATE, chair, lambda desk: ties.say(tie, "my cousin", desk))
        before = await lists(agencies, NORTHGATE, chair)

        ref = (await open_case(agencies, HARBOUR)).ref
        rows = [
            {"agency": HARBOUR, "tell": True, "initials": "AB"},
            {"agency": NORTHGATE, "find": True, "initials": "AB"},
        ]
        await record(agencies, ref, rows=rows)
        await share(agencies, HARBOUR, ref, NORTHGATE, "handoff")
        await share(agencies, HARBOUR, ref, NORTHGATE, "meeting")
        await agencies.sync(HARBOUR, NORTHGATE)

        await finds_nothing(agencies, NORTHGATE, chair, ref, before)
        viewed = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        assert viewed.case_ref == ref

    run(story())


def test_9_an_alias(agencies: Coalition) -> None:
    async def story() -> None:
        known_as = await hire(agencies, HARBOUR, "Tommy Crane")
        before = await lists(agencies, HARBOUR, known_as)

        ref = (await open_case(agencies, HARBOUR)).ref

        await finds_nothing(agencies, HARBOUR, known_as, ref, before)

    run(story())
