"""The way to the relay in a history: the real relay's own rooms, and mischief on the way back."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from client_sync import blobs as carried
from client_sync.courier import (
    Courier,
    CursorUnknown,
    NotAdmitted,
    RelayRefused,
    Result,
    TooMuchAtOnce,
    Unreachable,
)
from client_sync.spans import Span, joined
from client_sync.wire import MAX_REQUEST, Packet, Page
from crypto.statement import kind_of
from server.node import clock
from server.relay import blobs, expiry, pages, records, statements
from server.relay.counter import UnknownCursor
from server.relay.members import Member
from tests.coalition import NORTHGATE

if TYPE_CHECKING:
    from tests.server.histories import World

T = TypeVar("T")


class Carrier(Courier):
    """A courier that walks over to the relay, and may stumble on its way back."""

    def __init__(self, world: "World", name: str, mischief: str, stumble_at: int) -> None:
        self._world = world
        self._name = name
        self._mischief = mischief
        self._until_stumble = stumble_at if mischief == "answer lost" else 0
        self._own: tuple[Span, ...] = ()

    async def push(self, records_: Sequence[Packet]) -> list[Result]:
        async def there(member: Member, now: datetime) -> records.Appended:
            everybody = await self._world.relay.members.all()
            return await records.append(records_, member, everybody, now)

        done = await self._walk(there)
        self._own = joined(self._own, [done.kept])
        return [Result(one.id.hex(), one.outcome, one.reason) for one in done.results]

    async def pull(self, cursor: str | None = None) -> Page:
        async def there(member: Member, now: datetime) -> Page:
            await expiry.expire(now)
            number = (await self._world.relay.members.directory()).number
            try:
                own = self._own if cursor else ()
                return await pages.after(cursor or "0", member.identity, now, number, without=own)
            except UnknownCursor:
                raise CursorUnknown from None

        return self._delivered(await self._walk(there))

    async def put_statement(self, raw: bytes) -> None:
        async def there(member: Member, now: datetime) -> None:
            everybody = await self._world.relay.members.all()
            if member.suspended and kind_of(raw) != "receipt":
                raise NotAdmitted
            if member.suspended and not await statements.may_confirm(member):
                raise TooMuchAtOnce
            try:
                await statements.take(raw, member, everybody, now)
            except (statements.NotYours, statements.NotAParty):
                raise RelayRefused from None

        await self._walk(there, suspended=True)

    async def put_blobs(self, contents: Sequence[bytes]) -> None:
        async def there(member: Member, now: datetime) -> None:
            packets = [packet for batch in carried.packed(contents) for packet in batch]
            await blobs.put(packets, member, blobs.COORDINATING, now)

        await self._walk(there)

    async def get_blobs(self, names: Sequence[bytes]) -> dict[bytes, bytes]:
        async def there(_: Member, __: datetime) -> list[Packet]:
            return await blobs.get(carried.asking(names), MAX_REQUEST)

        return {packet.stub: packet.body for packet in await self._walk(there)}

    async def put_directory(self, raw: bytes) -> None:
        async def there(_: Member, __: datetime) -> None:
            await self._world.relay.members.put(raw)

        await self._walk(there)

    async def get_directory(self) -> bytes:
        async def there(_: Member, __: datetime) -> bytes:
            return (await self._world.relay.members.directory()).raw

        return await self._walk(there, suspended=True)

    async def _walk(
        self, act: Callable[[Member, datetime], Awaitable[T]], *, suspended: bool = False
    ) -> T:
        world = self._world
        with world.at(NORTHGATE):
            now = (await clock.read(world.settings(NORTHGATE))).now
            world.seen(NORTHGATE, now)
            member = await world.relay.members.find(world.made[self._name].identity.public)
            if member is None or (member.suspended and not suspended):
                raise NotAdmitted
            answer = await act(member, now)
        self._until_stumble -= 1
        if self._until_stumble == 0:
            raise Unreachable
        return answer

    def _delivered(self, page: Page) -> Page:
        """The page, as a careless or spiteful relay hands it over."""
        had = self._world.delivered[self._name]
        old_records, old_statements = tuple(had.records), tuple(had.statements)
        had.records += page.records
        had.statements += page.statements
        if self._mischief == "repeated":
            return replace(
                page,
                records=old_records + page.records + page.records,
                statements=old_statements + page.statements + page.statements,
            )
        if self._mischief == "reversed":
            return replace(page, records=page.records[::-1], statements=page.statements[::-1])
        return page
