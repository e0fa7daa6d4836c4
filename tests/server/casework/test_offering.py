"""A lapsed agreement closes what was shared; once renewed it is offered again, nothing retyped."""

from dataclasses import replace
from datetime import date

import pytest

from server.casework import consents, offering, withdrawals
from server.casework.tables import Share
from server.node import coalition
from server.node.access import Role
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.errors import NotPermitted
from tests.coalition import BRIGID, HARBOUR, RIVER, Coalition, open_case, record, share
from tests.running import run

RENEWED = date(2027, 11, 30)


async def _change(made: Coalition, name: str, change: Change) -> None:
    await made.publish(lambda desk: coalition.change_partner(name, change, desk))


async def _live(made: Coalition, name: str, to: str) -> int:
    with made.at(name):
        return int(
            await Share.count().where(
                (Share.owner == made[name].id)
                & (Share.recipient == made[to].id)
                & (Share.state == "live")
            )
        )


async def _offered(made: Coalition) -> list[offering.Offer]:
    return await made.do(HARBOUR, offering.offers)


@pytest.mark.parametrize(
    ("ends", "stands"),
    [
        (Change(agreement_until=date(2026, 11, 25)), Change(agreement_until=RENEWED)),
        (Change(suspended=True), Change(suspended=False)),
    ],
)
def test_what_ended_with_an_agreement_begins_again_with_one_button(
    agencies: Coalition, ends: Change, stands: Change
):
    async def walk() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await share(agencies, HARBOUR, ref, BRIGID, "handoff")
        await agencies.settle()
        await _change(agencies, RIVER, ends)
        agencies.later(days=3)
        await agencies.settle()
        assert await _live(agencies, HARBOUR, RIVER) == 0
        assert await _live(agencies, HARBOUR, BRIGID) == 1
        assert await _offered(agencies) == []

        await _change(agencies, RIVER, stands)
        (offer,) = await _offered(agencies)
        assert (offer.case_ref, offer.recipient) == (ref, agencies[RIVER].id)
        chosen = frozenset({offer.consent})
        assert await agencies.do(HARBOUR, lambda desk: offering.share_again(chosen, desk)) == 1
        assert await agencies.do(HARBOUR, lambda desk: offering.share_again(chosen, desk)) == 0
        await agencies.settle()

        assert await _live(agencies, HARBOUR, RIVER) == 1
        assert await _offered(agencies) == []
        waiting = await agencies.do(RIVER, consents.list_consents)
        assert any(one.to_adopt for one in waiting)

    run(walk())


def test_what_she_took_back_is_never_offered_again(agencies: Coalition):
    async def walk() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await agencies.settle()
        await _change(agencies, RIVER, Change(suspended=True))
        await agencies.settle()
        (one,) = [
            entry.consent
            for entry in await agencies.do(HARBOUR, consents.list_consents)
            if entry.consent.recipient == agencies[RIVER].id
        ]
        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=one.id))
        await _change(agencies, RIVER, Change(suspended=False))

        assert await _offered(agencies) == []

    run(walk())


def test_a_share_that_ended_on_the_agreements_last_day_is_offered_once_it_is_renewed(
    agencies: Coalition,
):
    async def walk() -> None:
        await _change(agencies, RIVER, Change(agreement_until=date(2026, 11, 25)))
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await agencies.settle()
        agencies.later(days=3)
        await agencies.settle()
        assert await _live(agencies, HARBOUR, RIVER) == 0

        await _change(agencies, RIVER, Change(agreement_until=RENEWED))

        assert [one.recipient for one in await _offered(agencies)] == [agencies[RIVER].id]

    run(walk())


def test_whoever_may_not_share_is_offered_nothing(agencies: Coalition):
    async def act(desk: Desk) -> None:
        assert desk.staff is not None
        operator = replace(desk, staff=replace(desk.staff, roles=frozenset({Role.OPERATOR})))
        with pytest.raises(NotPermitted):
            await offering.offers(operator)

    run(agencies.do(HARBOUR, act))
