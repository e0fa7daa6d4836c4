"""A directory that gives somebody more waits here until enough of its signers have signed it."""

import json
from dataclasses import dataclass
from typing import Any

from crypto import statement
from crypto.errors import CryptoError
from crypto.statement import Statement
from directory import proposal as proposals
from directory import signing, snapshot
from directory.errors import DirectoryError
from directory.signing import KIND, fingerprint
from directory.snapshot import Directory
from directory.steps import Difference, differences
from server.node import announcing, audit, believed, database
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NotFound, RefusedAct, sentence
from server.node.tables import Cosignature, ProposalRow

_OPEN, _SIGNED, _LEFT, _REPLACED, _PUBLISHED = "open", "signed", "left", "replaced", "published"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A directory that waits for signatures, as it reads upon the one in force here."""

    id: str
    own: bool
    answered: bool  # signed or left by this agency
    signed_by: tuple[str, ...]  # agencies this node knows to have signed
    missing: int
    differences: tuple[Difference, ...]


async def own_open(before: Directory) -> Directory | None:
    """What this node has proposed upon this directory and is still waiting for."""
    row = await _own_row(before)
    return None if row is None else snapshot.read_draft(_said(row).body)


async def own_stale(now: Directory) -> Directory | None:
    """What this node proposed upon a directory that is no longer the one in force."""
    mine = ProposalRow.own.eq(True) & (ProposalRow.state == _OPEN)
    row = await ProposalRow.objects().where(mine & (ProposalRow.previous != now.id)).first()
    return None if row is None else snapshot.read_draft(_said(row).body)


async def replace_own() -> None:
    """What this node proposed so far waits no more."""
    await ProposalRow.update({ProposalRow.state: _REPLACED}).where(
        ProposalRow.own.eq(True) & (ProposalRow.state == _OPEN)
    )


async def make(before: Directory, drawn: Directory, desk: Desk) -> str:
    """Propose this directory to the other signers; what was proposed before it is replaced."""
    database.require_transaction()
    body = snapshot.body_of(drawn)
    identity = desk.unlocked().identity
    ident, at = fingerprint(body), int(desk.now.timestamp())
    others = [signer for signer in before.signers if signer != desk.node.identity]
    try:
        parts = proposals.slices(before, body, others)
    except DirectoryError as error:
        raise RefusedAct(sentence(error)) from error
    await replace_own()
    await announcing.take_back("proposal")  # what has not gone yet need not go
    await ProposalRow.delete().where(ProposalRow.proposal == ident)
    await ProposalRow.insert(
        ProposalRow(
            proposal=ident,
            previous=before.id,
            own=True,
            signed=statement.sign(KIND, body, identity),
            at=at,
        )
    )
    for part in parts:
        await announcing.announce("proposal", part, identity, desk)
    await audit.record("directory.propose", ident, desk, number=drawn.number)
    return ident


async def waiting(desk: Desk) -> list[Proposal]:
    """What waits for signatures upon the directory in force, the newest first."""
    rows = await (
        ProposalRow.objects()
        .where(
            (ProposalRow.previous == desk.directory.id)
            & ProposalRow.state.is_in([_OPEN, _SIGNED, _LEFT])
        )
        .order_by(ProposalRow.id, ascending=False)
    )
    shown = [await _shown(row, desk) for row in rows]
    theirs = [one for one in shown if one is not None and not one.own]
    # A later proposal of the coordinating node stands in the place of the one before it.
    return [one for one in shown if one is not None and (one.own or one is theirs[0])]


async def sign(ident: str, desk: Desk) -> None:
    """Put this agency's signature under a proposal, after a person has read what it changes."""
    require(desk, Act.SIGN_DIRECTORY)
    identity = desk.unlocked().identity
    if desk.node.identity not in desk.directory.voters:
        raise RefusedAct("This agency is not one of those whose signature counts here.")
    async with database.transaction():
        row = await _row(ident, desk)
        body = _whole(row, desk)
        to = [desk.directory.coordinating.id]
        said = {"to": to, "number": body["number"], "directory": fingerprint(body)}
        made = await announcing.announce(signing.COSIGN, said, identity, desk)
        raw = signing.cosign(body, identity, to)
        await _keep(made, row.proposal, desk.node.identity, raw)
        await ProposalRow.update({ProposalRow.state: _SIGNED}).where(ProposalRow.id == row.id)
        await audit.record(Act.SIGN_DIRECTORY.value, row.proposal, desk, number=body["number"])


async def leave(ident: str, desk: Desk) -> None:
    """Put a proposal aside without a signature; it can still be signed later."""
    require(desk, Act.SIGN_DIRECTORY)
    async with database.transaction():
        row = await _row(ident, desk)
        await ProposalRow.update({ProposalRow.state: _LEFT}).where(ProposalRow.id == row.id)
        await audit.record("directory.leave", row.proposal, desk)


async def take_part(said: Statement, agency: str, desk: Desk) -> None:
    """A part of a proposal came; only the coordinating node proposes, and only to signers."""
    if agency != desk.directory.coordinating.id or desk.node.identity not in desk.directory.signers:
        raise RefusedAct("Only the coordinating node proposes, and only to those who sign.")
    try:
        ident, part, of, text = proposals.read_slice(said.body)
    except DirectoryError as error:
        raise RefusedAct(sentence(error)) from error
    held = await database.lock_row(ProposalRow, ProposalRow.proposal == ident)
    if held is None:
        row = ProposalRow(proposal=ident, previous="", of=of, at=int(desk.now.timestamp()))
        await ProposalRow.insert(row)
        held = await database.lock_row(ProposalRow, ProposalRow.proposal == ident)
    if held is None or held["own"] or held["of"] != of:
        raise RefusedAct("This part belongs to no proposal that is waited for here.")
    parts = json.loads(held["parts"]) | {str(part): text}
    whole = "".join(parts[str(n)] for n in range(1, of + 1)) if len(parts) == of else ""
    await ProposalRow.update(
        {
            ProposalRow.parts: json.dumps(parts),
            ProposalRow.text: whole,
            ProposalRow.previous: _previous(whole),
        }
    ).where(ProposalRow.id == held["id"])


async def take_signature(said: Statement, agency: str, desk: Desk) -> None:
    """Another signer has signed; with enough of them the directory is published, locked too."""
    try:
        _, ident = signing.read_cosign(said)
    except DirectoryError as error:
        raise RefusedAct(sentence(error)) from error
    if agency not in desk.directory.signers:
        raise RefusedAct("Only those who sign the directory put their signature under it.")
    mine = ProposalRow.own.eq(True) & (ProposalRow.proposal == ident)
    row = await ProposalRow.objects().where(mine).first()
    if row is None:
        raise RefusedAct("This signature is under nothing that was proposed here.")
    if row.state != _OPEN or row.previous != desk.directory.id:
        return  # it came after the others', or after something else was published
    await _keep(said.id.hex(), ident, agency, said.raw)
    beside = await _beside(ident)
    signers = frozenset({desk.node.identity, *beside})
    if snapshot.missing_signatures(desk.directory, signers):
        return
    try:
        following = snapshot.publish_draft(desk.directory, bytes(row.signed), list(beside.values()))
    except (CryptoError, DirectoryError) as error:
        raise RefusedAct(sentence(error)) from error
    await believed.store(following, desk.now)
    await ProposalRow.update({ProposalRow.state: _PUBLISHED}).where(ProposalRow.id == row.id)
    await audit.record("directory.publish", following.id, desk, number=following.number)


async def _shown(row: ProposalRow, desk: Desk) -> Proposal | None:
    try:
        body = _whole(row, desk)
    except RefusedAct:
        return None
    beside = await _beside(row.proposal)
    proposer = desk.directory.coordinating.id
    signed_by = frozenset({proposer, *beside})
    return Proposal(
        row.proposal,
        row.own,
        row.own or row.state != _OPEN,
        tuple(signed_by),
        snapshot.missing_signatures(desk.directory, signed_by),
        differences(desk.directory, snapshot.read_draft(body)),
    )


def _whole(row: ProposalRow, desk: Desk) -> dict[str, Any]:
    if row.own:
        return _said(row).body
    try:
        return proposals.whole(desk.directory, row.proposal, row.text)
    except (CryptoError, DirectoryError) as error:
        raise RefusedAct(sentence(error)) from error


async def _row(ident: str, desk: Desk) -> ProposalRow:
    row: ProposalRow | None = await (
        ProposalRow.objects()
        .where(
            (ProposalRow.proposal == ident)
            & (ProposalRow.previous == desk.directory.id)
            & ProposalRow.own.eq(False)
        )
        .first()
    )
    if row is None:
        raise NotFound("There is no such proposal any more; look at the page again.")
    return row


async def _own_row(before: Directory) -> ProposalRow | None:
    row: ProposalRow | None = await (
        ProposalRow.objects()
        .where(
            ProposalRow.own.eq(True)
            & (ProposalRow.state == _OPEN)
            & (ProposalRow.previous == before.id)
        )
        .first()
    )
    return row


async def _keep(ident: str, proposal: str, signer: str, raw: bytes) -> None:
    if not await Cosignature.exists().where(Cosignature.id == ident):
        await Cosignature.insert(
            Cosignature(id=ident, proposal=proposal, signer=signer, signed=raw)
        )


async def _beside(proposal: str) -> dict[str, bytes]:
    """The signatures that came beside the proposer's own, one for each signer."""
    rows = await Cosignature.objects().where(Cosignature.proposal == proposal)
    return {row.signer: bytes(row.signed) for row in rows}


def _said(row: ProposalRow) -> Statement:
    return statement.read(bytes(row.signed), KIND)


def _previous(text: str) -> str:
    """The directory a whole proposal follows, before anything about it is believed."""
    try:
        told = json.loads(text)
        return str(told["previous"])[:64]
    except (ValueError, RecursionError, TypeError, KeyError):
        return ""
