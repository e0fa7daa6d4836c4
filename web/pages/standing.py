"""Standing: who takes part, how far and until when; one line each, details open in place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from server.counted import agree
from server.node import coalition, reminders
from server.node.coalition import Partner
from server.node.desk import Desk
from tiers.tier import Tier
from web.forms import Option, Typed, new_token, typed
from web.frame import frame_for, show
from web.pages.cards import CardForm, card_forms
from web.pages.standing_lines import PartnerLine, line
from web.pages.standing_signing import SigningPart, signing_part
from web.pages.words import tier_words
from web.rendering import day, page
from web.workplace import AnyRequest, AtWork


@dataclass(frozen=True, slots=True)
class RowsPart:
    """The agencies that match, and how many of how many they are."""

    partners: tuple[PartnerLine, ...]
    counted: str


@dataclass(frozen=True, slots=True)
class StandingPage:
    """The directory this node believes, and what can be done about it."""

    token: str
    lede: str
    review: str
    empty: str
    rows: RowsPart
    kinds: tuple[Option, ...]
    tiers: tuple[Option, ...]
    states: tuple[Option, ...]
    forms: tuple[CardForm, ...]
    signing: SigningPart


_STATES = (
    Option("ending", "Agreement ends soon or has ended"),
    Option("none", "No agreement yet"),
    Option("suspended", "Suspended"),
)


@get("/partners/standing")
async def standing_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """Who takes part."""
    found = await coalition.partners(desk)
    number, until = desk.directory.number, day(desk.directory.valid_until)
    empty = (
        "This node belongs to a coalition; its directory comes with the next sync."
        if desk.node.joined
        else "Begin by joining a coordinating node: exchange cards, compare eight words by voice."
    )
    past = reminders.review_past(desk)
    value = StandingPage(
        token=new_token(),
        lede=f"Directory number {number}, good until {until}."
        if found
        else "Who takes part, how far, and until when.",
        review=f"The protocol was to be looked at again by {day(past)}." if past else "",
        empty=empty,
        rows=_rows(found, Typed({}, {}), desk),
        kinds=_kinds(found, desk),
        tiers=tuple(Option(str(tier.value), tier_words(tier.value, desk.pack)) for tier in Tier),
        states=_STATES,
        forms=card_forms(desk),
        signing=await signing_part(desk, new_token()),
    )
    return await show(request, desk, "/partners", "standing/page.html", value)


@post("/partners/standing/rows")
async def standing_rows(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Only those of one kind, one tier, or whose agreement needs somebody."""
    form = await typed(request)
    rows = _rows(await coalition.partners(desk), form, desk)
    return page("standing/_rows.html", rows, await frame_for(request, desk, "/partners"))


def _rows(found: Sequence[Partner], form: Typed, desk: Desk) -> RowsPart:
    shown = [one for one in found if _matches(one, form, desk)]
    counted = agree(len(shown), "agency", "agencies")
    return RowsPart(
        tuple(line(one, desk) for one in shown),
        counted if len(shown) == len(found) else f"{counted} of {len(found)}",
    )


def _matches(one: Partner, form: Typed, desk: Desk) -> bool:
    agency = one.agency
    kind, tier, state = form.word("kind"), form.word("tier"), form.word("state")
    states = {
        "": True,
        "ending": reminders.about(agency, desk) is not None,
        "none": agency.agreement_until is None,
        "suspended": agency.suspended,
    }
    return kind in {"", agency.kind} and tier in {"", str(agency.tier)} and states.get(state, True)


def _kinds(found: Sequence[Partner], desk: Desk) -> tuple[Option, ...]:
    listed = {one.agency.kind for one in found}
    return tuple(
        Option(code, words) for code, words in desk.pack.agency_kinds.items() if code in listed
    )


handlers = (standing_page, standing_rows)
