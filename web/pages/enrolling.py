"""An invitation that was answered: words compared by voice, and the agency enrolled as joining."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.node import invitations
from server.node.access import Act, require
from server.node.voice import read_card
from tiers.tier import Tier
from web import events
from web.forms import new_token, typed
from web.frame import show
from web.workplace import AnyRequest, AtWork, go, once


@dataclass(frozen=True, slots=True)
class AdmitPage:
    """Somebody answered an invitation: both sides' words, and the form that enrols them."""

    token: str
    id: str
    invited: str
    name: str
    kind: str
    words: tuple[str, ...]
    own_words: tuple[str, ...]
    problem: str
    waits: bool


@get("/partners/joining/invitations/{id:str}")
async def invitation_page(request: AnyRequest, id: FromPath[str], desk: AtWork) -> Response[str]:
    """Who answered this invitation, and the words to compare."""
    found = await invitations.find(id, desk)
    card = found.card
    value = AdmitPage(
        token=new_token(),
        id=found.id,
        invited=found.name,
        name=card.name if card else found.name,
        kind=desk.pack.agency_kinds.get(card.kind, card.kind) if card else "",
        words=tuple(card.words) if card else (),
        own_words=tuple(read_card(desk.node.card, desk).words),
        problem=found.problem,
        waits=found.state == invitations.WAITING and card is not None,
    )
    return await show(request, desk, "/partners", "joining/admit.html", value)


@post("/partners/joining/invitations/{id:str}")
async def admit(request: AnyRequest, id: FromPath[str], desk: AtWork) -> Response[Any]:
    """Their words were read aloud: enrolled as joining, so that the steps can travel."""
    require(desk, Act.ENROL)
    form = await typed(request)
    words = form.need("admit-words", "Type the eight words they read to you.")
    form.settle()

    async def act() -> Response[Any]:
        found = await invitations.find(id, desk)
        await invitations.admit(found.id, words, Tier.DIRECTORY, frozenset(), None, desk)
        events.changed(request)
        href = f"/partners/joining/{found.agency[:16]}"
        notice = f"{found.name} is joining. Nothing about a person can go to it or from it yet."
        return go(request, href, notice)

    return await once(request, form, act)


@post("/partners/joining/invitations/{id:str}/revoke")
async def revoke(request: AnyRequest, id: FromPath[str], desk: AtWork) -> Response[Any]:
    """Take an invitation back."""
    require(desk, Act.INVITE)
    form = await typed(request)

    async def act() -> Response[Any]:
        found = await invitations.revoke(id, desk)
        events.changed(request)
        return go(request, "/partners/joining", f"The link for {found.name} opens nothing now.")

    return await once(request, form, act)


handlers = (invitation_page, admit, revoke)
