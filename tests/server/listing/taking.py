"""A directory taken in from a file, and what of it is kept then."""

import json
from typing import Any

from directory.audience import Audience
from server.listing import importing, shelf
from server.listing.importing import Imported
from server.listing.reading_files import read_upload
from server.listing.tables import ListingRow, TrustedRow
from server.node.desk import Desk

GROUPS = b"id,name,description,email\n1,Harbour House,Advice,\n2,Lighthouse,Shelter,a@example.org\n"


def quietly(_: str) -> None:
    """Nobody watches."""


async def take(
    raw: Any, desk: Desk, name: str = "organizations.csv", source: str = "import", **how: bool
) -> Imported:
    body = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    return await importing.take(read_upload(name, body, quietly), source, desk, quietly, **how)


async def kept(audience: Audience = Audience.PUBLIC) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in await shelf.rows("organizations", audience)}


async def everything() -> list[Any]:
    return [await table.select().order_by(table.id) for table in (ListingRow, TrustedRow)]
