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

DORSET: Protocol = packs.read(packs.load("hrda-dorset"))
HIGH_RISK_TEAM: Protocol = packs.read(packs.load("dvhrt-texas"))

# Dorset HRDA operating protocol, stage 3: held daily, Monday, Tuesday, Thursday and Friday, 12pm.
DAILY = DORSET.meetings["daily"]
# Dorset HRDA operating protocol, stage 4: the fourth Wednesday of every month at 9am.
PLUS = replace(DAILY, id="plus", title="HRDA Plus", rrule="FREQ=MONTHLY;BYDAY=4WE", at=time(9))
# Practice of high-risk teams: monthly; the Texas overview leaves the day to each team.
TEXAS = HIGH_RISK_TEAM.meetings["team"]
# Dorset, stage 2: requests to agencies by 2pm that day.
REQUEST_OUT = DORSET.clock_rows["request_out"]
# Dorset, stage 3: an update at least within three weeks of the case being heard.
ACTIONS_DONE = DORSET.clock_rows["actions_done"]


def london(year: int, month: int, day: int, *clock: int) -> datetime:
    """An hour on a wall in Dorset."""
    return datetime(year, month, day, *clock, tzinfo=LONDON)


def clock(within: tuple[int, str], by: time | None = None) -> ClockRow:
    """A clock that runs this long."""
    return ClockRow("answers_in", "Answers", "requested", by, "same_day", within, ())


def closed(*days: date) -> MeetingRow:
    """The daily meeting with these days left out."""
    return replace(DAILY, closed=days)
