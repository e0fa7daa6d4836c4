"""Three agencies sign the directory, two for anything that gives more: by real wires."""

from collections.abc import Awaitable, Callable

import pytest

from directory.liaison import Liaison
from server.casework.keeping import OWNER_SUSPENDED
from server.casework.tables import RecordRow
from server.node import (
    announcing,
    audit,
    believed,
    coalition,
    database,
    proposals,
    restrictions,
    signers,
    standing_words,
)
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.errors import NotFound, RefusedAct, Usage
from server.node.tables import DirectoryRow, Restriction
from server.relay.tables import HeldStatement
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, open_case, record, share
from tests.running import run
from tests.server.sync.wired import Wired
from tiers.tier import Tier

ANA = Liaison("primary", "Ana Reyes", "Advocate", "020 7946 0001", None)


async def _two_of_three(by_http: Wired) -> None:
    """Northgate, Harbour and River sign from now on, two of them; St Brigid has no seat yet."""
    await _change(by_http, Change(no_seat=True))
    await by_http.agencies.do(
        NORTHGATE, lambda desk: signers.set_signers([HARBOUR, RIVER], 2, desk)
    )
    await _rounds(by_http)


async def _rounds(by_http: Wired) -> None:
    for name in (NORTHGATE, HARBOUR, RIVER, BRIGID, NORTHGATE):
        await by_http.round(name)


async def _change(by_http: Wired, change: Change, name: str = BRIGID) -> None:
    await by_http.agencies.do(NORTHGATE, lambda desk: coalition.change_partner(name, change, desk))


async def _read(by_http: Wired, name: str, act: Callable[[Desk], Awaitable[object]]) -> object:
    return await by_http.agencies.do(name, act)


async def _number(by_http: Wired, name: str) -> int:
    with by_http.agencies.at(name):
        return (await by_http.agencies.desk(name)).directory.number


async def _suspended(by_http: Wired, name: str, whom: str) -> bool:
    with by_http.agencies.at(name):
        return (await by_http.agencies.desk(name)).directory.find(whom).suspended


def _in_words(by_http: Wired) -> Callable[[Desk], Awaitable[list[str]]]:
    async def words(desk: Desk) -> list[str]:
        found = await proposals.waiting(desk)
        return [text for one in found for text in standing_words.sentences(one.differences, desk)]

    return words


async def _sign_first(desk: Desk) -> None:
    await proposals.sign((await proposals.waiting(desk))[0].id, desk)


def test_a_change_waits_until_another_agency_has_read_and_signed_it(by_http: Wired):
    async def walk() -> None:
        await _two_of_three(by_http)
        before = await _number(by_http, BRIGID)
        await _change(by_http, Change(seat="meeting", liaisons=(ANA,)))
        await _rounds(by_http)
        assert await _number(by_http, BRIGID) == before

        said = await _read(by_http, RIVER, _in_words(by_http))
        assert said == [
            f"{BRIGID}: to be called: primary liaison Ana Reyes, 020 7946 0001.",
            f"{BRIGID}: seat at the meeting given.",
        ]
        await by_http.agencies.do(RIVER, _sign_first)
        await by_http.round(RIVER)
        await by_http.round(NORTHGATE, locked=True)
        await by_http.round(BRIGID)

        with by_http.agencies.at(BRIGID):
            directory = (await by_http.agencies.desk(BRIGID)).directory
        assert directory.number == before + 1
        assert directory.find(BRIGID).seats == {"meeting"}
        assert directory.find(BRIGID).liaisons == (ANA,)
        assert directory.signed_by == {
            by_http.agencies[NORTHGATE].id,
            by_http.agencies[RIVER].id,
        }

    run(walk())


def test_a_second_change_joins_the_first_and_both_are_signed_at_once(by_http: Wired):
    async def walk() -> None:
        await _two_of_three(by_http)
        await _change(by_http, Change(seat="meeting"))
        await _change(by_http, Change(tier=Tier.REFERRAL))
        await _rounds(by_http)

        said = await _read(by_http, HARBOUR, _in_words(by_http))
        assert isinstance(said, list)
        assert len(said) == 2
        await by_http.agencies.do(HARBOUR, _sign_first)
        await by_http.round(HARBOUR)
        await by_http.round(NORTHGATE)
        with by_http.agencies.at(NORTHGATE):
            entry = (await by_http.agencies.desk(NORTHGATE)).directory.find(BRIGID)
        assert (entry.tier, entry.seats) == (2, {"meeting"})

    run(walk())


def test_a_signer_suspends_alone_and_what_waited_is_proposed_again(by_http: Wired):
    async def walk() -> None:
        await _two_of_three(by_http)
        await _change(by_http, Change(seat="meeting"))
        await _rounds(by_http)

        already = await by_http.agencies.do(RIVER, lambda desk: restrictions.suspend(HARBOUR, desk))
        await by_http.round(RIVER)
        assert not already
        assert await _suspended(by_http, RIVER, HARBOUR)
        await by_http.round(BRIGID)
        assert await _suspended(by_http, BRIGID, HARBOUR)
        await by_http.round(NORTHGATE)
        await by_http.round(RIVER)
        await by_http.agencies.do(RIVER, _sign_first)
        await by_http.round(RIVER)
        await by_http.round(NORTHGATE)

        with by_http.agencies.at(NORTHGATE):
            directory = (await by_http.agencies.desk(NORTHGATE)).directory
            assert (await audit.verify()).ok
        assert directory.find(HARBOUR).suspended
        assert directory.find(BRIGID).seats == {"meeting"}

    run(walk())


def test_what_a_suspended_agency_says_later_is_refused_by_relay_and_members(by_http: Wired):
    agencies = by_http.agencies

    async def walk() -> None:
        await _two_of_three(by_http)
        await agencies.do(HARBOUR, _assured_say)
        await agencies.do(RIVER, lambda desk: restrictions.suspend(HARBOUR, desk))
        await by_http.round(RIVER)
        with agencies.at(NORTHGATE):
            held = await HeldStatement.count()

        report = await by_http.round(HARBOUR)

        assert report.not_enrolled
        assert report.waiting
        with agencies.at(NORTHGATE):
            assert await HeldStatement.count() == held

    run(walk())


async def _assured_say(desk: Desk) -> None:

    async with database.transaction():
        body = {"to": ["*"], "step": "lead"}
        await announcing.announce("step", body, desk.unlocked().identity, desk)


def test_a_node_that_was_away_catches_up_number_by_number(by_http: Wired):
    async def walk() -> None:
        await _two_of_three(by_http)
        for _ in range(2):
            await by_http.agencies.do(NORTHGATE, coalition.publish)
        await by_http.agencies.do(RIVER, lambda desk: restrictions.suspend(HARBOUR, desk))
        await by_http.round(RIVER)
        await by_http.round(BRIGID)

        assert await _suspended(by_http, BRIGID, HARBOUR)
        with by_http.agencies.at(BRIGID):
            numbers = await DirectoryRow.select(DirectoryRow.number).order_by(DirectoryRow.number)
        assert [row["number"] for row in numbers][-3:] == list(
            range(numbers[-1]["number"] - 2, numbers[-1]["number"] + 1)
        )

    run(walk())


def test_only_who_signs_may_suspend_and_only_what_waits_is_signed(by_http: Wired):
    async def walk() -> None:
        await _two_of_three(by_http)
        with pytest.raises(RefusedAct, match="Only agencies that sign"):
            await by_http.agencies.do(BRIGID, lambda desk: restrictions.suspend(RIVER, desk))
        with pytest.raises(NotFound):
            await by_http.agencies.do(RIVER, lambda desk: proposals.sign("0" * 64, desk))
        with pytest.raises(RefusedAct, match="not one of those"):
            await by_http.agencies.do(BRIGID, lambda desk: proposals.sign("0" * 64, desk))
        with pytest.raises(Usage, match="sign already"):
            await by_http.agencies.do(
                NORTHGATE,
                lambda desk: signers.set_signers([HARBOUR, RIVER], 2, desk),
            )
        with pytest.raises(Usage, match="3 signers"):
            await by_http.agencies.do(
                NORTHGATE, lambda desk: signers.set_signers([HARBOUR, RIVER], 4, desk)
            )

    run(walk())


def test_a_proposal_put_aside_can_still_be_signed(by_http: Wired):
    async def walk() -> None:
        await _two_of_three(by_http)
        await _change(by_http, Change(seat="meeting"))
        await _rounds(by_http)

        async def put_aside(desk: Desk) -> None:
            await proposals.leave((await proposals.waiting(desk))[0].id, desk)
            assert (await proposals.waiting(desk))[0].answered

        await by_http.agencies.do(RIVER, put_aside)
        await by_http.agencies.do(RIVER, _sign_first)
        await by_http.round(RIVER)
        await by_http.round(NORTHGATE)

        with by_http.agencies.at(NORTHGATE):
            kept = await believed.all_kept((await by_http.agencies.desk(NORTHGATE)).node.trusted)
        assert kept[-1].find(BRIGID).seats == {"meeting"}
        assert [one.number for one in kept] == list(range(1, len(kept) + 1))

    run(walk())


def test_a_suspension_waits_while_the_relay_is_away(by_http: Wired):
    async def walk() -> None:
        await _two_of_three(by_http)
        with by_http.cut_off():
            await by_http.agencies.do(RIVER, lambda desk: restrictions.suspend(HARBOUR, desk))
            report = await by_http.round(RIVER)
            assert report.unreachable
        await by_http.agencies.do(NORTHGATE, coalition.publish)
        await by_http.round(RIVER)

        assert await _suspended(by_http, RIVER, HARBOUR)
        with by_http.agencies.at(RIVER):
            assert await Restriction.count().where(Restriction.done_at.is_null()) == 0

    run(walk())


def test_what_a_stolen_laptop_sent_before_the_call_is_not_opened_after_it(by_http: Wired):
    agencies = by_http.agencies

    async def walk() -> None:
        await _two_of_three(by_http)
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        await share(agencies, HARBOUR, ref, BRIGID, "handoff")
        await by_http.round(HARBOUR)
        await agencies.do(RIVER, lambda desk: restrictions.suspend(HARBOUR, desk))
        await by_http.round(RIVER)

        report = await by_http.round(BRIGID)

        assert OWNER_SUSPENDED in {one.reason for one in report.refused}
        with agencies.at(BRIGID):
            assert await RecordRow.count() == 1
            assert await RecordRow.count().where(RecordRow.body.is_not_null()) == 0

    run(walk())
