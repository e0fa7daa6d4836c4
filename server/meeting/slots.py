"""Slots: which cases are on an agenda, in which order, and for how many minutes."""

import secrets
from collections.abc import Sequence
from typing import Final

from server.casework import received, walls
from server.casework.errors import NoSuchCase
from server.casework.own import iso, whole_ref
from server.meeting import planned, statuses
from server.meeting.planned import MeetingOver, NotOnAgenda, NotThisState
from server.meeting.statuses import News
from server.meeting.tables import Meeting, Slot
from server.node import audit
from server.node.access import Act, require
from server.node.database import lock_row, transaction
from server.node.desk import Desk

_LONGEST: Final = 60


async def put_on(ref: str, meeting: str, desk: Desk) -> Slot:
    """Put this case on that agenda, last; from another agenda on which it waits it moves here."""
    require(desk, Act.PLAN_MEETING)
    case_ref = await whole_ref(ref, desk)
    if not await received.of_case(case_ref, desk):
        raise NoSuchCase
    async with transaction():
        await changeable(meeting)
        at = await planned.load(meeting, desk)
        rows = await of_meeting(meeting)
        here = next((one for one in rows if one.case_ref == case_ref and on(one)), None)
        if here is not None:
            return here
        await Slot.delete().where((Slot.case_ref == case_ref) & (Slot.state == planned.WAITING))
        slot = Slot(
            id=secrets.token_hex(16),
            meeting=meeting,
            case_ref=case_ref,
            position=max((one.position for one in rows), default=0) + 1,
            minutes=at.minutes[0],
        )
        await Slot.insert(slot)
        when = iso(int(at.starts_at.timestamp()))
        news = News(plan={"meeting_at": when})
        await statuses.set_status(case_ref, statuses.SCHEDULED, desk, news=news)
        await audit.record(Act.PLAN_MEETING.value, case_ref, desk, done="put on", at=meeting)
    return slot


async def take_off(slot: str, desk: Desk) -> None:
    """Take a case that still waits off its agenda; it goes back to those to be put on one."""
    require(desk, Act.PLAN_MEETING)
    row = await may_touch(slot, desk)
    async with transaction():
        await changeable(row.meeting)
        if (await planned.slot_of(slot)).state != planned.WAITING:
            raise NotThisState
        await Slot.delete().where(Slot.id == slot)
        await put_back(row.case_ref, desk)
        await audit.record(
            Act.PLAN_MEETING.value, row.case_ref, desk, done="taken off", at=row.meeting
        )


async def move(slot: str, step: int, desk: Desk) -> None:
    """Move a case that waits past its neighbour: -1 is earlier, 1 is later."""
    require(desk, Act.PLAN_MEETING)
    row = await may_touch(slot, desk)
    async with transaction():
        await changeable(row.meeting)
        # Past the neighbour this person sees; one they may not know of keeps its place unseen.
        rows = [one for one in await of_meeting(row.meeting) if walls.may_list(one.case_ref, desk)]
        at = next((n for n, one in enumerate(rows) if one.id == slot), -1)
        if at < 0 or not 0 <= at + step < len(rows):
            return
        here, there = rows[at], rows[at + step]
        await Slot.update({Slot.position: there.position}).where(Slot.id == here.id)
        await Slot.update({Slot.position: here.position}).where(Slot.id == there.id)
        await audit.record(Act.PLAN_MEETING.value, row.case_ref, desk, done="moved", by=step)


async def set_minutes(slot: str, minutes: int, desk: Desk) -> None:
    """Give this case so many minutes."""
    require(desk, Act.PLAN_MEETING)
    row = await may_touch(slot, desk)
    if not 1 <= minutes <= _LONGEST:
        raise NotThisState(f"Give a case between 1 and {_LONGEST} minutes.")
    async with transaction():
        await changeable(row.meeting)
        await Slot.update({Slot.minutes: minutes}).where(Slot.id == slot)
        await audit.record(Act.PLAN_MEETING.value, row.case_ref, desk, minutes=minutes)


async def may_touch(slot: str, desk: Desk) -> Slot:
    """The slot, if the person at this desk may know of its case; a wall reads like no slot."""
    row = await planned.slot_of(slot)
    if not walls.may_know(row.case_ref, desk):
        raise NotOnAgenda
    return row


async def of_meeting(meeting: str) -> Sequence[Slot]:
    """Every slot of a meeting, in order."""
    rows: Sequence[Slot] = (
        await Slot.objects().where(Slot.meeting == meeting).order_by(Slot.position)
    )
    return rows


def on(slot: Slot) -> bool:
    """Is this case still to be heard here?"""
    return slot.state in {planned.WAITING, planned.OPEN}


async def changeable(meeting: str) -> None:
    """Go on only while the meeting is ahead or running; its row is held by this act."""
    row = await lock_row(Meeting, Meeting.id == meeting)
    if row is None:
        raise planned.NoSuchMeeting
    if row["state"] in {planned.OVER, planned.CANCELLED}:
        raise MeetingOver


async def put_all_back(meeting: str, desk: Desk) -> None:
    """Whatever was still to be heard here waits for another agenda."""
    for row in await of_meeting(meeting):
        if not on(row):
            continue
        await Slot.update({Slot.state: planned.PUT_OFF}).where(Slot.id == row.id)
        if walls.may_know(row.case_ref, desk):  # else colleagues who may know put it on again
            await put_back(row.case_ref, desk)


async def put_back(case_ref: str, desk: Desk) -> None:
    """A case that was not heard waits for another agenda; those with its plan see no date."""
    if (await statuses.taken_up(case_ref, desk)).row.status != statuses.SCHEDULED:
        return
    news = News(plan={"meeting_at": None})
    await statuses.set_status(case_ref, statuses.SCREENING, desk, news=news)
