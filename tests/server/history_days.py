"""What days bring in a history: standing changes, syncs, clocks, views, and a relay's bad days."""

from dataclasses import dataclass
from datetime import date, timedelta

from client_sync.case_view import CaseView
from server.casework import meetings
from server.node import coalition
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.tables import AuditEntry
from tests.coalition import NORTHGATE
from tests.server.histories import World
from tiers.tier import Tier

CHANGES = {
    "suspended": Change(suspended=True),
    "taken back": Change(suspended=False),
    "lapsed": Change(agreement_until=date(2026, 11, 22)),
    "signed again": Change(agreement_until=date(2027, 6, 30)),
    "no seat": Change(no_seat=True),
    "seat": Change(seat="meeting"),
    "lowest tier": Change(tier=Tier.DIRECTORY),
    "tier two": Change(tier=Tier.REFERRAL),
    "tier three": Change(tier=Tier.FRAMEWORKS),
}


@dataclass(frozen=True)
class Partner:
    """The coordinator changes how an agency stands."""

    agency: str
    change: str

    async def happen(self, world: World) -> str:
        await world.do(
            NORTHGATE,
            lambda desk: coalition.change_partner(self.agency, CHANGES[self.change], desk),
        )
        return NORTHGATE


@dataclass(frozen=True)
class Sync:
    """One round at one node: unlocked or locked, through a good relay or a bad one."""

    at: str
    locked: bool
    mischief: str
    stumble_at: int

    async def happen(self, world: World) -> str:
        await world.sync(self.at, self.mischief, self.stumble_at, locked=self.locked)
        return self.at


@dataclass(frozen=True)
class SyncAll:
    """Everybody syncs once."""

    locked: bool

    async def happen(self, world: World) -> str:
        for name in world.names:
            await world.sync(name, locked=self.locked)
        return "*"


@dataclass(frozen=True)
class RelayDay:
    """The relay restarts, is copied, or is put back from its copy."""

    what: str

    async def happen(self, world: World) -> str:
        getattr(world.relay, self.what)()
        return NORTHGATE


@dataclass(frozen=True)
class Clock:
    """Somebody's clock moves, or everybody's."""

    at: str
    hours: int

    async def happen(self, world: World) -> str:
        for name in world.names if self.at == "*" else [self.at]:
            world.clock[name] += timedelta(hours=self.hours)
        return self.at


@dataclass(frozen=True)
class View:
    """Somebody opens the merged view."""

    at: str
    case: int

    async def happen(self, world: World) -> str:
        ref = world.refs[self.case]

        async def look(desk: Desk) -> CaseView:
            asked = (AuditEntry.act == "view") & (AuditEntry.subject == ref)
            before = await AuditEntry.count().where(asked)
            view = await meetings.case_view(ref, desk)
            assert await AuditEntry.count().where(asked) == before + 1
            return view

        view = await world.do(self.at, look)
        for parts in view.sections.values() if view else ():
            for one in parts:
                for value in one.values:
                    assert world.names_in(value) <= {one.agency}, (one.agency, value)
        return self.at
