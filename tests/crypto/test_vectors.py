"""The vectors of each format: what they are, and what must come of them, whoever implements it."""

import json
import zlib
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from nacl import bindings

from crypto import errors, statement
from crypto import log as logs
from crypto import record as records
from crypto.errors import CryptoError, Refused
from crypto.record import STUB_BYTES, Kind, Record

VECTORS = Path(__file__).parents[1] / "vectors"


def vectors(name: str) -> list[Any]:
    paths = sorted((VECTORS / name).glob("*.json"))
    return [pytest.param(json.loads(path.read_text()), id=path.stem) for path in paths]


def accepted(name: str, *stems: str) -> list[Any]:
    return [each for each in vectors(name) if each.id in stems]


def receive(vector: dict[str, Any]) -> dict[str, Any]:
    log = None
    for before in vector["after"]:
        log = logs.follow(log, records.parse_stub(bytes.fromhex(before)))
    raw = bytes.fromhex(vector["raw"])
    stub, body = records.parse_stub(raw[:STUB_BYTES]), raw[STUB_BYTES:]
    records.check_stub(stub, bytes.fromhex(vector["node_key"]))
    records.check_body(stub, body)
    logs.follow(log, stub)
    found = {"id": stub.id.hex(), "terms": "", "changes": []}
    if stub.kind is Kind.CLOSE:
        return found
    record, key = Record(stub, body), bytes.fromhex(vector["epoch_key"])
    if stub.kind is Kind.OPEN:
        week = bytes.fromhex(vector["week_secret"]), bytes.fromhex(vector["week_public"])
        key = records.unwrap(record, *week)
    opened = records.open_body(record, key)
    return found | {
        "terms": opened.terms.hex(),
        "changes": [change.hex() for change in opened.changes],
    }


@pytest.mark.parametrize("vector", vectors("record-v1"))
def test_a_record_comes_out_as_its_vector_says(vector):
    if vector["expect"] == "accepted":
        assert receive(vector) == {name: vector[name] for name in ("id", "terms", "changes")}
        return

    with pytest.raises(CryptoError) as refused:
        receive(vector)

    assert type(refused.value) is getattr(errors, vector["expect"])
    if isinstance(refused.value, Refused):
        assert refused.value.reason.name == vector["reason"]


@pytest.mark.parametrize("vector", vectors("statement-v1"))
def test_a_statement_comes_out_as_its_vector_says(vector):
    raw = bytes.fromhex(vector["raw"])
    if vector["expect"] == "accepted":
        said = statement.read(raw, vector["kind"])
        assert (said.signer.hex(), said.id.hex()) == (vector["signer"], vector["id"])
        assert said.body == vector["body"]
        return

    with pytest.raises(CryptoError) as refused:
        statement.read(raw)

    assert type(refused.value) is getattr(errors, vector["expect"])


def test_every_refusal_of_the_formats_has_a_vector():
    expected = {each.values[0]["expect"] for each in vectors("record-v1") + vectors("statement-v1")}

    assert expected == {
        "accepted",
        "BadSignature",
        "Malformed",
        "NotARecipient",
        "Refused",
        "Tampered",
        "TooLarge",
        "UnknownVersion",
    }


@pytest.mark.parametrize("vector", accepted("record-v1", "open", "change"))
def test_a_record_opens_from_its_description_alone(vector):
    """docs/formats.md in twenty lines of bare libsodium, sharing no code with crypto/."""
    raw, key = bytes.fromhex(vector["raw"]), bytes.fromhex(vector["epoch_key"])
    head, body_hash, signature, body = raw[:173], raw[173:205], raw[205:269], raw[269:]

    def hashed(person: bytes, content: bytes) -> bytes:
        return blake2b(content, digest_size=32, person=person).digest()

    assert bindings.crypto_sign_open(
        signature + hashed(b"cf-r1-sign", head + body_hash), head[37:69]
    )
    assert hashed(b"cf-r1-body", body) == body_hash
    assert hashed(b"cf-r1-id", raw[:269]).hex() == vector["id"]
    prefix, sealed = (body[:116], body[116:]) if head[4] == 1 else (b"", body)
    if prefix:
        wrap, commitment = prefix[4:84], prefix[84:]
        week = bytes.fromhex(vector["week_public"]), bytes.fromhex(vector["week_secret"])
        assert bindings.crypto_box_seal_open(wrap, *week) == key
        assert commitment == hashed(b"cf-r1-commitment", key + head[5:21] + head[101:105])
    padded = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
        sealed, head + prefix, head[149:173], key
    )
    parts = b"".join(
        len(part).to_bytes(4, "big") + part
        for part in map(bytes.fromhex, [vector["terms"], *vector["changes"]])
        if prefix or part
    )
    assert zlib.decompress(bindings.sodium_unpad(padded, 256)) == parts
