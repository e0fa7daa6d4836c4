"""What coalitions agreed about days and hours, row by row, each with where it is written."""

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from server.node import packs
from tiers.pack_clocks import ClockRow
from tiers.pack_meetings import MeetingRow
from tiers.protocol import Protocol

LONDON = ZoneInfo("Europe/London")
CHICAGO = ZoneInfo("America/Chicago")

# Dorset HRDA operating protocol, stage 3: held daily, Monday, Tuesday, Thursday and Friday, 12pm.
DAILY = MeetingRow(
    id="daily",
    title="HRDA meeting",
    rrule="FREQ=WEEKLY;BYDAY=MO,TU,TH,FR",
    at=time(12),
    minutes=(12, 15),
    seat="meeting",
    place="Online",
    facilitators=(),
    must_attend=(),
    closed=(),
    holidays="GB-ENG",
    moved="next_meeting",
)
# Dorset HRDA operating protocol, stage 4: the fourth Wednesday of every month at 9am.
PLUS = replace(DAILY, id="plus", title="HRDA Plus", rrule="FREQ=MONTHLY;BYDAY=4WE", at=time(9))
# Practice of high-risk teams: monthly; the Texas overview leaves the day to each team.
TEXAS = replace(
    DAILY,
    id="team",
    title="Team meeting",
    rrule="FREQ=MONTHLY;BYDAY=2TH",
    at=time(10),
    holidays="US-TX",
    moved="next_working_day",
)
# Dorset, stage 2: requests to agencies by 2pm that day.
REQUEST_OUT = ClockRow(
    "request_out", "Requests", "referral_received", time(14), "next_working_day", None, ()
)
# Dorset, stage 3: an update at least within three weeks of the case being heard.
ACTIONS_DONE = ClockRow("actions_done", "Actions", "heard", None, "same_day", (3, "weeks"), ())

_DORSET = packs.read(packs.load("hrda-dorset"))
_TEXAS = packs.read(packs.load("dvhrt-texas"))
DORSET: Protocol = replace(_DORSET, meetings={"daily": DAILY, "plus": PLUS})
HIGH_RISK_TEAM: Protocol = replace(_TEXAS, meetings={"team": TEXAS})


def london(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An hour on a wall in Dorset."""
    return datetime(year, month, day, hour, minute, tzinfo=LONDON)


def clock(within: tuple[int, str], by: time | None = None) -> ClockRow:
    """A clock that runs this long."""
    return ClockRow("answers_in", "Answers", "requested", by, "same_day", within, ())


def closed(*days: date) -> MeetingRow:
    """The daily meeting with these days left out."""
    return replace(DAILY, closed=days)
