"""Signed words from other nodes: who may say them, and what each brings about here."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from crypto.errors import CryptoError
from crypto.keys import check_week_public
from crypto.statement import Statement, read
from server.casework import ending
from server.casework.own import me, unix
from server.casework.post import queue_withdrawn
from server.casework.tables import Release, Share, StatementRow
from server.node import audit
from server.node.desk import Desk
from tiers.consent import ConsentState

NOT_A_PARTY = "Whoever signed this has no part in what it speaks of. Nothing was changed."
NOT_A_MEMBER = "The directory this node believes names nobody who could sign this."
NOT_READABLE = "This statement lacks something it must say. Nothing was changed."
# Of these only the latest a partner said is worth keeping.
_LATEST_ONLY = frozenset({"week-keys", "beacon", "card"})


@dataclass(slots=True)
class Taken:
    """What a batch of statements brought."""

    accepted: int = 0
    duplicates: int = 0
    receipts: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)


class _NotTaken(Exception):
    """A statement that is refused, with the reason."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A statement whose signature holds, and the agency it speaks for."""

    statement: Statement
    agency: str
    by_identity: bool
    taken: Taken
    endings: ending.Endings

    def text(self, name: str) -> str:
        """A word the statement must say."""
        value = self.statement.body.get(name)
        if not isinstance(value, str):
            raise _NotTaken(NOT_READABLE)
        return value

    def number(self, name: str) -> int:
        """A count or time the statement may say."""
        value = self.statement.body.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
            raise _NotTaken(NOT_READABLE)
        return value


async def take(raws: Sequence[bytes], endings: ending.Endings, desk: Desk) -> Taken:
    """Take each statement once; the caller is in a transaction."""
    taken = Taken()
    signers = _signers(desk)
    for raw in raws:
        try:
            statement = read(bytes(raw))
        except CryptoError as error:
            taken.refused.append(("", str(error)))
            continue
        ident = statement.id.hex()
        if await StatementRow.exists().where(StatementRow.id == ident):
            taken.duplicates += 1
            continue
        try:
            agency = signers.get(statement.signer.hex())
            if agency is None:
                raise _NotTaken(NOT_A_MEMBER)
            said = _Said(statement, agency, agency == statement.signer.hex(), taken, endings)
            await _take_one(said, desk)
        except _NotTaken as refusal:
            taken.refused.append((ident, str(refusal)))
            continue
        taken.accepted += 1
    return taken


def _signers(desk: Desk) -> Mapping[str, str]:
    """Every key that may sign, and the agency it signs for."""
    signers: dict[str, str] = {}
    for agency in desk.directory.entries:
        signers[agency.node_key] = agency.identity
    for agency in desk.directory.entries:
        signers[agency.identity] = agency.identity
    return signers


async def _take_one(said: _Said, desk: Desk) -> None:
    take_it = _KINDS.get(said.statement.kind)
    if take_it is None:
        raise _NotTaken(NOT_READABLE)
    share, release = await take_it(said, desk)
    if said.statement.kind in _LATEST_ONLY:
        await StatementRow.delete().where(
            (StatementRow.direction == "in")
            & (StatementRow.kind == said.statement.kind)
            & (StatementRow.signer == said.agency)
        )
    await StatementRow.insert(
        StatementRow(
            id=said.statement.id.hex(),
            kind=said.statement.kind,
            direction="in",
            signed=said.statement.raw,
            signer=said.agency,
            to_ids=json.dumps([me(desk)]),
            share=share,
            release=release,
            at=unix(desk),
            sent=unix(desk),
        )
    )


async def _withdrawn(said: _Said, desk: Desk) -> tuple[str, str]:
    release = said.text("release")
    shares = await Share.objects().where(Share.release == release)
    parties = {agency for row in shares for agency in (row.owner, row.recipient)}
    if said.agency not in parties:
        raise _NotTaken(NOT_A_PARTY)
    await audit.record("release.withdrawn", release, desk, by=said.agency)
    said.taken.changed.update(row.id for row in shares)
    await ending.end_release(release, shares, said.endings, desk)
    if said.agency != me(desk):
        await _pass_on(release, shares, said.agency, desk)
    return "", release


async def _pass_on(release: str, shares: Sequence[Share], heard_from: str, desk: Desk) -> None:
    """The collector knows every part, so its word reaches holders the first one may not know of."""
    collected = await Release.exists().where((Release.id == release) & (Release.body != b""))
    others = {row.recipient for row in shares if row.owner == me(desk)} - {heard_from}
    if collected and others:
        await queue_withdrawn(release, sorted(others), desk)


async def _receipt(said: _Said, desk: Desk) -> tuple[str, str]:
    share = said.text("share")
    outcome = said.text("outcome")
    said.number("opened")
    row = await Share.objects().where(Share.id == share).first()
    if row is None or row.recipient != said.agency or row.owner != me(desk):
        raise _NotTaken(NOT_A_PARTY)
    if outcome not in {"destroyed", "expired", "withdrawn"}:
        raise _NotTaken(NOT_READABLE)
    said.taken.receipts += 1
    said.taken.changed.add(share)
    await audit.record("receipt", share, desk, by=said.agency, outcome=outcome)
    if row.state != ending.LIVE:
        return share, row.release
    if outcome == "withdrawn" and row.consent:
        await ending.end_consents(
            [row.consent], ConsentState.WITHDRAWN, "withdrawn", said.endings, desk
        )
        return share, row.release
    await ending.close_own([row], f"{outcome} by the recipient", said.endings, desk)
    return share, row.release


async def _needs_key(said: _Said, desk: Desk) -> tuple[str, str]:
    shares = said.statement.body.get("shares")
    if not isinstance(shares, list) or not all(isinstance(one, str) for one in shares):
        raise _NotTaken(NOT_READABLE)
    theirs = (
        Share.id.is_in(shares)
        & (Share.owner == me(desk))
        & (Share.recipient == said.agency)
        & (Share.state == ending.LIVE)
    )
    rows = await Share.select(Share.id).where(theirs) if shares else []
    ids = [row["id"] for row in rows]
    if ids:
        await Share.update({Share.needs_key: True}).where(Share.id.is_in(ids))
        await audit.record("share.needs-key", "", desk, by=said.agency, shares=ids)
    return "", ""


async def _week_keys(said: _Said, _: Desk) -> tuple[str, str]:
    if not said.by_identity:
        # A node key that leaked must not be able to make others seal to a stranger.
        raise _NotTaken(NOT_A_PARTY)
    keys = said.statement.body.get("keys")
    if not isinstance(keys, dict):
        raise _NotTaken(NOT_READABLE)
    try:
        for week, public in keys.items():
            int(week)
            check_week_public(bytes.fromhex(public))
    except (CryptoError, ValueError, TypeError):
        raise _NotTaken(NOT_READABLE) from None
    await _not_older(said)
    return "", ""


async def _latest(said: _Said, _: Desk) -> tuple[str, str]:
    await _not_older(said)
    return "", ""


async def _not_older(said: _Said) -> None:
    """A replayed older statement must not take the place of the latest."""
    row = await (
        StatementRow.objects()
        .where(
            (StatementRow.direction == "in")
            & (StatementRow.kind == said.statement.kind)
            & (StatementRow.signer == said.agency)
        )
        .first()
    )
    if row is None:
        return
    held = read(bytes(row.signed)).body.get("at", 0)
    if isinstance(held, int) and said.number("at") < held:
        raise _NotTaken("A later statement of this kind is already held.")


_Take = Callable[[_Said, Desk], Awaitable[tuple[str, str]]]
_KINDS: Mapping[str, _Take] = {
    "withdrawn": _withdrawn,
    "receipt": _receipt,
    "needs-key": _needs_key,
    "week-keys": _week_keys,
    "beacon": _latest,
    "card": _latest,
}
