"""Ids that stay: whatever a source calls a row, the directory gives it the same UUID for ever."""

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

_DIRECTORY = UUID("2f6c9c1e-6c7c-5c0a-9d0f-4a1f3f0f7a5b")  # random once; changing it renames all
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def is_uuid(text: object) -> bool:
    """Is this a UUID in the one way HSDS writes it?"""
    return isinstance(text, str) and bool(_UUID.match(text))


def stable_id(*parts: str) -> str:
    """The UUID of what these parts name; the same parts always give the same."""
    return str(uuid5(_DIRECTORY, json.dumps(parts, ensure_ascii=False)))


def known_id(source: str, table: str, written: object) -> str:
    """The id of the row this source calls so: its own where that is a UUID, else one made of it."""
    text = str(written).strip()
    plain = text.lower().removeprefix("urn:uuid:").strip("{}")
    return plain if is_uuid(plain) else stable_id(source, table, text)


def content_id(source: str, table: str, row: Mapping[str, Any]) -> str:
    """An id for a row that has none, made of what it says: the same words give the same id."""
    said = {name: value for name, value in row.items() if value not in (None, "")}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
    return stable_id(source, table, "", text)
