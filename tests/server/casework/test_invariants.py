"""The invariants C1 to C11 of a consent, as far as a node's acts keep them.

What pure code decides is tested with the gate, in tests/tiers/test_invariants.py.
"""

import inspect
import re
from pathlib import Path

import pytest

from server.casework import cases, consents, mailroom, meetings, sealing, withdrawals
from server.casework.errors import NoSuchCase
from server.casework.tables import (
    ConsentRow,
    OutboxRow,
    RecordRow,
    Share,
    StatementRow,
)
from server.node import coalition as directories
from server.node.coalition import Change
from tests.coalition import (
    AGREED_UNTIL,
    BRIGID,
    ENDS,
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
from tiers.gate import Reason, Withheld

NOT_YET_DUE = {
    16: "nothing exports yet; whatever will must ask the gate, which answers field by field",
    18: "nothing counts across cases yet, and no aggregate leaves a node",
}
"""Invariants this version has no act for, and why; C16's pure half is tested with the gate."""


def test_every_invariant_is_tested_by_name_or_listed_with_the_reason_why_not() -> None:
    here = Path(__file__)
    seen = here.with_name("test_invariants_seen.py")
    pure = here.parents[2] / "tiers" / "test_invariants.py"

    named = {
        int(number)
        for file in (here, seen, pure)
        for number in re.findall(r"^def test_c(\d+)_", file.read_text(), re.MULTILINE)
    }

    assert named | NOT_YET_DUE.keys() == set(range(1, 21))
    assert not any(number in NOT_YET_DUE for number in named - {16})


async def outgoing(agencies: Coalition, name: str) -> int:
    with agencies.at(name):
        waits = (StatementRow.direction == "out") & (StatementRow.sent == 0)
        return await OutboxRow.count() + await StatementRow.count().where(waits)


def test_c1_without_consent_a_node_emits_nothing_at_all(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref

        said = await agencies.do(HARBOUR, lambda desk: mailroom.send(ref, RIVER, "handoff", desk))

        assert isinstance(said, Withheld)
        assert said.reason is Reason.NO_CONSENT
        assert await outgoing(agencies, HARBOUR) == 0

    run(story())


def test_c2_every_consent_and_every_share_has_an_end(agencies: Coalition) -> None:
    async def story() -> None:
        await whole_story(agencies)

        for name in agencies.places:
            with agencies.at(name):
                ends = [row["ends"] for row in await ConsentRow.select(ConsentRow.ends)]
                ends += [row["ends"] for row in await Share.select(Share.ends)]
            assert all(0 < end <= 1_800_144_000 for end in ends)
        assert ENDS < AGREED_UNTIL

    run(story())


def test_c3_the_end_is_checked_where_it_is_read(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        agencies.later(days=54)

        with pytest.raises(NoSuchCase):
            await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
        listed = await agencies.do(NORTHGATE, meetings.shared_cases)

        assert listed == ()

    run(story())


def test_c4_what_is_unknown_or_stale_means_no(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        agencies.later(days=40)

        said = await agencies.do(HARBOUR, lambda desk: mailroom.send(ref, RIVER, "handoff", desk))

        assert isinstance(said, Withheld)
        assert said.reason is Reason.DIRECTORY_OUT_OF_DATE

    run(story())


def test_c5_a_withdrawal_needs_no_reason_and_stands_before_anything_is_sent(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        await whole_story(agencies)
        with agencies.at(HARBOUR):
            consent = (await ConsentRow.select(ConsentRow.id).first())["id"]

        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=consent))

        assert set(inspect.signature(withdrawals.withdraw).parameters) == {
            "desk",
            "consent",
            "release",
        }
        with agencies.at(HARBOUR):
            row = await ConsentRow.objects().where(ConsentRow.id == consent).first()
            assert row is not None
            assert row.state == "withdrawn"
            assert await OutboxRow.count().where(OutboxRow.close_first.eq(True)) == 1

    run(story())


def test_c6_each_consent_has_one_recipient_and_ends_alone(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        recorded = await record(agencies, ref)
        first = recorded.consents[0].id

        await agencies.do(HARBOUR, lambda desk: withdrawals.withdraw(desk, consent=first))

        with agencies.at(HARBOUR):
            rows = await ConsentRow.select(ConsentRow.id, ConsentRow.state)
        assert {row["id"]: row["state"] for row in rows if row["state"] != "given"} == {
            first: "withdrawn"
        }

    run(story())


def test_c7_a_share_never_says_more_than_the_consent_it_began_with(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        sent = await share(agencies, HARBOUR, ref, RIVER, "handoff")
        place = Place("risks", "survivor", "threats")

        edited = await agencies.do(
            HARBOUR, lambda desk: cases.edit(ref, {place: "New."}, 1, {}, desk)
        )

        assert edited.reached == ()
        with agencies.at(HARBOUR):
            assert await RecordRow.count().where(RecordRow.share == sent.share) == 1

    run(story())


def test_c9_shares_close_when_the_recipients_agreement_ends_and_may_begin_again(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        await agencies.publish(
            lambda desk: directories.change_partner(BRIGID, Change(suspended=True), desk)
        )
        await agencies.settle(locked=True)
        with agencies.at(BRIGID):
            assert await RecordRow.count().where(RecordRow.body.is_not_null()) == 0
        await agencies.publish(
            lambda desk: directories.change_partner(BRIGID, Change(suspended=False), desk)
        )

        again = await share(agencies, HARBOUR, ref, BRIGID, "handoff")

        assert again.new

    run(story())


def test_c10_to_an_agency_without_its_seat_nothing_more_is_sealed(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        await agencies.publish(
            lambda desk: directories.change_partner(RIVER, Change(no_seat=True), desk)
        )
        await agencies.settle(locked=True)

        said = await agencies.do(RIVER, lambda desk: mailroom.send(ref, NORTHGATE, "meeting", desk))

        assert isinstance(said, Withheld)
        assert said.reason is Reason.DISCLOSER_SEAT
        with agencies.at(NORTHGATE):
            rows = await Share.select(Share.state).where(Share.owner == agencies[RIVER].id)
        assert [row["state"] for row in rows] == ["closed"]

    run(story())


def test_c11_no_act_takes_a_word_that_would_widen_it() -> None:
    acts = [mailroom.send, mailroom.preview, consents.adopt, consents.renew, sealing.open_new]

    taken = {name for act in acts for name in inspect.signature(act).parameters}

    assert taken == {
        "ref", "to", "exchange", "desk", "id", "people", "form", "cleared", "case_ref",
    }  # fmt: skip
