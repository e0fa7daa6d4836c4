"""The meeting while it is held: opened, each case heard or put off, and over at the end.

Every act may come twice, and from two people at once: the meeting's row is held while one of them
is done, and what is so already is left as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.casework import walls
from server.casework.own import load as own_case
from server.casework.own import unix, whole_ref
from server.casework.writing import write
from server.meeting import planned, planning, slots, statuses
from server.meeting.planned import NotThisState, Planned
from server.meeting.statuses import survivor_of
from server.meeting.tables import Meeting, Slot
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from tiers.fragment import Fragment, Place, Written

DECIDED: Final = ("decision", "reasons", "next_review_on")
"""What the room decides of a case, as the plan keeps it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What the room decided of a case so far, every wording of it, and the revision it is from."""

    revision: int
    fields: Mapping[str, tuple[Written, ...]]


async def decided(ref: str, desk: Desk) -> Decided:
    """What the room decided of this case so far."""
    require(desk, Act.READ_PLAN)
    case = await own_case(await whole_ref(ref, desk), desk)
    return _decided(case.row.revision, case.body.fragment(case.row.case_ref))


async def open_meeting(meeting: str, desk: Desk) -> Planned:
    """Open the meeting; who came can be written down before and after."""
    require(desk, Act.RUN_MEETING)
    async with transaction():
        await slots.changeable(meeting)
        at = await planned.load(meeting, desk)
        if at.state == planned.PLANNED:
            await Meeting.update(
                {Meeting.state: planned.OPEN, Meeting.opened_at: unix(desk)}
            ).where(Meeting.id == meeting)
            await audit.record(Act.RUN_MEETING.value, meeting, desk, done="opened")
    return await planned.load(meeting, desk)


async def hear(slot: str, desk: Desk) -> Slot:
    """Call this case up; one that was being heard goes back to waiting, with its minutes kept."""
    require(desk, Act.RUN_MEETING)
    row = await slots.may_touch(slot, desk)
    async with transaction():
        await _running(row.meeting, desk)
        row = await planned.slot_of(slot)
        if row.state == planned.WITHDRAWN:
            raise NotThisState
        if row.state == planned.OPEN:
            return row
        for other in await slots.of_meeting(row.meeting):
            if other.state == planned.OPEN:
                await _stop(other, planned.WAITING, desk)
        row.state, row.began_at = planned.OPEN, unix(desk)
        await Slot.update({Slot.state: row.state, Slot.began_at: row.began_at}).where(
            Slot.id == slot
        )
        await audit.record(
            Act.RUN_MEETING.value, row.case_ref, desk, done="called up", at=row.meeting
        )
    return row


async def record_decision(
    slot: str, words: Mapping[str, str | None], base: int | None, desk: Desk
) -> Decided:
    """Write what the room decides of this case; a colleague's words meanwhile stay beside it."""
    require(desk, Act.RUN_MEETING)
    row = await slots.may_touch(slot, desk)
    async with transaction():
        await slots.changeable(row.meeting)
        case = await own_case(row.case_ref, desk)
        survivor = survivor_of(case.body.people)
        edits = {
            Place("plan_case", survivor, name): words[name] for name in DECIDED if name in words
        }
        edited = await write(row.case_ref, edits, Act.RUN_MEETING, desk, base=base)
    return _decided(edited.record.revision, edited.record.fragment)


async def heard(slot: str, desk: Desk) -> Slot:
    """This case has been heard."""
    require(desk, Act.RUN_MEETING)
    row = await slots.may_touch(slot, desk)
    async with transaction():
        await _running(row.meeting, desk)
        row = await planned.slot_of(slot)
        if row.state == planned.HEARD:
            return row
        if not slots.on(row):
            raise NotThisState
        await _stop(row, planned.HEARD, desk)
        await statuses.set_status(row.case_ref, statuses.HEARD, desk)
        await audit.record(Act.RUN_MEETING.value, row.case_ref, desk, done="heard", at=row.meeting)
    return row


async def put_off(slot: str, desk: Desk) -> Slot:
    """This case is not heard today: it waits for another agenda."""
    require(desk, Act.RUN_MEETING)
    row = await slots.may_touch(slot, desk)
    async with transaction():
        await slots.changeable(row.meeting)
        return await _put_off(await planned.slot_of(slot), desk)


async def over(meeting: str, desk: Desk) -> tuple[str, ...]:
    """End the meeting; cases not heard are put off. Returns those this person may know of."""
    require(desk, Act.RUN_MEETING)
    async with transaction():
        await slots.changeable(meeting)
        left: Sequence[Slot] = [row for row in await slots.of_meeting(meeting) if slots.on(row)]
        for row in left:
            await _put_off(row, desk)
        told = tuple(row.case_ref for row in left if walls.may_list(row.case_ref, desk))
        await Meeting.update({Meeting.state: planned.OVER, Meeting.over_at: unix(desk)}).where(
            Meeting.id == meeting
        )
        await planning.forget_drafts(meeting, desk)
        await audit.record(Act.RUN_MEETING.value, meeting, desk, done="over")
    return told


async def let_observers(slot: str, desk: Desk, *, see: bool) -> None:
    """Say whether observers who signed the statement may see this case on their page."""
    require(desk, Act.RUN_MEETING)
    row = await slots.may_touch(slot, desk)
    async with transaction():
        await slots.changeable(row.meeting)
        at = await planned.load(row.meeting, desk)
        chosen = set(at.observers_see) - {slot} | ({slot} if see else set())
        await planning.write_body(at, {"observers_see": sorted(chosen)}, desk)
        await audit.record(Act.RUN_MEETING.value, row.case_ref, desk, observers=see)


def _decided(revision: int, fragment: Fragment) -> Decided:
    survivor = survivor_of(fragment.people)
    said = {name: fragment.fields.get(Place("plan_case", survivor, name), ()) for name in DECIDED}
    return Decided(revision, said)


async def _put_off(row: Slot, desk: Desk) -> Slot:
    if row.state == planned.PUT_OFF:
        return row
    if not slots.on(row):
        raise NotThisState
    await _stop(row, planned.PUT_OFF, desk)
    if walls.may_know(row.case_ref, desk):  # else colleagues who may know put it on again
        await slots.put_back(row.case_ref, desk)
    await audit.record(Act.RUN_MEETING.value, row.case_ref, desk, done="put off", at=row.meeting)
    return row


async def _running(meeting: str, desk: Desk) -> None:
    await slots.changeable(meeting)
    if (await planned.load(meeting, desk)).state != planned.OPEN:
        raise NotThisState("Open the meeting first.")


async def _stop(row: Slot, state: str, desk: Desk) -> None:
    """Stop the clock of a slot; what the room took so far is kept."""
    ran = unix(desk) - row.began_at if row.state == planned.OPEN else 0
    row.state, row.spent, row.began_at = state, row.spent + max(0, ran), 0
    await Slot.update(
        {Slot.state: row.state, Slot.spent: row.spent, Slot.began_at: row.began_at}
    ).where(Slot.id == row.id)
