"""What she says yes to, and the last look: exactly what leaves, to whom, and one button."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.counted import agree
from server.meeting import referring
from server.meeting.referral_goes import Goes
from server.meeting.referring import ReferralView, Said
from server.node.access import Act, may, require
from server.node.desk import Desk
from tiers.gate import Cleared
from web.forms import new_token, typed
from web.frame import show
from web.pages.referral_words import STATES, ActNow, ThresholdLine, act_now, threshold_lines
from web.pages.shares import (
    LeavingLine,
    SeenSection,
    StayingLine,
    as_seen_there,
    leaving_lines,
    staying_lines,
)
from web.pages.words import agency_name, agency_names
from web.rendering import Tag
from web.workplace import AnyRequest, AtWork, go, once, place


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """Her yes, her no, or that nobody has asked her yet."""

    ref: str
    short: str
    token: str
    tag: Tag
    never_told: str
    coordinating: str
    released: bool
    said: tuple[Said, ...]
    now: ActNow | None
    may_refer: bool
    may_release: bool


@dataclass(frozen=True, slots=True)
class PartGoes:
    """What one agency gets, what stays here, and why."""

    to: str
    what_for: str
    leaving: tuple[LeavingLine, ...]
    staying: tuple[StayingLine, ...]
    as_seen: tuple[SeenSection, ...]
    why_nothing: str
    later: bool


@dataclass(frozen=True, slots=True)
class CheckPage:
    """Check before it leaves."""

    ref: str
    short: str
    token: str
    never_told: str
    restricted: str
    missing: tuple[str, ...]
    thresholds: tuple[ThresholdLine, ...]
    now: ActNow | None
    parts: tuple[PartGoes, ...]
    button: str


@get("/referrals/{ref:str}/consent")
async def consent_page(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """Has she been asked, and what did she say?"""
    view = await referring.state(ref, desk)
    value = ConsentPage(
        ref=view.record.ref,
        short=view.record.short,
        token=new_token(),
        tag=STATES[view.state],
        never_told=desk.pack.action_terms.never_told,
        coordinating=agency_name(desk.node.relay_identity, desk),
        released=bool(view.goes),
        said=view.said,
        now=act_now(view, desk),
        may_refer=may(desk.roles, Act.REFER),
        may_release=may(desk.roles, Act.RECORD_RELEASE),
    )
    return await show(request, desk, "/cases", "referral/consent.html", value)


@post("/referrals/{ref:str}/waiting")
async def waiting(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """She has not been asked yet."""
    require(desk, Act.REFER)
    form = await typed(request)
    why = form.need("why", "Write why she has not been asked yet, and when she can be.")
    form.settle()

    async def act() -> Response[Any]:
        await referring.waiting(ref, why, desk)
        return go(request, f"/referrals/{ref}", "Kept here, waiting for consent. Nothing leaves.")

    return await once(request, form, act)


@post("/referrals/{ref:str}/declined")
async def declined(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """She said no."""
    require(desk, Act.REFER)
    form = await typed(request)

    async def act() -> Response[Any]:
        await referring.declined(ref, form.whole("words"), desk)
        return go(request, f"/referrals/{ref}", "Kept here: she says no. Nothing leaves.")

    return await once(request, form, act)


@get("/referrals/{ref:str}/check")
async def check_page(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """Exactly what leaves, to whom, and what stays."""
    view = await referring.state(ref, desk)
    may_send = view.may_send and may(desk.roles, Act.REFER)
    value = CheckPage(
        ref=view.record.ref,
        short=view.record.short,
        token=new_token(),
        never_told=desk.pack.action_terms.never_told,
        restricted=desk.pack.action_terms.restricted,
        missing=tuple(f"{step.title}: {one}" for step in view.steps for one in step.missing),
        thresholds=threshold_lines(view, desk),
        now=act_now(view, desk),
        parts=tuple(_part(one, view, desk) for one in view.goes),
        button=_button(view, desk) if may_send else "",
    )
    return await show(request, desk, "/cases", "referral/check.html", value)


def _part(one: Goes, view: ReferralView, desk: Desk) -> PartGoes:
    decision = one.decision
    cleared = decision if isinstance(decision, Cleared) else None
    meeting = desk.pack.words.get("meeting", "meeting")
    what_for = "the referral" if one.is_referral(desk) else "who she is, and what it is asked"
    if one.agency == desk.node.relay_identity and not one.is_referral(desk):
        what_for = f"our own part for the {meeting}, and her yes to the plan"
    return PartGoes(
        to=agency_name(one.agency, desk),
        what_for=what_for,
        leaving=leaving_lines(cleared, desk) if cleared else (),
        staying=staying_lines(decision.left_out, view.record.fragment, desk),
        as_seen=as_seen_there(cleared.fragment, desk) if cleared else (),
        why_nothing="" if isinstance(decision, Cleared) else decision.reason.value,
        later=one.later,
    )


def _button(view: ReferralView, desk: Desk) -> str:
    to = agency_name(desk.node.relay_identity, desk)
    others = sum(
        1
        for one in view.goes
        if one.agency != desk.node.relay_identity
        and not one.later
        and isinstance(one.decision, Cleared)
    )
    also = f", and who she is to {agree(others, 'agency', 'agencies')}" if others else ""
    return f"Send the referral to {to}{also}"


@post("/referrals/{ref:str}/send")
async def send(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """Ask the gate again, seal what it clears, and let it go."""
    require(desk, Act.REFER)
    form = await typed(request)

    async def act() -> Response[Any]:
        done = await referring.send(ref, desk)
        place(request).syncer.kick()
        to = agency_names(frozenset(one.agency for one in done.sent), desk)
        said = f"Sealed for {to}. It goes now, or when the connection is back."
        if done.withheld:
            kept = agency_names(frozenset(one.agency for one in done.withheld), desk)
            said += f" Nothing went to {kept}."
        return go(request, f"/referrals/{done.ref}", said)

    return await once(request, form, act)


handlers = (consent_page, waiting, declined, check_page, send)
