"""Bodies of rows: plain JSON in memory, shut under the seed on disk, each in its own place."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from crypto.at_rest import Place, reopen, shut
from crypto.errors import CryptoError
from server.casework.errors import BodyDamaged
from server.node.desk import Desk

FORMAT = "casefold-body-1"


def shut_body(table: str, row: str, plain: Mapping[str, Any], desk: Desk) -> bytes:
    """Shut this body for this row only."""
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return shut(desk.unlocked().identity.at_rest, text.encode(), _place(table, row))


def read_body(table: str, row: str, box: bytes, desk: Desk) -> dict[str, Any]:
    """The body this row holds; only an unlocked desk can read it."""
    key = desk.unlocked().identity.at_rest
    try:
        plain = reopen(key, bytes(box), _place(table, row))
    except CryptoError:
        raise BodyDamaged from None
    body: dict[str, Any] = json.loads(plain)
    return body


def as_text(chunks: Iterable[bytes]) -> list[str]:
    """Bytes as JSON can hold them."""
    return [b64encode(chunk).decode() for chunk in chunks]


def as_bytes(texts: Iterable[str]) -> tuple[bytes, ...]:
    """Bytes that as_text() wrote down."""
    return tuple(b64decode(text) for text in texts)


def _place(table: str, row: str) -> Place:
    return Place(FORMAT, table, row, "body")
