"""Opening hours and free beds, as people say them."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from server.counted import agree
from server.listing.facts import moment
from server.listing.lines import Beds
from server.listing.opening import Day, Hours
from web.rendering import Tag, day, hour, list_words

_WHOLE_DAY: Final = 24 * 3600


def now_tag(hours: Day) -> tuple[Tag, ...]:
    """Whether it is open, where it says enough to tell."""
    if not hours.known:
        return ()
    return (Tag("Open now", "good"),) if hours.now else (Tag("Closed now", ""),)


def today_words(hours: Day, zone: str) -> str:
    """Today's hours: Open now, until 17:00. Today 09:00 to 17:00."""
    if not hours.known:
        return ""
    if hours.now:
        if _round_the_clock(hours.now):
            return "Open all day and night"
        return f"Open until {hour(hours.now.closes, zone)}"
    if not hours.today:
        return "Closed today"
    spans = list_words([_span(one, zone) for one in hours.today])
    return f"Today {spans}"


def beds_words(free: tuple[Beds, ...], zone: str) -> tuple[str, ...]:
    """What is free, and when that was last said."""
    return tuple(_beds(one, zone) for one in free)


def _beds(one: Beds, zone: str) -> str:
    unit = one.unit or "place"
    if one.available.isdecimal():
        what = f"{agree(int(one.available), unit, '' if unit[-1] != 's' else unit)} free"
    else:
        what = f"It is not said how many {unit if unit[-1] == 's' else unit + 's'} are free"
    said = moment(one.updated)
    return f"{what}, said {_when(said, zone)}" if said else what


def _when(said: datetime, zone: str) -> str:
    local = said.astimezone(ZoneInfo(zone))
    return f"{day(local.date())} at {hour(local, zone)}"


def _span(one: Hours, zone: str) -> str:
    return f"{hour(one.opens, zone)} to {hour(one.closes, zone)}"


def _round_the_clock(one: Hours) -> bool:
    return (one.closes - one.opens).total_seconds() >= _WHOLE_DAY
