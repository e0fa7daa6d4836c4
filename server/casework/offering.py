"""Once an agreement is renewed: what had to be closed is offered again, with nothing retyped."""

from dataclasses import dataclass

from server.casework import ending, ledger, mailroom, walls
from server.casework.ledger import PERMITS, Held
from server.casework.own import load, me, unix
from server.casework.quarantine import refuse_while_closed
from server.casework.tables import ConsentRow, Share
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from tiers.gate import Cleared

# The endings that a coalition can take back; a survivor's word or a recipient's is not among them.
# What came to its end by the clock while her consent lives ended on the agreement's last day.
_STANDING = (
    "expired",
    "agreement lapsed",
    "seat lapsed",
    "tier changed",
    "suspended",
    "no longer in the directory",
)


@dataclass(frozen=True, slots=True)
class Offer:
    """One share that ended with an agreement, whose consent still lives and the gate clears."""

    consent: str
    case_ref: str
    recipient: str
    exchange: str
    cleared: Cleared


async def offers(desk: Desk) -> list[Offer]:
    """What could be shared again now, under consents that still live."""
    require(desk, Act.SHARE)
    desk.unlocked()
    if desk.node.quarantined:
        return []
    found = []
    for share, held in await _ended_with_standing(desk):
        case = await load(held.case_ref, desk)
        asked = await mailroom.ask(case, held, held.consent.recipient, share.exchange, desk)
        if isinstance(asked.decision, Cleared):
            offer = Offer(
                held.consent.id,
                held.case_ref,
                held.consent.recipient,
                share.exchange,
                asked.decision,
            )
            found.append(offer)
    return found


async def share_again(consents: frozenset[str], desk: Desk) -> int:
    """Share again under these consents, each after the gate was asked anew; gives how many."""
    require(desk, Act.SHARE)
    refuse_while_closed(desk)
    done = 0
    for offer in await offers(desk):
        if offer.consent not in consents:
            continue
        async with transaction():
            if await _live(offer.consent, desk):
                continue
            held = await ledger.find(offer.consent, desk)
            case = await load(offer.case_ref, desk)
            done += await mailroom.open_under(held, case, offer.exchange, desk)
    return done


async def _ended_with_standing(desk: Desk) -> list[tuple[Share, Held]]:
    rows = await Share.objects().where(
        (Share.owner == me(desk)) & (Share.state != ending.LIVE) & Share.why.is_in(list(_STANDING))
    )
    by_consent = {row.consent: row for row in rows if row.consent}
    if not by_consent:
        return []
    permitted = await ConsentRow.objects().where(
        ConsentRow.id.is_in(list(by_consent))
        & ConsentRow.state.is_in(list(PERMITS))
        & (ConsentRow.ends > unix(desk))
    )
    return [
        (by_consent[row.id], ledger.opened(row, desk))
        for row in permitted
        if walls.may_list(row.case_ref, desk) and not await _live(row.id, desk)
    ]


async def _live(consent: str, desk: Desk) -> bool:
    return bool(
        await Share.exists().where(
            (Share.consent == consent) & (Share.owner == me(desk)) & (Share.state == ending.LIVE)
        )
    )
