"""What this agency is asked: whose question it is, by when to answer, and how it stands."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from server.casework import received, refs, walls
from server.casework.own import agency_name
from server.casework.shared import last_day
from server.casework.tables import Share
from server.meeting.noting import NEW, WAITING, note, questions
from server.meeting.tables import AskedHere
from server.node.access import Act, may, require
from server.node.desk import Desk

# So long before the cut-off somebody is reminded: a day to look and to write.
REMIND_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Asking:
    """One question that reached this agency, and how it stands.

    `soon` is near the cut-off or past it, `late` past it.
    """

    share: str
    case_ref: str
    short: str
    from_name: str
    came_at: datetime
    answer_by: datetime | None
    until: date
    state: str
    soon: bool
    late: bool

    @property
    def asks(self) -> bool:
        """Is an answer wanted, or were we only told?"""
        return self.answer_by is not None

    @property
    def waits(self) -> bool:
        """Has somebody here still to answer it, or to look at it at all?"""
        return self.state in WAITING if self.asks else self.state == NEW


async def queue(desk: Desk) -> tuple[Asking, ...]:
    """What reached this agency: what waits first, and of that the soonest. Opens nothing."""
    require(desk, Act.ANSWER_REQUEST)
    await note(desk)
    return await _lines(desk)


async def waiting_count(desk: Desk) -> int:
    """How many of them wait for somebody, for a badge: cheap, and through the walls."""
    if desk.keys is None or not may(desk.roles, Act.ANSWER_REQUEST):
        return 0
    if not desk.node.coordinating and await _something_new(desk):
        await note(desk)
    return sum(one.waits for one in await _lines(desk))


async def _something_new(desk: Desk) -> bool:
    """Did something come since the last round of this unlocked node, in the night perhaps?"""
    unsorted = await received.live(desk, Share.case_ref == "", Share.why == "")
    noted = {row["share"] for row in await AskedHere.select(AskedHere.share)}
    asking = {row.id for row in await questions(desk)}
    return bool(unsorted or asking - noted)


async def _lines(desk: Desk) -> tuple[Asking, ...]:
    rows = {row.id: row for row in await questions(desk) if walls.may_list(row.case_ref, desk)}
    if not rows:
        return ()
    noted = await AskedHere.objects().where(AskedHere.share.is_in(sorted(rows)))
    lines = [_line(one, rows[one.share], desk) for one in noted]
    return tuple(sorted(lines, key=lambda one: (not one.waits, one.answer_by or one.came_at)))


def _line(noted: AskedHere, row: Share, desk: Desk) -> Asking:
    by = datetime.fromtimestamp(noted.answer_by, UTC) if noted.answer_by else None
    waits = noted.state in WAITING
    left = by - desk.now if by is not None and waits else None
    return Asking(
        share=row.id,
        case_ref=row.case_ref,
        short=refs.short(row.case_ref),
        from_name=agency_name(row.owner, desk),
        came_at=datetime.fromtimestamp(noted.came_at, UTC),
        answer_by=by,
        until=last_day(row.ends, desk),
        state=noted.state,
        soon=left is not None and left <= REMIND_WITHIN,
        late=left is not None and left < timedelta(),
    )
