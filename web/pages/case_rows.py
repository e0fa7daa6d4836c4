"""One row of a section that holds rows: an assessment beside another, a contact after a contact."""

import secrets
from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import cases, drafts
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NotFound
from tiers.fragment import Place
from tiers.protocol import SectionForm
from tiers.rows import ROW, row_place
from web.forms import typed
from web.frame import frame_for
from web.pages.case_instruments import settle_score, with_instruments
from web.pages.case_parts import Reach, field_part
from web.pages.case_parts import section as section_of
from web.pages.case_section import base_of, edits_in, heads_in, posted_base, shown, with_draft
from web.pages.drafts import kept
from web.rendering import page
from web.workplace import AnyRequest, AtWork, once, place

_NEW = "new"


async def _find(
    ref: str, section: str, person: str, row: str, desk: Desk
) -> tuple[cases.CaseRecord, SectionForm]:
    record = await cases.read(ref, desk)
    form = desk.pack.sections.get(section)
    if form is None or not form.rows or form.own_page or not ROW.match(row):
        raise NotFound
    if record.fragment.people.get(person) not in form.about:
        raise NotFound
    return record, form


@get("/cases/{ref:str}/sections/{section:str}/{person:str}/rows/{row:str}")
async def row_form(
    request: AnyRequest,
    ref: FromPath[str],
    section: FromPath[str],
    person: FromPath[str],
    row: FromPath[str],
    *,
    desk: AtWork,
) -> Response[Any]:
    """One row as a form, or a new one, with the words left in it before."""
    require(desk, Act.EDIT_CASE)
    code = secrets.token_hex(4) if row == _NEW else row
    record, form = await _find(ref, section, person, code, desk)
    reach = await cases.reach(record.ref, desk)
    part = section_of(form, person, record, reach, desk)
    draft = await kept(_draft(record.ref, section, person, row), desk) or {}
    fields = tuple(
        with_draft(
            replace(field_part(one, at, record, _of_row(at, reach), desk), name=one.id), draft
        )
        for one in form.fields
        for at in (row_place(section, person, code, one.id),)
    )
    there = any(one.values for one in fields)
    if not there and row != _NEW:
        raise NotFound
    value = replace(
        part,
        fields=with_instruments(section, fields, desk),
        edit_href=f"{part.edit_href}/rows/{code}",
        draft_place=_draft(record.ref, section, person, row),
        draft_kept="before" if draft else "",
        base=base_of(draft, record.revision),
        heads=draft["heads"][-1] if draft.get("heads") else part.heads,
        remove_words=_remove_words(part.note) if there else "",
    )
    return page("cases/_section_edit.html", value, await frame_for(request, desk, "/cases"))


def _of_row(at: Place, reach: Reach) -> Reach:
    """Whom an edit of this field reaches: the same agencies in every row."""
    flat = replace(at, field=at.field.partition(".")[2])
    return {at: reach.get(flat, ())}


def _remove_words(note: str) -> str:
    return f"Remove it: {note[:1].lower()}{note[1:]}" if note else "Remove it"


def _draft(ref: str, section: str, person: str, row: str) -> str:
    return f"case/{ref}/{section}/{person}/{row}"


async def _drop_drafts(ref: str, section: str, person: str, row: str, desk: Desk) -> None:
    for left in (row, _NEW):
        await drafts.drop(_draft(ref, section, person, left), desk)


@get("/cases/{ref:str}/sections/{section:str}/{person:str}/rows/{row:str}/leave")
async def leave_row(
    request: AnyRequest,
    ref: FromPath[str],
    section: FromPath[str],
    person: FromPath[str],
    row: FromPath[str],
    *,
    desk: AtWork,
) -> Response[Any]:
    """Drop the draft and show the rows as they were."""
    record, _ = await _find(ref, section, person, row, desk)
    await _drop_drafts(record.ref, section, person, row, desk)
    return await shown(request, record, section, person, desk)


@post("/cases/{ref:str}/sections/{section:str}/{person:str}/rows/{row:str}")
async def save_row(
    request: AnyRequest,
    ref: FromPath[str],
    section: FromPath[str],
    person: FromPath[str],
    row: FromPath[str],
    *,
    desk: AtWork,
) -> Response[Any]:
    """Save one row; what is shared goes to its recipients in the same act."""
    require(desk, Act.EDIT_CASE)
    form = await typed(request)

    async def act() -> Response[Any]:
        record, shape = await _find(ref, section, person, row, desk)
        settle_score(section, form, desk)
        edits = edits_in(form, shape, lambda field: row_place(section, person, row, field))
        base, heads = posted_base(form), heads_in(form)
        edited = await cases.edit(record.ref, edits, base, heads, desk)
        await _drop_drafts(record.ref, section, person, row, desk)
        place(request).syncer.kick()
        return await shown(request, edited.record, section, person, desk)

    return await once(request, form, act)


@post("/cases/{ref:str}/sections/{section:str}/{person:str}/rows/{row:str}/remove")
async def remove_row(
    request: AnyRequest,
    ref: FromPath[str],
    section: FromPath[str],
    person: FromPath[str],
    row: FromPath[str],
    *,
    desk: AtWork,
) -> Response[Any]:
    """Take one row out, here and wherever a live share carries it."""
    require(desk, Act.EDIT_CASE)
    form = await typed(request)
    record, shape = await _find(ref, section, person, row, desk)
    every = (row_place(section, person, row, one.id) for one in shape.fields)
    edits = {at: None for at in every if at in record.fragment.fields}
    edited = await cases.edit(record.ref, edits, posted_base(form), heads_in(form), desk)
    await _drop_drafts(record.ref, section, person, row, desk)
    place(request).syncer.kick()
    return await shown(request, edited.record, section, person, desk)


handlers = (row_form, leave_row, save_row, remove_row)
