"""One agency's joining: the six steps as both sides see them, and what the tier will mean."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath

from server.node import onboarding
from server.node.access import Act, require
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.errors import NotFound
from server.node.onboarding import Checklist
from server.node.steps import Said, document_hash
from tiers.tier import Tier
from web import events
from web.forms import Mistakes, Slip, Typed, typed
from web.frame import frame_for, show
from web.pages import changing
from web.pages.joining_parts import checklist_part, since
from web.rendering import page
from web.workplace import PASSIVE, AnyRequest, AtWork, go, once

_SEAT: Final = "meeting"
_STILL_OPEN: Final = "Steps are still open: tick that it is to take part all the same."


@get("/partners/joining/{row:str}")
async def checklist_page(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[str]:
    """The checklist of one agency."""
    found = await _found(row, desk)
    value = await checklist_part(row, found, desk)
    return await show(request, desk, "/partners", "joining/checklist.html", value)


async def _found(row: str, desk: Desk) -> Checklist:
    for one in await onboarding.checklists(desk):
        if one.agency.identity[:16] == row:
            return one
    raise NotFound


@post("/partners/joining/{row:str}/changes", opt=PASSIVE)
async def changes(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[Any]:
    """The parts of the checklist that changed since this page was drawn; or else nothing."""
    form = await typed(request)
    value = await checklist_part(row, await _found(row, desk), desk)
    changed = changing.changed(form, value.marks)
    if not changed:
        return Response("", status_code=204)
    frame = await frame_for(request, desk, "/partners")
    return page("joining/_changes.html", since(value, changed), frame)


@post("/partners/joining/{row:str}/step")
async def record(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[Any]:
    """Say of one step who did it, when, and with which document."""
    require(desk, Act.RECORD_STEP)
    form = await typed(request)
    step, undo = form.word("step"), form.ticked("undo")
    who = form.word("who") or (desk.staff.name if desk.staff else "")
    on = desk.today if undo else form.day(f"on-{step}", "Write the day it was done.")
    form.settle()
    raw = await _document(form)
    file = form.files.get("document")

    async def act() -> Response[Any]:
        found = await _found(row, desk)
        chosen = form.word("chosen")
        said = Said(
            step=step,
            by=desk.node.identity,
            done=not undo,
            who=who,
            on=on,
            document=document_hash(raw) if raw else "",
            called=form.word("called") or (file.filename if file and raw else ""),
            note=form.word("note"),
            tier=_tier(chosen) if chosen and not undo else None,
        )
        await onboarding.record(found.agency.id, said, desk)
        events.changed(request)
        words = "Written down. The other side sees it with the next sync."
        return go(request, f"/partners/joining/{row}", words)

    return await once(request, form, act)


async def _document(form: Typed) -> bytes:
    """The bytes of the chosen file: they are hashed here, and not kept."""
    file = form.files.get("document")
    return await file.read() if file else b""


@post("/partners/joining/{row:str}/complete")
async def complete(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[Any]:
    """The agreement is signed and the tier chosen: the agency takes part."""
    require(desk, Act.CHANGE_PARTNER)
    form = await typed(request)
    until = form.day("until", "Write the last day of the agreement.")
    form.settle()
    seat = _SEAT if form.ticked("seat") else None
    raw = await _document(form)
    wanted = Change(
        tier=_tier(form.word("tier")),
        agreement_until=until,
        agreement_hash=document_hash(raw) if raw else None,
        seat=seat,
    )

    async def act() -> Response[Any]:
        found = await _found(row, desk)
        anyway = form.ticked("steps-open")
        if found.still_open and not anyway:
            raise Mistakes(Slip("steps-open", _STILL_OPEN))
        await onboarding.complete(found.agency.id, wanted, desk, steps_open=anyway)
        events.changed(request)
        words = f"{found.agency.name} takes part. A test handoff shows that all of it works."
        return go(request, f"/partners/joining/{row}", words)

    return await once(request, form, act)


def _tier(text: str) -> Tier:
    return next((tier for tier in Tier if str(tier.value) == text), Tier.DIRECTORY)


handlers = (checklist_page, changes, record, complete)
