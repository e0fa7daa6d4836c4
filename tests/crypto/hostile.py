"""Records as only a hostile owner could make them: signed anew, whatever they hold."""

from dataclasses import replace

from nacl import bindings

from crypto import record as records
from crypto.keys import Identity
from crypto.record import Record
from tests.crypto.agencies import (
    HARBOUR,
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
