"""One thing of a referral a page: the sections it is written in, as the case itself edits them."""

from dataclasses import dataclass, replace
from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath

from server.casework import cases
from server.meeting import referring
from server.meeting.referral_steps import PEOPLE, RELEASE, Step
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NotFound
from tiers.fragment import SURVIVOR
from web.frame import show
from web.pages.case_parts import SectionPart, sections_of
from web.pages.case_people import REFERRAL, PeoplePage, people_part
from web.pages.referral_words import ActNow, ThresholdLine, act_now, threshold_lines
from web.workplace import AnyRequest, AtWork

_HINTS: Final = {
    PEOPLE: "Everybody this is about: her, each child, the person using violence, anybody else at "
    "risk. Each name, other spelling and date of birth helps an agency to find its own records.",
    "incident": "What brings you to refer now, and who she is afraid of.",
    "assessments": "What came out, an entry for each assessment. The questions stay on their form.",
    "judgement": "Any one of these is enough; a score is only one of them.",
    "contact": "Whether and when to call, whether to leave a message, and what is not safe.",
    "wishes": "Her words, not yours. They are read first at the meeting.",
}
_WITH_THRESHOLD = frozenset({"assessments", "judgement"})


@dataclass(frozen=True, slots=True)
class StepPage:
    """One thing of a referral, and where it goes on."""

    ref: str
    short: str
    title: str
    hint: str
    never_told: str
    first: SectionPart | None  # an empty section, opened at once
    written: tuple[SectionPart, ...]
    empty: tuple[SectionPart, ...]
    people: PeoplePage | None
    thresholds: tuple[ThresholdLine, ...]
    now: ActNow | None
    next_href: str
    next_title: str


@get("/referrals/{ref:str}/{step:str}")
async def step_page(
    request: AnyRequest, ref: FromPath[str], step: FromPath[str], desk: AtWork
) -> Response[Any]:
    """One step of a referral."""
    require(desk, Act.EDIT_CASE)
    view = await referring.state(ref, desk)
    names = [one.id for one in view.steps]
    if step not in names or not view.steps[names.index(step)].sections:
        raise NotFound
    here = view.steps[names.index(step)]
    following = view.steps[names.index(step) + 1]
    parts = await _parts(here, view.record, desk)
    written = tuple(replace(one, open=True) for one in parts if one.written)
    empty = tuple(one for one in parts if not one.written)
    people = view.record.fragment.people
    hers = [one for one in empty if people[one.person] == SURVIVOR]
    first = hers[0] if hers and not written and step != PEOPLE else None
    rules = step in _WITH_THRESHOLD
    value = StepPage(
        ref=view.record.ref,
        short=view.record.short,
        title=here.title,
        hint=_HINTS[step],
        never_told=desk.pack.action_terms.never_told,
        first=first,
        written=written,
        empty=tuple(one for one in empty if one is not first),
        people=await people_part(view.record, desk, REFERRAL) if step == PEOPLE else None,
        thresholds=threshold_lines(view, desk) if rules else (),
        now=act_now(view, desk) if rules else None,
        next_href=f"/referrals/{view.record.ref}/{_path(following)}",
        next_title=following.title,
    )
    return await show(request, desk, "/cases", "referral/step.html", value)


def _path(step: Step) -> str:
    return "consent" if step.id == RELEASE else step.id


async def _parts(step: Step, record: cases.CaseRecord, desk: Desk) -> list[SectionPart]:
    reach = await cases.reach(record.ref, desk)
    every = sections_of(record, reach, desk)
    ids = {f"part-{section}-{one.person}" for section in step.sections for one in every}
    return [one for one in every if one.id in ids]


handlers = (step_page,)
