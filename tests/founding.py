"""A coalition is founded as people found one: nodes made, cards read aloud, agreements signed."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from directory import card as cards
from server.node import coalition, database, init, packs
from server.node.desk import Desk
from server.node.settings import Settings
from tests import postgres
from tests.coalition import (
    AGREED_UNTIL,
    BRIGID,
    HARBOUR,
    MONDAY,
    NORTHGATE,
    PASSPHRASE,
    RIVER,
    Coalition,
    Place,
)
from tests.running import run
from tiers.tier import Tier

_STAFF = {NORTHGATE: "Maya Lind", HARBOUR: "Robin Vale", RIVER: "Sam Okoro", BRIGID: "Ines Holt"}
_TIERS = {HARBOUR: Tier.REFERRAL, RIVER: Tier.REFERRAL, BRIGID: Tier.FRAMEWORKS}


def make_original(
    cluster: postgres.Cluster | None,
    pack: str = packs.DEFAULT,
    kinds: Mapping[str, str] = MappingProxyType({}),
) -> Coalition:
    """A coalition set up as people set one up; nobody works at it, it is only copied."""
    folder = Path(tempfile.mkdtemp(prefix="casefold-coalition-"))
    settings = {
        name: Settings(
            folder / str(number),
            cluster.new_database(lasting=True) if cluster else None,
            moved_now=MONDAY,
        )
        for number, name in enumerate(_STAFF)
    }
    return run(_set_up(settings, pack, kinds))


async def _set_up(
    settings: Mapping[str, Settings], pack: str, kinds: Mapping[str, str]
) -> Coalition:
    made = Coalition(
        {name: await _place(name, one, pack, kinds.get(name, "")) for name, one in settings.items()}
    )
    await _meet(made)
    await made.settle()
    await close(made)
    return made


async def _place(name: str, settings: Settings, pack: str, kind: str) -> Place:
    engine = database.engine_for(settings)
    with database.using(engine):
        created = await init.create(
            settings,
            name=name,
            staff_name=_STAFF[name],
            passphrase=PASSPHRASE,
            kind=kind,
            pack=pack,
            coordinating=name == NORTHGATE,
            url="http://127.0.0.1:9" if name == NORTHGATE else "",
            rehearsal=True,
        )
    desk = created.desk
    assert desk.staff is not None
    return Place(name, settings, desk.unlocked().identity, desk.staff, engine)


async def _meet(made: Coalition) -> None:
    """Cards are read aloud, agreements signed, and the directory is believed."""
    for name, tier in _TIERS.items():
        await _enrol(made, name, tier)
    with made.at(NORTHGATE):
        raw = (await made.desk(NORTHGATE)).directory.raw
    for name in _TIERS:
        await made.do(name, lambda desk: coalition.adopt(raw, desk))


async def _enrol(made: Coalition, name: str, tier: Tier) -> None:
    theirs = (await made.do(name, _node)).card
    ours = (await made.do(NORTHGATE, _node)).card
    seats = frozenset({"meeting"})
    await made.do(name, lambda desk: coalition.join(ours, _words(ours), desk))
    await made.do(
        NORTHGATE,
        lambda desk: coalition.enrol(theirs, tier, seats, AGREED_UNTIL, _words(theirs), desk),
    )


async def _node(desk: Desk) -> Any:
    return desk.node


def _words(card: bytes) -> str:
    return " ".join(cards.read(card).words)


def copy(original: Coalition, folder: Path, cluster: postgres.Cluster | None) -> Coalition:
    """A coalition like the original, in folders and databases of its own."""
    places: dict[str, Place] = {}
    for number, place in enumerate(original.places.values()):
        data = folder / f"place-{number}"
        shutil.copytree(place.settings.data, data)
        url = place.settings.database_url
        if url is not None and cluster is not None:
            url = cluster.new_database(urlsplit(url).path.removeprefix("/"))
        settings = replace(place.settings, data=data, database_url=url)
        places[place.name] = replace(place, settings=settings, engine=database.engine_for(settings))
    return Coalition(places)


async def close(made: Coalition) -> None:
    """Let go of every file."""
    for place in made.places.values():
        await place.engine.release()
