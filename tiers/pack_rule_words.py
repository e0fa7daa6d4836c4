"""A calendar rule as people say it: every week on Tuesday, every month on the second Tuesday."""

import re

_DAYS = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}
_WHICH = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "-1": "last"}
_EVERY = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month"}
_DAY = re.compile(r"(-1|[1-5])?(MO|TU|WE|TH|FR|SA|SU)\Z")
_SAID = {"FREQ", "INTERVAL", "BYDAY"}


def rule_words(rule: str) -> str:
    """The rule in words, where words can say it; else the rule itself."""
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    unit = _EVERY.get(parts["FREQ"])
    every = {"1": "", "2": "second ", "3": "third ", "4": "fourth "}.get(parts.get("INTERVAL", "1"))
    days = [_day(one) for one in parts["BYDAY"].split(",")] if "BYDAY" in parts else []
    if unit is None or every is None or None in days or not parts.keys() <= _SAID:
        return f"by the rule {rule}"
    said = " and ".join(filter(None, [", ".join(map(str, days[:-1])), *map(str, days[-1:])]))
    return f"every {every}{unit}{' on ' if said else ''}{said}"


def _day(written: str) -> str | None:
    found = _DAY.match(written)
    if found is None:
        return None
    return f"the {_WHICH[found[1]]} {_DAYS[found[2]]}" if found[1] else _DAYS[found[2]]
