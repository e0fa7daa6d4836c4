"""Record v1, all that travels: a signed stub anyone may check, a body one agency may open."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from hashlib import blake2b
from operator import attrgetter

from nacl import bindings
from nacl.exceptions import CryptoError as SodiumError

from crypto import epoch
from crypto.errors import (
    BadSignature,
    Malformed,
    NotTheOwner,
    NoWeekKey,
    Tampered,
    TooLarge,
    UnknownVersion,
)
from crypto.keys import Identity, NodeKey, verify, week_of
from crypto.plaintext import PAD, pack, unpack

_MAGIC = b"CFR1"
_HEAD = struct.Struct(">4sB16s16s32s32sII32sQ24s")  # the stub before the body hash
_PLACE = attrgetter("share", "release", "owner", "recipient", "epoch", "seq", "prev", "ends")
_HASH_BYTES = 32
_FIELDS = struct.Struct(">4xB16s16s32s32sII32sQ24s32s64s")  # the whole stub, after its magic
STUB_BYTES = _FIELDS.size
_SIGNED_BYTES = _HEAD.size + _HASH_BYTES
NO_RECORD = bytes(_HASH_BYTES)  # prev of a share's first record
NO_BODY = bytes(_HASH_BYTES)  # body hash of a close
MAX_BODY = 4 * 2**20

_TAG_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES
# 24 random bytes: under one epoch key no nonce repeats by chance (2^96 records for a 2^-1 risk).
_NONCE_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

# One domain for each hash and each signature: nothing made for one purpose is valid for another.
_BODY = b"cf-r1-body"
_ID = b"cf-r1-id"
_SIGNED = b"cf-r1-sign"
_SIGNED_BY_NODE = b"cf-r1-node-close"

_encrypt = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt
_decrypt = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt


class Kind(Enum):
    """What a record does to its share."""

    OPEN = 1
    CHANGE = 2
    CLOSE = 3


_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Link:
    """Where a record stands in its share; log.first_link() and log.next_link() give it."""

    share: bytes
    release: bytes
    owner: bytes
    recipient: bytes
    epoch: int
    seq: int
    prev: bytes
    ends: int

    def __post_init__(self) -> None:
        sizes = tuple(map(len, (self.share, self.release, self.owner, self.recipient, self.prev)))
        if sizes != (16, 16, 32, 32, 32):
            raise Malformed("A link names a share, a release, two agencies and a record.")
        if not (0 < self.epoch < 2**32 and 0 < self.seq < 2**32 and 0 <= self.ends < 2**64):
            raise Malformed("A link counts from one, within four bytes.")


@dataclass(frozen=True, slots=True)
class Stub:
    """The part of a record in clear: it verifies and chains even after the body is destroyed."""

    kind: Kind
    share: bytes
    release: bytes
    owner: bytes
    recipient: bytes
    epoch: int
    seq: int
    prev: bytes
    ends: int
    nonce: bytes
    body_hash: bytes
    signature: bytes
    raw: bytes = field(init=False, repr=False, compare=False)  # the stub as it travels
    id: bytes = field(init=False, repr=False, compare=False)  # the next one's prev repeats it

    def __post_init__(self) -> None:
        # Made once, here, from the fields: checking one record asks for both several times.
        raw = _head(self.kind, self, self.nonce) + self.body_hash + self.signature
        object.__setattr__(self, "raw", raw)
        object.__setattr__(self, "id", _hash(_ID, raw))

    @property
    def head(self) -> bytes:
        """Give the part the ciphertext is bound to: all before the body hash."""
        return self.raw[: _HEAD.size]

    @property
    def signed(self) -> bytes:
        """Give the part the signature is over: all before it."""
        return self.raw[:_SIGNED_BYTES]


_PARTS = tuple(getattr(Stub, part.name).__set__ for part in fields(Stub))


@dataclass(frozen=True, slots=True)
class Record:
    """A stub and its body, as one agency seals them for one other."""

    stub: Stub
    body: bytes

    @property
    def raw(self) -> bytes:
        """Give the whole record as it travels."""
        return self.stub.raw + self.body


@dataclass(frozen=True, slots=True)
class Opened:
    """What a body says: the consent's terms (in an open) and raw Automerge changes."""

    terms: bytes = field(repr=False)
    changes: tuple[bytes, ...] = field(repr=False)


def seal_open(  # noqa: PLR0917 - an opening has as many parts as it has
    link: Link,
    identity: Identity,
    week: int,
    week_public: bytes,
    terms: bytes,
    changes: Sequence[bytes],
) -> tuple[Record, bytes]:
    """Begin an epoch: give the record and its fresh key, wrapped to the week the share ends in."""
    if week != week_of(link.ends):
        raise NoWeekKey
    key = epoch.new_epoch_key()
    prefix = epoch.wrap(key, week, week_public, link.share, link.epoch)
    return _seal(Kind.OPEN, link, identity, key, (terms, *changes), prefix=prefix), key


def seal_change(
    link: Link, identity: Identity, epoch_key: bytes, changes: Sequence[bytes]
) -> Record:
    """Seal changes under the epoch key that the share's last open began."""
    epoch.check_epoch_key(epoch_key)
    return _seal(Kind.CHANGE, link, identity, epoch_key, changes)


def seal_close(link: Link, signer: Identity | NodeKey) -> Record:
    """End a share; the owner signs it, or the owner's node key while the node is locked."""
    head = _head(Kind.CLOSE, link, bindings.randombytes(_NONCE_BYTES))
    if isinstance(signer, NodeKey):
        signature = signer.sign(_hash(_SIGNED_BY_NODE, head + NO_BODY))
    else:
        signature = _sign(link, signer, head + NO_BODY)
    return Record(_parse(head + NO_BODY + signature), b"")


def parse_stub(raw: bytes) -> Stub:
    """Read a stub without believing it: call check_stub() before using what it says."""
    if raw[:4] != _MAGIC:
        raise UnknownVersion if raw[:3] == _MAGIC[:3] else Malformed
    if len(raw) != STUB_BYTES:
        raise Malformed
    stub = _parse(raw)
    if not (stub.epoch and stub.seq):
        raise Malformed
    if (stub.kind is Kind.CLOSE) != (stub.body_hash == NO_BODY):
        raise Malformed
    return stub


def check_stub(stub: Stub, node_key: bytes | None) -> None:
    """Raise BadSignature unless the owner signed this, or for a close the owner's node key did."""
    try:
        verify(stub.owner, _hash(_SIGNED, stub.signed), stub.signature)
    except BadSignature:
        if stub.kind is not Kind.CLOSE or node_key is None:
            raise
        verify(node_key, _hash(_SIGNED_BY_NODE, stub.signed), stub.signature)


def check_body(stub: Stub, body: bytes) -> None:
    """Raise Tampered unless this is the body the stub was signed with, whole and in shape."""
    if len(body) > MAX_BODY:
        raise TooLarge
    if stub.kind is Kind.CLOSE:
        if body:
            raise Tampered
        return
    if _hash(_BODY, body) != stub.body_hash:
        raise Tampered
    sealed = len(body) - _TAG_BYTES - (epoch.PREFIX_BYTES if stub.kind is Kind.OPEN else 0)
    if sealed < PAD or sealed % PAD:
        raise Tampered
    if stub.kind is Kind.OPEN and week_in(body) != week_of(stub.ends):
        raise Tampered


def week_in(body: bytes) -> int:
    """Name the week to whose key an open's epoch key is wrapped."""
    return epoch.week_in(body)


def unwrap(record: Record, week_secret: bytes, week_public: bytes) -> bytes:
    """Give the epoch key that an open carries for this node; NotARecipient if it is for another."""
    if record.stub.kind is not Kind.OPEN:
        raise Malformed("Only an open carries an epoch key.")
    epoch_key = epoch.unwrap(record.body, week_secret, week_public)
    epoch.check_commitment(record.body, epoch_key, record.stub.share, record.stub.epoch)
    return epoch_key


def open_body(record: Record, epoch_key: bytes) -> Opened:
    """Open a body whose stub was checked; Tampered if stub, body and key do not belong together."""
    epoch.check_epoch_key(epoch_key)
    stub, body = record.stub, record.body
    if stub.kind is Kind.CLOSE:
        raise Malformed("A close has no body.")
    prefix, sealed = b"", body
    if stub.kind is Kind.OPEN:
        epoch.check_commitment(body, epoch_key, stub.share, stub.epoch)
        prefix, sealed = body[: epoch.PREFIX_BYTES], body[epoch.PREFIX_BYTES :]
    if not PAD <= len(sealed) - _TAG_BYTES <= MAX_BODY:
        raise Tampered
    try:
        padded = _decrypt(sealed, stub.head + prefix, stub.nonce, epoch_key)
    except SodiumError:
        raise Tampered from None
    parts = unpack(padded)
    if stub.kind is Kind.CHANGE:
        return Opened(b"", parts)
    if not parts:
        raise Malformed("An open carries the consent's terms.")
    return Opened(parts[0], parts[1:])


def _seal(
    kind: Kind,
    link: Link,
    identity: Identity,
    epoch_key: bytes,
    parts: Sequence[bytes],
    *,
    prefix: bytes = b"",
) -> Record:
    nonce = bindings.randombytes(_NONCE_BYTES)
    head = _head(kind, link, nonce)
    body = prefix + _encrypt(pack(parts), head + prefix, nonce, epoch_key)
    if len(body) > MAX_BODY:
        raise TooLarge
    signed = head + _hash(_BODY, body)
    return Record(_parse(signed + _sign(link, identity, signed)), body)


def _sign(link: Link, identity: Identity, signed: bytes) -> bytes:
    if identity.public != link.owner:
        raise NotTheOwner
    return identity.sign(_hash(_SIGNED, signed))


def _head(kind: Kind, place: Link | Stub, nonce: bytes) -> bytes:
    return _HEAD.pack(_MAGIC, kind.value, *_PLACE(place), nonce)


def _parse(raw: bytes) -> Stub:
    kind, *parts = _FIELDS.unpack(raw)
    if kind not in _KINDS:
        raise Malformed
    # Past __init__, which would only put these same bytes together again, twice a record.
    stub = object.__new__(Stub)
    for put, value in zip(_PARTS, (_KINDS[kind], *parts, raw, _hash(_ID, raw)), strict=True):
        put(stub, value)
    return stub


def _hash(domain: bytes, content: bytes) -> bytes:
    return blake2b(content, digest_size=_HASH_BYTES, person=domain).digest()
