"""Consents of other agencies that ride with a share of ours: she may take back any one of them.

Whoever holds such a consent believes nothing but the share it came by. So that share ends, which
ends what came by it, locked or not; and what she did not take back goes out anew, without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.casework import ending, ledger, mailroom, walls
from server.casework.bodies import read_body, shut_body
from server.casework.errors import NoSuchConsent
from server.casework.ledger import Held
from server.casework.own import load, me
from server.casework.quarantine import refuse_while_closed
from server.casework.tables import ConsentRow, Release, Share
from server.node import database
from server.node.desk import Desk
from server.node.errors import NodeError
from tiers.consent import Consent, ConsentState

_TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class PassedOn:
    """Another agency's consent of a release signed here, and the shares that ended with it."""

    consent: Consent
    case_ref: str
    shares: tuple[str, ...]


async def listed(desk: Desk) -> list[PassedOn]:
    """Every consent that rides with shares of ours, and those that were taken back."""
    return [
        one
        for row in await Release.objects().where(Release.state == "live")
        if row.body and walls.may_know(row.case_ref, desk)
        for one in _of(row, desk)
    ]


async def find(consent: str, desk: Desk) -> PassedOn | None:
    """The one with this number, if it was signed here and this person may know of it."""
    return next((one for one in await listed(desk) if one.consent.id == consent), None)


async def take_back(one: PassedOn, endings: ending.Endings, desk: Desk) -> Sequence[Share]:
    """End the shares it rode with; the caller is in a transaction. Then call send_anew()."""
    database.require_transaction()
    consent = one.consent
    row = await Release.objects().where(Release.id == consent.release_id).first()
    if row is None:
        raise NoSuchConsent
    body = read_body("release", row.id, row.body, desk)
    if consent.id not in {other["id"] for other in body["travelling"]}:
        return await Share.objects().where(Share.id.is_in(list(one.shares)))
    riding = await _carrying(consent, desk)
    shares = await Share.objects().where(
        (Share.owner == me(desk))
        & Share.consent.is_in([held.consent.id for held in riding])
        & (Share.state == ending.LIVE)
    )
    body["travelling"] = [other for other in body["travelling"] if other["id"] != consent.id]
    gone: dict[str, Any] = {
        "terms": replace(consent, state=ConsentState.WITHDRAWN).to_terms(),
        "shares": [share.id for share in shares],
    }
    body[_TAKEN_BACK] = [*body.get(_TAKEN_BACK, []), gone]
    await Release.update({Release.body: shut_body("release", row.id, body, desk)}).where(
        Release.id == row.id
    )
    await ending.close_own(shares, "withdrawn", endings, desk)
    endings.consents.append(consent.id)
    return shares


async def send_anew(one: PassedOn, ended: Sequence[Share], desk: Desk) -> None:
    """What she did not take back goes out again; what cannot go now waits for a person to send."""
    for held in await _carrying(one.consent, desk):
        if held.consent.id not in {share.consent for share in ended}:
            continue
        try:
            refuse_while_closed(desk)
            async with database.transaction():
                case = await load(held.case_ref, desk)
                await mailroom.open_under(held, case, held.consent.kind.exchange, desk)
        except NodeError:
            return  # the withdrawal stands, whatever hinders the rest


async def _carrying(consent: Consent, desk: Desk) -> list[Held]:
    """Our own consents of that release, in force, whose shares go to the agency it belongs to."""
    rows = await ConsentRow.objects().where(
        (ConsentRow.release == consent.release_id)
        & (ConsentRow.discloser == me(desk))
        & (ConsentRow.recipient == consent.discloser)
        & ConsentRow.state.is_in(list(ledger.PERMITS))
    )
    return [ledger.opened(row, desk) for row in rows]


def _of(row: Release, desk: Desk) -> list[PassedOn]:
    body = read_body("release", row.id, row.body, desk)
    riding = [PassedOn(Consent.from_terms(terms), row.case_ref, ()) for terms in body["travelling"]]
    gone = [
        PassedOn(Consent.from_terms(one["terms"]), row.case_ref, tuple(one["shares"]))
        for one in body.get(_TAKEN_BACK, [])
    ]
    return riding + gone
