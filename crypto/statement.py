"""Statement v1: what an agency or its node signs openly: a card, a directory, a receipt."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, NoReturn

from crypto.errors import Malformed, TooLarge, UnknownVersion
from crypto.keys import KEY_BYTES, SIGNATURE_BYTES, Identity, NodeKey, verify

MAX_STATEMENT = 4 * 2**10
MAX_DIRECTORY = 4 * 2**20
MAX_DEPTH = 16  # what reads it further on may then walk it without care
MAX_NUMBER = 2**63 - 1  # what reads it further on may then keep it in a database

_MAGIC = b"CFS1"
_KINDS = {
    1: "card",
    2: "directory",
    3: "receipt",
    4: "withdrawn",
    5: "needs-key",
    6: "week-keys",
    7: "beacon",
    8: "token",
    9: "cosign",
    10: "proposal",
    11: "succession",
    12: "entry",
    13: "listing",
    14: "invitation",
    15: "step",
}
# BLAKE2b takes a person of 16 bytes, so two kinds are called by a shorter word there.
_SHORTER = {"succession": "succeed", "invitation": "invite"}
_NUMBERS = {kind: number for number, kind in _KINDS.items()}
_HEADER_BYTES = len(_MAGIC) + 1 + KEY_BYTES  # magic, kind, signer
_BODY_FROM = _HEADER_BYTES + SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as its signer wrote it; may this signer say it? is the caller's question."""

    kind: str
    signer: bytes
    body: dict[str, Any]
    id: bytes
    raw: bytes


def sign(kind: str, body: Mapping[str, Any], signer: Identity | NodeKey) -> bytes:
    """Sign a statement; its body holds text, whole numbers, truth values, lists and mappings."""
    if kind not in _NUMBERS:
        raise Malformed("There is no such kind of statement.")
    header = _MAGIC + bytes([_NUMBERS[kind]]) + signer.public
    content = _canonical(dict(body))
    if _BODY_FROM + len(content) > _most(kind):
        raise TooLarge
    _strict(content)
    return header + signer.sign(_signed(kind, header, content)) + content


def read(raw: bytes, kind: str | None = None) -> Statement:
    """Check a statement and give what it says; Malformed if another kind was asked for."""
    if raw[:4] != _MAGIC:
        raise UnknownVersion if raw[:3] == _MAGIC[:3] else Malformed
    if len(raw) <= _BODY_FROM:
        raise Malformed
    found = _KINDS.get(raw[4])
    if found is None:
        raise UnknownVersion
    if len(raw) > _most(found):
        raise TooLarge
    if kind is not None and kind != found:
        raise Malformed(f"This is a statement of another kind ({found}, not {kind}).")
    header, content = raw[:_HEADER_BYTES], raw[_BODY_FROM:]
    signer = header[len(_MAGIC) + 1 :]
    verify(signer, _signed(found, header, content), raw[_HEADER_BYTES:_BODY_FROM])
    return Statement(found, signer, _strict(content), _hash(b"cf-st1-id", raw), raw)


def body_hash(body: Mapping[str, Any]) -> bytes:
    """What a body says, whoever signs it: several may sign one body, each beside the others."""
    return _hash(b"cf-st1-body", _canonical(dict(body)))


def kind_of(raw: bytes) -> str:
    """The kind a statement claims to be; read() says whether it is one."""
    if raw[:4] != _MAGIC or len(raw) <= _BODY_FROM:
        raise Malformed
    return _KINDS.get(raw[4], "")


def _most(kind: str) -> int:
    return MAX_DIRECTORY if kind == "directory" else MAX_STATEMENT


def _signed(kind: str, header: bytes, content: bytes) -> bytes:
    return _hash(_person(kind), header + content)


def _person(kind: str) -> bytes:
    return f"cf-st1-{_SHORTER.get(kind, kind)}".encode()


def _hash(domain: bytes, content: bytes) -> bytes:
    return blake2b(content, digest_size=32, person=domain).digest()


def _canonical(body: dict[str, Any]) -> bytes:
    try:
        return json.dumps(
            body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode()
    except (TypeError, ValueError, RecursionError):
        raise Malformed("A statement holds only text, numbers, lists and mappings.") from None


def _strict(content: bytes) -> dict[str, Any]:
    """Read JSON that can be written in one way only, so that it means one thing to all readers."""
    try:
        body = json.loads(content.decode(), parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError):
        raise Malformed from None
    if not isinstance(body, dict) or not _is_modest(body, MAX_DEPTH):
        raise Malformed
    if _canonical(body) != content:
        raise Malformed
    return body


def _is_modest(value: object, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return not isinstance(value, int) or -MAX_NUMBER <= value <= MAX_NUMBER
    within = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_modest(each, levels - 1) for each in within)


def _no_float(_: str) -> NoReturn:
    raise ValueError
