"""The forms of the plan: a risk, an action, who leads; what somebody else typed meanwhile stays."""

from typing import Any

from litestar import MediaType, Response, get, post
from litestar.params import FromPath

from server.casework import drafts
from server.meeting import leads, plan, plan_rows
from server.meeting.plan_view import LEADS, RESTS_ON, RISKS, PlanRow, PlanView
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NotFound
from tiers.case_form import read_value
from tiers.reading import FormMistake
from web.forms import Typed, typed
from web.frame import frame_for
from web.pages.case_section import posted_base
from web.pages.plan_forms import NAMES, NEW, draft_of, form_of, with_draft
from web.pages.plan_parts import part_named, rows_part, section_of
from web.rendering import page
from web.workplace import AnyRequest, AtWork, once, place

_LEAD = "lead"


@get("/plan/{ref:str}/{part:str}/{about:str}/{row:str}")
async def row_form(
    request: AnyRequest,
    ref: FromPath[str],
    part: FromPath[str],
    about: FromPath[str],
    row: FromPath[str],
    *,
    desk: AtWork,
) -> Response[Any]:
    """A row as a form, or an empty one, with the words left in it before."""
    require(desk, Act.WRITE_PLAN)
    view = await _written(ref, part, desk)
    there = _row(view, part, about, row)
    form = await form_of(view, part, about, row, there, desk)
    frame = await frame_for(request, desk, "/actions")
    return page("plan/_row_form.html", await with_draft(form, view, desk), frame)


@post("/plan/{ref:str}/{part:str}/{about:str}/{row:str}")
async def save_row(
    request: AnyRequest,
    ref: FromPath[str],
    part: FromPath[str],
    about: FromPath[str],
    row: FromPath[str],
    *,
    desk: AtWork,
) -> Response[Any]:
    """Save the row; every agency that gets the plan has it in a moment."""
    require(desk, Act.WRITE_PLAN)
    form = await typed(request)

    async def act() -> Response[Any]:
        view = await _written(ref, part, desk)
        there = _row(view, part, about, row)
        whom = f"{part}-about"
        person = form.need(whom, "Choose whom it is about.") if row == NEW else about
        said = _said(form, part, there, desk)
        form.settle()
        await _save(view, part, person, row, said, form, desk)
        await drafts.drop(draft_of(view, part, about, row), desk)
        return await _shown(request, ref, part, desk)

    return await once(request, form, act)


@get("/plan/{ref:str}/{part:str}/{about:str}/{row:str}/leave")
async def leave_row(
    ref: FromPath[str],
    part: FromPath[str],
    about: FromPath[str],
    row: FromPath[str],
    desk: AtWork,
) -> Response[Any]:
    """Drop the words left in the form, and the form."""
    require(desk, Act.WRITE_PLAN)
    view = await _written(ref, part, desk)
    await drafts.drop(draft_of(view, part, about, row), desk)
    return Response("", media_type=MediaType.HTML)


@post("/plan/{ref:str}/{part:str}/{about:str}/{row:str}/take-out")
async def take_out(
    request: AnyRequest,
    ref: FromPath[str],
    part: FromPath[str],
    about: FromPath[str],
    row: FromPath[str],
    *,
    desk: AtWork,
) -> Response[Any]:
    """Take out what was written by mistake; it leaves every agency's plan too."""
    form = await typed(request)
    view = await _written(ref, part, desk)
    base = posted_base(form)
    await plan_rows.take_out(view.case_ref, section_of(part), about, row, base, desk)
    return await _shown(request, ref, part, desk)


@post("/plan/{ref:str}/{part:str}/{about:str}/{row:str}/choose")
async def choose(
    request: AnyRequest,
    ref: FromPath[str],
    part: FromPath[str],
    about: FromPath[str],
    row: FromPath[str],
    *,
    desk: AtWork,
) -> Response[Any]:
    """Keep one of two colleagues' wordings."""
    require(desk, Act.WRITE_PLAN)
    form = await typed(request)
    view = await _written(ref, part, desk)
    there, name = _row(view, part, about, row), form.word("field")
    if there is None or form.whole("value") not in {
        one.value for one in there.fields.get(name, ())
    }:
        form.wrong("", "Somebody has changed this meanwhile. Look again.")
        form.settle()
    chosen = {name: form.whole("value")}
    if section_of(part) == LEADS:
        rests = there.rests_on if there else ()
        await leads.lead(view.case_ref, about, chosen, view.revision, desk, rests_on=rests)
    else:
        await plan_rows.change(
            view.case_ref, section_of(part), about, row, chosen, view.revision, desk
        )
    return await _shown(request, ref, part, desk)


async def _save(  # noqa: PLR0917 - a row has as many parts as it has
    view: PlanView,
    part: str,
    about: str,
    row: str,
    said: dict[str, str],
    form: Typed,
    desk: Desk,
) -> None:
    section, rests = section_of(part), form.words(f"{part}-{RESTS_ON}")
    if section == LEADS:
        await leads.lead(view.case_ref, about, said, posted_base(form), desk, rests_on=rests)
    elif row != NEW:
        await plan_rows.change(
            view.case_ref, section, about, row, said, posted_base(form), desk, rests_on=rests
        )
    elif section == RISKS:
        await plan_rows.add_risk(view.case_ref, about, said, desk, rests_on=rests)
    else:
        await plan_rows.add_action(view.case_ref, about, said, desk, rests_on=rests or None)


async def _shown(request: AnyRequest, ref: str, part: str, desk: Desk) -> Response[Any]:
    place(request).syncer.kick()
    view = await plan.read(ref, desk)
    frame = await frame_for(request, desk, "/actions")
    return page("plan/_rows.html", rows_part(part, view, desk, clear_form=True), frame)


async def _written(ref: str, part: str, desk: Desk) -> PlanView:
    view = await plan.read(ref, desk)
    if not part_named(part) or not view.written_here:
        raise NotFound
    return view


def _row(view: PlanView, part: str, about: str, row: str) -> PlanRow | None:
    if row == NEW:
        return None
    section = section_of(part)
    there = view.row(section, about, "" if section == LEADS else row)
    if there is None and row != _LEAD:
        raise NotFound
    return there


def _said(form: Typed, part: str, there: PlanRow | None, desk: Desk) -> dict[str, str]:
    """What this person changed: the page may be older than a colleague's words."""
    said: dict[str, str] = {}
    section, closed = section_of(part), there is not None and there.closed
    for name in NAMES[section]:
        here = f"{part}-{name}"
        typed_now = form.whole(here).strip()
        same = typed_now == form.whole(f"was-{here}").strip()
        if here not in form.fields or (same and not closed):
            continue
        shape = desk.pack.sections[section].field(name if section == LEADS else f"0000.{name}")
        try:
            said[name] = read_value(shape, typed_now, name) if shape else typed_now
        except FormMistake as mistake:
            form.wrong(here, f"{shape.label if shape else name}: {mistake.sentence}")
    return said


handlers = (row_form, save_row, leave_row, take_out, choose)
