"""What somebody sees of a meeting who does not run it: an observer, an agency at its own node."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from server.casework import meetings, received, refs, walls
from server.casework.meetings import Viewed
from server.casework.own import coordinating, unix
from server.casework.tables import Share
from server.meeting import attendance, planned
from server.meeting.planned import NotOnAgenda
from server.meeting.said import moment_in
from server.node import audit
from server.node.access import Act, Role, may, require
from server.node.database import transaction
from server.node.desk import Desk
from server.node.errors import NodeError

_MEETING = "meeting"


class StatementFirst(NodeError):
    """Whoever watches signs the confidentiality statement first."""

    exit_code = 5


@dataclass(frozen=True, slots=True)
class OurCase:
    """A case whose plan reaches this agency, and when it is to be heard."""

    ref: str
    short: str
    at: datetime


def watches(desk: Desk) -> bool:
    """Is this an observer, who sees of a case only what the chair allows?"""
    return Role.OBSERVER in desk.roles and not may(desk.roles, Act.VIEW_CASE)


async def watched(slot: str, desk: Desk) -> Viewed:
    """The case the room hears, for an observer who signed, where the chair allows it."""
    require(desk, Act.READ_MEETING)
    row = await planned.slot_of(slot)
    at = await planned.load(row.meeting, desk)
    if not await attendance.has_signed(at.id, desk):
        raise StatementFirst
    shown = at.state == planned.OPEN and row.state == planned.OPEN and slot in at.observers_see
    if not shown or walls.is_hidden(row.case_ref, desk) or refs.is_invented(row.case_ref):
        raise NotOnAgenda
    await received.sort_in(desk)
    return await meetings.view_for(row.case_ref, desk)


async def stamp(desk: Desk) -> str:
    """A mark that changes whenever a plan that reaches this agency does; it opens none."""
    require(desk, Act.READ_MEETING)
    if not may(desk.roles, Act.READ_PLAN):
        return ""
    said = sorted(f"{row.id} {row.last_id}" for row in await _plans(desk))
    why = await received.why_shut(desk)
    return blake2b(f"{said} {why}".encode(), digest_size=16).hexdigest()


async def our_cases(desk: Desk) -> tuple[OurCase, ...]:
    """At an agency: the cases it gets the plan of that are on an agenda, and when each is heard."""
    require(desk, Act.READ_MEETING)
    if not may(desk.roles, Act.READ_PLAN):
        return ()
    rows = await _plans(desk)
    if not rows or await received.why_shut(desk):
        return ()
    await _look(rows, desk)
    reading = await received.open_shares(rows, desk)
    found: dict[str, OurCase] = {}
    for row in rows:
        known = reading.known.get(row.id)
        for place, written in known.lane.fields.items() if known else ():
            if (place.section, place.field) != ("plan_case", "meeting_at") or not written:
                continue
            at = moment_in(written[-1].value)
            if at is not None:
                found[row.case_ref] = OurCase(row.case_ref, refs.short(row.case_ref), at)
    return tuple(sorted(found.values(), key=lambda one: (one.at, one.ref)))


async def _plans(desk: Desk) -> list[Share]:
    """The plans that reach this agency, of cases this person may know of."""
    await received.sort_in(desk)
    rows = await received.live(desk, Share.owner == coordinating(desk), Share.exchange == _MEETING)
    return [row for row in rows if walls.may_list(row.case_ref, desk)]


async def _look(rows: Sequence[Share], desk: Desk) -> None:
    ids = sorted(row.id for row in rows)
    async with transaction():
        await audit.record(Act.READ_MEETING.value, "", desk, shares=ids)
        await Share.update(
            {Share.opened_count: Share.opened_count + 1, Share.opened_at: unix(desk)}
        ).where(Share.id.is_in(ids))
