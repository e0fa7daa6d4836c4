"""A record out of shape is refused by name, and every record of a size looks like the next."""

import random
import zlib
from dataclasses import replace

import pytest
from nacl import bindings

from crypto import log as logs
from crypto import plaintext
from crypto import record as records
from crypto.errors import (
    CryptoError,
    Malformed,
    Tampered,
    TooLarge,
    UnknownVersion,
)
from crypto.keys import week_ends
from crypto.record import NO_BODY, Kind, Record, Stub
from tests.crypto.agencies import (
    ENDS,
    HARBOUR,
    LANTERN,
    WEEK,
    WEEK_KEY,
    open_share,
)
from tests.crypto.hostile import sealed, signed


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
