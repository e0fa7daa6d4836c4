"""Who may vote on a case: a live agreement, a seat, a live consent to receive its plan, no wall."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.casework import ledger, walls
from server.casework.ledger import Held
from server.casework.own import agency_name, me
from server.node.desk import Desk
from tiers.consent import ConsentKind
from tiers.grounds import RECIPIENT, lives, stands
from tiers.protocol import ExchangeRow
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
