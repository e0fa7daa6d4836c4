"""Rows as they are kept: JSON in clear, or shut under the seed when only some may read them."""

import json
from typing import Any, Final

from crypto.at_rest import Place, reopen, shut
from server.node.desk import Desk

_FORMAT: Final = "casefold-listing-1"


def as_text(row: dict[str, Any]) -> str:
    """The one way to write this row, so that the same row is the same text."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def shut_row(key: str, row: dict[str, Any], desk: Desk) -> bytes:
    """Shut this row, for its own place only; only an unlocked desk can."""
    return shut(desk.unlocked().identity.at_rest, as_text(row).encode(), _place(key))


def read_row(key: str, box: bytes, desk: Desk) -> dict[str, Any]:
    """The row that was shut here."""
    row: dict[str, Any] = json.loads(
        reopen(desk.unlocked().identity.at_rest, bytes(box), _place(key))
    )
    return row


def _place(key: str) -> Place:
    return Place(_FORMAT, "listing_trusted_row", key, "body")


def shut_file(run: str, raw: bytes, desk: Desk) -> bytes:
    """Shut a file that waits until somebody has looked at what it would do."""
    return shut(desk.unlocked().identity.at_rest, raw, _file_place(run))


def read_shut_file(run: str, box: bytes, desk: Desk) -> bytes:
    """The file that waits under this import."""
    return reopen(desk.unlocked().identity.at_rest, bytes(box), _file_place(run))


def _file_place(run: str) -> Place:
    return Place(_FORMAT, "listing_import_run", run, "upload")
