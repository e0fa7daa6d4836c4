"""A share from its opening to its close, as its owner writes it and its recipient reads it."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from client_sync.document import change, read
from client_sync.errors import UnsafeChange
from client_sync.inbox import accept, epoch_key, open_records, this_epoch
from client_sync.share import (
    add,
    close,
    ends_of,
    open_share,
    reopen,
    reopen_week,
    week_needed,
)
from crypto.errors import (
    BadSignature,
    NotTheOwner,
    NoWeekKey,
    Refused,
    RefusedReason,
)
from crypto.keys import new_node_key, new_week_key
from tests.client_sync.lanes import RELEASE, SHARE, at, wrote
from tests.client_sync.shares import FIELDS, OTHER, OWNER, WEEK, ZONE, kept, opened, ours
from tiers.consent import Consent


def test_the_recipient_reads_what_was_cleared_and_the_consent_it_rests_on():
    what = ours()
    opening = opened(what)

    held, log = kept(opening.record)
    terms, changes = open_records(held, epoch_key(held, WEEK.secret, WEEK.public))

    assert log == opening.log
    assert read(changes, OWNER.public).fields == FIELDS
    assert read(changes, OWNER.public).heads == opening.heads
    assert Consent.from_terms(json.loads(terms)) == what.consent


def test_a_share_ends_at_the_midnight_after_its_last_day_where_the_coalition_lives():
    ends = datetime.fromtimestamp(ends_of(ours(), ZONE), UTC)

    assert ends == datetime(2026, 4, 11, 4, tzinfo=UTC)
    assert week_needed(ours(), ZONE) == 202615


def test_without_a_key_for_its_last_week_nothing_is_sealed():
    with pytest.raises(NoWeekKey):
        open_share(ours(), SHARE, RELEASE, OWNER, None, ZONE)


def test_nobody_seals_what_was_cleared_for_another_to_tell():
    with pytest.raises(NotTheOwner):
        open_share(ours(), SHARE, RELEASE, OTHER, WEEK.public, ZONE)


def test_a_share_names_the_release_its_consent_came_from():
    with pytest.raises(Refused) as refused:
        open_share(ours(), SHARE, bytes(16), OWNER, WEEK.public, ZONE)

    assert refused.value.reason is RefusedReason.FOREIGN_RELEASE


def test_an_edit_reaches_the_recipient_as_one_more_record():
    opening = opened()
    edited = change(opening.changes, opening.heads, {at("a"): wrote("new")}, OWNER.public)

    record, log = add(opening.log, opening.epoch_key, OWNER, edited.new)

    held, followed = kept(opening.record, record)
    _, changes = open_records(held, epoch_key(held, WEEK.secret, WEEK.public))
    assert followed == log
    assert read(changes, OWNER.public).fields[at("a")] == (wrote("new"),)
    assert read(changes, OWNER.public).heads == edited.heads


def test_a_deleted_word_is_in_no_byte_the_next_epoch_opens_to():
    opening = opened()
    edited = change(opening.changes, opening.heads, {at("a"): None}, OWNER.public)
    record, log = add(opening.log, opening.epoch_key, OWNER, edited.new)
    lane = read(opening.changes + edited.new, OWNER.public)

    again = reopen(ours(dict(lane.fields)), log, OWNER, WEEK.public, ZONE)

    held, _ = kept(opening.record, record, again.record)
    key = epoch_key(held, WEEK.secret, WEEK.public)
    _, changes = open_records(held, key)
    assert this_epoch(held) == (again.record,)
    assert again.epoch_key == key != opening.epoch_key
    assert again.log.epoch == 2
    assert b"canary" in b"".join(opening.changes)
    assert b"canary" not in b"".join(changes)
    assert read(changes, OWNER.public).fields == {at("b"): (wrote("kept"),)}


def test_a_change_cannot_lean_on_an_epoch_that_is_over():
    opening = opened()
    again = reopen(ours(), opening.log, OWNER, WEEK.public, ZONE)
    late = change(opening.changes, opening.heads, {at("a"): wrote("late")}, OWNER.public)
    record, _ = add(again.log, again.epoch_key, OWNER, late.new)
    held, _ = kept(opening.record, again.record, record)

    _, changes = open_records(held, epoch_key(held, WEEK.secret, WEEK.public))

    with pytest.raises(UnsafeChange, match="not in this share"):
        read(changes, OWNER.public)


def test_a_new_epoch_ends_sooner_when_less_time_is_cleared_and_never_later():
    sooner, later = ours(until=date(2026, 3, 1)), ours(until=date(2026, 9, 1))
    log = opened().log
    early_week = new_week_key(reopen_week(sooner, log, ZONE))

    early = reopen(sooner, log, OWNER, early_week.public, ZONE)
    same = reopen(later, log, OWNER, WEEK.public, ZONE)

    assert early.log.ends == ends_of(sooner, ZONE) < log.ends
    assert same.log.ends == log.ends


@pytest.mark.parametrize(
    ("alter", "reason"),
    [
        ({"recipient": OTHER.public.hex()}, RefusedReason.FOREIGN_RECIPIENT),
        (
            {"consent": replace(ours().consent, release_id="0" * 32)},
            RefusedReason.FOREIGN_RELEASE,
        ),
    ],
)
def test_an_epoch_is_never_reopened_for_another_recipient_or_release(alter, reason):
    with pytest.raises(Refused) as refused:
        reopen(replace(ours(), **alter), opened().log, OWNER, WEEK.public, ZONE)

    assert refused.value.reason is reason


def test_a_record_may_bring_the_end_nearer_and_never_push_it_away():
    opening = opened()
    record, log = add(opening.log, opening.epoch_key, OWNER, (), ends=opening.log.ends - 60)

    assert record.stub.ends == log.ends == opening.log.ends - 60
    with pytest.raises(Refused) as refused:
        add(log, opening.epoch_key, OWNER, (), ends=opening.log.ends)
    assert refused.value.reason is RefusedReason.ENDS_ROSE


def test_a_locked_node_closes_a_share_and_nothing_follows():
    opening = opened()
    node_key = new_node_key()

    record, log = close(opening.log, node_key)

    accepted = accept(opening.log, record.stub.raw, b"", node_key.public)
    assert accepted.log == log
    assert log.closed
    with pytest.raises(BadSignature):
        accept(opening.log, record.stub.raw, b"", new_node_key().public)
    with pytest.raises(Refused):
        add(log, opening.epoch_key, OWNER, ())
    with pytest.raises(Refused):
        reopen(ours(), log, OWNER, WEEK.public, ZONE)


def test_a_close_leaves_the_epoch_before_it_to_be_read_by_nobody_but_in_order():
    opening = opened()
    record, _ = close(opening.log, OWNER)
    held, log = kept(opening.record, record)

    assert log.closed
    assert this_epoch(held) == (opening.record,)
