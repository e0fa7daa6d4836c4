"""What an unlocked node sees to by itself, so that partners can seal to it and it can read them."""

from client_sync import share as lanes
from crypto.statement import read
from server.casework import ending, unsealing
from server.casework.own import me, unix
from server.casework.post import EVERYBODY, queue_statement
from server.casework.tables import Share, StatementRow
from server.node import audit
from server.node.database import transaction
from server.node.desk import Desk

_QUIET = 60  # seconds without a change before an epoch that has grown is replaced
_IN_ONE = 80  # share ids that fit a statement
_PUBLISH_EVERY = 7 * 86_400
_ASK_AGAIN = 86_400


async def publish_week_keys(desk: Desk) -> None:
    """Publish the public halves of the weeks ahead when there are new ones, and weekly anyway."""
    keys = desk.unlocked().keyring
    keys.ensure_weeks(unix(desk))
    publics = {str(week): public.hex() for week, public in sorted(keys.publics().items())}
    row = await _last_said("week-keys")
    if row is not None:
        same = read(bytes(row.signed)).body["keys"] == publics
        if same and unix(desk) - row.at < _PUBLISH_EVERY:
            return
    body = {"to": [EVERYBODY], "keys": publics, "at": unix(desk)}
    async with transaction():
        await queue_statement("week-keys", body, desk.unlocked().identity, desk)
        await audit.record("week-keys", "", desk, weeks=len(publics))


async def ask_for_lost_keys(desk: Desk) -> None:
    """Ask owners to seal again what this node holds and can no longer open."""
    await unsealing.mark_lost_keys(desk)
    rows = await Share.select(Share.id, Share.owner, Share.epoch).where(
        (Share.recipient == me(desk)) & (Share.state == ending.LIVE) & Share.needs_key.eq(True)
    )
    if not rows:
        return
    asked = await _asked_lately(desk)
    rows = [one for one in rows if one["id"] not in asked]
    if not rows:
        return
    lost: dict[str, list[str]] = {}
    for one in rows:
        lost.setdefault(one["owner"], []).append(one["id"])
    async with transaction():
        for owner, shares in lost.items():
            for start in range(0, len(shares), _IN_ONE):
                asked_for = sorted(shares[start : start + _IN_ONE])
                body = {"to": [owner], "shares": asked_for, "at": unix(desk)}
                await queue_statement("needs-key", body, desk.unlocked().identity, desk)
        await audit.record("needs-key", "", desk, shares=[one["id"] for one in rows][:20])


async def close_strays(desk: Desk) -> None:
    """A share of ours that this node knows nothing of, after a restore, must not stay out."""
    rows = await Share.objects().where(
        (Share.owner == me(desk)) & (Share.state == ending.LIVE) & (Share.consent == "")
    )
    if not rows:
        return
    endings = ending.Endings()
    async with transaction():
        await ending.close_own(rows, "unknown here", endings, desk)
    await ending.shred(endings, desk)


async def due_for_epoch(desk: Desk) -> list[tuple[str, str]]:
    """Our shares whose recipient lost the key, or whose epoch has grown and is quiet."""
    rows = await Share.select(
        Share.id,
        Share.case_ref,
        Share.needs_key,
        Share.epoch_count,
        Share.epoch_size,
        Share.changed_at,
    ).where(
        (Share.owner == me(desk))
        & (Share.state == ending.LIVE)
        & (Share.consent != "")
        & (Share.needs_key.eq(True) | (Share.epoch_count > 0))
    )
    now = unix(desk)
    return [
        (row["case_ref"], row["id"])
        for row in rows
        if row["needs_key"]
        or (
            lanes.due_for_epoch(row["epoch_count"], row["epoch_size"])
            and now - row["changed_at"] >= _QUIET
        )
    ]


async def _asked_lately(desk: Desk) -> frozenset[str]:
    rows = await StatementRow.select(StatementRow.signed).where(
        (StatementRow.direction == "out")
        & (StatementRow.kind == "needs-key")
        & (StatementRow.at > unix(desk) - _ASK_AGAIN)
    )
    return frozenset(share for row in rows for share in read(bytes(row["signed"])).body["shares"])


async def _last_said(kind: str) -> StatementRow | None:
    row: StatementRow | None = (
        await StatementRow.objects()
        .where((StatementRow.direction == "out") & (StatementRow.kind == kind))
        .order_by(StatementRow.at, ascending=False)
        .first()
    )
    return row
