"""A restored node's quarantine: nothing opens or seals until it caught up and people looked.

A backup remembers consents that were withdrawn after it was made. The relay still holds our own
`close` stubs and ends those; what was never shared only a person can know, so a person confirms
each consent that remains.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server.casework import ending, walls
from server.casework.errors import NoSuchConsent, NotCaughtUp, NothingToConfirm, Quarantined
from server.casework.ledger import PERMITS
from server.casework.own import me, unix
from server.casework.tables import ConsentRow, Share
from server.node import audit
from server.node.access import Act, require
from server.node.database import lock_row, transaction
from server.node.desk import Desk
from server.node.tables import NodeRow


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The consents a person kept, those still to look through, and whether the node is open."""

    consents: tuple[str, ...]
    remaining: tuple[str, ...]
    open: bool


def refuse_while_closed(desk: Desk) -> None:
    """Go on only if this node is not in quarantine."""
    if desk.node.quarantined:
        raise Quarantined


async def remaining(desk: Desk, *, shown: bool = False) -> tuple[str, ...]:
    """The consents in force that nobody has confirmed since the restore; all, or those shown."""
    if not desk.node.quarantined:
        return ()
    rows = await (
        ConsentRow.select(ConsentRow.id, ConsentRow.case_ref)
        .where(
            ConsentRow.state.is_in(list(PERMITS))
            & (ConsentRow.ends > unix(desk))
            & (ConsentRow.confirmed != desk.node.restoration)
        )
        .order_by(ConsentRow.id)
    )
    return tuple(
        row["id"] for row in rows if not (shown and walls.is_hidden(row["case_ref"], desk))
    )


async def confirm(consents: Sequence[str] | None, desk: Desk) -> Confirmed:
    """Somebody looked at these, or at all that remain, and says that they were not taken back."""
    require(desk, Act.CONFIRM_CONSENT)
    desk.unlocked()
    if not desk.node.quarantined:
        raise NothingToConfirm
    if desk.node.behind:
        raise NotCaughtUp
    async with transaction():
        waiting = await remaining(desk, shown=True)
        wanted = waiting if consents is None else tuple(dict.fromkeys(consents))
        if set(wanted) - set(waiting):
            raise NoSuchConsent
        if wanted:
            await ConsentRow.update({ConsentRow.confirmed: desk.node.restoration}).where(
                ConsentRow.id.is_in(list(wanted))
            )
        for consent in wanted:
            await audit.record(Act.CONFIRM_CONSENT.value, consent, desk)
        left = await remaining(desk, shown=True)
        is_open = await _lift(desk)
    return Confirmed(wanted, left, is_open)


async def caught_up(cursor: str, desk: Desk) -> None:
    """A pull ended at this cursor; a restored node that had to begin anew now knows the rest."""
    if not desk.node.behind:
        return
    endings = ending.Endings()
    async with transaction():
        row = await lock_row(NodeRow, NodeRow.identity == me(desk))
        if row is None or row["caught_up"] or row["cursor"] != cursor:
            return  # the restore was noticed while this pull was under way
        await NodeRow.update({NodeRow.caught_up: True}).where(NodeRow.identity == me(desk))
        await audit.record("restored.caught-up", "", desk)
        await ending.close_put_off(await _put_off(desk), endings, desk)
        await _lift(desk)
    await ending.shred(endings, desk)


async def lift_if_done(desk: Desk) -> None:
    """The last consent that remained may have been withdrawn, or have ended, instead."""
    if desk.node.quarantined and not desk.node.behind and not await remaining(desk):
        async with transaction():
            await _lift(desk)


async def _put_off(desk: Desk) -> list[Share]:
    rows: list[Share] = await Share.objects().where(
        (Share.owner == me(desk)) & (Share.state == ending.CLOSED) & Share.closed.eq(False)
    )
    return rows


async def _lift(desk: Desk) -> bool:
    if await remaining(desk):
        return False
    row = await lock_row(NodeRow, NodeRow.identity == me(desk))
    if row is None or not row["quarantined"]:
        return True
    await NodeRow.update({NodeRow.quarantined: False}).where(NodeRow.identity == me(desk))
    await audit.record("restored.open", "", desk)
    return True
