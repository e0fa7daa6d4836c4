"""Who may vote on a case: a live agreement, a seat, a live consent to receive its plan, no wall."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from server.casework import ledger, walls
from server.casework.ledger import Held
from server.casework.own import agency_name, me
from server.node.desk import Desk
from tiers.consent import ConsentKind
from tiers.grounds import RECIPIENT, lives, stands
from tiers.protocol import ExchangeRow, Protocol
from tiers.reason import Reason

_WALLED = "A wall stands between this agency and the case."


@dataclass(frozen=True, slots=True)
class Voter:
    """One agency she named for the plan, and why it may not vote, if it may not."""

    agency: str
    name: str
    kind: str
    why_not: str = ""


async def voters(case_ref: str, desk: Desk) -> tuple[Voter, ...]:
    """Every agency she ever named for the plan, and whether it may vote at this moment."""
    plans: dict[str, list[Held]] = {}
    for held in await ledger.for_case(case_ref, desk):
        if held.consent.kind is ConsentKind.PLAN and held.consent.discloser == me(desk):
            plans.setdefault(held.consent.recipient, []).append(held)
    walled = walls.walled_agencies(case_ref, desk)
    found = [
        _voter(agency, _WALLED if agency in walled else _why_not(agency, held, desk), desk)
        for agency, held in plans.items()
    ]
    return tuple(sorted(found, key=lambda one: (bool(one.why_not), one.name)))


def before_she_signs(named: Collection[str], desk: Desk) -> str:
    """Why these agencies, were they to receive the plan, could not decide; empty when they can."""
    if not desk.pack.decision.votes:
        return ""
    listed = [one for one in desk.directory.entries if one.id in named and not one.coordinating]
    row, today = _meeting(desk), desk.today
    may = [
        _voter(one.id, "", desk)
        for one in listed
        if stands(one.standing(desk.directory), row, today, RECIPIENT) is None
    ]
    return too_few(may, desk.pack) or ""


def too_few(may: Sequence[Voter], pack: Protocol) -> str | None:
    """Why these agencies cannot decide as the protocol asks; None when they can."""
    terms = pack.decision
    if len(may) < terms.quorum:
        return (
            f"The protocol asks for {terms.quorum} agencies to vote, and {len(may)} may vote on "
            "this case. Only an agency that she lets receive the plan may."
        )
    if terms.first and not first_voices(may, pack):
        kind = pack.agency_kinds[terms.first]
        return (
            f"The protocol wants the advocate's view first ({kind}), and none may vote on this "
            "case. Only an agency that she lets receive the plan may."
        )
    return None


def first_voices(named: Iterable[Voter], pack: Protocol) -> frozenset[str]:
    """The voters whose view the protocol wants before anybody votes."""
    return frozenset(
        one.agency for one in named if one.kind == pack.decision.first and not one.why_not
    )


def _voter(agency: str, why_not: str, desk: Desk) -> Voter:
    listed = desk.directory.agency(agency)
    kind = "" if listed is None else listed.kind
    return Voter(agency, agency_name(agency, desk), kind, why_not)


def _why_not(agency: str, plans: Sequence[Held], desk: Desk) -> str:
    listed = desk.directory.agency(agency)
    if listed is None:
        return Reason.RECIPIENT_UNKNOWN.value
    row = _meeting(desk)
    reason = stands(listed.standing(desk.directory), row, desk.today, RECIPIENT)
    if reason is not None:
        return reason.value
    reasons = [lives(held.consent, desk.pack, desk.today) for held in plans]
    return "" if None in reasons else next(one.value for one in reasons if one)


def _meeting(desk: Desk) -> ExchangeRow:
    return desk.pack.exchanges[ConsentKind.PLAN.exchange]
