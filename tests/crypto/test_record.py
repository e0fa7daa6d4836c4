from dataclasses import replace

import pytest

from crypto import log as logs
from crypto import record as records
from crypto import statement
from crypto.errors import (
    BadSignature,
    Malformed,
    NotARecipient,
    NotTheOwner,
    NoWeekKey,
    Tampered,
    WeakKey,
)
from crypto.keys import NodeKey, new_week_key
from crypto.record import NO_BODY, STUB_BYTES, Kind, Record
from tests.crypto.agencies import (
    CHANGES,
    ENDS,
    HARBOUR,
    HARBOUR_NODE,
    MEADOW,
    TERMS,
    WEEK,
    WEEK_KEY,
    open_share,
    receive,
)
from tests.crypto.hostile import signed


def test_the_recipient_opens_what_the_owner_sealed():
    share = open_share()

    _, opened = receive(None, share.records[0].raw)

    assert opened.terms == TERMS
    assert opened.changes == CHANGES


def test_a_change_opens_with_the_key_of_its_epoch():
    opening = open_share()
    share = opening.change(b"a", b"", b"b" * 5_000)

    log, opened = receive(opening.log, share.records[1].raw, opening.key)

    assert log == share.log
    assert opened.terms == b""
    assert opened.changes == (b"a", b"", b"b" * 5_000)


def test_a_new_epoch_has_a_new_key():
    share = open_share()
    reopened = share.reopen()

    assert reopened.key != share.key
    assert receive(share.log, reopened.records[1].raw)[1].changes == CHANGES
    with pytest.raises(Tampered):
        records.open_body(reopened.records[1], share.key)


def test_a_stub_reads_back_field_by_field():
    stub = open_share().records[0].stub

    again = records.parse_stub(stub.raw)

    assert again == stub
    assert len(stub.raw) == STUB_BYTES == 269
    assert stub.raw.startswith(b"CFR1\x01" + b"s" * 16 + b"r" * 16 + HARBOUR.public)


def test_a_record_keeps_its_name_when_its_body_is_destroyed():
    record = open_share().records[0]

    assert records.parse_stub(record.stub.raw).id == record.stub.id
    assert record.raw[:STUB_BYTES] == record.stub.raw


def test_nothing_of_the_words_is_shown():
    share = open_share()

    shown = repr(receive(None, share.records[0].raw)[1])

    assert "first change" not in shown
    assert "find" not in shown


def test_a_close_has_no_body():
    share = open_share().close()
    close = share.records[1]

    records.check_stub(close.stub, None)
    records.check_body(close.stub, b"")
    assert close.stub.body_hash == NO_BODY
    assert share.log.closed
    with pytest.raises(Tampered):
        records.check_body(close.stub, b"x")
    with pytest.raises(Malformed):
        records.open_body(close, share.key)
    with pytest.raises(Malformed):
        records.unwrap(close, WEEK_KEY.secret, WEEK_KEY.public)


def test_a_locked_node_may_close_with_its_node_key():
    link = logs.next_link(open_share().log, Kind.CLOSE, ENDS)

    close = records.seal_close(link, HARBOUR_NODE)

    records.check_stub(close.stub, HARBOUR_NODE.public)
    for node_key in (None, NodeKey(b"\x09" * 32).public, bytes(32), HARBOUR.public, b""):
        with pytest.raises(BadSignature):
            records.check_stub(close.stub, node_key)


def test_a_node_key_only_restricts():
    change = open_share().change(b"a").records[1]
    hashes = [
        records._hash(domain, change.stub.head + change.stub.body_hash)
        for domain in (b"cf-r1-sign", b"cf-r1-node-close")
    ]

    for hashed in hashes:
        forged = replace(change.stub, signature=HARBOUR_NODE.sign(hashed))
        with pytest.raises(BadSignature):
            records.check_stub(forged, HARBOUR_NODE.public)


def test_a_close_by_the_identity_is_not_one_by_the_node_key_nor_the_reverse():
    link = logs.next_link(open_share().log, Kind.CLOSE, ENDS)
    close = records.seal_close(link, HARBOUR)
    by_node_domain = HARBOUR.sign(records._hash(b"cf-r1-node-close", close.stub.raw[:-64]))

    records.check_stub(close.stub, HARBOUR_NODE.public)
    with pytest.raises(BadSignature):
        records.check_stub(replace(close.stub, signature=by_node_domain), HARBOUR_NODE.public)


def test_a_signature_of_a_statement_is_none_of_a_record():
    stub = open_share().records[0].stub
    said = statement.sign("card", {"name": "Harbour"}, HARBOUR)

    with pytest.raises(BadSignature):
        records.check_stub(replace(stub, signature=said[37:101]), None)
    with pytest.raises(BadSignature):
        statement.read(said[:37] + stub.signature + said[101:])


def test_only_the_owner_seals():
    share = open_share()
    change = logs.next_link(share.log, Kind.CHANGE, ENDS)
    opening = logs.next_link(share.log, Kind.OPEN, ENDS)

    with pytest.raises(NotTheOwner):
        records.seal_change(change, MEADOW, share.key, [b"a"])
    with pytest.raises(NotTheOwner):
        records.seal_open(opening, MEADOW, WEEK, WEEK_KEY.public, TERMS, [])
    with pytest.raises(NotTheOwner):
        records.seal_close(change, MEADOW)


def test_nothing_is_sealed_without_the_key_of_the_last_week():
    link = logs.next_link(open_share().log, Kind.OPEN, ENDS)
    later = new_week_key(WEEK + 1)

    with pytest.raises(NoWeekKey):
        records.seal_open(link, HARBOUR, later.week, later.public, TERMS, CHANGES)


@pytest.mark.parametrize("public", [bytes(32), b"\x01" + bytes(31), b"short"])
def test_nothing_is_sealed_to_a_weak_key(public):
    link = logs.next_link(open_share().log, Kind.OPEN, ENDS)

    with pytest.raises(WeakKey):
        records.seal_open(link, HARBOUR, WEEK, public, TERMS, CHANGES)


def test_another_week_key_opens_nothing():
    record = open_share().records[0]
    other = new_week_key(WEEK)

    with pytest.raises(NotARecipient):
        records.unwrap(record, other.secret, other.public)
    for secret, public in [(b"", WEEK_KEY.public), (WEEK_KEY.secret, b"")]:
        with pytest.raises(NotARecipient):
            records.unwrap(record, secret, public)


def test_a_wrap_moved_from_another_share_does_not_open_this_one():
    mine, other = open_share(b"s").records[0], open_share(b"t").records[0]
    prefix = 4 + 80 + 32

    with pytest.raises(Tampered):
        records.unwrap(Record(mine.stub, other.body), WEEK_KEY.secret, WEEK_KEY.public)
    moved = signed(mine, other.body[:84] + mine.body[84:])
    with pytest.raises(Tampered):
        records.unwrap(moved, WEEK_KEY.secret, WEEK_KEY.public)
    moved = signed(mine, other.body[:prefix] + mine.body[prefix:])
    with pytest.raises(Tampered):
        receive(None, moved.raw)


def test_a_body_bound_to_one_week_does_not_open_under_the_name_of_another():
    share = open_share()
    record = share.records[0]
    renamed = signed(record, (WEEK + 1).to_bytes(4, "big") + record.body[4:])

    with pytest.raises(Tampered):
        records.check_body(renamed.stub, renamed.body)
    with pytest.raises(Tampered):
        records.open_body(renamed, share.key)


def test_a_body_moved_to_another_stub_does_not_open_even_when_signed_anew():
    share = open_share().change(b"a").change(b"b")
    first, second = share.records[1:]

    with pytest.raises(Tampered):
        records.check_body(second.stub, first.body)
    with pytest.raises(Tampered):
        records.open_body(signed(second, first.body), share.key)
    with pytest.raises(Tampered):
        records.open_body(signed(second, first.body, nonce=first.stub.nonce), share.key)


def test_another_agency_cannot_sign_over_what_it_did_not_write():
    share = open_share()
    record = share.records[0]
    taken = signed(record, record.body, by=MEADOW, owner=MEADOW.public)

    records.check_stub(taken.stub, None)
    with pytest.raises(Tampered):
        records.open_body(taken, share.key)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", Kind.CLOSE),
        ("share", b"z" * 16),
        ("release", b"z" * 16),
        ("owner", MEADOW.public),
        ("recipient", MEADOW.public),
        ("epoch", 2),
        ("seq", 3),
        ("prev", b"z" * 32),
        ("ends", ENDS - 1),
        ("nonce", b"z" * 24),
        ("body_hash", b"z" * 32),
    ],
)
def test_no_field_of_a_stub_can_be_altered(field, value):
    stub = open_share().change(b"a").records[1].stub

    with pytest.raises(BadSignature):
        records.check_stub(replace(stub, **{field: value}), HARBOUR_NODE.public)
