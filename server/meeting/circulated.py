"""Has the plan changed since it was sent round? Asked at both ends, each of its own record."""

from collections.abc import Mapping

from client_sync.lane import Lane
from server.casework import ledger, mailroom
from server.casework.own import load
from server.casework.tables import Share
from server.meeting import plan_mark
from server.meeting.plan_view import CASE, Circulated
from server.meeting.said import moment_in
from server.node import audit
from server.node.database import transaction
from server.node.desk import Desk
from tiers.consent import ConsentKind
from tiers.fragment import Place, Written
from tiers.gate import Cleared

AT, MARKS = "circulated_at", "circulated_digest"
KEPT = "plan.circulated"  # what an agency writes down about a plan that reached it


async def by_us(
    case_ref: str, fields: Mapping[Place, tuple[Written, ...]], desk: Desk
) -> Circulated | None:
    """At the coordinating node: does every recipient still have what was sent round?"""
    at = _sent_at(fields)
    if not at:
        return None
    marks = set(_says(fields, MARKS).split())
    now = {plan_mark.line(share, said) for share, said in (await said_to(case_ref, desk)).items()}
    return Circulated(at, not now <= marks)


async def said_to(case_ref: str, desk: Desk) -> dict[str, str]:
    """For each live share of the plan: the mark of what the gate clears for it now."""
    case = await load(case_ref, desk)
    found: dict[str, str] = {}
    for row, held in await plans_of(case_ref, desk):
        asked = await mailroom.ask(case, held, row.recipient, row.exchange, desk)
        if isinstance(asked.decision, Cleared):
            found[row.id] = plan_mark.digest(asked.decision.fragment.fields)
    return found


async def plans_of(case_ref: str, desk: Desk) -> list[tuple[Share, ledger.Held]]:
    """Our live shares of this case that carry the plan."""
    return [
        (row, held)
        for row, held in await mailroom.live_shares(case_ref, desk)
        if held.consent.kind is ConsentKind.PLAN
    ]


async def to_us(share: str, lane: Lane) -> Circulated | None:
    """At an agency: is this what was sent round, and what was here when it came?"""
    at = _sent_at(lane.fields)
    if not at:
        return None
    said = plan_mark.digest(lane.fields)
    sent = plan_mark.line(share, said) in _says(lane.fields, MARKS).split()
    first = await _first_seen(share, at)
    return Circulated(at, not sent or (first is not None and first != said))


async def keep(share: str, lane: Lane, desk: Desk) -> bool:
    """Write down what a plan said when it first came, where nobody can alter it unseen."""
    at = _sent_at(lane.fields)
    if not at or await _first_seen(share, at) is not None:
        return False
    said = plan_mark.digest(lane.fields)
    true = plan_mark.line(share, said) in _says(lane.fields, MARKS).split()
    async with transaction():
        await audit.record(KEPT, share, desk, at=at, said=said, as_sent=true)
    return True


async def _first_seen(share: str, at: str) -> str | None:
    for entry in await audit.entries_of(KEPT, share):
        if entry.detail["at"] == at:
            return str(entry.detail["said"])
    return None


def _sent_at(fields: Mapping[Place, tuple[Written, ...]]) -> str:
    """The moment it was sent round, as the plan says it; empty where it says none."""
    said = _says(fields, AT)
    return said if moment_in(said) else ""


def _says(fields: Mapping[Place, tuple[Written, ...]], name: str) -> str:
    for place, wordings in fields.items():
        if place.section == CASE and place.field == name and wordings:
            return wordings[-1].value
    return ""
