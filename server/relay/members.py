"""Who may speak to this relay: the agencies of the newest directory it holds."""

from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from directory.snapshot import EMPTY, Directory, adopt, kept
from server.node import database
from server.node.tables import DirectoryRow, NodeRow
from server.relay.tables import HeldDirectory

_LOOK_AGAIN: Final = 2.0  # seconds after which a directory published beside us is noticed


class NoCoordinatingIdentity(Exception):
    """This relay does not know yet whose directory to believe. Set it up, then try again."""


@dataclass(frozen=True, slots=True)
class Member:
    """An agency and the key of its machine, as the directory names them."""

    identity: bytes
    node_key: bytes
    suspended: bool = field(default=False, compare=False)


class Members:
    """The directory in force here, read again only when a newer number was stored."""

    def __init__(self, pinned: bytes = b"") -> None:
        self._pinned = pinned  # for a relay that stands alone
        self._directory = EMPTY
        self._by_identity: dict[bytes, Member] = {}
        self._looked = -_LOOK_AGAIN

    async def trusted(self) -> bytes:
        """The coordinating identity: pinned, or that of the node whose database this is."""
        if not self._pinned:
            row = await NodeRow.select(NodeRow.identity, NodeRow.coordinating).first()
            if not row or not row["coordinating"]:
                raise NoCoordinatingIdentity
            self._pinned = bytes.fromhex(row["identity"])
        return self._pinned

    async def directory(self) -> Directory:
        """The newest directory this relay was handed, or the node beside it believes."""
        if monotonic() - self._looked < _LOOK_AGAIN:
            return self._directory
        for raw in (await self._newer_beside_us(), await self._newer_handed_to_us()):
            if raw and raw != self._directory.raw:
                newer = kept(raw, await self.trusted())  # this database took it from its signers
                if newer.number > self._directory.number:
                    self._believe(newer)
        self._looked = monotonic()
        return self._directory

    def look_again(self) -> None:
        """Whoever asks next is told of what was published beside this relay just now."""
        self._looked = -_LOOK_AGAIN

    async def put(self, raw: bytes) -> bool:
        """Believe this directory if the coordinating identity signed it and it is newer."""
        current = await self.directory()
        if raw == current.raw:
            return False
        pinned = await self.trusted()
        newer = adopt(current, raw, pinned)
        async with database.transaction():
            if newer.signers == (pinned.hex(),):
                # Nobody who was away needs those before: this one hangs on the pinned key alone.
                await HeldDirectory.delete().where(HeldDirectory.number < newer.number)
            await HeldDirectory.insert(HeldDirectory(number=newer.number, signed=raw)).on_conflict(
                target=HeldDirectory.number, action="DO NOTHING"
            )
        self._believe(newer)
        return True

    async def numbered(self, number: int) -> bytes:
        """The signed directory of this number as it travels; empty if it is not kept here."""
        for table in (HeldDirectory, DirectoryRow):
            row = await table.select(table.signed).where(table.number == number).first()
            if row:
                return bytes(row["signed"])
        return b""

    async def find(self, identity: bytes) -> Member | None:
        """The member of that identity, suspended or not; None if the directory names none."""
        await self.directory()
        return self._by_identity.get(identity)

    async def all(self) -> frozenset[bytes]:
        """The identities of all members who are not suspended."""
        await self.directory()
        return frozenset(one.identity for one in self._by_identity.values() if not one.suspended)

    async def _newer_beside_us(self) -> bytes:
        row = (
            await DirectoryRow.select(DirectoryRow.signed)
            .where(DirectoryRow.number > self._directory.number)
            .order_by(DirectoryRow.number, ascending=False)
            .first()
        )
        return row["signed"] if row else b""

    async def _newer_handed_to_us(self) -> bytes:
        row = (
            await HeldDirectory.select(HeldDirectory.signed)
            .where(HeldDirectory.number > self._directory.number)
            .order_by(HeldDirectory.number, ascending=False)
            .first()
        )
        return row["signed"] if row else b""

    def _believe(self, directory: Directory) -> None:
        self._directory = directory
        members = [
            Member(bytes.fromhex(agency.identity), bytes.fromhex(agency.node_key), agency.suspended)
            for agency in directory.entries
        ]
        self._by_identity = {member.identity: member for member in members}
