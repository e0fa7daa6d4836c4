"""What lies inside a record's ciphertext: terms and changes, compressed, padded to a bucket."""

import struct
import zlib
from collections.abc import Sequence

from crypto.errors import Malformed, TooLarge

PAD = 256  # sizes are rounded up, so that a long note does not look like a long note
MAX_INFLATED = 4 * 2**20  # a bomb stops here, before it fills memory
MAX_PARTS = 4_096
# Up to five buckets nothing is squeezed: on a note this long it takes as long as signing, and the
# size then tells nothing of the words. 12 bytes are zlib's own, and one of padding.
_STORED = 5 * PAD - 12
_SMALL = 4_096
# What zlib writes around bytes it does not squeeze: its header, that this block is stored and the
# last, its length twice, and a checksum. Written and read here, for zlib takes ten times as long.
_STORED_HEAD = struct.Struct("<3sHH")
_STORED_MARK = b"\x48\x0d\x01"
_SUM = struct.Struct(">I")
_AROUND = _STORED_HEAD.size + _SUM.size
_LENGTH = struct.Struct(">I")


def pack(parts: Sequence[bytes]) -> bytes:
    """Put byte strings, each with its length before it, into one compressed and padded whole."""
    if len(parts) > MAX_PARTS:
        raise TooLarge
    joined = b"".join([_LENGTH.pack(len(part)) + part for part in parts])
    if len(joined) > MAX_INFLATED:
        raise TooLarge
    squeezed = _squeeze(joined)
    return squeezed + b"\x80" + bytes(-(len(squeezed) + 1) % PAD)


def unpack(padded: bytes) -> tuple[bytes, ...]:
    """Give the byte strings back; Malformed unless every byte has its one place."""
    squeezed = _unpadded(padded)
    stored = _as_stored(squeezed)
    return _split(_inflated(squeezed) if stored is None else stored)


def _unpadded(padded: bytes) -> bytes:
    """What stood before the padding, as libsodium pads: a bit, then nothing, to a whole bucket."""
    end = padded.rfind(b"\x80", -PAD)
    if end < 0 or len(padded) < PAD or padded.count(0, end) != len(padded) - end - 1:
        raise Malformed
    return padded[:end]


def _as_stored(squeezed: bytes) -> bytes | None:
    """The bytes zlib would give back, where it only stored them; None where it has to be asked."""
    size = len(squeezed) - _AROUND
    if not 0 <= size <= 0xFFFF or squeezed[: _STORED_HEAD.size] != _stored_head(size):
        return None
    joined = squeezed[_STORED_HEAD.size : -_SUM.size]
    return joined if squeezed[-_SUM.size :] == _SUM.pack(zlib.adler32(joined)) else None


def _inflated(squeezed: bytes) -> bytes:
    inflating = zlib.decompressobj()
    try:
        joined = inflating.decompress(squeezed, MAX_INFLATED + 1)
    except zlib.error:
        raise Malformed from None
    if len(joined) > MAX_INFLATED:
        raise TooLarge
    if not inflating.eof or inflating.unused_data:
        raise Malformed
    return joined


def _squeeze(joined: bytes) -> bytes:
    if len(joined) > _SMALL:
        return zlib.compress(joined, 1)  # the bucket of level 6 nearly always, in half the time
    # Letters alone, in a small window: no size tells that a word was said twice.
    if len(joined) <= _STORED:
        return _stored_head(len(joined)) + joined + _SUM.pack(zlib.adler32(joined))
    squeezing = zlib.compressobj(1, zlib.DEFLATED, 12, 5, zlib.Z_HUFFMAN_ONLY)
    return squeezing.compress(joined) + squeezing.flush()


def _stored_head(size: int) -> bytes:
    return _STORED_HEAD.pack(_STORED_MARK, size, size ^ 0xFFFF)


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
