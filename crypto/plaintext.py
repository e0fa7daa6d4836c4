"""What lies inside a record's ciphertext: terms and changes, compressed, padded to a bucket."""

import struct
import zlib
from collections.abc import Sequence

from nacl import bindings
from nacl.exceptions import CryptoError as SodiumError

from crypto.errors import Malformed, TooLarge

PAD = 256  # sizes are rounded up, so that a long note does not look like a long note
MAX_INFLATED = 4 * 2**20  # a bomb stops here, before it fills memory
MAX_PARTS = 4_096
# Up to five buckets nothing is squeezed: on a note this long it takes as long as signing, and the
# size then tells nothing of the words. 12 bytes are zlib's own, and one of padding.
_STORED = 5 * PAD - 12
_SMALL = 4_096
_LENGTH = struct.Struct(">I")


def pack(parts: Sequence[bytes]) -> bytes:
    """Put byte strings, each with its length before it, into one compressed and padded whole."""
    if len(parts) > MAX_PARTS:
        raise TooLarge
    joined = b"".join([_LENGTH.pack(len(part)) + part for part in parts])
    if len(joined) > MAX_INFLATED:
        raise TooLarge
    return bindings.sodium_pad(_squeeze(joined), PAD)


def unpack(padded: bytes) -> tuple[bytes, ...]:
    """Give the byte strings back; Malformed unless every byte has its one place."""
    try:
        squeezed = bindings.sodium_unpad(padded, PAD)
        inflating = zlib.decompressobj()
        joined = inflating.decompress(squeezed, MAX_INFLATED + 1)
    except (SodiumError, zlib.error):
        raise Malformed from None
    if len(joined) > MAX_INFLATED:
        raise TooLarge
    if not inflating.eof or inflating.unused_data:
        raise Malformed
    return _split(joined)


def _squeeze(joined: bytes) -> bytes:
    if len(joined) > _SMALL:
        return zlib.compress(joined, 1)  # the bucket of level 6 nearly always, in half the time
    # Letters alone, in a small window: no size tells that a word was said twice.
    level = 0 if len(joined) <= _STORED else 1
    squeezing = zlib.compressobj(level, zlib.DEFLATED, 12, 5, zlib.Z_HUFFMAN_ONLY)
    return squeezing.compress(joined) + squeezing.flush()


def _split(joined: bytes) -> tuple[bytes, ...]:
    parts: list[bytes] = []
    at, end = 0, len(joined)
    while at < end:
        if len(parts) == MAX_PARTS:
            raise TooLarge
        start = at + _LENGTH.size
        if start > end:
            raise Malformed
        at = start + _LENGTH.unpack_from(joined, at)[0]
        if at > end:
            raise Malformed
        parts.append(joined[start:at])
    return tuple(parts)
