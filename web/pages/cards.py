"""Contact cards: this node's own, and the forms that take another node's after its words."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from server.node import coalition, voice
from server.node.access import Act, may, require
from server.node.desk import Desk
from tiers.tier import Tier
from web.forms import Typed, typed
from web.frame import show
from web.workplace import AnyRequest, AtWork, go, once

SEAT = "meeting"


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
class CardPage:
    """This node's own card."""

    words: tuple[str, ...]
    text: str


def card_forms(desk: Desk) -> tuple[CardForm, ...]:
    """The forms this person may fill in with a card at this node."""
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
        seats = frozenset({SEAT}) if form.ticked("seat") else frozenset[str]()
        tier = tier_of(form.word("enrol-tier"))
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


def tier_of(text: str) -> Tier:
    """The tier a form names; the narrowest when it names none."""
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


handlers = (enrol, join, verify, card_page, card_file)
