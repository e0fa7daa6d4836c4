"""The plan of a case: read, sent round, and its parts on their own for the page of the meeting."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework.errors import NoSuchCase
from server.meeting import circulating, contact_log, plan
from server.meeting.contact_log import Contact
from server.meeting.plan_view import PlanView
from server.meeting.said import moment_in
from server.node.access import Act, may, require
from server.node.desk import Desk
from server.node.errors import NotFound
from tiers.protocol import FieldForm
from web.forms import Option, new_token, typed
from web.frame import frame_for, show
from web.pages.plan_parts import RowsPart, counted, part_named, rows_part
from web.pages.words import (
    agency_names,
    day_words,
    people_in_order,
    person_words,
    value_words,
)
from web.rendering import Tag, moment, page
from web.workplace import PASSIVE, AnyRequest, AtWork, go, once, place


@dataclass(frozen=True, slots=True)
class ContactWords:
    """One contact in words."""

    agency: str
    person: str
    on: str
    how: str
    with_whom: str
    summary: str
    by: str


@dataclass(frozen=True, slots=True)
class ContactsPart:
    """The contact log, and the form of one more contact."""

    href: str
    contacts: tuple[ContactWords, ...]
    people: tuple[Option, ...]
    may_add: bool
    today: str
    token: str


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The plan of one case."""

    ref: str
    short: str
    title: str
    never_told: str
    restricted: str
    made_for: str
    until: object
    status: Tag | None
    facts: tuple[tuple[str, str], ...]
    circulated_at: str
    changed: bool
    may_circulate: bool
    told: str
    closed: str
    parts: tuple[RowsPart, ...]
    contacts: ContactsPart
    written_here: bool
    token: str


_MOMENTS = frozenset({"meeting_at", "answer_by"})
_FACTS = ("meeting_at", "heard_on", "decision", "reasons", "next_review_on", "answer_by")


@get("/plan/{ref:str}")
async def plan_page(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """The whole plan, for whoever may read it."""
    view = await plan.read(ref, desk)
    return await show(request, desk, "/actions", "plan/page.html", await _page(view, desk))


@get("/plan/{ref:str}/{part:str}", opt=PASSIVE)
async def plan_part(
    request: AnyRequest, ref: FromPath[str], part: FromPath[str], desk: AtWork
) -> Response[Any]:
    """One section of the plan, drawn anew."""
    if not part_named(part):
        raise NotFound
    try:
        view = await plan.read(ref, desk)
    except NoSuchCase:  # it was taken back while somebody looked: nothing of it stays on the page
        return Response("", headers={"HX-Refresh": "true"})
    frame = await frame_for(request, desk, "/actions")
    return page("plan/_rows.html", rows_part(part, view, desk), frame)


@post("/plan/{ref:str}/circulate")
async def circulate(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """Send the plan round, to each agency what its consent allows."""
    require(desk, Act.CIRCULATE_PLAN)
    form = await typed(request)

    async def act() -> Response[Any]:
        sent = await circulating.circulate(ref, desk)
        place(request).syncer.kick()
        return go(request, f"/plan/{ref}", f"Sent round to {agency_names(sent.to, desk)}.")

    return await once(request, form, act)


@post("/plan/{ref:str}/contacts")
async def add_contact(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """Write down one contact, in our own record of the case."""
    require(desk, Act.EDIT_CASE)
    form = await typed(request)

    async def act() -> Response[Any]:
        about = form.need("contact-about", "Choose whom the contact was about.")
        form.need("contact-summary", "Write what was said or done.")
        form.settle()
        names = ("on", "how", "with_whom", "summary")
        said = {name: form.whole(f"contact-{name}").strip() for name in names}
        await contact_log.add(ref, about, said, desk)
        place(request).syncer.kick()
        view = await plan.read(ref, desk)
        part = await _contacts(view, desk)
        return page("plan/_contacts.html", part, await frame_for(request, desk, "/actions"))

    return await once(request, form, act)


async def _page(view: PlanView, desk: Desk) -> PlanPage:
    terms = desk.pack.action_terms
    status = view.says("status")
    return PlanPage(
        ref=view.case_ref,
        short=view.short,
        title=desk.pack.words["matrix"],
        never_told=terms.never_told,
        restricted=terms.restricted,
        made_for=desk.node.name,
        until=view.until,
        status=Tag(status.replace("_", " ").capitalize(), "info") if status else None,
        facts=tuple(_facts(view, desk)),
        circulated_at=view.circulated.at if view.circulated else "",
        changed=bool(view.circulated and view.circulated.changed),
        may_circulate=view.written_here and may(desk.roles, Act.CIRCULATE_PLAN),
        told=agency_names(view.told, desk),
        closed=counted(view),
        parts=tuple(rows_part(name, view, desk) for name in ("risks", "actions", "leads")),
        contacts=await _contacts(view, desk),
        written_here=view.written_here,
        token=new_token(),
    )


def _facts(view: PlanView, desk: Desk) -> list[tuple[str, str]]:
    section = desk.pack.sections["plan_case"]
    found = []
    for name in _FACTS:
        form = section.field(name)
        if form is not None and view.says(name):
            found.append((form.label, _said(name, form, view.says(name), desk)))
    return found


def _said(name: str, form: FieldForm, value: str, desk: Desk) -> str:
    """A moment as people say it in their own zone; a day or words as they are said elsewhere."""
    if name not in _MOMENTS:
        return value_words(form, value)
    at = moment_in(value)
    return value if at is None else moment(at, desk.pack.timezone)


async def _contacts(view: PlanView, desk: Desk) -> ContactsPart:
    found = await contact_log.entries(view.case_ref, desk)
    options = tuple(
        Option(person, person_words(person, view.people[person], desk.pack))
        for person in people_in_order(view.people)
    )
    return ContactsPart(
        href=f"/plan/{view.case_ref}/contacts",
        contacts=tuple(_contact(one, view, desk) for one in found),
        people=options,
        may_add=may(desk.roles, Act.EDIT_CASE) and not view.written_here,
        today=desk.today.isoformat(),
        token=new_token(),
    )


def _contact(one: Contact, view: PlanView, desk: Desk) -> ContactWords:
    written = next(iter(one.fields.values()))[-1]
    return ContactWords(
        agency=one.name,
        person=person_words(one.about, view.people.get(one.about, ""), desk.pack),
        on=day_words(one.says("on")),
        how=one.says("how"),
        with_whom=one.says("with_whom"),
        summary=one.says("summary"),
        by=written.by,
    )


handlers = (plan_page, plan_part, circulate, add_contact)
