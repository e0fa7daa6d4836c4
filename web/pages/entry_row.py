"""One row of the own entry: changed, added, taken away, and the choice between two wordings."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from directory.audience import Audience
from directory.hsds.ids import is_uuid
from server.entry import own, typed
from server.entry.own import ROW_STATE, Entry, EntryRow
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NotFound, Usage
from web.forms import Mistakes, Option, Slip, Typed, new_token
from web.forms import typed as form_of
from web.frame import show
from web.pages.entry_beside import Tick, counted, offer_here, parent_of, services_here, slips
from web.pages.entry_facts import FactGroup, facts_here, say_facts
from web.pages.entry_forms import FORMS, Ask, Form, audience_options, called
from web.pages.entry_words import audience
from web.workplace import AnyRequest, AtWork, go, once


@dataclass(frozen=True, slots=True)
class FieldPart:
    """One field of the form, with what stands in it."""

    ask: Ask
    value: str
    audience: str
    has_audience: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """One of several wordings of a field that colleagues wrote."""

    field: str
    label: str
    number: int
    words: str
    at: str


@dataclass(frozen=True, slots=True)
class RowPage:
    """One row as a form."""

    token: str
    title: str
    href: str
    new: bool
    heads: str
    under: str
    fields: tuple[FieldPart, ...]
    wordings: tuple[Wording, ...]
    audiences: tuple[Option, ...]
    audience: str
    agencies: tuple[Tick, ...]
    confidential: bool
    is_place: bool
    services: tuple[Tick, ...]
    facts: tuple[FactGroup, ...]


@get("/entry/rows/{table:str}/{row:str}")
async def row_page(
    request: AnyRequest,
    table: FromPath[str],
    row: FromPath[str],
    desk: AtWork,
    under: FromQuery[str] = "",
) -> Response[str]:
    """A row to change, or a new one beneath another."""
    require(desk, Act.EDIT_ENTRY)
    form = _form(table)
    entry = await own.current(desk)
    held = _row(table, row, entry)
    values: Mapping[str, Any] = held.values if held else {}
    narrow = values.get("x_field_audience") or {}
    value = RowPage(
        token=new_token(),
        title=called(form, values) if held else f"Add a {form.one}",
        href=f"/entry/rows/{table}/{row}",
        new=held is None,
        heads=json.dumps(list(entry.heads)),
        under=under if held is None else "",
        fields=tuple(
            FieldPart(
                ask,
                _text(values.get(ask.name)),
                str(narrow.get(ask.name, "")),
                ask.name in form.narrow_fields,
            )
            for ask in form.fields
        ),
        wordings=tuple(_wordings(form, held)),
        audiences=tuple(audience_options()),
        audience=audience(values).value,
        agencies=_agencies(values, desk),
        confidential=bool(values.get("x_confidential_location")),
        is_place=table == "locations",
        services=services_here(row, entry) if table == "locations" else (),
        facts=await facts_here(row, entry) if table == "services" else (),
    )
    return await show(request, desk, "/partners", "entry/row.html", value)


@post("/entry/rows/{table:str}/{row:str}")
async def save(
    request: AnyRequest, table: FromPath[str], row: FromPath[str], desk: AtWork
) -> Response[Any]:
    """Write what this person changed; what colleagues wrote meanwhile stays beside it."""
    require(desk, Act.EDIT_ENTRY)
    shape, form = _form(table), await form_of(request)
    entry = await own.begin(desk)
    held = _row(table, row, entry)
    ident = own.new_id() if held is None else row
    values = _changed(shape, ident, form, held, desk)
    values.update(_marks(shape, form, held, desk))
    if held is None:
        values.update(parent_of(form.word("under"), entry, desk))

    async def act() -> Response[Any]:
        changes: dict[tuple[str, str], Mapping[str, Any]] = {}
        if values:
            changes[table, ident] = values
        if held is None and table == "service_capacity":
            changes |= counted(ident, values, entry, desk)
        heads = _heads(form) if held is not None else entry.heads
        if changes:
            await own.edit(changes, heads, desk)
        if table == "locations":
            await offer_here(ident, form, desk)
        if table == "services":
            await say_facts(ident, form, desk)
        return go(request, "/entry", "Saved here. Nothing has left this node yet.")

    return await once(request, form, act)


@post("/entry/rows/{table:str}/{row:str}/remove")
async def remove(
    request: AnyRequest, table: FromPath[str], row: FromPath[str], desk: AtWork
) -> Response[Any]:
    """Take the row away, and what hangs from it."""
    require(desk, Act.EDIT_ENTRY)
    form = await form_of(request)
    if _row(table, row, await own.current(desk)) is None:
        raise NotFound
    await own.remove(table, row, _heads(form), desk)
    return go(request, "/entry", "Taken away here. It goes from the directory when you send.")


@post("/entry/rows/{table:str}/{row:str}/choose")
async def choose(
    request: AnyRequest, table: FromPath[str], row: FromPath[str], desk: AtWork
) -> Response[Any]:
    """Keep one of two colleagues' wordings."""
    require(desk, Act.EDIT_ENTRY)
    form = await form_of(request)
    number = form.word("number")
    held = _row(table, row, await own.current(desk))
    if held is None or not number.isdecimal():
        raise NotFound
    shown = [one for one in _wordings(_form(table), held) if one.field == form.word("field")]
    if form.whole("words") not in {one.words for one in shown if one.number == int(number)}:
        raise Mistakes(Slip("", "Somebody has changed this meanwhile. Load the page again."))
    await own.choose(table, row, form.word("field"), int(number), desk)
    return go(request, f"/entry/rows/{table}/{row}" if len(shown) > 2 else "/entry", "Chosen.")


def _form(table: str) -> Form:
    if table not in FORMS:
        raise NotFound
    return FORMS[table]


def _row(table: str, row: str, entry: Entry) -> EntryRow | None:
    if row == "new":
        return None
    found = entry.rows.get((table, row)) if is_uuid(row) else None
    if found is None or found.removed:
        raise NotFound
    return found


def _changed(
    shape: Form, ident: str, form: Typed, held: EntryRow | None, desk: Desk
) -> dict[str, Any]:
    """Only what this person changed: the page may be older than a colleague's words."""
    found: dict[str, Any] = {}
    for ask in shape.fields:
        text = form.whole(ask.name).strip()
        if text == form.whole(f"was-{ask.name}").strip():
            continue
        try:
            found |= typed.values(shape.table, ident, {ask.name: text}, desk)
        except Usage as mistake:
            words = mistake.sentence.removeprefix(f"{ask.name} ")
            form.wrong(ask.name, f"{ask.label}: {words}")
    if not form.slips:
        for name, words in slips({**(held.values if held else {}), **found}, shape):
            form.wrong(name, words)
    form.settle()
    return found


def _marks(shape: Form, form: Typed, held: EntryRow | None, desk: Desk) -> dict[str, Any]:
    before: Mapping[str, Any] = held.values if held else {}
    listed = {one.identity for one in desk.directory.entries}
    named = sorted(one for one in form.words("agency") if one in listed)
    narrow = {
        name: Audience(form.word(f"audience-{name}")).value
        for name in shape.narrow_fields
        if form.word(f"audience-{name}") in {one.value for one in Audience}
    }
    chosen = form.word("audience")
    marks: dict[str, Any] = {
        "x_audience": chosen if chosen in {one.value for one in Audience} else None,
        "x_trusted": named or None,
        "x_field_audience": narrow or None,
    }
    if shape.table == "locations":
        marks["x_confidential_location"] = True if form.ticked("confidential") else None
    return {name: value for name, value in marks.items() if before.get(name) != value}


def _agencies(values: Mapping[str, Any], desk: Desk) -> tuple[Tick, ...]:
    named = set(values.get("x_trusted") or ())
    return tuple(
        Tick(one.identity, one.name, one.identity in named)
        for one in desk.directory.entries
        if one.identity != desk.node.identity
    )


def _wordings(form: Form, row: EntryRow | None) -> list[Wording]:
    if row is None:
        return []
    labels = {ask.name: ask.label for ask in form.fields}
    found = [
        Wording(name, labels.get(name, "For whom it is"), number, _text(one.value), one.at)
        for name in row.open_fields
        for number, one in enumerate(row.fields[name])
    ]
    if row.contested:
        words = {"here": "Keep it", "removed": "Take it away"}
        found += [
            Wording(ROW_STATE, "Is it still there?", number, words[str(one.value)], one.at)
            for number, one in enumerate(row.states)
        ]
    return found


def _text(value: object) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def _heads(form: Typed) -> tuple[str, ...]:
    try:
        return tuple(str(one) for one in json.loads(form.word("heads") or "[]"))
    except (ValueError, TypeError):
        raise Mistakes(Slip("", "This page is out of date. Load it again.")) from None


handlers = (row_page, save, remove, choose)
