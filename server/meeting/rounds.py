"""What the meeting does unasked, after every round of sync, while this node is unlocked."""

from server.casework import anew, carrying, received
from server.casework.tables import Share
from server.meeting import agenda, circulated, finds_due, intake, mirroring, noting, overdue, plan
from server.meeting.plan import PlanLane
from server.node.desk import Desk, locked_desk
from tiers.consent import ConsentKind

_looked_at: dict[str, tuple[str, str]] = {}  # share → the record, and the day, last looked at


async def tend(desk: Desk) -> bool:
    """Close rows, copy ticks, keep what was sent round; True if something has to go out now."""
    if desk.keys is None or desk.node.quarantined or desk.node.behind:
        return False
    # Whoever asked for this round, what follows is the node's own doing, and no wall is in its way.
    desk = await locked_desk(desk.settings, desk.keys)
    if desk.node.coordinating:
        await agenda.let_go(desk)
        changed = await _plans_again(desk)
        changed |= await mirroring.mirror(desk)
        return await anew.seal_due(desk) or changed
    await noting.note(desk)
    await _look_at_plans(desk)
    return bool(await finds_due.send_those_due(desk))


async def _plans_again(desk: Desk) -> bool:
    """Send the plan where it went before, once the part that carries her yes has come again."""
    await received.sort_in(desk)
    again = await carrying.hand_over(desk)
    for case_ref in sorted(again):
        await intake.send_plans(case_ref, desk)
    return bool(again)


async def _look_at_plans(desk: Desk) -> None:
    """At an agency: keep what each plan said as it came, and notice what is overdue."""
    await received.sort_in(desk)
    if await received.why_shut(desk):
        return
    rows = await plan.plans_here(desk)
    news = {row.id: (row.last_id, desk.today.isoformat()) for row in rows}
    gone = _looked_at.keys() - news.keys()
    for share in gone:
        del _looked_at[share]
    if not gone and all(_looked_at.get(share) == now for share, now in news.items()):
        return
    lanes = await _open(rows, desk)
    for one in lanes:
        await circulated.keep(one.share.id, one.lane, desk)
    await overdue.remind(await plan.views_of(lanes, desk), desk)
    _looked_at.update(news)


async def _open(rows: list[Share], desk: Desk) -> list[PlanLane]:
    reading = await received.open_shares(rows, desk)
    return [
        PlanLane(row, reading.known[row.id].lane)
        for row in rows
        if row.id in reading.known and reading.known[row.id].consent.kind is ConsentKind.PLAN
    ]
