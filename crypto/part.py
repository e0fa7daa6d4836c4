"""A part of an agency's entry as a relay holds it: open to the members, or shut for one of them."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from nacl import bindings
from nacl.exceptions import CryptoError as SodiumError

from crypto.errors import Malformed, NotARecipient, Tampered, UnknownVersion
from crypto.keys import KEY_BYTES, check_week_public
from crypto.plaintext import pack, unpack

_OPEN = b"CFE1"
_SHUT = b"CFT1"
_WEEK = struct.Struct(">I")
_NUMBER = struct.Struct(">Q")
_HASH_BYTES = 32
_NONCE_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_WRAP_FROM = len(_SHUT) + _WEEK.size
_COMMITMENT_FROM = _WRAP_FROM + KEY_BYTES + bindings.crypto_box_SEALBYTES
_NONCE_FROM = _COMMITMENT_FROM + _HASH_BYTES
_SEALED_FROM = _NONCE_FROM + _NONCE_BYTES


@dataclass(frozen=True, slots=True)
class Link:
    """Between whom a shut part goes, and which of them it is: its number is never used again."""

    owner: bytes
    recipient: bytes
    number: int

    @property
    def raw(self) -> bytes:
        """Give its parts, each of its own fixed size, so that no two links read the same."""
        if len(self.owner) != KEY_BYTES or len(self.recipient) != KEY_BYTES:
            raise Malformed("An agency is named by 32 bytes.")
        if not 0 < self.number < 2**63:
            raise Malformed("The number of a part is counted from one.")
        return self.owner + self.recipient + _NUMBER.pack(self.number)


def blob_name(content: bytes) -> bytes:
    """Name these bytes by what they are: whoever asks for the name can check the answer."""
    return blake2b(content, digest_size=_HASH_BYTES, person=b"cf-blob").digest()


def open_part(changes: Sequence[bytes]) -> bytes:
    """Put changes into the form that every member may read."""
    return _OPEN + pack(changes)


def read_open_part(content: bytes) -> tuple[bytes, ...]:
    """Give the changes of an open part; they have not been looked at yet."""
    _begins(content, _OPEN)
    return unpack(content[len(_OPEN) :])


def seal_part(changes: Sequence[bytes], link: Link, week: int, week_public: bytes) -> bytes:
    """Shut changes for one agency, to the key it has published for that week."""
    check_week_public(week_public)
    # A key for this part alone: it seals once, so no nonce can repeat under it. It is wrapped
    # unsigned, as every sealed box is; who wrote it stands in the statement that names the blob,
    # and the link in the associated data keeps one agency's part from passing for another's.
    key = bindings.randombytes(KEY_BYTES)
    wrap = bindings.crypto_box_seal(key, week_public)
    nonce = bindings.randombytes(_NONCE_BYTES)
    # A ciphertext can be made to open under two keys; the commitment leaves room for one.
    head = _SHUT + _WEEK.pack(week) + wrap + _commitment(key, link) + nonce
    return head + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        pack(changes), head + link.raw, nonce, key
    )


def week_of_part(content: bytes) -> int:
    """Name the week to whose key a shut part's own key is wrapped."""
    _check_length(content)
    week: int = _WEEK.unpack_from(content, len(_SHUT))[0]
    return week


def open_sealed_part(
    content: bytes, link: Link, week_secret: bytes, week_public: bytes
) -> tuple[bytes, ...]:
    """Give the changes of a part that was shut for this week key; NotARecipient if for another."""
    _check_length(content)
    try:
        key = bindings.crypto_box_seal_open(
            content[_WRAP_FROM:_COMMITMENT_FROM], week_public, week_secret
        )
    except SodiumError:
        raise NotARecipient from None
    if len(key) != KEY_BYTES or content[_COMMITMENT_FROM:_NONCE_FROM] != _commitment(key, link):
        raise Tampered
    head, nonce = content[:_SEALED_FROM], content[_NONCE_FROM:_SEALED_FROM]
    try:
        padded = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            content[_SEALED_FROM:], head + link.raw, nonce, key
        )
    except SodiumError:
        raise Tampered from None
    return unpack(padded)


def _commitment(key: bytes, link: Link) -> bytes:
    return blake2b(key + link.raw, digest_size=_HASH_BYTES, person=b"cf-t1-commitment").digest()


def _check_length(content: bytes) -> None:
    _begins(content, _SHUT)
    if len(content) <= _SEALED_FROM + bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES:
        raise Malformed


def _begins(content: bytes, magic: bytes) -> None:
    if content[:4] != magic:
        raise UnknownVersion if content[:3] == magic[:3] else Malformed
