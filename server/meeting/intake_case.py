"""One case of the intake as a coordinator reads it: what was told, how it is decided, who votes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.casework.own import load, unix, whole_ref
from server.casework.tables import Share
from server.meeting import motions, statuses
from server.meeting.intake import QueueLine, line_of
from server.meeting.motion import Motion
from server.meeting.referred import referral_of, referrals
from server.meeting.voters import Voter, too_few, voters
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from tiers.fragment import OTHER_ADULTS, Place
from tiers.threshold import Reached, reached


@dataclass(frozen=True, slots=True)
class IntakeCase:
    """A case of the intake: what was told of it, and whatever was decided."""

    line: QueueLine
    people: Mapping[str, str]
    told: Mapping[Place, str]
    reached: Reached
    adults: tuple[str, ...]  # other adults for whom no basis of our own is written yet
    voters: tuple[Voter, ...] = ()
    too_few: str = ""  # why the team cannot decide, where it decides
    motions: tuple[Motion, ...] = ()
    decided: Mapping[str, Any] = field(default_factory=dict)


async def show(ref: str, desk: Desk) -> IntakeCase:
    """The case as it lies in the intake; that somebody looked is written down first."""
    require(desk, Act.READ_INTAKE)
    statuses.coordinating_only(desk)
    await referrals(desk)
    case_ref = await whole_ref(ref, desk)
    line = await line_of(case_ref, desk)
    people: Mapping[str, str] = {}
    told: Mapping[Place, str] = {}
    if not line.ended:
        referral = await referral_of(case_ref, desk)
        people, told = referral.people, referral.fields
        async with transaction():
            await audit.record(Act.READ_INTAKE.value, case_ref, desk, shares=[referral.share])
            await Share.update(
                {Share.opened_count: Share.opened_count + 1, Share.opened_at: unix(desk)}
            ).where(Share.id == referral.share)
    adults = {code for code, role in people.items() if role in OTHER_ADULTS}
    met = reached(told, desk.pack)
    if line.status == statuses.REFERRED:
        return IntakeCase(line, people, told, met, tuple(sorted(adults)))
    case = await load(case_ref, desk)
    named = await voters(case_ref, desk)
    by_team = desk.pack.decision.by_team(statuses.ACCEPT)
    may = [one for one in named if not one.why_not]
    return IntakeCase(
        line=line,
        people=case.body.people,
        told=told,
        reached=met,
        adults=tuple(sorted(adults - case.body.bases.keys())),
        voters=named,
        too_few=(too_few(may, desk.pack) or "") if by_team else "",
        motions=await motions.of_case(case_ref, desk),
        decided=(await statuses.taken_up(case_ref, desk)).body,
    )
