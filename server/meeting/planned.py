"""A meeting as this node planned it: its row and what its body says, read in one place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from server.casework.bodies import read_body, shut_body
from server.meeting.tables import Meeting, Slot
from server.node.desk import Desk
from server.node.errors import NotFound, RefusedAct
from tiers.pack_meetings import MeetingRow

PLANNED, OPEN, OVER, CANCELLED = "planned", "open", "over", "cancelled"
WAITING, HEARD, PUT_OFF, WITHDRAWN = "waiting", "heard", "put_off", "withdrawn"
_TABLE = "meeting"


class NoSuchMeeting(NotFound):
    """No meeting here goes by that number."""


class NotOnAgenda(NotFound):
    """That case is not on this agenda."""


class MeetingOver(RefusedAct):
    """This meeting is over or was cancelled. Put the case on another agenda."""


class NotThisState(RefusedAct):
    """The meeting moved on meanwhile. Look at the page again; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One meeting at the coordinating node: when, where, who leads it, and how far it is."""

    id: str
    series: str
    title: str
    starts_at: datetime
    minutes: tuple[int, int]
    state: str
    place: str
    facilitator: str
    must_attend: tuple[str, ...]
    statement_read_by: str = ""  # who read the confidentiality statement aloud
    notes: str = ""
    moved_from: str = ""  # the day the series names, where the meeting was moved
    opened_at: datetime | None = None
    over_at: datetime | None = None
    revision: int = 1
    observers_see: frozenset[str] = frozenset()  # slots the chair lets observers see
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)


def of_row(row: Meeting, desk: Desk) -> Planned:
    """What this row says; only an unlocked desk can read it."""
    body = read_body(_TABLE, row.id, row.body, desk)
    form = desk.pack.meetings.get(row.series)
    return Planned(
        id=row.id,
        series=row.series,
        title=form.title if form else body["title"],
        starts_at=datetime.fromtimestamp(row.starts_at, UTC),
        minutes=_minutes(form),
        state=row.state,
        place=body["place"],
        facilitator=body["facilitator"],
        must_attend=form.must_attend if form else (),
        statement_read_by=body.get("statement_read_by", ""),
        notes=body.get("notes", ""),
        moved_from=body.get("moved_from", ""),
        opened_at=_moment(row.opened_at),
        over_at=_moment(row.over_at),
        revision=row.revision,
        observers_see=frozenset(body.get("observers_see", ())),
        body=body,
    )


def shut_meeting(meeting: str, body: Mapping[str, Any], desk: Desk) -> bytes:
    """The body of a meeting as its row keeps it."""
    return shut_body(_TABLE, meeting, body, desk)


async def load(meeting: str, desk: Desk) -> Planned:
    """The meeting by its number."""
    row = await Meeting.objects().where(Meeting.id == meeting).first()
    if row is None:
        raise NoSuchMeeting
    return of_row(row, desk)


async def slot_of(slot: str) -> Slot:
    """The row of one slot; whether its case may be known is asked by whoever shows it."""
    row = await Slot.objects().where(Slot.id == slot).first()
    if row is None:
        raise NotOnAgenda
    return row


def _minutes(form: MeetingRow | None) -> tuple[int, int]:
    return form.minutes if form else (12, 15)


def _moment(at: int) -> datetime | None:
    return datetime.fromtimestamp(at, UTC) if at else None
