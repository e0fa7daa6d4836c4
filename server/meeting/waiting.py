"""Cases that wait for an agenda: taken up, not over, and on none that is still ahead."""

from dataclasses import dataclass
from datetime import UTC, datetime

from server.casework import received, refs, walls
from server.casework.own import agency_name
from server.meeting import planned, statuses
from server.meeting.tables import Intake, Meeting, Slot
from server.node.access import Act, require
from server.node.desk import Desk


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A case somebody could put on an agenda."""

    ref: str
    short: str
    status: str
    referred_by: str
    received_at: datetime


async def waiting_cases(desk: Desk) -> tuple[WaitingCase, ...]:
    """The cases nobody put on an agenda yet, oldest first; those heard before come after them."""
    require(desk, Act.PLAN_MEETING)
    await received.sort_in(desk)
    here = {row.case_ref for row in await received.live(desk)}
    taken = await _on_agendas()
    rows = await Intake.objects().order_by(Intake.received_at)
    found = [
        WaitingCase(
            ref=row.case_ref,
            short=refs.short(row.case_ref),
            status=row.status,
            referred_by=agency_name(row.referred_by, desk) if row.referred_by else "",
            received_at=datetime.fromtimestamp(row.received_at, UTC),
        )
        for row in rows
        if row.case_ref in here
        and row.case_ref not in taken
        and row.may_ask_at
        and row.status not in {*statuses.OVER, statuses.REFERRED}
        and walls.may_list(row.case_ref, desk)
    ]
    return tuple(sorted(found, key=lambda one: one.status in {statuses.HEARD, statuses.OPEN}))


async def _on_agendas() -> set[str]:
    ahead = await Meeting.select(Meeting.id).where(
        Meeting.state.is_in([planned.PLANNED, planned.OPEN])
    )
    if not ahead:
        return set()
    rows = await Slot.select(Slot.case_ref).where(
        Slot.meeting.is_in([row["id"] for row in ahead])
        & Slot.state.is_in([planned.WAITING, planned.OPEN, planned.HEARD])
    )
    return {row["case_ref"] for row in rows}
