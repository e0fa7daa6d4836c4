"""One section of a case: shown, changed in place, and the choice between two wordings."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import cases, drafts
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NotFound
from tiers.case_form import read_value
from tiers.fragment import Place
from tiers.protocol import FieldForm, SectionForm
from tiers.reading import FormMistake
from web.forms import Mistakes, Slip, Typed, typed
from web.frame import frame_for
from web.pages.case_parts import FieldPart, Reach, field_part
from web.pages.case_parts import section as section_of
from web.pages.drafts import kept
from web.rendering import page
from web.workplace import AnyRequest, AtWork, once, place


async def _find(
    ref: str, section: str, person: str, desk: Desk
) -> tuple[cases.CaseRecord, SectionForm, Reach]:
    record = await cases.read(ref, desk)
    form = desk.pack.sections.get(section)
    if form is None or form.own_page or record.fragment.people.get(person) not in form.about:
        raise NotFound
    return record, form, await cases.reach(record.ref, desk)


def _form(section: str, desk: Desk) -> SectionForm:
    form = desk.pack.sections.get(section)
    if form is None:
        raise NotFound
    return form


async def shown(
    request: AnyRequest, record: cases.CaseRecord, section: str, person: str, desk: Desk
) -> Response[Any]:
    """The section to read, open, after it was changed or left; the page around it hears of it."""
    reach = await cases.reach(record.ref, desk)
    part = replace(section_of(_form(section, desk), person, record, reach, desk), open=True)
    answer = page("cases/_section_shown.html", part, await frame_for(request, desk, "/cases"))
    answer.headers["HX-Trigger"] = "written"
    return answer


@get("/cases/{ref:str}/sections/{section:str}/{person:str}")
async def change_form(
    request: AnyRequest,
    ref: FromPath[str],
    section: FromPath[str],
    person: FromPath[str],
    desk: AtWork,
) -> Response[Any]:
    """The section as a form, with the words left in it before."""
    require(desk, Act.EDIT_CASE)
    record, form, reach = await _find(ref, section, person, desk)
    if form.rows:
        raise NotFound
    kept_at = f"case/{record.ref}/{section}/{person}"
    draft = await kept(kept_at, desk)
    part = section_of(form, person, record, reach, desk)
    fields = tuple(
        field_part(field, Place(section, person, field.id), record, reach, desk)
        for field in form.fields
    )
    if draft:
        fields = tuple(with_draft(field, draft) for field in fields)
    part = replace(
        part,
        fields=fields,
        draft_place=kept_at,
        draft_kept="before" if draft else "",
        base=base_of(draft, record.revision),
        heads=draft["heads"][-1] if draft and draft.get("heads") else part.heads,
    )
    return page("cases/_section_edit.html", part, await frame_for(request, desk, "/cases"))


def with_draft(field: FieldPart, draft: Mapping[str, list[str]]) -> FieldPart:
    """The field with the words left in it before, if any were."""
    if not draft.get(field.name):
        return field
    was = draft.get(f"was-{field.name}") or [field.was]
    return replace(field, value=draft[field.name][-1], was=was[-1])


def base_of(draft: Mapping[str, list[str]] | None, revision: int) -> int:
    """The revision the words of this form were drawn from."""
    # Half-typed words were drawn from the revision they were typed on, not from today's.
    text = (draft or {}).get("base", [""])[-1]
    return min(int(text), revision) if text.isdecimal() else revision


@get("/cases/{ref:str}/sections/{section:str}/{person:str}/leave")
async def leave(
    request: AnyRequest,
    ref: FromPath[str],
    section: FromPath[str],
    person: FromPath[str],
    desk: AtWork,
) -> Response[Any]:
    """Drop the draft and show the section as it was."""
    record, _, _ = await _find(ref, section, person, desk)
    await drafts.drop(f"case/{record.ref}/{section}/{person}", desk)
    return await shown(request, record, section, person, desk)


@post("/cases/{ref:str}/sections/{section:str}/{person:str}")
async def save(
    request: AnyRequest,
    ref: FromPath[str],
    section: FromPath[str],
    person: FromPath[str],
    desk: AtWork,
) -> Response[Any]:
    """Save the section; what is shared goes to its recipients in the same act."""
    require(desk, Act.EDIT_CASE)
    form = await typed(request)

    async def act() -> Response[Any]:
        shape = _form(section, desk)
        edits = edits_in(form, shape, lambda field: Place(section, person, field))
        edited = await cases.edit(ref, edits, posted_base(form), heads_in(form), desk)
        await drafts.drop(f"case/{edited.record.ref}/{section}/{person}", desk)
        place(request).syncer.kick()
        return await shown(request, edited.record, section, person, desk)

    return await once(request, form, act)


def edits_in(
    form: Typed, shape: SectionForm, place_of: Callable[[str], Place]
) -> dict[Place, str | None]:
    """What somebody changed in the fields of this section, and where it stands."""
    edits: dict[Place, str | None] = {}
    for field in shape.fields:
        # Only what this person changed: the form may be older than a colleague's words.
        if form.whole(field.id).strip() == form.whole(f"was-{field.id}").strip():
            continue
        edits[place_of(field.id)] = _read(form, field) or None
    form.settle()
    return edits


def _read(form: Typed, field: FieldForm) -> str:
    try:
        return read_value(field, form.whole(field.id).strip(), field.id)
    except FormMistake as mistake:
        form.wrong(field.id, f"{field.label}: {mistake.sentence}")
        return ""


def posted_base(form: Typed) -> int:
    """The revision the posted page was drawn from."""
    text = form.word("base")
    if not text.isdecimal() or len(text) > 9:
        raise Mistakes(Slip("", "This page is out of date. Load it again."))
    return int(text)


def heads_in(form: Typed) -> dict[str, tuple[str, ...]]:
    """The heads of the live shares, as the posted page knew them."""
    try:
        found = json.loads(form.word("heads") or "{}")
        return {str(share): tuple(map(str, heads)) for share, heads in found.items()}
    except (ValueError, AttributeError, TypeError):
        raise Mistakes(Slip("", "This page is out of date. Load it again.")) from None


@post("/cases/{ref:str}/sections/{section:str}/{person:str}/choose")
async def choose(
    request: AnyRequest,
    ref: FromPath[str],
    section: FromPath[str],
    person: FromPath[str],
    desk: AtWork,
) -> Response[Any]:
    """Keep one of two colleagues' wordings."""
    require(desk, Act.EDIT_CASE)
    form = await typed(request)

    async def act() -> Response[Any]:
        record, shape, _ = await _find(ref, section, person, desk)
        field, value = shape.field(form.word("field")), form.whole("value")
        if field is None:
            raise NotFound
        at = Place(section, person, field.id)
        if value not in {one.value for one in record.fragment.fields.get(at, ())}:
            raise Mistakes(Slip("", "Somebody has changed this meanwhile. Load the page again."))
        heads = {share: tuple(now) for share, now in record.heads.items()}
        edited = await cases.edit(record.ref, {at: value}, record.revision, heads, desk)
        place(request).syncer.kick()
        return await shown(request, edited.record, section, person, desk)

    return await once(request, form, act)


handlers = (change_form, leave, save, choose)
