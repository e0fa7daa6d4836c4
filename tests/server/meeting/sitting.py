"""A meeting with cases on its agenda, and the people of the coordinating node who hold it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from server.casework import withdrawals
from server.casework.tables import ConsentRow
from server.meeting import agenda, answering, deciding, hearing, planning, slots
from server.meeting.agenda import Agenda
from server.meeting.answering import Attends
from server.meeting.planned import Planned
from server.node import database, staff
from server.node.access import Role
from server.node.desk import Desk, desk_for
from server.node.member import StaffMember
from tests.coalition import HARBOUR, NORTHGATE, RIVER, Coalition
from tests.server.meeting import referred

T = TypeVar("T")
SENT = "Sam Okoro"


async def plan_next(made: Coalition) -> Planned:
    """The coordinator plans the next meeting of the calendar."""

    async def act(desk: Desk) -> Planned:
        first = (await planning.coming(desk))[0]
        return await planning.plan(first.series, first.starts_at, desk)

    return await made.do(NORTHGATE, act)


async def accepted(made: Coalition) -> str:
    """A case that was referred, told of by everybody, and accepted for hearing."""
    ref = await referred.under_way(made)
    await made.do(NORTHGATE, lambda desk: deciding.accept(ref, desk))
    return ref


async def on_agenda(made: Coalition) -> tuple[str, str, str]:
    """That case on the next agenda: its reference, the meeting and its slot."""
    ref = await accepted(made)
    meeting = (await plan_next(made)).id
    slot = await made.do(NORTHGATE, lambda desk: slots.put_on(ref, meeting, desk))
    await made.settle()
    return ref, meeting, slot.id


async def opened(made: Coalition, meeting: str) -> None:
    """The time has come, and the coordinator opens the meeting."""
    at = await made.do(NORTHGATE, lambda desk: planning.load(meeting, desk))
    made.later(seconds=(at.starts_at - made.now).total_seconds())
    await made.settle()
    await made.do(NORTHGATE, lambda desk: hearing.open_meeting(meeting, desk))


async def sends(made: Coalition, ref: str) -> None:
    """The police name who will come, and the coordinator hears of it."""
    goes = Attends(SENT, "Sergeant")
    await made.do(RIVER, lambda desk: answering.attend(ref, goes, desk))
    await made.settle()


async def agenda_of(made: Coalition, meeting: str) -> Agenda:
    """The agenda as the coordinator reads it."""
    return await made.do(NORTHGATE, lambda desk: agenda.read(meeting, desk))


async def withdraw(made: Coalition, *, told_by: str = "") -> None:
    """She takes it back at Harbour: all of it, or only what one agency may tell."""

    async def act(desk: Desk) -> None:
        if not told_by:
            row = await ConsentRow.select(ConsentRow.release).first()
            assert row is not None
            await withdrawals.withdraw(desk, release=row["release"])
            return
        row = (
            await ConsentRow.select(ConsentRow.id)
            .where((ConsentRow.kind == "tell") & (ConsentRow.discloser == made[told_by].id))
            .first()
        )
        assert row is not None
        await withdrawals.withdraw(desk, consent=row["id"])

    await made.do(told_by or HARBOUR, act)
    await made.settle()


async def colleague(made: Coalition, name: str, role: Role) -> StaffMember:
    """Somebody else who works at the coordinating node; nobody waits for their lock to be made."""
    with made.at(NORTHGATE):
        async with database.transaction():
            return await staff.insert(name, frozenset({role}), b"", 0)


async def by(made: Coalition, member: StaffMember, act: Callable[[Desk], Awaitable[T]]) -> T:
    """Let that colleague do something at the coordinating node."""
    with made.at(NORTHGATE):
        keys = (await made.desk(NORTHGATE)).keys
        return await act(await desk_for(made.settings(NORTHGATE), member, keys))
