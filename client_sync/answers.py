"""What a relay answers, as values; BadAnswer when nobody can make sense of it."""

import json
from typing import Any

from client_sync.errors import BadAnswer


def parsed(answer: bytes) -> Any:
    """An answer as JSON values."""
    try:
        return json.loads(answer)
    except (ValueError, RecursionError) as wrong:
        raise BadAnswer from wrong


def hex_of(answer: bytes, name: str) -> bytes:
    """The bytes that an answer gives in hex under this name."""
    try:
        return bytes.fromhex(json.loads(answer)[name])
    except (ValueError, TypeError, KeyError) as wrong:
        raise BadAnswer from wrong
