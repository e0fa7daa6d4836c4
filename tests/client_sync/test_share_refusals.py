"""What is not the next whole record of a share is refused; an epoch is known when it is old."""

import pytest

from client_sync.inbox import accept, epoch_key, open_records, this_epoch
from client_sync.share import (
    add,
    due_for_epoch,
)
from crypto.errors import (
    BadSignature,
    Malformed,
    NotARecipient,
    Refused,
    RefusedReason,
    Tampered,
    TooLarge,
    UnknownVersion,
)
from crypto.keys import new_week_key
from tests.client_sync.shares import OWNER, WEEK, kept, opened


def test_a_record_may_arrive_twice():
    opening = opened()
    first = accept(None, opening.record.stub.raw, opening.record.body, None)

    again = accept(first.log, opening.record.stub.raw, opening.record.body, None)

    assert not first.repeated
    assert again.repeated
    assert again.log == first.log


def test_a_stub_whose_body_is_gone_still_verifies_and_chains():
    opening = opened()
    record, log = add(opening.log, opening.epoch_key, OWNER, ())

    first = accept(None, opening.record.stub.raw, None, None)
    second = accept(first.log, record.stub.raw, None, None)

    assert second.log == log
    assert second.record.body == b""
    with pytest.raises(Tampered):
        accept(None, opening.record.stub.raw, b"", None)


def test_a_damaged_or_foreign_record_is_refused_and_the_log_stays():
    opening = opened()
    stub, body = opening.record.stub.raw, opening.record.body
    flipped = bytes([body[0] ^ 1]) + body[1:]
    later, _ = add(add(opening.log, opening.epoch_key, OWNER, ())[1], opening.epoch_key, OWNER, ())

    with pytest.raises(Tampered):
        accept(None, stub, flipped, None)
    with pytest.raises(BadSignature):
        accept(None, stub[:-1] + bytes([stub[-1] ^ 1]), body, None)
    with pytest.raises(UnknownVersion):
        accept(None, b"CFR9" + stub[4:], body, None)
    with pytest.raises(Malformed):
        accept(None, stub[:100], body, None)
    with pytest.raises(TooLarge):
        accept(None, stub, bytes(5 * 2**20), None)
    with pytest.raises(Refused) as refused:
        accept(opening.log, later.stub.raw, later.body, None)
    assert refused.value.reason is RefusedReason.GAP


def test_another_weeks_key_opens_nothing():
    held, _ = kept(opened().record)
    another = new_week_key(WEEK.week)

    with pytest.raises(NotARecipient):
        epoch_key(held, another.secret, another.public)


def test_an_epoch_with_a_record_missing_is_not_opened():
    opening = opened()
    first, log = add(opening.log, opening.epoch_key, OWNER, ())
    second, _ = add(log, opening.epoch_key, OWNER, ())

    with pytest.raises(Malformed, match="not here"):
        this_epoch([opening.record, second])
    with pytest.raises(Malformed, match="not here"):
        this_epoch([first, second])
    assert this_epoch([second, opening.record, first]) == (opening.record, first, second)


def test_an_epoch_that_would_fill_memory_is_not_opened():
    opening = opened()
    log, records = opening.log, [opening.record]
    for number in range(3):
        record, log = add(log, opening.epoch_key, OWNER, (bytes([number]) * 3_500_000,))
        records.append(record)

    with pytest.raises(TooLarge):
        open_records(records, opening.epoch_key)


def test_an_opening_does_not_show_its_key_or_words():
    shown = repr(opened())

    assert opened().epoch_key.hex() not in shown
    assert "canary" not in shown
    assert "epoch_key" not in shown


@pytest.mark.parametrize(
    ("count", "size", "due"),
    [(0, 0, False), (49, 65_535, False), (50, 0, True), (0, 65_536, True), (500, 10**6, True)],
)
def test_an_epoch_is_replaced_after_fifty_changes_or_sixty_four_kilobytes(count, size, due):
    assert due_for_epoch(count, size) is due
