"""When it is open, as a week: a line for each day, and never the letters of a rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath

from directory.hsds.ids import is_uuid
from server.entry import own, typed
from server.entry.own import Entry, EntryRow
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NotFound, Usage
from web.forms import Typed, new_token
from web.forms import typed as form_of
from web.frame import show
from web.pages.entry_forms import FORMS, PARENTS, called
from web.workplace import AnyRequest, AtWork, go, once

_DAYS: Final = (
    ("MO", "Monday"),
    ("TU", "Tuesday"),
    ("WE", "Wednesday"),
    ("TH", "Thursday"),
    ("FR", "Friday"),
    ("SA", "Saturday"),
    ("SU", "Sunday"),
)
_SPANS: Final = (1, 2)


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, and the names of its two fields."""

    opens: str
    closes: str
    opens_name: str
    closes_name: str
    words: str


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day of the week."""

    name: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class HoursPage:
    """The week of a service or a place."""

    token: str
    title: str
    href: str
    days: tuple[DayLine, ...]
    others: tuple[str, ...]


@get("/entry/hours/{table:str}/{row:str}")
async def hours_page(
    request: AnyRequest, table: FromPath[str], row: FromPath[str], desk: AtWork
) -> Response[str]:
    """The week as a grid."""
    require(desk, Act.EDIT_ENTRY)
    entry = await own.current(desk)
    held = _owner(table, row, entry)
    week, others = _week(held, entry)
    days = tuple(
        DayLine(name, tuple(_span(code, name, n, week.get(code, ())) for n in _SPANS))
        for code, name in _DAYS
    )
    value = HoursPage(
        token=new_token(),
        title=called(FORMS[table], held.values),
        href=f"/entry/hours/{table}/{row}",
        days=days,
        others=tuple(str(one.values.get("description") or "At other times") for one in others),
    )
    return await show(request, desk, "/partners", "entry/hours.html", value)


@post("/entry/hours/{table:str}/{row:str}")
async def save(
    request: AnyRequest, table: FromPath[str], row: FromPath[str], desk: AtWork
) -> Response[Any]:
    """Write the days that changed."""
    require(desk, Act.EDIT_ENTRY)
    form = await form_of(request)
    entry = await own.current(desk)
    held = _owner(table, row, entry)
    week, _ = _week(held, entry)
    changes: dict[tuple[str, str], Mapping[str, Any]] = {}
    gone: list[str] = []
    for code, name in _DAYS:
        there = week.get(code, ())
        for number in _SPANS:
            before = there[number - 1] if len(there) >= number else None
            times = _times(form, code, name, number, before, desk)
            if times is None:
                continue
            if not times:
                gone += [before.id] if before else []
                continue
            ident = before.id if before else own.new_id()
            fixed = {} if before else {PARENTS[table]: row, "freq": "WEEKLY", "byday": code}
            changes["schedules", ident] = {**fixed, **times}
    form.settle()

    async def act() -> Response[Any]:
        now = entry
        if changes:
            now = await own.edit(changes, now.heads, desk)
        for ident in gone:
            now = await own.remove("schedules", ident, now.heads, desk)
        return go(request, "/entry", "Saved here. Nothing has left this node yet.")

    return await once(request, form, act)


def words(row: EntryRow, entry: Entry) -> str:
    """The week in one line."""
    week, others = _week(row, entry)
    said = [
        f"{name[:3]} {', '.join(map(_open_from, there))}"
        for code, name in _DAYS
        if (there := week.get(code))
    ]
    if others:
        said.append("and at other times")
    return "; ".join(said)


def _open_from(row: EntryRow) -> str:
    return f"{_at(row, 'opens_at')} to {_at(row, 'closes_at')}"


def _owner(table: str, row: str, entry: Entry) -> EntryRow:
    found = entry.rows.get((table, row)) if is_uuid(row) else None
    if found is None or found.removed or table not in {"services", "locations"}:
        raise NotFound
    return found


def _week(row: EntryRow, entry: Entry) -> tuple[dict[str, list[EntryRow]], list[EntryRow]]:
    """The plain weekly hours by day, and every schedule that says something else."""
    codes = {code for code, _ in _DAYS}
    week: dict[str, list[EntryRow]] = {}
    others: list[EntryRow] = []
    for one in entry.of("schedules"):
        values = one.values
        if values.get(PARENTS[row.table]) != row.id:
            continue
        plain = values.get("freq") == "WEEKLY" and values.get("byday") in codes
        if plain and values.get("opens_at") and values.get("closes_at"):
            week.setdefault(str(values["byday"]), []).append(one)
        else:
            others.append(one)
    for there in week.values():
        there.sort(key=lambda one: str(one.values["opens_at"]))
        others += there[len(_SPANS) :]
        del there[len(_SPANS) :]
    return week, others


def _span(code: str, name: str, number: int, there: Sequence[EntryRow]) -> Span:
    row = there[number - 1] if len(there) >= number else None
    again = "" if number == 1 else " again"
    return Span(
        _at(row, "opens_at") if row else "",
        _at(row, "closes_at") if row else "",
        f"{code}-{number}-opens",
        f"{code}-{number}-closes",
        f"{name}{again}",
    )


def _at(row: EntryRow, name: str) -> str:
    return str(row.values.get(name, ""))[:5]


def _times(  # noqa: PLR0917 - a line of the grid has as many parts as it has
    form: Typed, code: str, name: str, number: int, before: EntryRow | None, desk: Desk
) -> dict[str, Any] | None:
    """The times typed for a span: none if it stays as it was, empty if it is taken away."""
    fields = {"opens_at": f"{code}-{number}-opens", "closes_at": f"{code}-{number}-closes"}
    said = {field: form.word(typed_in) for field, typed_in in fields.items()}
    was = {field: _at(before, field) if before else "" for field in fields}
    if said == was:
        return None
    if not any(said.values()):
        return {}
    if not all(said.values()):
        form.wrong(fields["opens_at"], f"{name}: write from when to when, or leave both empty.")
        return None
    try:
        ident = before.id if before else own.new_id()
        return typed.values("schedules", ident, said, desk)
    except Usage as mistake:
        form.wrong(fields["opens_at"], f"{name}: {mistake.sentence}")
        return None


handlers = (hours_page, save)
