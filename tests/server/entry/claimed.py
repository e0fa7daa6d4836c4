"""An organization of a list that joined and sent its own entry, claimed or about to be."""

import json

from directory.audience import Audience
from server.entry import claiming, sending
from server.listing import shelf
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER
from tests.server.entry.imported import (
    HARBOUR_ID,
    a_list,
    take_in,
)
from tests.server.entry.offers import Offered, offer, write
from tests.server.sync.wired import Wired

EVERYBODY = (NORTHGATE, HARBOUR, RIVER, BRIGID)


async def joined(by_http: Wired, *trusted: str) -> Offered:
    """The list was imported, Harbour has sent its own entry, and everybody has synced."""
    await by_http.settle()
    with by_http.agencies.at(NORTHGATE):
        await take_in(a_list(), await by_http.agencies.desk(NORTHGATE))
    with by_http.agencies.at(HARBOUR):
        desk = await by_http.agencies.desk(HARBOUR)
        there = await offer(desk, tuple(by_http.agencies[name].id for name in trusted))
        await write(
            desk,
            "organizations",
            there.organization,
            website="http://harbour.example",
            x_audience="public",
        )
        await sending.send(desk)
    await by_http.settle()
    return there


async def claimed(by_http: Wired, *trusted: str) -> Offered:
    """The coordinating node has said which agency it is, and everybody has heard."""
    there = await joined(by_http, *trusted)
    with by_http.agencies.at(NORTHGATE):
        await claiming.claim(HARBOUR_ID, HARBOUR, await by_http.agencies.desk(NORTHGATE))
    await by_http.settle()
    return there


async def shown(by_http: Wired, name: str, viewer: Audience = Audience.PROFESSIONAL) -> str:
    """Everything that the directory of this node shows."""
    with by_http.agencies.at(name):
        return json.dumps(await shelf.dataset(viewer, await by_http.agencies.desk(name)))


async def names_at(by_http: Wired, name: str) -> dict[str, str]:
    with by_http.agencies.at(name):
        return {of: called for of, called, _ in await shelf.organizations(Audience.PROFESSIONAL)}
