"""Keeps pushed records under the log rules every member has: a share whole or not at all."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final

from client_sync.spans import Span
from client_sync.wire import Outcome, Packet
from crypto.errors import CryptoError, Refused, RefusedReason
from crypto.log import Log, follow
from crypto.record import Kind, Stub, check_body, check_stub, parse_stub
from server.node import database
from server.relay import counter, shelf
from server.relay.members import Member

_WAITS_FOR_ANOTHER: Final = "Another record of its share has to be put right first."
_NO_BODY: Final = "This record came without its body, and nothing with it makes that good."
_NO_SUCH_RECIPIENT: Final = "The agency this is meant for is not a member of this coalition."
_MISSING: Final = frozenset({RefusedReason.GAP, RefusedReason.NOT_OPENED})


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one pushed record."""

    id: bytes
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of a push, who has something new to fetch, and under which numbers it lies."""

    results: tuple[Result, ...]
    concerned: frozenset[bytes]
    kept: Span


@dataclass(slots=True)
class _Offer:
    """One record on its way through the checks; no outcome yet means sound so far."""

    packet: Packet
    id: bytes
    outcome: Outcome | None = None
    reason: str = ""
    foreign: bool = False

    def refuse(self, reason: str) -> None:
        self.outcome, self.reason = Outcome.REFUSED, reason


@dataclass(frozen=True, slots=True)
class _Read:
    """An offer whose stub could be read."""

    stub: Stub
    offer: _Offer


async def append(
    packets: Sequence[Packet], sender: Member, members: frozenset[bytes], now: datetime
) -> Appended:
    """Check what a member pushed and keep what is sound."""
    offers, groups = await asyncio.to_thread(_inspect, packets)
    await _check(groups, sender, members, int(now.timestamp()))
    async with database.transaction():
        begin = await counter.raise_by(len(packets))
        held = await shelf.read(
            {share: [one.stub.seq for one in group] for share, group in groups.items()}
        )
        moved: dict[bytes, Log] = {}
        kept: list[_Read] = []
        for share, group in groups.items():
            log = _judge(share, group, held)
            if log is not None:
                moved[share] = log
                kept += (one for one in group if one.offer.outcome is Outcome.ACCEPTED)
        await counter.settle(begin, [one.offer.id for one in kept])
        entries = [shelf.Entry(one.stub.share, one.stub.seq, one.offer.packet) for one in kept]
        await shelf.put(begin.n, entries, moved, held)
    if any(log.closed for log in moved.values()):
        database.checkpoint()
    return Appended(
        tuple(Result(one.id, one.outcome or Outcome.LEFT, one.reason) for one in offers),
        frozenset(who for log in moved.values() for who in (log.owner, log.recipient)),
        Span(begin.n, begin.n + len(kept)),
    )


def _inspect(packets: Sequence[Packet]) -> tuple[list[_Offer], dict[bytes, list[_Read]]]:
    """What can be read at all, and each share's records, those to be closed first."""
    offers: list[_Offer] = []
    groups: dict[bytes, list[_Read]] = {}
    closing: set[bytes] = set()
    for packet in packets:
        try:
            stub = parse_stub(packet.stub)
        except CryptoError as wrong:
            unread = _Offer(packet, blake2b(packet.stub, digest_size=32).digest())
            unread.refuse(str(wrong))
            offers.append(unread)
            continue
        offer = _Offer(packet, stub.id)
        offers.append(offer)
        groups.setdefault(stub.share, []).append(_Read(stub, offer))
        if stub.kind is Kind.CLOSE:
            closing.add(stub.share)
    for group in groups.values():
        group.sort(key=lambda one: one.stub.seq)
    return offers, dict(sorted(groups.items(), key=lambda item: item[0] not in closing))


async def _check(
    groups: Mapping[bytes, Sequence[_Read]], sender: Member, members: frozenset[bytes], at: int
) -> None:
    """Everything else that needs no database."""
    reads = [one for group in groups.values() for one in group]

    def check(some: Sequence[_Read]) -> None:
        for one in some:
            _check_one(one.offer, one.stub, sender, members, at)

    # Signatures take most of the time and let go of the interpreter: doorbells keep ringing, and
    # a second core does half of them.
    await asyncio.gather(*(asyncio.to_thread(check, reads[start::2]) for start in range(2)))


def _check_one(
    offer: _Offer, stub: Stub, sender: Member, members: frozenset[bytes], at: int
) -> None:
    """Refuse what is not the sender's own, signed and whole, for a member, before its end."""
    if stub.owner != sender.identity:
        offer.foreign = True
        return offer.refuse(RefusedReason.FOREIGN_OWNER.value)
    try:
        check_stub(stub, sender.node_key)
        if offer.packet.body:
            check_body(stub, offer.packet.body)
    except CryptoError as wrong:
        return offer.refuse(str(wrong))
    if stub.kind is Kind.CLOSE:
        return None
    if stub.ends <= at:
        return offer.refuse(RefusedReason.ENDED.value)
    # Bare, it says nothing, and the close of a share with whoever was suspended has to follow it.
    if offer.packet.body and stub.recipient not in members:
        return offer.refuse(_NO_SUCH_RECIPIENT)
    return None


def _judge(share: bytes, group: Sequence[_Read], held: shelf.Held) -> Log | None:
    """Settle every record of one share; the log after them, or None when nothing is added."""
    before = log = held.logs.get(share)
    new: list[_Read] = []
    for one in group:
        if not one.offer.foreign and held.stub(share, one.stub.seq) == one.offer.packet.stub:
            # Held already is success, whatever has happened since: everything may come twice.
            one.offer.outcome, one.offer.reason = Outcome.HELD, ""
            continue
        if one.offer.outcome is None:
            log = _step(one, log)
            new.append(one)
    _need_bodies(new)
    if any(one.offer.outcome in {Outcome.REFUSED, Outcome.LEFT} for one in group):
        _leave(group)
        return None
    for one in new:
        one.offer.outcome = one.offer.outcome or Outcome.ACCEPTED
    return log if log is not before else None


def _step(one: _Read, log: Log | None) -> Log | None:
    if log is not None and log.last_id == one.offer.id:
        one.offer.outcome = Outcome.HELD  # twice in one push
        return log
    try:
        return follow(log, one.stub)
    except Refused as refused:
        one.offer.refuse(refused.reason.value)
        if refused.reason in _MISSING and one.stub.seq > 1:
            one.offer.outcome = Outcome.LEFT
        return log


def _need_bodies(new: Sequence[_Read]) -> None:
    """A body may be missing only where a later opening or close makes it unneeded."""
    superseded = False
    for one in reversed(new):
        bare = not one.offer.packet.body and one.stub.kind is not Kind.CLOSE
        if bare and not superseded and one.offer.outcome is None:
            one.offer.outcome, one.offer.reason = Outcome.LEFT, _NO_BODY
        superseded = superseded or one.stub.kind is not Kind.CHANGE


def _leave(group: Sequence[_Read]) -> None:
    """Nothing of this share is kept now; what is sound may be offered again."""
    for one in group:
        if one.offer.outcome is None:
            one.offer.outcome, one.offer.reason = Outcome.LEFT, _WAITS_FOR_ANOTHER
