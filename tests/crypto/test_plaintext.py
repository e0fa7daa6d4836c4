import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import bindings

from crypto import plaintext
from crypto.errors import Malformed, TooLarge

MEBI = 2**20


def packed(joined: bytes) -> bytes:
    return bindings.sodium_pad(zlib.compress(joined), 256)


@given(st.lists(st.binary(max_size=600), max_size=20))
def test_what_is_packed_unpacks(parts):
    whole = plaintext.pack(parts)

    assert plaintext.unpack(whole) == tuple(parts)
    assert len(whole) % 256 == 0


@pytest.mark.parametrize("size", [0, 240, 241, 4_092, 4_093, 100_000])
def test_every_size_unpacks(size):
    part = random.Random(size).randbytes(size)  # noqa: S311 - any bytes will do

    assert plaintext.unpack(plaintext.pack([part])) == (part,)


def test_everything_short_fills_one_bucket():
    short = {len(plaintext.pack([bytes(size)])) for size in range(241)}

    assert short == {256}


def test_a_bomb_stops_at_four_mebibytes():
    with pytest.raises(TooLarge):
        plaintext.unpack(packed(bytes(64 * MEBI)))


def test_four_mebibytes_to_the_byte_are_taken():
    most = 4 * MEBI - 4

    assert plaintext.unpack(plaintext.pack([bytes(most)])) == (bytes(most),)
    with pytest.raises(TooLarge):
        plaintext.pack([bytes(most + 1)])


def test_there_is_an_end_to_the_number_of_parts():
    assert len(plaintext.unpack(plaintext.pack([b""] * 4_096))) == 4_096
    with pytest.raises(TooLarge):
        plaintext.pack([b""] * 4_097)
    with pytest.raises(TooLarge):
        plaintext.unpack(packed(bytes(4 * 4_097)))


@pytest.mark.parametrize(
    "whole",
    [
        b"",
        bytes(256),
        b"\x80" + bytes(255),
        bindings.sodium_pad(zlib.compress(b"") + b"more", 256),
        bindings.sodium_pad(zlib.compress(b"") + zlib.compress(b""), 256),
        bindings.sodium_pad(zlib.compress(bytes(40))[:-1], 256),
        bindings.sodium_pad(b"not zlib", 256),
        packed(b"\x00\x00\x00"),
        packed(b"\x00\x00\x00\x05four"),
        packed(b"\x00\x00\x00\x01a\x00\x00\x00"),
        packed(b"\xff\xff\xff\xff"),
    ],
)
def test_what_does_not_use_every_byte_once_is_refused(whole):
    with pytest.raises(Malformed):
        plaintext.unpack(whole)
