"""The next directory: published when one signature is enough, and otherwise proposed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from crypto import statement
from crypto.errors import CryptoError
from directory import snapshot
from directory.agency import Agency
from directory.errors import DirectoryError
from directory.rebasing import rebased
from directory.signing import KIND
from directory.snapshot import Directory, Step, classify
from server.node import believed, database, proposals
from server.node.desk import Desk
from server.node.errors import RefusedAct, sentence

Edit = Callable[[Sequence[Agency]], list[Agency]]
"""The entries of a directory as they should be in the next one."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Who signs the directory from the next number on, and how many of them it takes."""

    signers: tuple[str, ...]
    k: int
    pack: str = ""  # the protocol waited for with it; "" the one in force


async def follow(edit: Edit, desk: Desk, circle: Circle | None = None) -> Directory:
    """The directory in force after this change; the same as before when it had to be proposed."""
    database.require_transaction()
    before = await believed.current(desk.node.trusted)
    here = circle or Circle(before.signers, before.k)
    alone = _drawn(before, edit(before.entries), here, desk)
    if before.k == 1 or classify(before, alone) is Step.RESTRICTING:
        return await _publish(before, alone, desk)
    waiting = await proposals.own_open(before)
    if waiting is None:
        await proposals.make(before, alone, desk)
        return before
    # A protocol that waits for signatures keeps waiting, whatever else is changed meanwhile.
    pack = waiting.pack if desk.pack.digest == before.pack else desk.pack.digest
    both = replace(circle or Circle(waiting.signers, waiting.k), pack=pack)
    await proposals.make(before, _drawn(before, edit(waiting.entries), both, desk), desk)
    return before


async def renew(desk: Desk) -> Directory:
    """The same entries with new days; what waits for signatures is proposed again upon it."""
    return await follow(list, desk)


async def begin(entry: Agency, desk: Desk) -> Directory:
    """Number 1: the coordinating node itself, the only signer."""
    circle = Circle((entry.id,), 1)
    return await _publish(desk.directory, _drawn(desk.directory, [entry], circle, desk), desk)


def _drawn(before: Directory, entries: Sequence[Agency], circle: Circle, desk: Desk) -> Directory:
    until = desk.today + timedelta(days=desk.pack.clocks["directory_valid_days"])
    try:
        body = snapshot.draft(
            before,
            entries,
            desk.today,
            until,
            circle.pack or desk.pack.digest,
            circle.signers,
            circle.k,
        )
    except (CryptoError, DirectoryError) as error:
        raise RefusedAct(sentence(error)) from error
    return snapshot.read_draft(body)


async def _publish(before: Directory, drawn: Directory, desk: Desk) -> Directory:
    signed = statement.sign(KIND, snapshot.body_of(drawn), desk.unlocked().identity)
    try:
        following = snapshot.publish_draft(before, signed, ())
    except (CryptoError, DirectoryError) as error:
        raise RefusedAct(sentence(error)) from error
    waiting = await proposals.own_open(before)
    await believed.store(following, desk.now)
    if waiting is not None:
        await propose_again(before, waiting, following, desk)
    return following


async def tend(desk: Desk) -> None:
    """Somebody else's restriction came between: propose again what waited upon the one before."""
    stale = await proposals.own_stale(desk.directory)
    if stale is None:
        return
    async with database.transaction():
        base = await believed.numbered(stale.number - 1, desk.node.trusted)
        await proposals.replace_own()
        if base is not None:
            await propose_again(base, stale, desk.directory, desk)


async def propose_again(
    base: Directory, waiting: Directory, following: Directory, desk: Desk
) -> None:
    """What waited for signatures upon the last directory waits for them upon this one."""
    entries = rebased(base.entries, waiting.entries, following.entries)
    pack = waiting.pack if waiting.pack != base.pack else following.pack
    drawn = _drawn(following, entries, Circle(waiting.signers, waiting.k, pack), desk)
    if classify(following, drawn) is Step.WIDENING:
        await proposals.make(following, drawn, desk)
