"""Who leads by itself, as the protocol says: Probation, say, where a part tells of MAPPA 2 or 3."""

from collections.abc import Sequence

from server.casework.memory import Known
from server.meeting.plan_view import LEADS, PlanView
from server.node.desk import Desk
from tiers.fragment import Place
from tiers.protocol import LeadRule
from tiers.rows import row_of


def due(view: PlanView, told: Sequence[Known], desk: Desk) -> dict[Place, str | None]:
    """What to write so that whoever leads automatically stands in the plan, where nobody does."""
    edits: dict[Place, str | None] = {}
    for about, role in view.people.items():
        rule = desk.pack.lead_rules.get(role)
        if rule is None or rule.automatic is None or _somebody_leads(view, about):
            continue
        agency = agency_of(rule.automatic.kind, view, desk)
        part = next((one for one in told if _says(one, about, rule)), None)
        if agency and part is not None:
            edits |= {
                Place(LEADS, about, "agency"): agency,
                Place(LEADS, about, "why"): "By the protocol, from what was told.",
                Place(LEADS, about, "rests_on"): part.consent.id,
            }
            edits |= {Place(LEADS, about, name): None for name in ("name", "phone")}
    return edits


def agency_of(kind: str, view: PlanView, desk: Desk) -> str:
    """The one agency of this kind, first among those that get the plan; empty if none is here."""
    found = [agency for agency in desk.directory.entries if agency.kind == kind]
    found.sort(key=lambda agency: (agency.id not in view.told, agency.name))
    return found[0].id if found else ""


def _somebody_leads(view: PlanView, about: str) -> bool:
    row = view.row(LEADS, about, "")
    return row is not None and not row.closed and bool(row.says("agency"))


def _says(part: Known, about: str, rule: LeadRule) -> bool:
    automatic = rule.automatic
    return automatic is not None and any(
        place.section == automatic.section
        and place.about == about
        and row_of(place)[1] == automatic.field
        and any(one.value in automatic.equals for one in wordings)
        for place, wordings in part.lane.fields.items()
    )
