"""Desk: who is at work, with which keys, directory, protocol and day. Every act takes one, last."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from crypto.keys import Identity
from directory.snapshot import Directory
from server.node import believed, clock, node, pack_shelf, packs, restored, walled
from server.node.access import Role
from server.node.errors import BadFile, Locked
from server.node.keyholder import Keys
from server.node.keyring import Keyring
from server.node.member import StaffMember, still
from server.node.node import Node
from server.node.settings import Settings
from server.node.signing_in import sign_in
from server.node.walled import Walled
from tiers.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an act is done: a person or the node itself, at one moment."""

    settings: Settings
    node: Node
    staff: StaffMember | None
    keys: Keys | None = field(repr=False)
    directory: Directory = field(repr=False)
    pack: Protocol = field(repr=False)
    time: clock.Reading
    walled: Walled = field(repr=False)

    @property
    def now(self) -> datetime:
        """The moment to hide by: what has ended by now is not shown."""
        return self.time.now

    @property
    def sure(self) -> datetime:
        """The moment to destroy by; behind now while a jump of the clock is not believed."""
        return self.time.sure

    @property
    def today(self) -> date:
        """The day it is where the coalition works."""
        return self.now.astimezone(ZoneInfo(self.pack.timezone)).date()

    @property
    def who(self) -> str:
        """Who acts, as the audit writes it."""
        return self.staff.id if self.staff else "node"

    @property
    def roles(self) -> frozenset[Role]:
        """What the person here may be asked to do; nothing when nobody is."""
        return self.staff.roles if self.staff else frozenset()

    @property
    def signed_in(self) -> bool:
        """Is a person here?"""
        return self.staff is not None

    @property
    def keyring(self) -> Keyring:
        """The keys in keys.db; while locked they can only be forgotten."""
        return self.keys.keyring if self.keys else Keyring(self.settings.keys_file)

    def unlocked(self) -> Keys:
        """The keys, or a stop: this node is locked."""
        if self.keys is None:
            raise Locked
        return self.keys


async def open_desk(settings: Settings, staff: str, passphrase: str, device: str = "") -> Desk:
    """Sign somebody in and sit them at an unlocked desk. The database must be prepared."""
    member, identity = await sign_in(staff, passphrase, settings, device)
    return await desk_for(settings, member, await keys_for(settings, identity))


async def keys_for(settings: Settings, identity: Identity) -> Keys:
    """The keys an opened identity holds here, with week keys ahead."""
    here = await node.load(settings)
    if identity.public.hex() != here.identity:
        raise BadFile("This passphrase opens the keys of another node.")
    keyring = Keyring(settings.keys_file, identity.at_rest)
    keyring.prepare()
    now = await clock.now(settings)
    await restored.look(keyring, now)
    keyring.ensure_weeks(int(now.timestamp()))
    return Keys(identity, keyring)


async def desk_for(settings: Settings, member: StaffMember, keys: Keys | None) -> Desk:
    """The desk of somebody signed in; a stop once they were removed or their roles changed."""
    if await still(member) is None:
        raise Locked("You have been signed out. Sign in again.")
    return await _desk(settings, member, keys)


async def locked_desk(settings: Settings, keys: Keys | None = None) -> Desk:
    """The node itself at work, nobody signed in at this desk; it seals only when given keys."""
    return await _desk(settings, None, keys)


async def _desk(settings: Settings, member: StaffMember | None, keys: Keys | None) -> Desk:
    here = await node.load(settings)
    directory = await believed.current(here.trusted)
    return Desk(
        settings=settings,
        node=here,
        staff=member,
        keys=keys,
        directory=directory,
        pack=packs.read(await pack_shelf.in_force(here, directory)),
        time=await clock.read(settings),
        walled=await walled.load(member.id if member else ""),
    )
