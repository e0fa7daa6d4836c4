"""Attendance: who is expected, who came, who sent apologies, and who watches after signing.

Whom an agency sends is read from what that agency was released to tell, each time anew: when a
part ends, the name it brought is not here any more. What is written down of a meeting is what a
person at the meeting wrote.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final

from directory.agency import Agency
from server.casework import received, walls
from server.casework.bodies import read_body, shut_body
from server.casework.own import agency_name, me, unix
from server.casework.tables import Share
from server.meeting import planned
from server.meeting.planned import MeetingOver, NoSuchMeeting, Planned
from server.meeting.tables import Attendance, Meeting
from server.node import audit
from server.node.access import Act, Role, require
from server.node.database import lock_row, transaction
from server.node.desk import Desk
from tiers.rows import row_of

EXPECTED, PRESENT, APOLOGIES, ABSENT = "expected", "present", "apologies", "absent"
STATES: Final = (EXPECTED, PRESENT, APOLOGIES, ABSENT)
_TABLE: Final = "attendance"
_ATTENDING: Final = "attending"
_SEAT: Final = "meeting"


@dataclass(frozen=True, slots=True)
class Attends:
    """One agency, or one observer, at one meeting, as far as this node knows."""

    agency: str
    name: str
    id: str = ""  # empty until somebody wrote about it
    observer: bool = False
    must: bool = False  # the protocol wants this kind of agency at every such meeting
    state: str = EXPECTED
    named: tuple[str, ...] = ()  # whom the agency says it sends, from what it was released to tell
    who: str = ""  # who came, as the room wrote it
    note: str = ""
    statement: bool = False
    information_sent: bool = False
    revision: int = 0
    by: str = ""  # which colleague wrote this last
    staff: str = ""  # an observer of this node


@dataclass(frozen=True, slots=True)
class Marked:
    """What stands now; not `kept`: a colleague had changed it, and nothing was written."""

    line: Attends
    kept: bool


async def attendance_of(at: Planned, cases: Sequence[str], desk: Desk) -> tuple[Attends, ...]:
    """Everybody expected or written down; agencies first, by name, observers after them."""
    found = {one.agency: one for one in _must(at, desk)}
    for agency, named in (await _released(at, cases, desk)).items():
        before = found.get(agency) or Attends(agency, agency_name(agency, desk))
        found[agency] = replace(before, named=named)
    watching: list[Attends] = []
    for row in await Attendance.objects().where(Attendance.meeting == at.id):
        if row.observer:
            watching.append(_written(Attends(row.agency, agency_name(row.agency, desk)), row, desk))
            continue
        before = found.get(row.agency) or Attends(row.agency, agency_name(row.agency, desk))
        found[row.agency] = _written(before, row, desk)
    expected = sorted(found.values(), key=lambda one: one.name.casefold())
    return (*expected, *sorted(watching, key=lambda one: one.who.casefold()))


async def stamp(at: Planned, cases: Sequence[str], desk: Desk) -> str:
    """A mark that changes with what is written of who came, or told, or taken back."""
    rows = await Attendance.objects().where(Attendance.meeting == at.id)
    said = sorted(f"{row.id} {row.revision} {row.state} {row.statement}" for row in rows)
    said += sorted(f"{row.id} {row.last_id}" for row in await _told(cases, desk))
    return blake2b(f"{at.state} {said}".encode(), digest_size=16).hexdigest()


async def attend(
    meeting: str,
    agency: str,
    state: str,
    desk: Desk,
    *,
    who: str = "",
    note: str = "",
    information_sent: bool = False,
    base: int | None = None,
) -> Marked:
    """Write down whether this agency came; a colleague's later words are shown, not overwritten."""
    require(desk, Act.RUN_MEETING)
    if state not in STATES or desk.directory.agency(agency) is None:
        raise NoSuchMeeting
    body = {"who": who.strip(), "note": note.strip()}
    facts = {"state": state, "information_sent": information_sent}
    return await _keep(meeting, agency, body, facts, base, desk)


async def welcome(meeting: str, agency: str, who: str, desk: Desk, *, signed: bool) -> Attends:
    """An observer from that agency is in the room; signed says they signed the statement here."""
    require(desk, Act.RUN_MEETING)
    if desk.directory.agency(agency) is None:
        raise NoSuchMeeting
    return await _observer(meeting, agency, who.strip(), "", signed, desk)


async def sign_statement(meeting: str, desk: Desk) -> Attends:
    """An observer of this node has read the confidentiality statement and keeps to it."""
    require(desk, Act.READ_MEETING)
    if desk.staff is None or Role.OBSERVER not in desk.roles:
        raise NoSuchMeeting
    return await _observer(meeting, me(desk), desk.staff.name, desk.staff.id, True, desk)


async def has_signed(meeting: str, desk: Desk) -> bool:
    """Has the observer at this desk signed the statement for this meeting?"""
    rows = await Attendance.objects().where(
        (Attendance.meeting == meeting)
        & Attendance.observer.eq(True)
        & Attendance.statement.eq(True)
    )
    return any(read_body(_TABLE, row.id, row.body, desk).get("staff") == desk.who for row in rows)


async def _observer(  # noqa: PLR0917 - an observer has as many sides as it has
    meeting: str, agency: str, who: str, staff: str, signed: bool, desk: Desk
) -> Attends:
    at = await planned.load(meeting, desk)
    async with transaction():
        await _not_over(meeting)
        for row in await Attendance.objects().where(
            (Attendance.meeting == meeting) & Attendance.observer.eq(True)
        ):
            body = read_body(_TABLE, row.id, row.body, desk)
            if (row.agency, body["who"]) == (agency, who):
                break
        else:
            row = _row(at.id, agency, {"who": who, "note": "", "staff": staff}, desk)
            row.observer = True
            await Attendance.insert(row)
        row.state, row.statement = PRESENT, row.statement or signed
        await Attendance.update(
            {Attendance.state: row.state, Attendance.statement: row.statement}
        ).where(Attendance.id == row.id)
        await audit.record(Act.RUN_MEETING.value, meeting, desk, observer=agency, signed=signed)
    return _written(Attends(agency, agency_name(agency, desk)), row, desk)


async def _keep(  # noqa: PLR0917 - as above
    meeting: str,
    agency: str,
    body: dict[str, Any],
    facts: dict[str, Any],
    base: int | None,
    desk: Desk,
) -> Marked:
    plain = Attends(agency, agency_name(agency, desk))
    async with transaction():
        await _not_over(meeting)
        row = (
            await Attendance.objects()
            .where(
                (Attendance.meeting == meeting)
                & (Attendance.agency == agency)
                & Attendance.observer.eq(False)
            )
            .first()
        )
        if row is not None and base is not None and row.revision != base:
            before = read_body(_TABLE, row.id, row.body, desk)
            if before.get("by") != desk.who:
                return Marked(_written(plain, row, desk), kept=False)
        if row is None:
            row = _row(meeting, agency, body, desk)
            row.revision = 0
            await Attendance.insert(row)
        row.state, row.information_sent = facts["state"], facts["information_sent"]
        row.revision += 1
        row.body = shut_body(_TABLE, row.id, {**body, "by": desk.who}, desk)
        await Attendance.update(
            {
                Attendance.state: row.state,
                Attendance.information_sent: row.information_sent,
                Attendance.revision: row.revision,
                Attendance.body: row.body,
            }
        ).where(Attendance.id == row.id)
        await audit.record(Act.RUN_MEETING.value, meeting, desk, agency=agency, state=row.state)
    return Marked(_written(plain, row, desk), kept=True)


async def _not_over(meeting: str) -> None:
    """Go on only while the meeting can still be written about; holds its row meanwhile."""
    row = await lock_row(Meeting, Meeting.id == meeting)
    if row is None:
        raise NoSuchMeeting
    if row["state"] in {planned.OVER, planned.CANCELLED}:
        raise MeetingOver


def _row(meeting: str, agency: str, body: dict[str, Any], desk: Desk) -> Attendance:
    id = secrets.token_hex(16)
    return Attendance(id=id, meeting=meeting, agency=agency, body=shut_body(_TABLE, id, body, desk))


def _written(before: Attends, row: Attendance, desk: Desk) -> Attends:
    body = read_body(_TABLE, row.id, row.body, desk)
    return replace(
        before,
        id=row.id,
        observer=row.observer,
        state=row.state,
        who=body["who"],
        note=body["note"],
        statement=row.statement,
        information_sent=row.information_sent,
        revision=row.revision,
        by=body.get("by", ""),
        staff=body.get("staff", ""),
    )


def unseated(at: Planned, desk: Desk) -> tuple[str, ...]:
    """The kinds of agency the protocol wants at this meeting of which none holds a seat."""
    here = {one.kind for one in _wanted(at, desk)}
    return tuple(kind for kind in at.must_attend if kind not in here)


def _must(at: Planned, desk: Desk) -> list[Attends]:
    return [Attends(one.id, one.name, must=True) for one in _wanted(at, desk)]


def _wanted(at: Planned, desk: Desk) -> list[Agency]:
    """Agencies of the kinds the protocol wants at this meeting, where they hold a seat."""
    return [
        one
        for one in desk.directory.entries
        if one.kind in at.must_attend and _SEAT in one.seats and not one.suspended
    ]


async def _released(at: Planned, cases: Sequence[str], desk: Desk) -> dict[str, tuple[str, ...]]:
    """Each agency that told something of these cases, and whom it says it sends."""
    rows = await _told(cases, desk)
    if not rows:
        return {}
    await _look(at, rows, desk)
    reading = await received.open_shares(rows, desk)
    named: dict[str, dict[str, None]] = {}
    for row in rows:
        people = named.setdefault(row.owner, {})
        known = reading.known.get(row.id)
        for place, written in known.lane.fields.items() if known else ():
            if place.section == _ATTENDING and row_of(place)[1] == "name" and written:
                people[written[-1].value] = None
    return {agency: tuple(people) for agency, people in named.items()}


async def _told(cases: Sequence[str], desk: Desk) -> list[Share]:
    """What agencies told the meeting of these cases, without an agency walled from one."""
    return [
        row
        for row in await received.live(desk)
        if row.case_ref in set(cases)
        and row.exchange == _SEAT
        and walls.may_send(row.case_ref, row.owner, desk)
    ]


async def _look(at: Planned, rows: Sequence[Share], desk: Desk) -> None:
    """That names were read is written down, and counted, before anything opens."""
    ids = sorted(row.id for row in rows)
    async with transaction():
        await audit.record(Act.READ_MEETING.value, at.id, desk, shares=ids)
        await Share.update(
            {Share.opened_count: Share.opened_count + 1, Share.opened_at: unix(desk)}
        ).where(Share.id.is_in(ids))
