"""One question: who it is about, our own records searched, our part, and what would leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from server.casework import cases, mailroom
from server.counted import agree
from server.meeting import answering, answers
from server.meeting.answering import Question
from server.meeting.asked import Asking
from server.meeting.noting import ANSWERED, LEFT, NOTHING_KNOWN
from server.node.access import Act, may
from server.node.desk import Desk
from tiers.fragment import Fragment, Place
from tiers.gate import Cleared, Withheld
from web.forms import Option, new_token
from web.frame import frame_for, show
from web.pages.case_parts import SectionPart
from web.pages.case_parts import section as section_part
from web.pages.shares import (
    LeavingLine,
    SeenSection,
    StayingLine,
    as_seen_there,
    leaving_lines,
    staying_lines,
)
from web.pages.words import about_words, agency_name, capital, people_in_order
from web.rendering import Tag, page
from web.workplace import AnyRequest, AtWork, go

_CHECKS = "background_checks"


@dataclass(frozen=True, slots=True)
class TakeUpPart:
    """Which of our cases this is, before anything may be said."""

    cases: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class AboutPart:
    """What we write about one person under the headings, and under the checks if we make them."""

    about: str
    sections: tuple[SectionPart, ...]


@dataclass(frozen=True, slots=True)
class OwnPart:
    """Our own part: who attends, what we write, and exactly what would leave."""

    case_href: str
    attends: dict[str, str]
    people: tuple[AboutPart, ...]
    to: str
    leaving: tuple[LeavingLine, ...]
    staying: tuple[StayingLine, ...]
    as_seen: tuple[SeenSection, ...]
    why_nothing: str
    until: date
    sent: bool
    attend_words: str
    button: str
    nothing_button: str
    nothing_known: bool


@dataclass(frozen=True, slots=True)
class OnePage:
    """One question, from whom it is asked about to what leaves."""

    href: str
    token: str
    short: str
    from_name: str
    came_at: datetime
    answer_by: datetime | None
    due: Tag | None
    until: date
    told: tuple[SeenSection, ...]
    never_told: str
    searched_at: str
    searched_by: str
    may_search: bool
    take_up: TakeUpPart | None
    own: OwnPart | None
    ended: bool
    left: bool
    may_leave: bool


@dataclass(frozen=True, slots=True)
class GoesPart:
    """What leaves now, asked for again by the open page whenever something was written on it."""

    href: str
    token: str
    until: date
    own: OwnPart


def due_tag(line: Asking) -> Tag | None:
    """A word beside a question that waits, near its cut-off or past it."""
    if line.late:
        return Tag("Late", "bad")
    return Tag("Due soon", "you") if line.soon else None


@get("/asked/{number:str}")
async def one_page(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """One question, opened; that it was looked at is written down."""
    question = await answering.read(number, desk)
    line, found = question.line, question.find
    told = Fragment(found.case_ref, found.people, found.fields, {})
    value = OnePage(
        href=f"/asked/{line.share}",
        token=new_token(),
        short=line.short,
        from_name=line.from_name,
        came_at=line.came_at,
        answer_by=line.answer_by,
        due=due_tag(line),
        until=line.until,
        told=as_seen_there(told, desk),
        never_told=desk.pack.action_terms.never_told,
        searched_at=question.searched_at,
        searched_by=question.searched_by,
        may_search=may(desk.roles, Act.ANSWER_REQUEST),
        take_up=await _take_up(desk) if question.to_take_up else None,
        own=await _own(question, desk) if question.own_ref and question.tell else None,
        ended=bool(question.own_ref) and question.tell is None,
        left=line.state == LEFT,
        may_leave=line.asks and line.state not in {LEFT, ANSWERED, NOTHING_KNOWN},
    )
    return await show(request, desk, "/asked", "asked/one.html", value)


@get("/asked/{number:str}/goes")
async def goes_part(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """What would leave, and the buttons beside it, as things stand now."""
    question = await answering.read(number, desk)
    if not question.own_ref or question.tell is None:
        return go(request, f"/asked/{number}")
    href, own = f"/asked/{question.line.share}", await _own(question, desk)
    part = GoesPart(href, new_token(), question.line.until, own)
    return page("asked/_goes.html", part, await frame_for(request, desk, "/asked"))


async def _take_up(desk: Desk) -> TakeUpPart:
    own = [one for one in await cases.list_cases(desk) if one.own]
    options = (Option(one.ref, f"{one.name or 'Case'}, {one.short}") for one in own)
    return TakeUpPart(tuple(options))


async def _own(question: Question, desk: Desk) -> OwnPart:
    record = await cases.read(question.own_ref, desk)
    reach = await cases.reach(record.ref, desk)
    fragment = record.fragment
    assert question.tell is not None  # noqa: S101 - asked by the caller
    to = agency_name(question.tell.recipient, desk)
    decision = await mailroom.preview(record.ref, question.tell.recipient, "meeting", desk)
    cleared = decision if isinstance(decision, Cleared) else None
    leaving = leaving_lines(cleared, desk) if cleared else ()
    said = [
        (place, written[-1].value)
        for place, written in fragment.fields.items()
        if place.section in desk.pack.headings
    ]
    people = tuple(
        AboutPart(
            capital(about_words(person, fragment, desk.pack)),
            tuple(
                section_part(desk.pack.sections[section], person, record, reach, desk)
                for section in _written_here(desk)
                if fragment.people[person] in desk.pack.sections[section].about
            ),
        )
        for person in people_in_order(fragment.people)
    )
    sent = question.line.state in {ANSWERED, NOTHING_KNOWN}
    attends = Place(answers.ATTENDING, question.survivor, "name")
    return OwnPart(
        case_href=f"/cases/{record.ref}",
        attends={
            name: _said(fragment, question.survivor, name) for name in ("name", "role", "phone")
        },
        people=people,
        to=to,
        leaving=leaving,
        staying=staying_lines(decision.left_out, fragment, desk),
        as_seen=as_seen_there(cleared.fragment, desk) if cleared else (),
        why_nothing=_why_nothing(decision, said),
        until=question.tell.ends,
        sent=sent,
        attend_words=f"Save, and send to {to}" if reach.get(attends) else "Save",
        button=f"Send {agree(len(leaving), 'section')} to {to}" if leaving else "",
        nothing_button=f"Tell {to} that nothing is known" if answers.nothing_beside(said) else "",
        nothing_known=question.line.state == NOTHING_KNOWN,
    )


def _why_nothing(decision: Cleared | Withheld, said: Sequence[tuple[Place, str]]) -> str:
    if isinstance(decision, Cleared):
        return ""
    return decision.reason.value if said else "Nothing of your summary is written yet."


def _written_here(desk: Desk) -> tuple[str, ...]:
    """The headings in the protocol's order; and the checks, at an agency that makes them."""
    agency = desk.directory.agency(desk.node.identity)
    checks = agency is not None and agency.kind in desk.pack.background_checks_by
    return (*desk.pack.headings, _CHECKS) if checks else desk.pack.headings


def _said(fragment: Fragment, survivor: str, name: str) -> str:
    written = fragment.fields.get(Place(answers.ATTENDING, survivor, name), ())
    return written[-1].value if written else ""


handlers = (one_page, goes_part)
