"""A schedule of HSDS as a rule that can be kept: on which days, at what hours, by what clock."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from dateutil import rrule
from dateutil.rrule import weekday

DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_Frequency = Literal[0, 1, 2, 3, 4, 5, 6]  # as dateutil counts them
_FREQUENCIES: Final[Mapping[str, _Frequency]] = {
    "DAILY": rrule.DAILY,
    "WEEKLY": rrule.WEEKLY,
    "MONTHLY": rrule.MONTHLY,
    "YEARLY": rrule.YEARLY,
}
_DAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_TIME: Final = re.compile(r"(\d{1,2})[:.]?(\d{2})?(?::\d{2})?\s*([ap]\.?m\.?)?", re.IGNORECASE)
_OFFSET: Final = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")
_A_MONDAY: Final = date(2001, 1, 1)  # where a rule begins that says no day: its phase is the same
WHOLE_DAY: Final = 24 * 60
_FIRST_YEAR: Final = 1900
_MOST: Final = {"byweekno": 53, "bymonthday": 31, "byyearday": 366}


@dataclass(frozen=True, slots=True)
class Rule:
    """A schedule as it was understood."""

    row: Mapping[str, Any]
    zone: str
    opens: int
    closes: int
    first: date
    last: date


def read(row: Mapping[str, Any], zone: str) -> Rule | None:
    """The schedule, or nothing where it does not say enough to call anything open."""
    opens, closes = _minutes(row.get("opens_at")), _minutes(row.get("closes_at"))
    if opens is None or closes is None or _frequency(row) is None:
        return None
    if _whole(row.get("interval"), 1) > 1 and _begins(row) is None:
        return None  # every second week, but nobody said which
    named = _zone(row, zone)
    if named is None:
        return None
    return Rule(
        row=row,
        zone=named,
        opens=opens,
        closes=closes if closes > opens else closes + WHOLE_DAY,
        first=max(filter(None, (_day(row.get("valid_from")), _day(row.get("dtstart")), date.min))),
        last=min(filter(None, (_day(row.get("valid_to")), _day(row.get("until")), date.max))),
    )


def _frequency(row: Mapping[str, Any]) -> _Frequency | None:
    said = str(row.get("freq") or "").strip().upper()
    if said:
        return _FREQUENCIES.get(said)
    if weekdays(row):
        return rrule.WEEKLY
    return rrule.DAILY if _day(row.get("dtstart")) else None


def is_plain_week(row: Mapping[str, Any]) -> bool:
    if _frequency(row) != rrule.WEEKLY or _whole(row.get("interval"), 1) != 1:
        return False
    if any(row.get(name) for name in ("count", "byweekno", "bymonthday", "byyearday")):
        return False
    return bool(weekdays(row))


def days(rule: Rule, since: date, until: date) -> Sequence[date]:
    """The days of the rule between these two, both among them."""
    if until < since:
        return ()
    if is_plain_week(rule.row):
        wanted = weekdays(rule.row)
        span = (until - since).days
        every = (since + timedelta(days=number) for number in range(span + 1))
        return [day for day in every if day.weekday() in wanted]
    made = _rrule(rule)
    if made is None:
        return ()
    found = made.between(_midnight(since), _midnight(until), inc=True)
    return [moment.date() for moment in found]


def _rrule(rule: Rule) -> rrule.rrule | None:
    row, frequency = rule.row, _frequency(rule.row)
    named = bool(str(row.get("freq") or "").strip())
    begins = _begins(row)
    count = _whole(row.get("count"), 0) or (0 if named or weekdays(row) else 1)
    if frequency is None or (count and begins is None) or not _is_kept_soon(row, begins):
        return None
    with suppress(ValueError, TypeError):  # a rule nobody could keep is no rule
        return rrule.rrule(
            frequency,
            dtstart=_midnight(begins or _A_MONDAY),
            interval=max(1, _whole(row.get("interval"), 1)),
            wkst=DAYS.index(str(row.get("wkst") or "MO").upper()),
            count=count or None,
            byweekday=_bydays(row, frequency) or None,
            byweekno=_numbers(row.get("byweekno")) or None,
            bymonthday=_numbers(row.get("bymonthday")) or None,
            byyearday=_numbers(row.get("byyearday")) or None,
        )
    return None


def _is_kept_soon(row: Mapping[str, Any], begins: date | None) -> bool:
    """Is a day of it found without looking through ages? Two of these together may mean none."""
    if begins is not None and begins.year < _FIRST_YEAR:
        return False
    named = [(row.get(name), most) for name, most in _MOST.items() if row.get(name)]
    return len(named) < 2 and all(
        abs(one) <= most for said, most in named for one in _numbers(said)
    )


def _begins(row: Mapping[str, Any]) -> date | None:
    return _day(row.get("dtstart")) or _day(row.get("valid_from"))


def weekdays(row: Mapping[str, Any]) -> tuple[int, ...]:
    found = {DAYS.index(name) for _, name in _DAY.findall(_said_days(row))}
    return tuple(sorted(found))


def _bydays(row: Mapping[str, Any], frequency: int) -> list[weekday]:
    ordinal = frequency in {rrule.MONTHLY, rrule.YEARLY}
    return [
        weekday(DAYS.index(name), int(nth) if nth and ordinal else None)
        for nth, name in _DAY.findall(_said_days(row))
    ]


def _said_days(row: Mapping[str, Any]) -> str:
    return str(row.get("byday") or "").upper()


def _numbers(value: object) -> list[int]:
    return [int(part) for part in re.findall(r"-?\d{1,9}", str(value or ""))]


def _whole(value: object, otherwise: int) -> int:
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return otherwise


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value or "")[:10])
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _minutes(value: object) -> int | None:
    """Minutes after midnight: 09:00, 9:00 am, 0900, 24:00."""
    found = _TIME.match(str(value if value is not None else "").strip())
    if not found:
        return None
    hours, minutes, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half:
        hours = hours % 12 + (12 if half.startswith("p") else 0)
    if hours > 24 or minutes > 59:
        return None
    return hours * 60 + minutes


def _zone(row: Mapping[str, Any], otherwise: str) -> str | None:
    """The zone a schedule names, by offset or by name; the coalition's where it names none."""
    written = _OFFSET.search(str(row.get("opens_at") or ""))
    if written:
        return "UTC" if written[1] == "Z" else _fixed_text(written[1])
    said = row.get("timezone")
    if said is None or said == "":
        return otherwise
    with suppress(ValueError, OverflowError):
        return _fixed(float(said))
    with suppress(ValueError, OSError, LookupError):  # no zone, or no place for one
        return ZoneInfo(str(said).strip()).key
    return None


def _fixed(hours: float) -> str | None:
    minutes = round(hours * 60)
    if abs(minutes) > 14 * 60:
        return None
    if minutes == 0:
        return "UTC"
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _fixed_text(said: str) -> str | None:
    digits = said[1:].replace(":", "")
    return _fixed((int(digits[:2]) + int(digits[2:]) / 60) * (-1 if said[0] == "-" else 1))
