"""Standing: who takes part, how far, until when; this node's own card; taking agencies in."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.node import coalition, voice
from server.node.access import Act, may, require
from server.node.coalition import Change, Partner
from server.node.desk import Desk
from server.node.errors import NotFound
from tiers.tier import Tier
from web.forms import Option, Typed, new_token, typed
from web.frame import show
from web.pages.words import tier_words
from web.rendering import Tag, day
from web.workplace import AnyRequest, AtWork, go, once

_SEAT = "meeting"


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """One agency of the directory, in words."""

    row: str
    name: str
    kind: str
    tier: str
    tier_value: str
    agreement: str
    until: str
    tags: tuple[Tag, ...]
    facts: tuple[str, ...]
    seat: bool
    suspended: bool
    self: bool


@dataclass(frozen=True, slots=True)
class CardForm:
    """A form that takes another node's card and its eight words."""

    id: str
    title: str
    lede: str
    href: str
    button: str
    enrols: bool = False
    open: bool = False


@dataclass(frozen=True, slots=True)
class StandingPage:
    """The directory this node believes, and what can be done about it."""

    token: str
    lede: str
    empty: str
    partners: tuple[PartnerLine, ...]
    forms: tuple[CardForm, ...]
    tiers: tuple[Option, ...]
    may_change: bool


@dataclass(frozen=True, slots=True)
class CardPage:
    """This node's own card."""

    words: tuple[str, ...]
    text: str


@get("/partners")
async def partners_page(desk: AtWork) -> Response[str]:
    """How everybody stands, until there is a page to find them on."""
    require(desk, Act.LIST_PARTNERS)
    return Response("", status_code=303, headers={"Location": "/partners/standing"})


@get("/partners/standing")
async def standing_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """Who takes part."""
    lines = tuple(_line(one, desk) for one in await coalition.partners(desk))
    number, until = desk.directory.number, day(desk.directory.valid_until)
    empty = (
        "This node belongs to a coalition; its directory comes with the next sync."
        if desk.node.joined
        else "Begin by joining a coordinating node: exchange cards, compare eight words by voice."
    )
    value = StandingPage(
        token=new_token(),
        lede=f"Directory number {number}, good until {until}."
        if lines
        else "Who takes part, how far, and until when.",
        empty=empty,
        partners=lines,
        forms=_forms(desk),
        tiers=tuple(Option(str(tier.value), tier_words(tier.value, desk.pack)) for tier in Tier),
        may_change=desk.node.coordinating and may(desk.roles, Act.CHANGE_PARTNER),
    )
    return await show(request, desk, "/partners", "standing/page.html", value)


def _line(one: Partner, desk: Desk) -> PartnerLine:
    agency, until = one.agency, one.agency.agreement_until
    tags = [Tag("This node", "info")] if one.itself else []
    if agency.suspended:
        tags.append(Tag("Suspended", "bad"))
    if until is None or until < desk.today:
        tags.append(Tag("Agreement has lapsed", "you"))
    facts = [f"{'Has a' if _SEAT in agency.seats else 'No'} seat at the meeting"]
    if agency.verified_on:
        facts.append(f"Words checked by the coordinating node on {day(agency.verified_on)}")
    if one.verified_here and not one.itself:
        facts.append("Words checked here")
    return PartnerLine(
        row=agency.identity[:16],
        name=agency.name,
        kind=desk.pack.agency_kinds.get(agency.kind, agency.kind),
        tier=tier_words(agency.tier, desk.pack),
        tier_value=str(agency.tier),
        agreement=f"Agreement until {day(until)}." if until else "No agreement.",
        until=until.isoformat() if until else "",
        tags=tuple(tags),
        facts=tuple(facts),
        seat=_SEAT in agency.seats,
        suspended=agency.suspended,
        self=one.itself,
    )


def _forms(desk: Desk) -> tuple[CardForm, ...]:
    forms = []
    if desk.node.coordinating and may(desk.roles, Act.ENROL):
        forms.append(
            CardForm(
                "enrol",
                "Take an agency in",
                "Its agreement is signed and its words were compared by voice. "
                "The next directory carries it to everybody.",
                "/partners/standing/enrol",
                "Take this agency in",
                enrols=True,
            )
        )
    if not desk.node.coordinating and not desk.node.joined and may(desk.roles, Act.JOIN):
        forms.append(
            CardForm(
                "join",
                "Join a coordinating node",
                "From then on this node believes the directory that it signs.",
                "/partners/standing/join",
                "Join this coordinating node",
                open=True,
            )
        )
    if may(desk.roles, Act.VERIFY_PARTNER):
        forms.append(
            CardForm(
                "verify",
                "Check a partner's words yourself",
                "You need not take the coordinating node's word for it.",
                "/partners/standing/verify",
                "These are their words",
            )
        )
    return tuple(forms)


def _card(form: Typed, name: str) -> tuple[bytes, str]:
    text = form.need(f"{name}-card", "Paste the text of their card.")
    words = form.need(f"{name}-words", "Type the eight words they read to you.")
    form.settle()
    return voice.from_line(text), words


@post("/partners/standing/enrol")
async def enrol(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Take an agency in."""
    require(desk, Act.ENROL)
    form = await typed(request)
    until = form.day("enrol-until", "Write the last day of the agreement.")
    raw, words = _card(form, "enrol")

    async def act() -> Response[Any]:
        seats = frozenset({_SEAT}) if form.ticked("seat") else frozenset[str]()
        tier = _tier(form.word("enrol-tier"))
        await coalition.enrol(raw, tier, seats, until, words, desk)
        return go(
            request,
            "/partners/standing",
            "The agency is in the directory. It reaches everybody with their next sync.",
        )

    return await once(request, form, act)


@post("/partners/standing/join")
async def join(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Trust a coordinating node."""
    require(desk, Act.JOIN)
    form = await typed(request)
    raw, words = _card(form, "join")

    async def act() -> Response[Any]:
        await coalition.join(raw, words, desk)
        return go(request, "/partners/standing", "Joined. The directory comes with the next sync.")

    return await once(request, form, act)


@post("/partners/standing/verify")
async def verify(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Write down that the words were compared here too."""
    require(desk, Act.VERIFY_PARTNER)
    form = await typed(request)
    raw, words = _card(form, "verify")

    async def act() -> Response[Any]:
        await coalition.verify(raw, words, desk)
        return go(request, "/partners/standing", "Written down: their words were checked here.")

    return await once(request, form, act)


@post("/partners/standing/{row:str}")
async def change(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[Any]:
    """Change how an agency stands, in the next directory."""
    require(desk, Act.CHANGE_PARTNER)
    form = await typed(request)
    agency = next((one for one in desk.directory.entries if one.identity[:16] == row), None)
    if agency is None:
        raise NotFound
    until: date | None = None
    if form.word(f"until-{row}") != (agency.agreement_until or date.min).isoformat():
        until = form.day(f"until-{row}", "Write the last day of the agreement.")
    form.settle()
    tier = _tier(form.word(f"tier-{row}"))
    wanted = Change(
        tier=tier if tier.value != agency.tier else None,
        seat=_SEAT if form.ticked("seat") and _SEAT not in agency.seats else None,
        no_seat=_SEAT in agency.seats and not form.ticked("seat"),
        agreement_until=until,
        suspended=form.ticked("suspended")
        if form.ticked("suspended") != agency.suspended
        else None,
        remove=form.ticked("remove"),
    )

    async def act() -> Response[Any]:
        await coalition.change_partner(agency.identity, wanted, desk)
        return go(
            request,
            "/partners/standing",
            "The change is published. It reaches everybody with their next sync.",
        )

    return await once(request, form, act)


def _tier(text: str) -> Tier:
    return next((tier for tier in Tier if str(tier.value) == text), Tier.DIRECTORY)


@get("/card")
async def card_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """This node's card, and its eight words."""
    require(desk, Act.SHOW_CARD)
    words = tuple(coalition.read_card(desk.node.card, desk).words)
    return await show(
        request,
        desk,
        "/partners",
        "standing/card.html",
        CardPage(words, voice.line(desk.node.card)),
    )


@get("/card/file")
async def card_file(desk: AtWork) -> Response[str]:
    """The card as a file to hand over."""
    require(desk, Act.SHOW_CARD)
    headers = {"Content-Disposition": 'attachment; filename="casefold-card"'}
    return Response(
        voice.line(desk.node.card) + "\n",
        media_type="text/plain",
        headers=headers,
    )


handlers = (partners_page, standing_page, enrol, join, verify, change, card_page, card_file)
