"""What we offer: the agency's own entry, free beds in one press, and whether it is all right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from directory.hsds.ids import is_uuid
from server.entry import assuring, offered, own, sending
from server.entry.own import Entry, EntryRow
from server.node.access import Act, may, require
from server.node.desk import Desk
from server.node.errors import NotFound
from web.forms import new_token, typed
from web.frame import show
from web.pages import entry_facts, entry_hours, entry_row, entry_send
from web.pages.entry_forms import FORMS, PARENTS, Form, called, said
from web.pages.entry_words import audience_tag
from web.rendering import Tag, day
from web.workplace import AnyRequest, AtWork, go, once, place


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the entry, in words, with what hangs from it."""

    id: str
    table: str
    title: str
    said: tuple[tuple[str, str], ...]
    tags: tuple[Tag, ...]
    href: str
    groups: tuple["Group", ...]
    hours: str
    hours_href: str


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one kind, and where to add another."""

    table: str
    title: str
    one: str
    lines: tuple[Line, ...]
    add: str


@dataclass(frozen=True, slots=True)
class Beds:
    """How much is free now, and since when."""

    id: str
    what: str
    available: int
    maximum: str
    updated: str
    token: str


@dataclass(frozen=True, slots=True)
class EntryPage:
    """The own entry."""

    token: str
    begun: bool
    may_edit: bool
    assured: str
    ask: bool
    state: str
    new: bool
    offered: int
    beds: tuple[Beds, ...]
    groups: tuple[Group, ...]


@get("/entry")
async def entry_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """What this agency says of itself."""
    entry = await own.read(desk)
    mine = may(desk.roles, Act.EDIT_ENTRY)
    leaving = await sending.outgoing(desk) if mine and entry.rows else None
    assured = await assuring.own_assurance(desk)
    value = EntryPage(
        token=new_token(),
        begun=bool(entry.rows),
        may_edit=mine,
        assured=_assured(assured),
        ask=assured is not None and assured.overdue and bool(leaving and leaving.sent_at),
        state=_state(leaving),
        new=leaving is not None and (leaving.new or bool(leaving.to_choose)),
        offered=len(await offered.offers(desk)) if mine and entry.rows else 0,
        beds=tuple(_beds(row) for row in entry.of("service_capacity")),
        groups=tuple(
            group
            for table in ("organizations", "services", "locations")
            for group in [_group(FORMS[table], None, entry, desk)]
        ),
    )
    return await show(request, desk, "/partners", "entry/page.html", value)


def _assured(assured: assuring.Assurance | None) -> str:
    if assured is None or assured.on is None:
        return "Nobody has said yet that all of this is right."
    if assured.overdue:
        return f"Nobody has said since {day(assured.on)} that all of this is still right."
    return f"Somebody here said on {day(assured.on)} that all of this is right."


def _state(leaving: sending.Outgoing | None) -> str:
    if leaving is None:
        return ""
    if leaving.to_choose:
        return "Two of you wrote different things in one place. Choose, then send."
    if not leaving.sent_at:
        return "Nothing of this has been sent yet: only this agency sees it."
    if leaving.new:
        return "Some of this has not been sent yet."
    return "All of this is on its way." if leaving.on_its_way else "All of this has been sent."


def _group(form: Form, parent: EntryRow | None, entry: Entry, desk: Desk) -> Group:
    rows = [
        row
        for row in entry.of(form.table)
        if parent is None or row.values.get(PARENTS[parent.table]) == parent.id
    ]
    rows = [row for row in rows if parent is not None or _stands_alone(row)]
    lines = [_line(form, row, entry, desk) for row in rows]
    under = f"?under={parent.table}.{parent.id}" if parent is not None else ""
    add = "" if form.table == "organizations" else f"/entry/rows/{form.table}/new{under}"
    return Group(form.table, form.many, form.one, tuple(sorted(lines, key=_by_title)), add)


def _by_title(line: Line) -> str:
    return line.title.casefold()


def _stands_alone(row: EntryRow) -> bool:
    return row.table in {"organizations", "services", "locations"}


def _line(form: Form, row: EntryRow, entry: Entry, desk: Desk) -> Line:
    hours = row.table in {"services", "locations"}
    return Line(
        id=f"row-{row.id}",
        table=row.table,
        title=called(form, row.values),
        said=(*said(form, row.values), *_found_under(row, entry)),
        tags=_tags(row, desk),
        href=f"/entry/rows/{row.table}/{row.id}",
        groups=tuple(_group(FORMS[table], row, entry, desk) for table in form.beneath),
        hours=entry_hours.words(row, entry) if hours else "",
        hours_href=f"/entry/hours/{row.table}/{row.id}" if hours else "",
    )


def _found_under(row: EntryRow, entry: Entry) -> list[tuple[str, str]]:
    facts = entry_facts.labels(row.id, entry) if row.table == "services" else []
    return [("Found under", ", ".join(facts))] if facts else []


def _tags(row: EntryRow, desk: Desk) -> tuple[Tag, ...]:
    tags = [audience_tag(row.values, desk)]
    if row.open_fields or row.contested:
        tags.append(Tag("Two of you wrote this", "you"))
    return tuple(tags)


def _beds(row: EntryRow) -> Beds:
    values: Mapping[str, Any] = row.values
    return Beds(
        id=row.id,
        what=str(values.get("description") or "Places"),
        available=_count(values.get("available")),
        maximum=str(values.get("maximum") or ""),
        updated=str(values.get("updated") or ""),
        token=new_token(),
    )


def _count(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


@post("/entry/begin")
async def begin(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Begin the entry with the agency's name."""
    require(desk, Act.EDIT_ENTRY)
    await own.begin(desk)
    return go(request, "/entry")


@post("/entry/beds/{row:str}")
async def beds(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[Any]:
    """One more is free, or one less: written with the time, and sent at once."""
    require(desk, Act.EDIT_ENTRY)
    form = await typed(request)
    entry = await own.current(desk)
    held = entry.rows.get(("service_capacity", row)) if is_uuid(row) else None
    if held is None or held.removed:
        raise NotFound

    async def act() -> Response[Any]:
        now = max(0, _count(held.values.get("available")) + (1 if form.word("more") else -1))
        stamp = desk.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        values = {"available": now, "updated": stamp}
        await own.edit({("service_capacity", row): values}, entry.heads, desk)
        sent = await sending.send_row("service_capacity", row, desk)
        place(request).syncer.kick()
        word = "It goes to the directory now." if sent else "Send your entry to make it known."
        return go(request, "/entry", f"{now} free. {word}")

    return await once(request, form, act)


@post("/entry/assure")
async def assure(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """It is all still right."""
    require(desk, Act.EDIT_ENTRY)
    form = await typed(request)
    if (await sending.outgoing(desk)).new:
        return go(request, "/entry/send", "Look at what leaves first: not all of it was sent yet.")

    async def act() -> Response[Any]:
        await assuring.assure(desk)
        place(request).syncer.kick()
        return go(request, "/entry", "Written down: it is all still right.")

    return await once(request, form, act)


handlers = (
    entry_page,
    begin,
    beds,
    assure,
    *entry_row.handlers,
    *entry_hours.handlers,
    *entry_send.handlers,
)
