"""Directories of HSDS 1 and 2, said again as HSDS 3 says it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from directory.hsds.outcome import Line, Outcome

FROM, WHY = "@from", "@why"
"""Beside the fields of a row on its way in: the table and number it had, and what was done."""

Tables = dict[str, list[dict[str, Any]]]

_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_WORDS: Final = {
    **{code.lower(): code for code in _DAYS},
    **{day[:3]: day[:2].upper() for day in ("monday", "tuesday", "wednesday", "thursday")},
    **{day[:3]: day[:2].upper() for day in ("friday", "saturday", "sunday")},
    **{str(number): code for number, code in enumerate(_DAYS, 1)},
    "0": "SU",
}
_YES: Final = frozenset({"true", "t", "yes", "y", "1", "closed"})


def modernise(tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> tuple[Tables, list[Line]]:
    """The dataset in tables of HSDS 3, and a line for each row that went into another row."""
    modern: Tables = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    lines: list[Line] = []
    for older, (newer, say_again) in _MOVED.items():
        for row in modern.pop(older, []):
            again = say_again(row)
            if isinstance(again, str):
                lines.append(line(row, Outcome.REFUSED, again))
            else:
                modern.setdefault(newer, []).append(again)
    _eligibilities(modern, lines)
    _phone_languages(modern)
    _address_lines(modern)
    _placeless_addresses(modern)
    return {name: rows for name, rows in modern.items() if rows}, lines


def line(row: Mapping[str, Any], outcome: Outcome, why: str) -> Line:
    """The report's line for a row on its way in."""
    table, number = row.get(FROM, ("", 0))
    return Line(table, number, str(row.get("id") or ""), outcome, why)


def _because(row: Mapping[str, Any], why: str, **fields: Any) -> dict[str, Any]:
    return {**row, **fields, WHY: [*row.get(WHY, ()), why]}


def _postal(row: dict[str, Any]) -> dict[str, Any]:
    return _because(row, "A postal address: of type postal.", address_type="postal")


def _physical(row: dict[str, Any]) -> dict[str, Any]:
    return _because(row, "A physical address: of type physical.", address_type="physical")


def _weekly(row: dict[str, Any]) -> dict[str, Any] | str:
    """A weekday with its hours is a rule that comes back every week."""
    if "weekday" not in row:
        return _because(row, "Weekly hours became a schedule.", freq=row.get("freq") or "WEEKLY")
    said = str(row["weekday"] or "").strip()
    days = _weekdays(said)
    if not days:
        return f"“{said[:60]}” is no day of the week."
    if not row.get("opens_at") and not row.get("closes_at"):
        return f"No hours on {said[:60]}: HSDS 3 does not say closed, a day without a schedule is."
    left = {name: value for name, value in row.items() if name != "weekday"}
    why = f"{said[:60]} became a schedule that comes back weekly."
    return _because(left, why, freq="WEEKLY", byday=",".join(days))


def _weekdays(said: str) -> list[str]:
    """Days of the week from words, numbers (Monday is 1), lists, and spans such as Mon-Fri."""
    found: list[str] = []
    for part in said.lower().replace(";", ",").replace("/", ",").replace("\u2013", "-").split(","):
        first, _, last = (word.strip() for word in part.partition("-"))
        one, other = _weekday(first), _weekday(last or first)
        if one is None or other is None:
            return []
        at, end = _DAYS.index(one), _DAYS.index(other)
        span = range(at, end + 1 if end >= at else end + 8)
        found += [_DAYS[day % 7] for day in span if _DAYS[day % 7] not in found]
    return found


def _weekday(word: str) -> str | None:
    return _DAY_WORDS.get(word) or (_DAY_WORDS.get(word[:3]) if len(word) > 3 else None)


def _holiday(row: dict[str, Any]) -> dict[str, Any]:
    """Other hours, or none, on certain days."""
    days = {"valid_from": row.get("start_date"), "valid_to": row.get("end_date")}
    left = {k: v for k, v in row.items() if k not in ("closed", "start_date", "end_date")}
    if str(row.get("closed") or "").strip().lower() in _YES:
        why = "A day when it is closed became a schedule that says so."
        return _because(left, why, **days, description="Closed", x_closed=True)
    return _because(left, "Hours on certain days became a schedule.", **days)


def _service_term(row: dict[str, Any]) -> dict[str, Any]:
    left = {k: v for k, v in row.items() if k not in ("service_id", "taxonomy_id")}
    term = row.get("taxonomy_term_id") or row.get("taxonomy_id")
    return _term(left, str(row.get("service_id") or ""), "service", term)


def _linked_term(row: dict[str, Any]) -> dict[str, Any]:
    left = {k: v for k, v in row.items() if k not in ("link_type", "taxonomy_id")}
    term = row.get("taxonomy_term_id") or row.get("taxonomy_id")
    return _term(left, str(row.get("link_id") or ""), str(row.get("link_type") or ""), term)


def _term(left: dict[str, Any], of: str, kind: str, term: Any) -> dict[str, Any]:
    detail = left.pop("taxonomy_detail", None)
    why = "A term of a taxonomy became an attribute."
    return _because(left, why, link_id=of, link_entity=kind, taxonomy_term_id=term, value=detail)


def _payment(row: dict[str, Any]) -> dict[str, Any]:
    left = {k: v for k, v in row.items() if k != "payment"}
    return _because(left, "A way to pay became a cost option.", option=row.get("payment"))


_MOVED: Final[Mapping[str, tuple[str, Callable[[dict[str, Any]], dict[str, Any] | str]]]] = {
    "postal_addresses": ("addresses", _postal),
    "physical_addresses": ("addresses", _physical),
    "regular_schedules": ("schedules", _weekly),
    "holiday_schedules": ("schedules", _holiday),
    "service_taxonomies": ("attributes", _service_term),
    "link_taxonomies": ("attributes", _linked_term),
    "payments_accepted": ("cost_options", _payment),
}


def _eligibilities(modern: Tables, lines: list[Line]) -> None:
    """Who may come is a field of the service now."""
    rows = modern.pop("eligibilities", [])
    services = {str(row.get("id") or ""): row for row in modern.get("services", ())}
    said: dict[str, list[str]] = {}
    for row in rows:
        words = str(row.get("eligibility") or "").strip()
        of = str(row.get("service_id") or "").strip()
        if not words:
            lines.append(line(row, Outcome.REFUSED, "It says nothing of who is eligible."))
        elif not of or of not in services:
            why = f"It belongs to no service that is here: {words[:80]}."
            lines.append(line(row, Outcome.REFUSED, why))
        else:
            said.setdefault(of, [])
            if words not in said[of]:
                said[of].append(words)
            why = f"Now in the eligibility of service {of}, where HSDS 3 has it."
            lines.append(line(row, Outcome.REPAIRED, why))
    for of, words_of in said.items():
        service = services[of]
        before = str(service.get("eligibility_description") or "").strip()
        parts = [before, *(word for word in words_of if word not in before)]
        service["eligibility_description"] = "; ".join(part for part in parts if part)
        service[WHY] = [*service.get(WHY, ()), "Its eligibility came from a table of its own."]


def _phone_languages(modern: Tables) -> None:
    """The languages of a telephone are rows of their own now."""
    for row in modern.get("phones", ()):
        spoken = str(row.pop("language", None) or "").strip()
        if spoken and row.get("id"):
            why = [f"Spoken on the telephone {row['id']}."]
            names = [word.strip() for word in spoken.replace(";", ",").split(",")]
            modern.setdefault("languages", []).extend(
                {"phone_id": row["id"], "name": name, WHY: why} for name in names if name
            )
        elif spoken:
            row["description"] = "; ".join(filter(None, (row.get("description"), spoken)))


def _address_lines(modern: Tables) -> None:
    """Third and fourth lines of an address go into its second."""
    for row in modern.get("addresses", ()):
        more = [str(row.pop(name, None) or "").strip() for name in ("address_3", "address_4")]
        if any(more):
            row["address_2"] = ", ".join(filter(None, (row.get("address_2"), *more)))


def _placeless_addresses(modern: Tables) -> None:
    """An address of an organization stands at a place now; one is made for it."""
    count: dict[str, int] = {}
    for row in modern.get("addresses", ()):
        of = str(row.get("organization_id") or "").strip()
        if not of or row.get("location_id"):
            continue
        count[of] = count.get(of, 0) + 1
        kind = row.get("address_type") or "postal"
        place = {"id": f"{of} {kind} {count[of]}", "organization_id": of, "location_type": kind}
        why = "Made to hold an address that its organization has at no place."
        modern.setdefault("locations", []).append({**place, WHY: [why]})
        del row["organization_id"]
        row.update(
            _because(row, "A place of its organization was made for it.", location_id=place["id"])
        )
