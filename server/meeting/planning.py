"""Planning: the next meetings by the protocol's calendar, and those this node made of them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from server.calendar import meetings as calendar
from server.casework import drafts
from server.meeting import planned, slots
from server.meeting.planned import MeetingOver, NoSuchMeeting, Planned
from server.meeting.tables import Meeting
from server.node import audit
from server.node.access import Act, require
from server.node.database import lock_row, transaction
from server.node.desk import Desk

__all__ = [
    "Coming",
    "call_off",
    "change",
    "coming",
    "forget_drafts",
    "held_now",
    "list_meetings",
    "load",
    "next_one",
    "plan",
]

_AHEAD: Final = 3
_PARTNER: Final = "A partner agency"
_STILL_TODAY: Final = timedelta(hours=4)  # one that began is still the next one to go to
_CHANGEABLE: Final = frozenset({"place", "facilitator", "notes", "statement_read_by"})


@dataclass(frozen=True, slots=True)
class Coming:
    """A meeting ahead: as the calendar has it, and the number of the one planned for it."""

    series: str
    title: str
    starts_at: datetime
    minutes: tuple[int, int]
    moved_from: date | None
    place: str
    facilitator: str
    meeting: str = ""  # empty until somebody plans it
    state: str = ""


async def coming(desk: Desk, count: int = _AHEAD) -> tuple[Coming, ...]:
    """The next meetings of every series, soonest first; at any node, as the pack is everybody's."""
    require(desk, Act.READ_MEETING)
    rows = await _ahead(desk)
    found: list[Coming] = []
    for series in desk.pack.meetings:
        found += await _of_series(
            series, [row for row in rows if row.series == series], count, desk
        )
    return tuple(sorted(found, key=lambda one: one.starts_at))


async def next_one(desk: Desk) -> Coming | None:
    """The very next meeting, planned or not."""
    found = await coming(desk, 1)
    return found[0] if found else None


async def held_now() -> bool:
    """Is a meeting open at this moment?"""
    return bool(await Meeting.exists().where(Meeting.state == planned.OPEN))


async def list_meetings(desk: Desk) -> tuple[Planned, ...]:
    """Every meeting this node planned, the latest first."""
    require(desk, Act.READ_MEETING)
    rows = await Meeting.objects().order_by(Meeting.starts_at, ascending=False)
    return tuple(planned.of_row(row, desk) for row in rows)


async def load(meeting: str, desk: Desk) -> Planned:
    """One meeting; an unknown number and one nobody may know of read alike."""
    require(desk, Act.READ_MEETING)
    return await planned.load(meeting, desk)


async def plan(series: str, starts_at: datetime, desk: Desk) -> Planned:
    """Plan this meeting, of the calendar or an extra one; planning it twice is planning it once."""
    require(desk, Act.PLAN_MEETING)
    form = desk.pack.meetings.get(series)
    if form is None:
        raise NoSuchMeeting
    at = int(starts_at.timestamp())
    moved = await _moved_from(series, starts_at, desk)
    async with transaction():
        same = (Meeting.series == series) & (Meeting.starts_at == at)
        row = await Meeting.objects().where(same & (Meeting.state != planned.CANCELLED)).first()
        if row is None:
            meeting = secrets.token_hex(16)
            body: dict[str, Any] = {
                "title": form.title,
                "place": form.place,
                "facilitator": _whose_turn(series, await _held_before(series, starts_at), desk),
                "moved_from": moved.isoformat() if moved else "",
            }
            row = Meeting(
                id=meeting,
                series=series,
                starts_at=at,
                body=planned.shut_meeting(meeting, body, desk),
            )
            await Meeting.insert(row)
            await audit.record(Act.PLAN_MEETING.value, meeting, desk, done="planned")
    return await planned.load(row.id, desk)


async def call_off(meeting: str, desk: Desk) -> Planned:
    """Cancel this meeting; it stays in the list, and the calendar passes over its day."""
    require(desk, Act.PLAN_MEETING)
    async with transaction():
        row = await _locked(meeting, desk)
        if row.state in {planned.OVER, planned.CANCELLED}:
            raise MeetingOver
        await Meeting.update(
            {Meeting.state: planned.CANCELLED, Meeting.revision: row.revision + 1}
        ).where(Meeting.id == meeting)
        await slots.put_all_back(meeting, desk)
        await forget_drafts(meeting, desk)
        await audit.record(Act.PLAN_MEETING.value, meeting, desk, done="cancelled")
    return await planned.load(meeting, desk)


async def forget_drafts(meeting: str, desk: Desk) -> None:
    """What was half typed about it, or about a case in it, cannot be saved after it has ended."""
    ended = (meeting, *(slot.id for slot in await slots.of_meeting(meeting)))
    await drafts.drop_everybodys(tuple(f"meeting/{one}/" for one in ended), desk)


async def change(meeting: str, field: str, words: str, was: str, desk: Desk) -> Planned | None:
    """Write place, facilitator or notes; None, and nothing written, if a colleague did meanwhile.

    `was` is what the page showed when typing began: two people at work never overwrite each other.
    """
    require(desk, Act.PLAN_MEETING if field == "place" else Act.RUN_MEETING)
    if field not in _CHANGEABLE:
        raise NoSuchMeeting
    async with transaction():
        row = await _locked(meeting, desk)
        now = str(row.body.get(field, ""))
        if now not in {was, words}:
            return None
        if now != words:
            await write_body(row, {field: words}, desk)
            await audit.record(Act.RUN_MEETING.value, meeting, desk, changed=field)
    return await planned.load(meeting, desk)


async def write_body(row: Planned, changed: dict[str, Any], desk: Desk) -> None:
    """Keep these words in the meeting's body, within the act of whoever says them."""
    body = {**row.body, **changed}
    await Meeting.update(
        {
            Meeting.body: planned.shut_meeting(row.id, body, desk),
            Meeting.revision: row.revision + 1,
        }
    ).where(Meeting.id == row.id)


async def _locked(meeting: str, desk: Desk) -> Planned:
    await lock_row(Meeting, Meeting.id == meeting)
    return await planned.load(meeting, desk)


async def _ahead(desk: Desk) -> Sequence[Meeting]:
    since = int((desk.now - _STILL_TODAY).timestamp())
    rows: Sequence[Meeting] = (
        await Meeting.objects()
        .where((Meeting.starts_at >= since) & (Meeting.state != planned.OVER))
        .order_by(Meeting.starts_at)
    )
    return rows


async def _of_series(series: str, rows: Sequence[Meeting], count: int, desk: Desk) -> list[Coming]:
    """Those planned, and those of the calendar that nobody planned or called off yet."""
    form, zone = desk.pack.meetings[series], ZoneInfo(desk.pack.timezone)
    days = {datetime.fromtimestamp(row.starts_at, UTC).astimezone(zone).date() for row in rows}
    found = [
        Coming(
            series=series,
            title=one.title,
            starts_at=one.starts_at,
            minutes=one.minutes,
            moved_from=date.fromisoformat(one.moved_from) if one.moved_from else None,
            place=one.place,
            facilitator=one.facilitator,
            meeting=one.id,
            state=one.state,
        )
        for one in (planned.of_row(row, desk) for row in rows)
        if one.state != planned.CANCELLED
    ]
    found += [
        Coming(
            series=series,
            title=one.title,
            starts_at=one.starts_at,
            minutes=one.minutes,
            moved_from=one.moved_from,
            place=form.place,
            facilitator="",
        )
        for one in calendar.upcoming(form, desk.now, desk.pack.timezone, count, days)
    ]
    ahead = sorted(found, key=lambda one: one.starts_at)[:count]
    turn = await _held_before(series, ahead[0].starts_at) if ahead else 0
    return [
        one if one.meeting else replace(one, facilitator=_whose_turn(series, turn + after, desk))
        for after, one in enumerate(ahead)
    ]


async def _moved_from(series: str, starts_at: datetime, desk: Desk) -> date | None:
    form = desk.pack.meetings[series]
    before = starts_at - timedelta(seconds=1)
    for one in calendar.upcoming(form, before, desk.pack.timezone):
        if one.starts_at == starts_at:
            return one.moved_from
    return None


async def _held_before(series: str, starts_at: datetime) -> int:
    """How many meetings of this series were planned before; one called off takes no turn."""
    return int(
        await Meeting.count().where(
            (Meeting.series == series)
            & (Meeting.starts_at < int(starts_at.timestamp()))
            & (Meeting.state != planned.CANCELLED)
        )
    )


def _whose_turn(series: str, turn: int, desk: Desk) -> str:
    """Who leads: each in the order in which the pack names them."""
    rota = desk.pack.meetings[series].facilitators
    kind = rota[turn % len(rota)] if rota else ""
    return desk.pack.agency_kinds.get(kind, _PARTNER if kind else "")
