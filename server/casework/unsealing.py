"""One received share's bytes, unsealed with the key of its epoch; what that key opens no more."""

import json
from collections.abc import Iterable, Sequence
from operator import itemgetter

from client_sync import inbox
from crypto.errors import CryptoError
from crypto.record import Record, parse_stub
from server.casework import ending
from server.casework.epoch_keys import EpochKeys
from server.casework.own import keyring, me
from server.casework.tables import RecordRow, Share
from server.node.database import transaction
from server.node.desk import Desk
from tiers.consent import Consent, ConsentMistake, ends_at

NOT_HERE = "A part of this is not here any more. Its owner has been asked to seal it again."
NO_KEY = "This node has lost the key to this. Its owner has been asked to seal it again."
_ASK_AT_ONCE = 500


class Lost(Exception):
    """The owner has to seal this again before it opens."""


def unseal(
    row: Share, records: Sequence[Record], keys: EpochKeys, desk: Desk
) -> tuple[Consent, tuple[bytes, ...]] | None:
    """The terms and the changes; None where the terms are not what the cover says.

    Raises Lost, CryptoError, ConsentMistake, ValueError or RecursionError.
    """
    if not records or any(not record.body for record in records):
        raise Lost(NOT_HERE)
    records = inbox.this_epoch(records)
    key = keys.of(row, records[0])
    if key is None:
        raise Lost(NO_KEY)
    terms, changes = inbox.open_epoch(records, key)
    consent = Consent.from_terms(json.loads(terms))
    rests_on_it = (
        consent.discloser == row.owner
        and consent.recipient == me(desk)
        and consent.release_id == row.release
        and row.ends <= ends_at(consent.ends, desk.pack.timezone)
    )
    return (consent, changes) if rests_on_it else None


async def mark_lost_keys(desk: Desk) -> None:
    """After keys.db was lost: find every share that was open before and that nothing opens now."""
    opened = await Share.select(Share.id).where(
        (Share.recipient == me(desk))
        & (Share.state == ending.LIVE)
        & (Share.case_ref != "")
        & Share.needs_key.eq(False)
    )
    keyless = {row["id"] for row in opened} - keyring(desk).shares()
    if not keyless:
        return
    rows = await Share.objects().where(Share.id.is_in(sorted(keyless)))
    records = await records_of(sorted(keyless))
    keys = EpochKeys(rows, keyring(desk))
    lost: list[str] = []
    for row in rows:
        try:
            unseal(row, records.get(row.id, []), keys, desk)
        except Lost:
            lost.append(row.id)
        except (CryptoError, ConsentMistake, ValueError, RecursionError):
            continue
    keys.put_away()
    await mark_lost(lost)


async def mark_lost(shares: Sequence[str]) -> None:
    """Ask the owners, with the next sync, to seal these again."""
    if shares:
        async with transaction():
            await Share.update({Share.needs_key: True}).where(Share.id.is_in(list(shares)))


async def records_of(shares: Sequence[str]) -> dict[str, list[Record]]:
    """The records of each share's present epoch, in order."""
    found: dict[str, list[Record]] = {}
    for start in range(0, len(shares), _ASK_AT_ONCE):
        asked = list(shares[start : start + _ASK_AT_ONCE])
        rows = await RecordRow.select(
            RecordRow.share, RecordRow.epoch, RecordRow.seq, RecordRow.stub, RecordRow.body
        ).where(RecordRow.share.is_in(asked) & (RecordRow.kind != 3))
        latest = _latest_epochs((row["share"], row["epoch"]) for row in rows)
        # Put in order here: a database would carry the bodies through its sorting.
        for row in sorted(rows, key=itemgetter("seq")):
            if row["epoch"] == latest[row["share"]]:
                record = Record(parse_stub(bytes(row["stub"])), bytes(row["body"] or b""))
                found.setdefault(row["share"], []).append(record)
    return found


def _latest_epochs(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    latest: dict[str, int] = {}
    for share, epoch in pairs:
        latest[share] = max(epoch, latest.get(share, 0))
    return latest
