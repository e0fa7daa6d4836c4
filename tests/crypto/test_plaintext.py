import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import bindings
from nacl.exceptions import CryptoError

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


@given(st.binary(max_size=1_400))
def test_what_is_not_squeezed_is_what_zlib_would_have_written(joined):
    level = 0 if len(joined) <= 1_268 else 1
    zlibs = zlib.compressobj(level, zlib.DEFLATED, 12, 5, zlib.Z_HUFFMAN_ONLY)

    assert plaintext._squeeze(joined) == zlibs.compress(joined) + zlibs.flush()


@given(st.binary(max_size=600), st.integers(0, 600), st.sampled_from([b"", b"\x80", b"\x01"]))
def test_padding_is_read_as_libsodium_reads_it(text, zeros, mark):
    padded = text + mark + bytes(zeros)
    try:
        theirs = bindings.sodium_unpad(padded, 256)
    except CryptoError:
        with pytest.raises(Malformed):
            plaintext._unpadded(padded)
    else:
        assert plaintext._unpadded(padded) == theirs


STORED = b"\x48\x0d\x01\x04\x00\xfb\xffnote" + zlib.adler32(b"note").to_bytes(4, "big")


@pytest.mark.parametrize("place", range(len(STORED)))
def test_bytes_that_were_only_stored_are_read_as_zlib_reads_them(place):
    other = bytearray(STORED)
    other[place] ^= 0x04
    for squeezed in (STORED, bytes(other), STORED + b"\0", STORED[:-1]):
        found = plaintext._as_stored(squeezed)
        inflating = zlib.decompressobj()
        try:
            zlibs = inflating.decompress(squeezed)
        except zlib.error:
            zlibs = None
        if inflating.unused_data or not inflating.eof:
            zlibs = None

        assert found in {None, zlibs}
    assert plaintext._as_stored(STORED) == b"note"


def test_what_is_too_long_to_be_stored_in_one_block_goes_to_zlib():
    long = bytes(2**16 + 4)
    forged = STORED[:7] + long + zlib.adler32(long).to_bytes(4, "big")

    assert plaintext._as_stored(forged) is None


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
