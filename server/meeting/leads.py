"""Lead professionals: who leads for the survivor, each child and the person using violence."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from server.casework.cases import Edited
from server.casework.own import agency_name, me, named_agency, whole_ref
from server.casework.writing import write
from server.meeting.plan import written_here
from server.meeting.plan_rows import resting_on
from server.meeting.plan_view import LEADS, RESTS_ON, PlanView
from server.node.access import Act, require
from server.node.desk import Desk
from tiers.fragment import Place


@dataclass(frozen=True, slots=True)
class Proposed:
    """Whom the protocol proposes to lead for one person."""

    about: str
    role: str
    agencies: tuple[tuple[str, str], ...]  # identity and name


async def lead(
    ref: str,
    about: str,
    fields: Mapping[str, str],
    base: int | None,
    desk: Desk,
    *,
    rests_on: Collection[str] = (),
) -> Edited:
    """Write down who leads for this person: fields agency, name, phone, why."""
    require(desk, Act.WRITE_PLAN)
    case_ref = await whole_ref(ref, desk)
    edits: dict[Place, str | None] = {
        Place(LEADS, about, name): value or None for name, value in fields.items()
    }
    if agency := fields.get("agency", ""):
        known = agency == me(desk) or desk.directory.agency(agency) is not None
        edits[Place(LEADS, about, "agency")] = agency if known else named_agency(agency, desk)
    before = (await written_here(case_ref, desk)).row(LEADS, about, "")
    kept = before.rests_on if before else ()
    rests = await resting_on(case_ref, rests_on, kept, desk)
    edits[Place(LEADS, about, RESTS_ON)] = rests
    return await write(case_ref, edits, Act.WRITE_PLAN, desk, base=base, lead=about)


def proposed(view: PlanView, desk: Desk) -> tuple[Proposed, ...]:
    """For each person somebody leads for: the agencies of the kinds that the protocol names."""
    found = []
    for about, role in view.people.items():
        rule = desk.pack.lead_rules.get(role)
        if role not in desk.pack.sections[LEADS].about:
            continue
        kinds = rule.kinds if rule else ()
        agencies = [one for one in desk.directory.entries if one.kind in kinds]
        agencies.sort(key=lambda one: (kinds.index(one.kind), one.id not in view.told, one.name))
        named = tuple((one.id, agency_name(one.id, desk)) for one in agencies)
        found.append(Proposed(about, role, named))
    return tuple(found)
