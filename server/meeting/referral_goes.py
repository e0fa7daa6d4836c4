"""What leaves with a referral: her own words first, then our part, then who may look her up."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.casework import ledger, mailroom
from server.casework.own import me
from server.node.desk import Desk
from tiers.consent import Consent, ConsentKind
from tiers.fragment import CHILDREN
from tiers.gate import Cleared, Withheld

REFERRAL = "referral"
CARRIES = frozenset({REFERRAL, "assessments", "risk", "survivor_voice", CHILDREN})
"""What a find for the coordinating node carries besides who she is and how to reach her."""

_AT_REFERRAL = "referral"  # the pack: who she is goes to the others with the referral
_HANDOFF = ConsentKind.FIND.exchange


@dataclass(frozen=True, slots=True)
class Goes:
    """One part that leaves with a referral: to whom, in which exchange, and what the gate says."""

    agency: str
    exchange: str
    decision: Cleared | Withheld
    later: bool = False  # not before the coordinating node asks

    @property
    def refers(self) -> bool:
        """Does this tell why she is referred?"""
        return isinstance(self.decision, Cleared) and any(
            place.section == REFERRAL for place in self.decision.fragment.fields
        )

    def is_referral(self, desk: Desk) -> bool:
        """Is this the part that asks for the case to be taken up?"""
        return self.agency == desk.node.relay_identity and self.exchange == _HANDOFF


async def goes_with(case_ref: str, desk: Desk) -> tuple[Goes, ...]:
    """Her referral first, then our own part for the meeting, then who may look her up."""
    carrier = desk.node.relay_identity
    live = await yeses(case_ref, desk)
    release = release_of(live, desk)
    at_once = desk.pack.identity_at == _AT_REFERRAL
    goes = []
    for consent in live:
        if consent.release_id != release:
            continue
        exchange = consent.kind.exchange
        decision = await mailroom.preview(case_ref, consent.recipient, exchange, desk)
        later = consent.recipient != carrier and not at_once
        goes.append(Goes(consent.recipient, exchange, decision, later))
    return tuple(sorted(goes, key=lambda one: (one.agency != carrier, one.exchange, one.agency)))


async def yeses(case_ref: str, desk: Desk) -> list[Consent]:
    """What she has said yes to that we tell: finds, and our own part for the meeting."""
    return [
        held.consent
        for held in await ledger.for_case(case_ref, desk)
        if held.consent.discloser == me(desk)
        and held.consent.kind in {ConsentKind.FIND, ConsentKind.TELL}
        and held.consent.live_on(desk.today)
    ]


def release_of(live: Sequence[Consent], desk: Desk) -> str:
    """The release that lets the coordinating node be told; of two, the one that lasts longer."""
    named = [
        one
        for one in live
        if one.kind is ConsentKind.FIND and one.recipient == desk.node.relay_identity
    ]
    return max(named, key=lambda one: (one.ends, one.id)).release_id if named else ""
