"""Whoever the protocol names hears that actions are overdue: how many, and nothing of any case."""

from collections.abc import Iterable
from hashlib import blake2b

from server.casework import walls
from server.casework.own import me
from server.counted import agree
from server.meeting.plan_view import PlanRow, PlanView
from server.node import database
from server.node.desk import Desk
from server.node.tables import Reminder
from server.node.walled import walled_from_somebody

OWNER, LEADS, COORDINATOR = "owner", "leads", "coordinator"


_noted: dict[str, tuple[str, ...]] = {}  # this agency → the case of each, as last looked at


def count(desk: Desk) -> int:
    """How many overdue actions whoever is here is told of; known once plans were looked at."""
    return sum(walls.may_list(case_ref, desk) for case_ref in _noted.get(me(desk), ()))


def told(whom: str, desk: Desk) -> bool:
    """Does the protocol have this one told of overdue actions?"""
    return whom in desk.pack.action_terms.overdue_told


def ours(view: PlanView, desk: Desk) -> list[PlanRow]:
    """The overdue actions of this plan that this agency is told of."""
    led = {row.about for row in view.leads if row.says("agency") == me(desk)}
    return [
        action
        for action in view.actions
        if action.overdue(desk.today)
        and not action.closed
        and (
            (told(OWNER, desk) and action.says("owner_agency") == me(desk))
            or (told(LEADS, desk) and action.about in led)
            or (told(COORDINATOR, desk) and desk.node.coordinating)
        )
    ]


async def remind(views: Iterable[PlanView], desk: Desk) -> None:
    """Keep them for the bar, and put one sentence into the day's message, once for the same ones.

    Whoever reads the message may be any colleague: no case that is walled from one is in it.
    """
    late = [(view.case_ref, action.row) for view in views for action in ours(view, desk)]
    _noted[me(desk)] = tuple(case_ref for case_ref, _ in late)
    walled = await walled_from_somebody()
    rows = sorted(row for case_ref, row in late if case_ref not in walled)
    if not rows:
        return
    mark = blake2b("\n".join(rows).encode(), digest_size=16, person=b"cf-overdue").hexdigest()
    key = f"actions:overdue:{mark}"
    if await Reminder.exists().where(Reminder.key == key):
        return
    many = agree(len(rows), "action is", "actions are")
    words = f"{many} past the agreed day. See Actions at your node."
    async with database.transaction():
        await Reminder.delete().where(
            Reminder.key.like("actions:overdue:%") & Reminder.sent_at.is_null()
        )
        await Reminder.insert(Reminder(key=key, words=words, at=int(desk.now.timestamp())))
