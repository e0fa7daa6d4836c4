"""What arrives: duplicates, disorder, strangers and floods change nothing they should not."""

import secrets
import time

from client_sync.inbox import accept
from crypto import log as logs
from crypto.keys import Identity, NodeKey, new_node_key, new_seed, new_week_key, week_of
from crypto.record import Kind, seal_change, seal_close, seal_open
from crypto.statement import sign
from server.casework import arrivals, checking, mailroom, meetings
from server.casework.keeping import Kept
from server.casework.tables import RecordRow, RefusedRow, Share, StatementRow
from tests.coalition import (
    BRIGID,
    HARBOUR,
    MONDAY,
    NORTHGATE,
    RIVER,
    Coalition,
    whole_story,
)
from tests.running import run

ENDS = int(MONDAY.timestamp()) + 40 * 86_400


def lane(
    owner: Identity, recipient: bytes, changes: int, size: int = 200
) -> list[tuple[bytes, bytes]]:
    """The records of one invented share, sealed for real."""
    week = new_week_key(week_of(ENDS))
    link = logs.first_link(
        secrets.token_bytes(16), secrets.token_bytes(16), owner.public, recipient, ENDS
    )
    opened, key = seal_open(link, owner, week.week, week.public, b"{}", [b"x" * size])
    log = logs.follow(None, opened.stub)
    made = [opened]
    for _ in range(changes):
        link = logs.next_link(log, Kind.CHANGE, ENDS)
        made.append(seal_change(link, owner, key, [secrets.token_bytes(size)]))
        log = logs.follow(log, made[-1].stub)
    return [(one.stub.raw, one.body) for one in made]


async def keep(
    agencies: Coalition, name: str, records: list[tuple[bytes, bytes]], *statements: bytes
) -> Kept:
    with agencies.at(name):
        return await mailroom.keep(records, statements, await agencies.locked(name))


def test_everything_may_arrive_twice_and_in_any_order(agencies: Coalition) -> None:
    async def story() -> None:
        records = lane(agencies[HARBOUR].identity, agencies[RIVER].identity.public, 5)

        first = await keep(agencies, RIVER, records[::-1])
        again = await keep(agencies, RIVER, records + records[:2])
        other = lane(agencies[HARBOUR].identity, agencies[RIVER].identity.public, 1)
        doubled = await keep(agencies, RIVER, other + other)

        assert (first.accepted, first.refused) == (6, ())
        assert (again.accepted, again.duplicates, again.refused) == (0, 8, ())
        assert (doubled.accepted, doubled.duplicates, doubled.refused) == (2, 2, ())

    run(story())


def test_what_does_not_continue_its_share_is_refused_by_name_and_changes_nothing(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        records = lane(agencies[HARBOUR].identity, agencies[RIVER].identity.public, 3)
        stub, body = records[1]

        gap = await keep(agencies, RIVER, records[2:])
        await keep(agencies, RIVER, records[:1])
        flipped = bytes([body[0] ^ 1]) + body[1:]
        forged = stub[:-1] + bytes([stub[-1] ^ 1])
        bad = await keep(agencies, RIVER, [(stub, flipped), (forged, body), (b"", b"")])
        rest = await keep(agencies, RIVER, records)

        assert len(gap.refused) == 2
        assert len(bad.refused) == 3
        assert bad.accepted == 0
        assert (rest.accepted, rest.duplicates) == (3, 1)
        with agencies.at(RIVER):
            assert await RefusedRow.count() >= 3

    run(story())


def test_a_stranger_is_refused_and_so_is_mail_for_somebody_else(agencies: Coalition) -> None:
    async def story() -> None:
        stranger = lane(Identity(new_seed()), agencies[RIVER].identity.public, 0)
        elsewhere = lane(agencies[HARBOUR].identity, agencies[BRIGID].identity.public, 0)

        kept = await keep(agencies, RIVER, stranger + elsewhere)

        assert {one.reason for one in kept.refused} == {
            checking.UNKNOWN_OWNER,
            checking.NOT_FOR_US,
        }
        with agencies.at(RIVER):
            assert await RecordRow.count() == 0

    run(story())


def test_only_the_owners_node_key_may_close_for_it(agencies: Coalition) -> None:
    async def story() -> None:
        records = lane(agencies[HARBOUR].identity, agencies[RIVER].identity.public, 1)
        log = None
        for stub, body in records:
            log = accept(log, stub, body, None).log
        assert log is not None
        link = logs.next_link(log, Kind.CLOSE, ENDS)
        theirs = seal_close(link, new_node_key())
        ours = seal_close(
            link, NodeKey((agencies[HARBOUR].settings.data / "node.key").read_bytes())
        )

        wrong = await keep(agencies, RIVER, [*records, (theirs.stub.raw, b"")])
        right = await keep(agencies, RIVER, [(ours.stub.raw, b"")])

        assert (wrong.accepted, len(wrong.refused)) == (2, 1)
        assert right.ended == (log.share.hex(),)

    run(story())


def test_a_bare_stub_in_front_of_its_close_is_taken_and_holds_nothing(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        records = lane(agencies[HARBOUR].identity, agencies[RIVER].identity.public, 0)
        opened = accept(None, *records[0], None)
        close = seal_close(logs.next_link(opened.log, Kind.CLOSE, ENDS), agencies[HARBOUR].identity)

        kept = await keep(agencies, RIVER, [(records[0][0], b""), (close.stub.raw, b"")])

        assert (kept.accepted, kept.refused) == (2, ())
        with agencies.at(RIVER):
            assert await RecordRow.count().where(RecordRow.body.is_not_null()) == 0

    run(story())


def test_a_withdrawal_by_somebody_with_no_part_is_refused(agencies: Coalition) -> None:
    async def story() -> None:
        await whole_story(agencies)
        with agencies.at(NORTHGATE):
            row = await Share.objects().where(Share.owner == agencies[RIVER].id).first()
        assert row is not None
        body = {"to": ["*"], "release": row.release, "at": 1}
        stranger = sign("withdrawn", body, Identity(new_seed()))
        member = sign("withdrawn", {**body, "release": "ab" * 16}, agencies[BRIGID].identity)

        kept = await keep(agencies, NORTHGATE, [], stranger, member)

        assert {one.reason for one in kept.refused} == {
            arrivals.NOT_A_MEMBER,
            arrivals.NOT_A_PARTY,
        }
        with agencies.at(NORTHGATE):
            assert await Share.count().where(Share.state == "live") == 3

    run(story())


def test_a_node_key_cannot_publish_week_keys(agencies: Coalition) -> None:
    async def story() -> None:
        key = new_week_key(week_of(ENDS))
        body = {"to": ["*"], "keys": {str(key.week): key.public.hex()}, "at": 2**40}
        stolen = NodeKey((agencies[RIVER].settings.data / "node.key").read_bytes())

        kept = await keep(agencies, HARBOUR, [], sign("week-keys", body, stolen))

        assert [one.reason for one in kept.refused] == [arrivals.NOT_A_PARTY]

    run(story())


def test_older_week_keys_do_not_replace_newer_ones(agencies: Coalition) -> None:
    async def story() -> None:
        key = new_week_key(week_of(ENDS))
        body = {"to": ["*"], "keys": {str(key.week): key.public.hex()}, "at": 1}

        kept = await keep(agencies, HARBOUR, [], sign("week-keys", body, agencies[RIVER].identity))

        assert kept.accepted == 0
        with agencies.at(HARBOUR):
            rows = await StatementRow.count().where(
                (StatementRow.kind == "week-keys") & (StatementRow.direction == "in")
            )
        assert rows == 3

    run(story())


def test_a_forged_receipt_closes_nothing(agencies: Coalition) -> None:
    async def story() -> None:
        await whole_story(agencies)
        with agencies.at(HARBOUR):
            row = await Share.objects().where(Share.recipient == agencies[RIVER].id).first()
        assert row is not None
        body = {"to": [row.owner], "share": row.id, "outcome": "destroyed", "opened": 0, "at": 1}

        kept = await keep(agencies, HARBOUR, [], sign("receipt", body, agencies[BRIGID].identity))

        assert [one.reason for one in kept.refused] == [arrivals.NOT_A_PARTY]

    run(story())


def test_a_share_that_lies_about_its_consent_is_not_opened(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await whole_story(agencies)
        records = lane(agencies[RIVER].identity, agencies[NORTHGATE].identity.public, 0)
        await keep(agencies, NORTHGATE, records)

        view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))

        assert {one.agency for one in view.sections["service_involvement"]} == {
            HARBOUR,
            RIVER,
            BRIGID,
        }
        with agencies.at(NORTHGATE):
            assert await Share.count().where(Share.case_ref == "") == 1

    run(story())


def test_ten_thousand_records_are_kept_in_a_few_seconds(agencies: Coalition) -> None:
    owner, recipient = agencies[HARBOUR].identity, agencies[RIVER].identity.public
    records = [one for _ in range(100) for one in lane(owner, recipient, 99, size=600)]

    begun = time.process_time()
    kept = run(keep(agencies, RIVER, records))
    took = time.process_time() - begun

    assert (kept.accepted, kept.refused) == (10_000, ())
    assert took < 15
