"""Clocks a coalition keeps: from which event, by when, and who is told when it has run out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from tiers.pack_keys import CLOCK_ROWS, KEYS
from tiers.pack_reading import PackText

STARTS = frozenset({"referral_received", "requested", "heard", "action_agreed"})
LATE = frozenset({"same_day", "next_working_day"})
# As a pack writes a unit: what it is called here, and how many fit.
UNITS: Mapping[str, tuple[str, int]] = {
    **dict.fromkeys(("hour", "hours"), ("hours", 24 * 366)),
    **dict.fromkeys(("day", "days"), ("days", 366)),
    **dict.fromkeys(("week", "weeks"), ("weeks", 52)),
    **dict.fromkeys(("working day", "working days"), ("working_days", 260)),
}
_UNITS = "hours, days, weeks, working days"
ACTIONS_DONE = "actions_done"
TOLD = frozenset({"owner", "leads", "coordinator"})


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock: a time of day, or a stretch of time after its event, or both."""

    id: str
    title: str
    starts: str
    by: time | None
    late: str  # what holds for an event after that time of day
    within: tuple[int, str] | None  # how many, of what; hours are elapsed time
    told: tuple[str, ...]  # of actions that are overdue, and of nothing else


def read_clock_rows(pack: PackText) -> Mapping[str, ClockRow]:
    """The clocks of the pack that are rows; the numbers beside them are read elsewhere."""
    return {key: _clock(pack, key) for key in pack.table("clocks") if key in CLOCK_ROWS}


def _clock(pack: PackText, key: str) -> ClockRow:
    path = ("clocks", key)
    pack.table(*path)
    pack.only(KEYS["clocks.*"], *path)
    row = ClockRow(
        id=key,
        title=pack.word(*path, "title"),
        starts=pack.word(*path, "starts"),
        by=None if pack.at(*path, "by") is None else pack.hour(*path, "by"),
        late=pack.word(*path, "late", default="same_day"),
        within=_within(pack, *path, "within"),
        told=pack.in_order(TOLD, *path, "told"),
    )
    pack.known(row.starts, STARTS, *path, "starts")
    pack.known(row.late, LATE, *path, "late")
    if row.told and key != ACTIONS_DONE:
        raise pack.mistake((*path, "told"), "only overdue actions are told of; take this out.")
    if row.by is None and row.within is None:
        raise pack.mistake(path, 'say by when: by = "14:00", or within = "21 days".')
    return row


def _within(pack: PackText, *path: str) -> tuple[int, str] | None:
    if pack.at(*path) is None:
        return None
    # One text, not a table: a child that writes another unit replaces it whole.
    number, _, unit = pack.word(*path).partition(" ")
    found = UNITS.get(unit)
    if found is None or not number.isdecimal() or not 1 <= int(number) <= found[1]:
        raise pack.mistake(path, f'write one stretch of time such as "21 days"; units: {_UNITS}.')
    return int(number), found[0]
