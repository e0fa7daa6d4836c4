"""At-rest boxes: words on this node's own disk, each shut for one place only."""

import struct
from dataclasses import dataclass

from nacl import bindings
from nacl.exceptions import CryptoError as SodiumError

from crypto.errors import Malformed, Tampered, UnknownVersion
from crypto.keys import KEY_BYTES

_MAGIC = b"CFB1"
_PAD = 64  # sizes are rounded up, so that "yes" does not look different from "no"
# 24 random bytes: under one at-rest key no nonce repeats by chance (2^96 boxes for a 2^-1 risk).
_NONCE_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_SEALED_FROM = len(_MAGIC) + _NONCE_BYTES
_LEAST = _SEALED_FROM + _PAD + bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES


@dataclass(frozen=True, slots=True)
class Place:
    """The one place a box belongs: format, table, row and column."""

    format: str
    table: str
    row: str
    column: str

    @property
    def raw(self) -> bytes:
        """Give each part with its length before it, so that no two places read the same."""
        try:
            parts = [p.encode() for p in (self.format, self.table, self.row, self.column)]
        except UnicodeEncodeError:
            raise Malformed("The name of a place holds letters that cannot be written.") from None
        return _MAGIC + b"".join(struct.pack(">I", len(part)) + part for part in parts)


def shut(key: bytes, plaintext: bytes, place: Place) -> bytes:
    """Shut words under the at-rest key, for this place only."""
    _check_key(key)
    nonce = bindings.randombytes(_NONCE_BYTES)
    padded = bindings.sodium_pad(plaintext, _PAD)
    return (
        _MAGIC
        + nonce
        + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, place.raw, nonce, key)
    )


def reopen(key: bytes, box: bytes, place: Place) -> bytes:
    """Give back what was shut here; Tampered if it was altered or comes from another place."""
    _check_key(key)
    if box[:4] != _MAGIC:
        raise UnknownVersion if box[:3] == _MAGIC[:3] else Malformed
    if len(box) < _LEAST:
        raise Tampered
    try:
        padded = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            box[_SEALED_FROM:], place.raw, box[len(_MAGIC) : _SEALED_FROM], key
        )
        return bindings.sodium_unpad(padded, _PAD)
    except SodiumError:
        raise Tampered from None


def _check_key(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise Malformed("An at-rest key is 32 bytes.")
