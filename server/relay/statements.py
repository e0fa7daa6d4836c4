"""Takes a signed statement and sees to it that those it is meant for get it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from crypto import statement
from crypto.statement import Statement
from server.node import database
from server.relay import blobs, counter, shelf
from server.relay.members import Member
from server.relay.pages import hour_of
from server.relay.tables import EVERYONE, Addressee, HeldShare, HeldStatement

_DAY: Final = 86_400
# A statement is kept while somebody who was away may still need it.
_KEPT_DAYS: Final[Mapping[str, int]] = {
    "card": 400,
    "week-keys": 200,  # 26 weeks ahead
    "needs-key": 100,
    "receipt": 100,
    "withdrawn": 200,  # longer than any share can last
    "beacon": 3,
    "cosign": 60,  # a proposal nobody signed by then is made anew
    "proposal": 60,
    "succession": 400,
    "entry": 400,
    "listing": 400,
    "invitation": 30,
    "step": 400,
}
# What makes two statements of one signer and one kind the older and the newer of the same thing.
_REPLACED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "beacon": ("to",),
    "card": ("to",),
    "entry": ("part", "to"),  # what is shut for one agency does not replace another's
    "listing": (),
}
_NODE_KEY_MAY_SIGN: Final = frozenset({"receipt", "withdrawn", "beacon"})
_MOST_ADDRESSEES: Final = 500
_RECEIPTS_A_PART: Final = 2  # a restored node says it again


class NotYours(Exception):
    """A node hands in its own agency's statements only, of kinds that travel this way."""


class NotAParty(Exception):
    """Only the owner or the recipient of a share can say that its release was withdrawn."""


class NobodyNamed(Exception):
    """The statement does not say who it is for."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A statement was taken (or was held already), and these members have something to fetch."""

    concerned: frozenset[bytes]


async def take(raw: bytes, sender: Member, members: frozenset[bytes], now: datetime) -> Passed:
    """Check who says it, keep it for those it names; a withdrawal also for all it concerns."""
    said = statement.read(raw)
    if said.kind not in _KEPT_DAYS or said.signer not in _signers(said.kind, sender):
        raise NotYours
    named = _named(said.body)
    until = hour_of(now) + (_KEPT_DAYS[said.kind] * _DAY)
    async with database.transaction():
        begin = await counter.raise_by(1)
        if await HeldStatement.exists().where(HeldStatement.statement == said.id):
            await counter.settle(begin, ())
            return Passed(frozenset())
        if said.kind == "withdrawn":
            named |= await _withdraw(said, sender)
        await counter.settle(begin, [said.id])
        g = begin.n + 1
        await _supersede(said)
        await HeldStatement.insert(
            HeldStatement(
                g=g, statement=said.id, signer=said.signer, kind=said.kind, signed=raw, until=until
            )
        )
        await Addressee.insert(*(Addressee(statement=g, member=one) for one in sorted(named)))
        if said.kind in blobs.NAMING:
            await blobs.keep_named(said.signer, now)
    if said.kind == "withdrawn":
        database.checkpoint()
    return Passed(members if EVERYONE in named else frozenset(named))


async def may_confirm(sender: Member) -> bool:
    """Is a suspended agency's receipt one it can owe? Two for each part it was ever sent, at most.

    Whoever holds its keys cannot fill a relay with receipts.
    """
    keys = [sender.identity, sender.node_key]
    said = await HeldStatement.count().where(
        HeldStatement.signer.is_in(keys) & (HeldStatement.kind == "receipt")
    )
    parts = await HeldShare.count().where(HeldShare.recipient == sender.identity)
    return bool(said < _RECEIPTS_A_PART * parts)


def _signers(kind: str, sender: Member) -> frozenset[bytes]:
    if kind in _NODE_KEY_MAY_SIGN:
        return frozenset({sender.identity, sender.node_key})
    return frozenset({sender.identity})


def _named(body: Mapping[str, Any]) -> set[bytes]:
    """Whom the statement names: identities in hex, or a star for all members."""
    to = body.get("to")
    if not isinstance(to, list) or not 0 < len(to) <= _MOST_ADDRESSEES:
        raise NobodyNamed
    if to == ["*"]:
        return {EVERYONE}
    try:
        named = {bytes.fromhex(one) for one in to}
    except (TypeError, ValueError):
        raise NobodyNamed from None
    if any(len(one) != 32 for one in named):
        raise NobodyNamed
    return named


async def _withdraw(said: Statement, sender: Member) -> set[bytes]:
    """Empty every share held under this release; their owners and recipients are to be told.

    The sender must be one of them. An owner who is away closes its shares when it hears of this.
    """
    try:
        release = bytes.fromhex(said.body["release"])
    except (KeyError, TypeError, ValueError):
        raise NotAParty from None
    rows = await HeldShare.select(HeldShare.number, HeldShare.owner, HeldShare.recipient).where(
        HeldShare.release == release
    )
    parties = {who for row in rows for who in (row["owner"], row["recipient"])}
    # A relay restored from a backup may know no share of it: then those named judge for themselves.
    if parties and sender.identity not in parties:
        raise NotAParty
    if rows:
        await shelf.empty([row["number"] for row in rows])
    return parties


async def _supersede(said: Statement) -> None:
    """A newer beacon or card for the same members makes the older one needless; an entry too."""
    same = _REPLACED_BY.get(said.kind)
    if same is None:
        return
    older = await HeldStatement.select(HeldStatement.g, HeldStatement.signed).where(
        (HeldStatement.signer == said.signer) & (HeldStatement.kind == said.kind)
    )
    spoken = {row["g"]: statement.read(row["signed"]).body for row in older}
    await forget(
        [
            g
            for g, body in spoken.items()
            if all(body.get(part) == said.body.get(part) for part in same)
            and _number(body) <= _number(said.body)
        ]
    )


def _number(body: Mapping[str, Any]) -> int:
    """An entry that was on its way for long does not push out a newer one."""
    number = body.get("number", 0)
    return number if isinstance(number, int) else 0


async def forget(numbers: Sequence[int]) -> None:
    """These statements are no longer needed by anybody."""
    if not numbers:
        return
    await HeldStatement.delete().where(HeldStatement.g.is_in(list(numbers)))
    await Addressee.delete().where(Addressee.statement.is_in(list(numbers)))
