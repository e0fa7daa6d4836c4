"""Referrals that reached this coordinating node: finds that say why she is referred."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.casework import received, refs, walls
from server.casework.memory import Known
from server.casework.own import agency_name, unix
from server.casework.tables import Share
from server.meeting.intake_errors import NoSuchReferral
from server.node.desk import Desk
from tiers.consent import ConsentKind
from tiers.fragment import SYSTEM_SECTIONS, Place

_REFERRAL = "referral"


@dataclass(frozen=True, slots=True)
class Referred:
    """One referral as it lies here, opened in memory."""

    share: str
    case_ref: str
    referred_by: str
    referred_name: str
    received_at: int
    people: Mapping[str, str]
    fields: Mapping[Place, str]


async def referrals(desk: Desk) -> tuple[Referred, ...]:
    """Every live referral, the latest of each case; nobody is shown anything by this."""
    desk.unlocked()
    await received.sort_in(desk)
    rows = [
        row
        for row in await received.live(desk, Share.exchange == ConsentKind.FIND.exchange)
        if walls.may_list(row.case_ref, desk)
    ]
    reading = await received.open_shares(rows, desk)
    found: dict[str, Referred] = {}
    for row in sorted(rows, key=lambda row: (row.began_at, row.id)):
        known = reading.known.get(row.id)
        if known is not None and any(place.section == _REFERRAL for place in known.lane.fields):
            found[row.case_ref] = _referred(row, known, desk)
    return tuple(sorted(found.values(), key=lambda one: (one.received_at, one.case_ref)))


async def referral_of(case_ref: str, desk: Desk) -> Referred:
    """The referral of this case; a stop when none lives here, or it may not be known of."""
    for one in await referrals(desk):
        if one.case_ref == case_ref and not refs.is_invented(case_ref):
            return one
    raise NoSuchReferral


def _referred(row: Share, known: Known, desk: Desk) -> Referred:
    return Referred(
        share=row.id,
        case_ref=row.case_ref,
        referred_by=row.owner,
        referred_name=agency_name(row.owner, desk),
        received_at=row.began_at or unix(desk),
        people=known.lane.people,
        fields={
            place: written[-1].value
            for place, written in known.lane.fields.items()
            if place.section not in SYSTEM_SECTIONS and written
        },
    )
