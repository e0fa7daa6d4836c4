"""Papers: what can be taken away as a file, for whom, and the file itself once it is recorded."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath

from server.meeting import exporting, plan, planning
from server.meeting.exporting import Paper
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NotFound
from web.frame import show
from web.pages.words import agency_name
from web.workplace import AnyRequest, AtWork

_SHEETS: Final = (("xlsx", "spreadsheet (XLSX)"), ("csv", "plain table (CSV)"))


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One file that can be made."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class PapersPage:
    """The files of one subject, and what stands on each of them."""

    back: str
    title: str
    lede: str
    papers: tuple[PaperLine, ...]
    restricted: str
    never_told: str


@get("/papers/plan/{ref:str}")
async def of_plan(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[str]:
    """The plan of a case: this node's own copy, and one for each agency that may get it."""
    require(desk, Act.EXPORT_PAPER)
    view = await plan.read(ref, desk)
    here = PaperLine(f"Take away the plan for {desk.node.name}", f"/papers/plan/{ref}/file")
    others = sorted((agency_name(one, desk), one) for one in view.told - {desk.node.identity})
    made = [
        PaperLine(f"Make the plan for {name}", f"/papers/plan/{ref}/{one}") for name, one in others
    ]
    lede = (
        "One case, one file, one reader. Consent is asked again for every field as the file is "
        "made; what may not go to that agency is not in it."
    )
    return await _page(
        request, desk, f"/plan/{ref}", desk.pack.words["matrix"], lede, (here, *made)
    )


@get("/papers/meeting/{meeting:str}")
async def of_meeting(request: AnyRequest, meeting: FromPath[str], desk: AtWork) -> Response[str]:
    """The agenda of a meeting, and who is expected or was there."""
    require(desk, Act.EXPORT_PAPER)
    await planning.load(meeting, desk)
    papers = (
        PaperLine("Take away the agenda (PDF)", f"/papers/meeting/{meeting}/agenda.pdf"),
        *(
            PaperLine(f"Take away attendance as a {words}", f"/papers/meeting/{meeting}/{form}")
            for form, words in _SHEETS
        ),
    )
    lede = "Cases stand on the agenda by their references, without a name."
    return await _page(request, desk, f"/meetings/{meeting}", "Agenda and attendance", lede, papers)


@get("/papers/actions")
async def of_actions(request: AnyRequest, desk: AtWork) -> Response[str]:
    """The actions as a sheet."""
    require(desk, Act.EXPORT_PAPER)
    papers = tuple(
        PaperLine(f"Take away the actions as a {words}", f"/papers/actions/{form}")
        for form, words in _SHEETS
    )
    lede = (
        "The actions of every agency, as they stand now."
        if desk.node.coordinating
        else "The actions that are this agency's own, as they stand now."
    )
    return await _page(request, desk, "/actions", "Actions", lede, papers)


@get("/papers/plan/{ref:str}/{agency:str}")
async def plan_file(ref: FromPath[str], agency: FromPath[str], desk: AtWork) -> Response[bytes]:
    """The plan as a PDF."""
    return _file(await exporting.plan(ref, None if agency == "file" else agency, desk))


@get("/papers/meeting/{meeting:str}/{form:str}")
async def meeting_file(
    meeting: FromPath[str], form: FromPath[str], desk: AtWork
) -> Response[bytes]:
    """The agenda as a PDF, or attendance as a sheet."""
    if form == "agenda.pdf":
        return _file(await exporting.agenda(meeting, desk))
    return _file(await exporting.attendance(meeting, desk, _known(form)))


@get("/papers/actions/{form:str}")
async def actions_file(form: FromPath[str], desk: AtWork) -> Response[bytes]:
    """The actions as a sheet."""
    return _file(await exporting.actions(desk, _known(form)))


def _known(form: str) -> str:
    if form not in dict(_SHEETS):
        raise NotFound
    return form


def _file(paper: Paper) -> Response[bytes]:
    return Response(
        paper.content,
        media_type=paper.media_type,
        headers={"content-disposition": f'attachment; filename="{paper.name}"'},
    )


async def _page(  # noqa: PLR0917 - a page has as many parts as it has
    request: AnyRequest,
    desk: Desk,
    back: str,
    title: str,
    lede: str,
    papers: tuple[PaperLine, ...],
) -> Response[Any]:
    terms = desk.pack.action_terms
    value = PapersPage(back, title, lede, papers, terms.restricted, terms.never_told)
    place = "/actions" if back == "/actions" else "/meetings"
    return await show(request, desk, place, "papers/page.html", value)


handlers = (of_plan, of_meeting, of_actions, plan_file, meeting_file, actions_file)
