"""Values as spreadsheets and older systems write them, read as HSDS means them."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

_EXCEL_BEGAN = date(1899, 12, 30)
_EXCEL_DAYS = range(20_000, 80_000)  # 1954 to 2119: a bare number outside is no day
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?)?"
    r"\s*(?P<half>[ap])?\.?\s*(?:m\.?)?\s*(?P<zone>z|[+-]\d{2}:?\d{2})?\Z",
    re.IGNORECASE,
)
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?\Z")
_DAY_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ].*)?\Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+\Z")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:[^\s]+\Z", re.IGNORECASE)
_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?:[/?#:][^\s]*)?\Z", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?\Z", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
# Beyond these nothing is looked at: a partner's words must not keep a node busy.
_LONGEST_NUMBER = 100
_LONGEST_EMAIL = 500
_UNSAFE_IN_URI = {'"': "%22", "<": "%3C", ">": "%3E", "\\": "%5C", "^": "%5E", "`": "%60"}
_UNSAFE_IN_URI |= {"{": "%7B", "|": "%7C", "}": "%7D", " ": "%20"}


@dataclass(frozen=True, slots=True)
class Value:
    """What was read, and what had to be done to read it; neither where it cannot be read."""

    value: Any = None
    repair: str = ""
    wrong: str = ""


def plain(text: str) -> str:
    """The text without signs nobody can see, lines ended one way, and no space around it."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def text(written: Any) -> Value:
    """Words; a number written where words belong is its digits."""
    if isinstance(written, str):
        return Value(written)
    if isinstance(written, bool):
        return Value(str(written).lower(), "a yes or no became a word")
    if isinstance(written, int | float):
        return Value(_digits(written), "a number became text")
    return Value(wrong="is not text")


def number(written: Any) -> Value:
    """A number, whole where it is whole."""
    if isinstance(written, bool):
        return Value(wrong="is not a number")
    if isinstance(written, int | float):
        return _finite(written)
    if not isinstance(written, str):
        return Value(wrong="is not a number")
    if len(written) > _LONGEST_NUMBER:
        return Value(wrong="is not a number")
    bare = written.replace(" ", "").replace("\u00a0", "")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", bare):
        bare = bare.replace(",", "")
    elif re.fullmatch(r"[+-]?\d+,\d+", bare):
        bare = bare.replace(",", ".")
    if not _NUMBER.match(bare):
        return Value(wrong="is not a number")
    return _finite(float(bare) if re.search(r"[.e]", bare, re.IGNORECASE) else int(bare))


def day(written: Any) -> Value:
    """A day, as 2031-05-04; a spreadsheet's count of days is one too."""
    said = str(written).strip()
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        return Value(wrong="is not a day")
    if found := _DAY.match(said):
        return _made(said, *(int(part) for part in found.groups()))
    if found := _DAY_LAST.match(said):
        first, second, year = (int(part) for part in found.groups())
        if first > 12:
            return _made(said, year, second, first)
        if second > 12 or first == second:
            return _made(said, year, first, second)
        return Value(wrong="could be two different days; write it as 2031-05-04")
    whole = number(written).value
    if isinstance(whole, int | float) and int(whole) in _EXCEL_DAYS:
        found_day = (_EXCEL_BEGAN + timedelta(days=int(whole))).isoformat()
        return Value(found_day, f"the spreadsheet day {said} became {found_day}")
    return Value(wrong="is not a day")


def moment(written: Any) -> Value:
    """A moment with its clock; one that names none is taken to be in UTC."""
    said = str(written).strip()
    if isinstance(written, str):
        try:
            read = datetime.fromisoformat(said.replace(" ", "T", 1))
        except ValueError:
            read = None
        if read is not None and read.tzinfo is not None and "T" in said:
            return Value(said) if _MOMENT.match(said) else Value(read.isoformat())
        if read is not None:
            stamp = read.strftime("%Y-%m-%dT%H:%M:%S") + "Z"
            return Value(stamp, f"{said} names no clock and was taken as UTC")
    found = day(written)
    if found.value is None:
        return Value(wrong="is not a moment")
    return Value(f"{found.value}T00:00:00Z", f"{said} became the beginning of that day, UTC")


def hour(written: Any) -> Value:
    """A time of day, as 09:30; a spreadsheet's part of a day is one too."""
    if isinstance(written, int | float) and not isinstance(written, bool) and 0 <= written < 1:
        minutes = round(written * 1440) % 1440
        found = f"{minutes // 60:02}:{minutes % 60:02}"
        return Value(found, f"the spreadsheet time {written} became {found}")
    said = str(written).strip()
    named = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}.get(said.lower())
    if named:
        return Value(named, f"{said} became {named}")
    read = _TIME.match(said)
    if read is None:
        return Value(wrong="is not a time of day")
    return _hour_of(said, read)


def _hour_of(said: str, read: re.Match[str]) -> Value:
    hours, minutes, half = int(read["hour"]), int(read["minute"] or 0), read["half"]
    if half and not 1 <= hours <= 12:
        return Value(wrong="is not a time of day")
    if half:
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
    if read["minute"] is None and not half:
        return Value(wrong="is not a time of day")
    if (hours, minutes) == (24, 0):
        hours = 0
    if hours > 23 or minutes > 59 or int(read["second"] or 0) > 59:
        return Value(wrong="is not a time of day")
    seconds = f":{read['second']}" if read["second"] else ""
    zone = (read["zone"] or "").upper()
    if len(zone) == 5:
        zone = f"{zone[:3]}:{zone[3:]}"
    found = f"{hours:02}:{minutes:02}{seconds}{zone}"
    # A nought before the hour is how HSDS writes it: nothing worth a line in a report.
    same = found in {said, f"0{said}"}
    return Value(found, "" if same else f"{said} became {found}")


def email(written: Any) -> Value:
    """An address mail can go to; the first where there are several."""
    said = str(written).strip()
    if len(said) > _LONGEST_EMAIL:
        return Value(wrong="is not one e-mail address")
    bare = re.sub(r"(?i)\Amailto:", "", said)
    bare = re.sub(r"\A.*<(.+)>\Z", r"\1", bare)
    if _EMAIL.match(bare) and bare.isascii():
        return Value(bare, "" if bare == said else f"{said} became {bare}")
    return Value(wrong="is not one e-mail address")


def uri(written: Any) -> Value:
    """An address on the web; one without its beginning is given http://."""
    said = str(written).strip()
    found = "".join(_UNSAFE_IN_URI.get(sign, sign) for sign in said)
    if not _SCHEME.match(found) or _HOST.match(found):
        found = f"http://{found.removeprefix('//')}"
        if not _HOST.match(found.removeprefix("http://")):
            return Value(wrong="is not an address on the web")
    if not found.isascii():
        found = "".join(
            s if s.isascii() else "".join(f"%{b:02X}" for b in s.encode()) for s in found
        )
    if re.search(r"%(?![0-9A-Fa-f]{2})", found) or found.count("#") > 1:
        return Value(wrong="is not an address on the web")
    return Value(found, "" if found == said else f"{said} became {found}")


READERS: dict[str, Callable[[Any], Value]] = {
    "text": text,
    "number": number,
    "date": day,
    "datetime": moment,
    "time": hour,
    "email": email,
    "uri": uri,
}


def _made(said: str, year: int, month: int, day_of: int) -> Value:
    try:
        found = date(year, month, day_of).isoformat()
    except ValueError:
        return Value(wrong="is not a day")
    return Value(found, "" if found == said else f"{said} became {found}")


def _finite(found: int | float) -> Value:
    if isinstance(found, float) and not math.isfinite(found):
        return Value(wrong="is not a number")
    if isinstance(found, float) and found.is_integer() and abs(found) < 1e15:
        return Value(int(found))
    return Value(found)


def _digits(found: int | float) -> str:
    return str(int(found)) if isinstance(found, float) and found.is_integer() else str(found)
