"""How an epoch key travels: wrapped to one week of one agency, with a commitment to that key."""

import struct
from hashlib import blake2b

from nacl import bindings
from nacl.exceptions import CryptoError as SodiumError

from crypto.errors import Malformed, NotARecipient, Tampered
from crypto.keys import KEY_BYTES, check_week_public

_WEEK = struct.Struct(">I")
_WRAP_TO = _WEEK.size + KEY_BYTES + bindings.crypto_box_SEALBYTES
_HASH_BYTES = 32
PREFIX_BYTES = _WRAP_TO + _HASH_BYTES  # week, wrap and commitment


def new_epoch_key() -> bytes:
    """Make the key of one epoch of one share."""
    return bindings.randombytes(KEY_BYTES)


def wrap(epoch_key: bytes, week: int, week_public: bytes, share: bytes, epoch: int) -> bytes:
    """Give what stands before an open's ciphertext; WeakKey if that week's key is unsafe."""
    check_week_public(week_public)
    sealed = bindings.crypto_box_seal(epoch_key, week_public)
    return _WEEK.pack(week) + sealed + _commitment(epoch_key, share, epoch)


def week_in(body: bytes) -> int:
    """Name the week to whose key an open's epoch key is wrapped."""
    _check_length(body)
    week: int = _WEEK.unpack_from(body)[0]
    return week


def unwrap(body: bytes, week_secret: bytes, week_public: bytes) -> bytes:
    """Give the epoch key that an open carries for this week key; NotARecipient if for another."""
    _check_length(body)
    sealed = body[_WEEK.size : _WRAP_TO]
    try:
        return bindings.crypto_box_seal_open(sealed, week_public, week_secret)
    except SodiumError:
        raise NotARecipient from None


def check_commitment(body: bytes, epoch_key: bytes, share: bytes, epoch: int) -> None:
    """Raise Tampered unless this open was sealed with this key, for this share and epoch."""
    if body[_WRAP_TO:PREFIX_BYTES] != _commitment(epoch_key, share, epoch):
        raise Tampered


def check_epoch_key(epoch_key: bytes) -> None:
    """Raise Malformed unless this has the size of an epoch key."""
    if len(epoch_key) != KEY_BYTES:
        raise Malformed("An epoch key is 32 bytes.")


def _commitment(epoch_key: bytes, share: bytes, epoch: int) -> bytes:
    # A ciphertext can be made to open under two keys; a commitment leaves room for one.
    content = epoch_key + share + epoch.to_bytes(4, "big")
    return blake2b(content, digest_size=_HASH_BYTES, person=b"cf-r1-commitment").digest()


def _check_length(body: bytes) -> None:
    if len(body) < PREFIX_BYTES:
        raise Malformed
