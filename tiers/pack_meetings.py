"""When a coalition meets: series of meetings as calendar rules, checked by shape alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from tiers.pack_keys import KEYS
from tiers.pack_reading import PackText

PARTNER = "partner"  # in a rota: any agency that the rota does not name
MOVED = frozenset({"next_meeting", "next_working_day", "previous_working_day"})
_RULE = re.compile(r"(FREQ|INTERVAL|BYDAY|BYMONTHDAY|BYSETPOS|BYMONTH|COUNT|UNTIL)=[A-Z0-9,+-]+\Z")
_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?\Z")
_LONGEST = 240
_YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One series of meetings: when, for how long each case, who leads it and who has to come."""

    id: str
    title: str
    rrule: str  # RFC 5545; the time zone is the pack's
    at: time
    minutes: tuple[int, int]  # for each case, from and to
    seat: str
    place: str
    facilitators: tuple[str, ...]  # a rota of agency kinds, one a meeting
    must_attend: tuple[str, ...]
    closed: tuple[date, ...]
    holidays: str  # whose public holidays, such as GB-ENG; empty for none
    moved: str  # what becomes of a meeting that falls on a closed day
    first: date | None = None  # DTSTART of RFC 5545: intervals count from it, none is before it


def read_meetings(pack: PackText, kinds: frozenset[str], seat: str) -> Mapping[str, MeetingRow]:
    """Every series of meetings of the pack, by its name."""
    return {key: _meeting(pack, key, kinds, seat) for key in pack.table("meetings")}


def _meeting(pack: PackText, key: str, kinds: frozenset[str], seat: str) -> MeetingRow:
    path = ("meetings", key)
    pack.table(*path)
    pack.only(KEYS["meetings.*"], *path)
    row = MeetingRow(
        id=key,
        title=pack.word(*path, "title"),
        rrule=_rule(pack, *path, "rrule"),
        at=pack.hour(*path, "at"),
        minutes=_minutes(pack, *path, "minutes_each"),
        seat=pack.word(*path, "seat", default=seat),
        place=pack.word(*path, "place", default=""),
        facilitators=pack.in_turn(kinds | {PARTNER}, *path, "facilitators"),
        must_attend=pack.in_order(kinds, *path, "must_attend"),
        closed=pack.days(*path, "except"),
        holidays=_holidays(pack, *path, "holidays"),
        moved=pack.word(*path, "moved", default="next_meeting"),
        first=_first(pack, *path, "first"),
    )
    pack.known(row.seat, frozenset({seat}), *path, "seat")
    pack.known(row.moved, MOVED, *path, "moved")
    return row


def _rule(pack: PackText, *path: str) -> str:
    rule = pack.word(*path)
    parts = rule.split(";")
    names = [part.partition("=")[0] for part in parts]
    if (
        any(not _RULE.match(part) for part in parts)
        or "FREQ" not in names
        or len(set(names)) < len(names)
    ):
        sentence = "write a calendar rule such as FREQ=WEEKLY;BYDAY=TU or FREQ=MONTHLY;BYDAY=4WE."
        raise pack.mistake(path, sentence)
    return rule


def _first(pack: PackText, *path: str) -> date | None:
    day = pack.day(*path)
    if day is not None and day.year not in _YEARS:
        raise pack.mistake(path, "write a day from 2000 to 2099, such as 2027-01-12.")
    return day


def _minutes(pack: PackText, *path: str) -> tuple[int, int]:
    found = pack.numbers(*path, low=1, high=_LONGEST, default=(12, 15))
    if len(found) != 2 or found[0] > found[1]:
        raise pack.mistake(path, "write the least and the most minutes, such as [12, 15].")
    return found[0], found[1]


def _holidays(pack: PackText, *path: str) -> str:
    if pack.at(*path) in {None, ""}:
        return ""
    place = pack.word(*path)
    if not _PLACE.match(place):
        raise pack.mistake(path, 'write whose holidays, such as "GB-ENG" or "US-TX"; "" for none.')
    return place
