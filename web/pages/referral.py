"""Referrals: the list of them, and one as a list of things to do, one thing a page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath

from server.meeting import referring
from server.meeting.referral_steps import RELEASE, SEND, Step
from server.node.access import Act, may, require
from web.forms import new_token, typed
from web.frame import show
from web.pages import referral_send, referral_step
from web.pages.referral_words import STATES, ActNow, act_now
from web.pages.words import name_of, people_in_order
from web.rendering import Tag
from web.workplace import AnyRequest, AtWork, go, once

_DONE, _BEGUN, _EMPTY = Tag("Done", "good"), Tag("Begun", "info"), Tag("Not begun", "")
_OWN_PAGES: Final = {RELEASE: "consent", SEND: "check"}


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """One referral in the list."""

    href: str
    name: str
    short: str
    tag: Tag
    made_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReferralsPage:
    """Every referral somebody may see."""

    token: str
    never_told: str
    lines: tuple[ReferralRow, ...]
    may_refer: bool


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: where, how far it is, and what is still empty."""

    title: str
    href: str
    tag: Tag
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReferralPage:
    """One referral, as a list of things to do."""

    ref: str
    short: str
    name: str
    tag: Tag
    never_told: str
    tasks: tuple[Task, ...]
    clocks: tuple[referring.Clock, ...]
    sent_at: datetime | None
    said: tuple[referring.Said, ...]
    now: ActNow | None


@get("/referrals")
async def list_page(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """The referrals this agency is making, or made."""
    lines = [
        ReferralRow(
            href=f"/referrals/{one.ref}",
            name=one.name or f"Case {one.short}",
            short=one.short,
            tag=STATES[one.state],
            made_at=one.made_at,
            sent_at=one.sent_at,
        )
        for one in await referring.listed(desk)
    ]
    value = ReferralsPage(
        token=new_token(),
        never_told=desk.pack.action_terms.never_told,
        lines=tuple(lines),
        may_refer=may(desk.roles, Act.REFER) and not desk.node.coordinating,
    )
    return await show(request, desk, "/cases", "referral/page.html", value)


@post("/referrals")
async def begin(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Begin a referral: of a case that is here, or of somebody who is new."""
    require(desk, Act.REFER)
    form = await typed(request)

    async def act() -> Response[Any]:
        ref = await referring.start(form.word("ref") or None, desk)
        return go(request, f"/referrals/{ref}")

    return await once(request, form, act)


@get("/referrals/{ref:str}")
async def referral_page(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """One referral: what is done, and what is still to do."""
    view = await referring.state(ref, desk)
    record = view.record
    survivor = next(iter(people_in_order(record.fragment.people)), "")
    value = ReferralPage(
        ref=record.ref,
        short=record.short,
        name=name_of(survivor, record.fragment) or f"Case {record.short}",
        tag=STATES[view.state],
        never_told=desk.pack.action_terms.never_told,
        tasks=tuple(_task(step, record.ref) for step in view.steps),
        clocks=view.clocks,
        sent_at=view.sent_at,
        said=view.said,
        now=act_now(view, desk),
    )
    return await show(request, desk, "/cases", "referral/referral.html", value)


def _task(step: Step, ref: str) -> Task:
    href = f"/referrals/{ref}/{_OWN_PAGES.get(step.id, step.id)}"
    tag = _DONE if step.done else _BEGUN if step.begun else _EMPTY
    return Task(step.title, href, tag, step.missing if step.begun else ())


handlers = (
    list_page,
    begin,
    referral_page,
    *referral_send.handlers,
    *referral_step.handlers,
)
