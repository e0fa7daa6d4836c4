import random
import zlib
from dataclasses import replace

import pytest
from nacl import bindings

from crypto import log as logs
from crypto import plaintext, statement
from crypto import record as records
from crypto.errors import (
    BadSignature,
    CryptoError,
    Malformed,
    NotARecipient,
    NotTheOwner,
    NoWeekKey,
    Tampered,
    TooLarge,
    UnknownVersion,
    WeakKey,
)
from crypto.keys import Identity, NodeKey, new_week_key, week_ends
from crypto.record import NO_BODY, STUB_BYTES, Kind, Record, Stub
from tests.crypto.agencies import (
    CHANGES,
    ENDS,
    HARBOUR,
    HARBOUR_NODE,
    LANTERN,
    MEADOW,
    TERMS,
    WEEK,
    WEEK_KEY,
    open_share,
    receive,
)


def signed(record: Record, body: bytes, by: Identity = HARBOUR, **other: object) -> Record:
    """Give the record with another body or stub, signed anew: what a hostile owner could send."""
    stub = replace(record.stub, body_hash=records._hash(b"cf-r1-body", body), **other)
    hashed = records._hash(b"cf-r1-sign", stub.head + stub.body_hash)
    return Record(replace(stub, signature=by.sign(hashed)), body)


def sealed(record: Record, key: bytes, padded: bytes, prefix: bytes = b"") -> Record:
    """Seal any plaintext under the epoch key, as only the owner can."""
    body = prefix + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        padded, record.stub.head + prefix, record.stub.nonce, key
    )
    return signed(record, body)


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


def raw_stub(**other: object) -> bytes:
    return replace(open_share().records[0].stub, **other).raw


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", Malformed),
        (b"CFR1", Malformed),
        (b"XXXX" + bytes(265), Malformed),
        (b"CFR2" + bytes(265), UnknownVersion),
        (b"CFR1\x00" + raw_stub()[5:], Malformed),
        (b"CFR1\x04" + raw_stub()[5:], Malformed),
        (raw_stub()[:-1], Malformed),
        (raw_stub() + b"x", Malformed),
        (raw_stub(epoch=0), Malformed),
        (raw_stub(seq=0), Malformed),
        (raw_stub(body_hash=NO_BODY), Malformed),
        (raw_stub(kind=Kind.CLOSE), Malformed),
    ],
)
def test_what_is_not_a_stub_is_refused_by_name(raw, error):
    with pytest.raises(error):
        records.parse_stub(raw)


def test_a_body_out_of_shape_is_refused_though_it_is_signed():
    share = open_share().change(b"a")
    opening, change = share.records

    for record, body in [
        (change, b""),
        (change, bytes(16)),
        (change, bytes(255 + 16)),
        (change, bytes(257 + 16)),
        (opening, bytes(100)),
        (opening, bytes(116 + 16)),
        (opening, opening.body + b"x"),
    ]:
        odd = signed(record, body)
        records.check_stub(odd.stub, None)
        with pytest.raises(Tampered):
            records.check_body(odd.stub, body)
        with pytest.raises(CryptoError):
            records.open_body(odd, share.key)


def test_a_body_over_four_mebibytes_is_refused_before_it_is_hashed():
    with pytest.raises(TooLarge):
        records.check_body(open_share().records[0].stub, bytes(records.MAX_BODY + 1))


def test_a_body_over_four_mebibytes_is_not_sealed():
    share = open_share()
    noise = random.Random(1).randbytes(4 * 2**20 - 4)  # noqa: S311 - any bytes will do

    with pytest.raises(TooLarge):
        share.change(noise)


def test_an_end_beyond_all_calendars_is_refused():
    share = open_share()
    record = share.records[0]
    endless = signed(record, record.body, ends=2**64 - 1)

    with pytest.raises(Malformed):
        records.check_body(endless.stub, endless.body)


def test_a_hostile_owner_cannot_send_a_bomb_or_an_opening_without_terms():
    share = open_share().change(b"a")
    opening, change = share.records
    bomb = bindings.sodium_pad(zlib.compress(bytes(2**26)), 256)

    with pytest.raises(TooLarge):
        records.open_body(sealed(change, share.key, bomb), share.key)
    with pytest.raises(Malformed):
        records.open_body(sealed(change, share.key, bytes(256)), share.key)
    with pytest.raises(Malformed, match="terms"):
        records.open_body(
            sealed(opening, share.key, plaintext.pack([]), opening.body[:116]), share.key
        )


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_an_epoch_key_of_the_wrong_size_is_refused(key):
    share = open_share()
    link = logs.next_link(share.log, Kind.CHANGE, ENDS)

    with pytest.raises(Malformed):
        records.seal_change(link, HARBOUR, key, [b"a"])
    with pytest.raises(Malformed):
        records.open_body(share.records[0], key)


def test_the_week_is_read_before_a_key_is_looked_for():
    assert records.week_in(open_share().records[0].body) == WEEK
    assert week_ends(WEEK) == ENDS
    with pytest.raises(Malformed):
        records.week_in(bytes(115))
    short = Record(open_share().records[0].stub, bytes(115))
    with pytest.raises(Malformed):
        records.unwrap(short, WEEK_KEY.secret, WEEK_KEY.public)


@pytest.mark.parametrize(
    "other",
    [
        {"share": b"s"},
        {"release": b"r" * 17},
        {"owner": b""},
        {"recipient": b""},
        {"prev": b""},
        {"epoch": 0},
        {"epoch": 2**32},
        {"seq": 0},
        {"seq": 2**32},
        {"ends": -1},
        {"ends": 2**64},
    ],
)
def test_a_link_is_whole(other):
    link = logs.first_link(b"s" * 16, b"r" * 16, HARBOUR.public, LANTERN.public, ENDS)

    with pytest.raises(Malformed):
        replace(link, **other)


def test_ten_thousand_pairs_of_short_notes_are_equally_long_on_the_wire():
    share, chance = open_share(), random.Random(6)  # noqa: S311 - notes, not keys
    link = logs.next_link(share.log, Kind.CHANGE, ENDS)

    def length(note: bytes) -> int:
        return len(records.seal_change(link, HARBOUR, share.key, [note]).raw)

    for _ in range(10_000):
        note, other = (chance.randbytes(chance.randrange(1, 240)) for _ in range(2))
        assert length(note) == length(other)
    assert length(b"yes") == length(b"no, not at all" * 10)


def test_a_nonce_is_never_used_twice():
    share = open_share()
    link = logs.next_link(share.log, Kind.CHANGE, ENDS)
    stubs: list[Stub] = [
        records.seal_change(link, HARBOUR, share.key, [b"a"]).stub for _ in range(200)
    ]

    assert len({stub.nonce for stub in stubs}) == 200
