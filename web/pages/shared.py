"""Shared cases, and the one merged view of a case, live."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import meetings
from server.node.access import Act, may, require
from web.forms import typed
from web.frame import frame_for, show
from web.pages import changing
from web.pages.merged import merge
from web.pages.merged_table import Merged
from web.plain import to_problem
from web.rendering import list_words, page
from web.workplace import HOLDS, PASSIVE, AnyRequest, AtWork


@dataclass(frozen=True, slots=True)
class SharedLine:
    """One shared case, by its reference."""

    href: str
    short: str
    agencies: tuple[str, ...]
    until: date
    opened: bool
    shut: str


@dataclass(frozen=True, slots=True)
class SharedPage:
    """Every case of which somebody told this node something."""

    title: str
    cases: tuple[SharedLine, ...]


@get("/shared")
async def shared_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """The list: references and agencies, nobody's name."""
    require(desk, Act.VIEW_CASE)
    lines = tuple(
        SharedLine(
            href=f"/shared/{one.ref}",
            short=one.short,
            agencies=one.agencies,
            until=one.until,
            opened=one.opened,
            shut=one.shut,
        )
        for one in await meetings.shared_cases(desk)
    )
    title = "Shared cases" if desk.node.coordinating else "Shared with us"
    return await show(request, desk, "/shared", "shared/page.html", SharedPage(title, lines))


@get("/shared/{ref:str}", opt=HOLDS)
async def view_page(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """The merged view. That it was opened is recorded before it is shown."""
    drawn = merge(await meetings.view_with_gaps(ref, desk), desk)
    merged = replace(drawn, may_withdraw=may(desk.roles, Act.WITHDRAW))
    return await show(request, desk, "/shared", "shared/view.html", merged)


@post("/shared/{ref:str}/live", opt=PASSIVE)
async def live(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """What changed since this page was drawn: only those cells, so that nothing else moves."""
    form = await typed(request)
    had = changing.had(form)
    merged = merge(await meetings.view_with_gaps(ref, desk), desk)
    cells = merged.cells
    changed = {cell.id for cell in cells if had.get(cell.id, "") != cell.mark}
    if not changed:
        return Response("", status_code=204)
    frame = await frame_for(request, desk, "/shared")
    said = _said(merged, changed)
    if form.word("shape") != merged.shape:
        whole = page(
            "shared/_merged.html", merged.with_changed(changed, swap=False, said=said), frame
        )
        whole.headers.update({**to_problem(), "HX-Retarget": "#merged"})
        return whole
    return page("shared/_live.html", merged.with_changed(changed, swap=True, said=said), frame)


def _said(merged: Merged, changed: set[str]) -> str:
    told = [
        f"{cell.agency} changed {cell.section}"
        for cell in merged.cells
        if cell.id in changed and cell.section
    ]
    return f"{list_words(told)}." if told else "The view of this case has changed."


handlers = (shared_page, view_page, live)
