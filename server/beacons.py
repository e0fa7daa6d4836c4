"""Beacons: partners tell each other hourly what they hold, so that a withheld record shows."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

from crypto.errors import CryptoError
from crypto.statement import Statement, read
from server.casework import mailroom, walls
from server.casework.tables import Share, StatementRow
from server.meeting import noting
from server.node import audit, clock, database
from server.node.desk import Desk
from server.node.tables import PartnerBeacon

_EVERY: Final = 3_600
_MOST_OPENED: Final = 50  # a statement holds 4 KiB: the latest openings go first
_DIFFERED_OFTEN: Final = 2  # one beacon may cross a record on its way


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A partner whose last word does not confirm what this node holds, and since when."""

    agency: str
    since: datetime | None
    differs: bool


async def queue_due(desk: Desk) -> int:
    """Put a beacon in the post for each partner who has had none for an hour; works locked."""
    shares = await _live(desk)
    late = sorted(set(shares) - await _told_lately(desk))
    if not late:
        return 0
    kept_back = await noting.unanswered(desk)
    entries, chained = await audit.head()
    async with database.transaction():
        await _forget_sent(late)
        for partner in late:
            body = {
                "to": [partner],
                "at": int(desk.now.timestamp()),
                "shares": digest(shares[partner]),
                "audit": f"{entries}.{chained}",
                "opened": _opened(shares[partner], kept_back, desk),
            }
            await mailroom.queue_statement("beacon", body, desk.node.node_key, desk)
    return len(late)


async def compare(statements: Sequence[bytes], desk: Desk) -> int:
    """Hold the beacons that came against what this node has; how many partners were heard."""
    said = _latest(statements, desk)
    if not said:
        return 0
    shares = await _live(desk)
    at = int(desk.now.timestamp())
    for partner, beacon in said.items():
        agrees = beacon.body.get("shares") == digest(shares.get(partner, ()))
        async with database.transaction():
            await _remember(partner, agrees, at)
        when = beacon.body.get("at")
        if isinstance(when, int) and 0 < when < 2**33:
            told = datetime.fromtimestamp(when, UTC)
            await clock.heard_time(partner, told, desk.settings)
    return len(said)


async def unconfirmed(desk: Desk) -> list[Unconfirmed]:
    """Partners this node shares with who have not confirmed for a day, or who hold otherwise."""
    shares = await _live(desk, shown=True)
    rows = {row["identity"]: row for row in await PartnerBeacon.select()}
    within = int(desk.now.timestamp()) - desk.pack.clocks["relay_heard_hours"] * 3_600
    found = []
    for partner in sorted(shares):
        row = rows.get(partner)
        agreed = row["agreed_at"] if row else 0
        differs = bool(row and row["differed"] >= _DIFFERED_OFTEN)
        began = min(share["began_at"] for share in shares[partner])
        if differs or max(agreed, began) < within:
            since = datetime.fromtimestamp(agreed, UTC) if agreed else None
            found.append(Unconfirmed(partner, since, differs))
    return found


async def digests(desk: Desk) -> dict[str, str]:
    """For each partner this node shares with, the hash its beacon to that partner says."""
    return {partner: digest(shares) for partner, shares in (await _live(desk)).items()}


def digest(shares: Sequence[Mapping[str, Any]]) -> str:
    """One hash for the live shares between two agencies: both sides reach the same."""
    lines = sorted(f"{share['id']} {share['seq']} {share['last_id']}" for share in shares)
    said = "\n".join(lines).encode()
    return blake2b(said, digest_size=32, person=b"cf-beacon").hexdigest()


async def _live(desk: Desk, *, shown: bool = False) -> dict[str, list[dict[str, Any]]]:
    """The live shares by the partner they are with; what is shown to people respects walls."""
    rows = await Share.select(
        Share.id,
        Share.case_ref,
        Share.seq,
        Share.last_id,
        Share.owner,
        Share.recipient,
        Share.opened_count,
        Share.opened_at,
        Share.began_at,
    ).where((Share.state == "live") & (Share.ends > int(desk.now.timestamp())))
    shares: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if shown and walls.is_hidden(row["case_ref"], desk):
            continue
        mine = row["owner"] == desk.node.identity
        shares.setdefault(row["recipient"] if mine else row["owner"], []).append(row)
    return shares


def _opened(
    shares: Sequence[Mapping[str, Any]], kept_back: Collection[str], desk: Desk
) -> dict[str, int]:
    """How often each share of theirs was opened here, the latest openings first.

    A question without an answer looks unread on its way too; its receipt tells once it has ended.
    """
    theirs = [
        one
        for one in shares
        if one["owner"] != desk.node.identity and one["opened_count"] and one["id"] not in kept_back
    ]
    theirs.sort(key=lambda one: one["opened_at"], reverse=True)
    return {one["id"]: one["opened_count"] for one in theirs[:_MOST_OPENED]}


_OUT: Final = (StatementRow.kind == "beacon") & (StatementRow.direction == "out")


async def _told_lately(desk: Desk) -> set[str]:
    since = int(desk.now.timestamp()) - _EVERY
    rows = await StatementRow.select(StatementRow.to_ids).where(_OUT & (StatementRow.at > since))
    return {partner for row in rows for partner in json.loads(row["to_ids"])}


async def _forget_sent(partners: Sequence[str]) -> None:
    """An older beacon says nothing any more, sent or not."""
    await StatementRow.delete().where(
        _OUT & StatementRow.to_ids.is_in([json.dumps([one]) for one in partners])
    )


def _latest(statements: Sequence[bytes], desk: Desk) -> dict[str, Statement]:
    """The last beacon of each member in this delivery; signatures and signers are checked."""
    signers = {agency.node_key: agency.identity for agency in desk.directory.entries}
    found: dict[str, Statement] = {}
    for raw in statements:
        try:
            said = read(raw, "beacon")
        except CryptoError:
            continue
        partner = signers.get(said.signer.hex())
        if partner is not None and desk.node.identity in said.body.get("to", ()):
            found[partner] = said
    return found


async def _remember(partner: str, agrees: bool, at: int) -> None:
    row = await database.lock_row(PartnerBeacon, PartnerBeacon.identity == partner)
    if row is None:
        await PartnerBeacon.insert(
            PartnerBeacon(
                identity=partner,
                heard_at=at,
                agreed_at=at if agrees else 0,
                differed=0 if agrees else 1,
            )
        )
        return
    await PartnerBeacon.update(
        {
            PartnerBeacon.heard_at: at,
            PartnerBeacon.agreed_at: at if agrees else row["agreed_at"],
            PartnerBeacon.differed: 0 if agrees else row["differed"] + 1,
        }
    ).where(PartnerBeacon.id == row["id"])
