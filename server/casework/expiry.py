"""expire(): what reached its end is destroyed by this node's own clock, without message or key."""

from collections.abc import Mapping, Sequence

from server.casework import ending
from server.casework.own import keyring, me, sure
from server.casework.quarantine import lift_if_done
from server.casework.tables import ConsentRow, OutboxRow, RecordRow, Share, StatementRow
from server.node.database import transaction
from server.node.desk import Desk
from tiers.consent import ConsentState

_KEPT_PAST_END = 100 * 86_400  # stubs prove for this long what there was and when it ended


async def expire(desk: Desk) -> tuple[str, ...]:
    """Destroy what has ended, close what lapsed; gives the shares that ended. Works locked."""
    endings = ending.Endings()
    async with transaction():
        await _past_their_end(endings, desk)
        await _lapsed(endings, desk)
        await _suspended_here(endings, desk)
        await _forget_old_stubs(desk)
    await ending.shred(endings, desk)
    await _sweep_keys(desk)
    await lift_if_done(desk)
    return endings.shares


async def _past_their_end(endings: ending.Endings, desk: Desk) -> None:
    # Reading stops at desk.now; what cannot be undone waits until the clock is sure.
    certain = sure(desk)
    over = await Share.objects().where((Share.state == ending.LIVE) & (Share.ends <= certain))
    for row in over:
        if row.owner == me(desk):
            await ending.end_by_clock(row, endings, desk)
    received = [row for row in over if row.owner != me(desk)]
    await ending.destroy_received(received, "expired", endings, desk)
    ended = await ConsentRow.select(ConsentRow.id).where(
        ConsentRow.state.is_in(["given", "renewed"]) & (ConsentRow.ends <= certain)
    )
    await ending.end_consents(
        [row["id"] for row in ended], ConsentState.EXPIRED, "expired", endings, desk
    )


async def _lapsed(endings: ending.Endings, desk: Desk) -> None:
    """An agreement, a seat or a key that no longer stands closes what was shared under it."""
    if not desk.directory.entries:
        return
    mine = (Share.state == ending.LIVE) & (Share.owner == me(desk))
    ways = (
        await Share.select(Share.recipient, Share.exchange)
        .where(mine)
        .group_by(Share.recipient, Share.exchange)
    )
    for way in ways:
        to, exchange = way["recipient"], way["exchange"]
        why = _why_not(me(desk), exchange, desk) or _why_not(to, exchange, desk)
        if why:
            rows = await Share.objects().where(
                mine & (Share.recipient == to) & (Share.exchange == exchange)
            )
            await ending.close_own(rows, why, endings, desk)


async def _suspended_here(endings: ending.Endings, desk: Desk) -> None:
    """Suspended, a node keeps nothing of others: their closes reach it no more."""
    own = desk.directory.agency(me(desk))
    if own is None or not own.suspended:
        return
    rows = await Share.objects().where((Share.state == ending.LIVE) & (Share.owner != me(desk)))
    await ending.destroy_received(rows, "destroyed", endings, desk)


def _why_not(identity: str, exchange: str, desk: Desk) -> str:
    agency = desk.directory.agency(identity)
    if agency is None:
        return "no longer in the directory"
    standing = agency.standing(desk.directory)
    if standing.suspended:
        return "suspended"
    if standing.agreement is None or not standing.agreement.in_force(desk.today):
        return "agreement lapsed"
    row = desk.pack.exchanges.get(exchange)
    if row is None:
        return ""
    if not row.carries.get(standing.tier):
        return "tier changed"
    if row.seat is not None and row.seat not in standing.seats:
        return "seat lapsed"
    return ""


async def _forget_old_stubs(desk: Desk) -> None:
    before = sure(desk) - _KEPT_PAST_END
    rows = await Share.select(Share.id).where((Share.state != ending.LIVE) & (Share.ends <= before))
    ids = [row["id"] for row in rows]
    if not ids:
        return
    for table in (RecordRow, OutboxRow, StatementRow):
        await table.delete().where(table.share.is_in(ids))
    if over := await _not_renewed(ids, desk):
        await Share.delete().where(Share.id.is_in(over))


async def _not_renewed(shares: Sequence[str], desk: Desk) -> list[str]:
    """Those of these to forget: what a received part covered is kept while a renewal lives."""
    ways = (Share.owner, Share.release, Share.exchange)
    living = await Share.select(*ways).where(
        (Share.recipient == me(desk)) & (Share.state == ending.LIVE)
    )
    rows = await Share.select(Share.id, Share.body, *ways).where(Share.id.is_in(list(shares)))
    renewed = {_way(one) for one in living}
    return [one["id"] for one in rows if not (one["body"] and _way(one) in renewed)]


def _way(one: Mapping[str, str]) -> tuple[str, str, str]:
    return one["owner"], one["release"], one["exchange"]


async def _sweep_keys(desk: Desk) -> None:
    """Keys of parts that ended, or of an act that never committed, however they came to remain."""
    keys = keyring(desk)
    keys.expire(sure(desk))
    if not await _strays(desk):
        return
    # An act puts its key away before it commits: only in our own turn is a stray surely one.
    async with transaction():
        for share in await _strays(desk):
            keys.forget_share(share)


async def _strays(desk: Desk) -> frozenset[str]:
    held = keyring(desk).shares()
    if not held:
        return held
    live = await Share.select(Share.id).where(Share.state == ending.LIVE)
    return held - {row["id"] for row in live}
