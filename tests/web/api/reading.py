"""The small directory on a node, and what the API says of it."""

from typing import Any

from server.listing import store
from server.node import database
from tests import listed, nodes
from tests.web.asked import Pages

KINDS = {
    "services": "service",
    "organizations": "organization",
    "service_at_locations": "service_at_location",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}


async def filled(node: nodes.TestedNode) -> None:
    desk = await node.desk()
    async with database.transaction():
        await store.put(listed.directory(node.identity.public.hex()), "import", desk)


async def asked(pages: Pages, path: str) -> Any:
    answer = await pages.get(f"/hsds{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()
