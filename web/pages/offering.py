"""Share again: what ended with an agreement, once it is renewed, with one button."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from server.casework import offering
from server.casework.offering import Offer
from server.counted import agree
from server.node.access import Act, may, require
from server.node.desk import Desk
from web.forms import new_token, typed
from web.frame import frame_for
from web.pages.words import agency_name, section_title, short
from web.rendering import day, list_words, page
from web.workplace import AnyRequest, AtWork, go, once, place


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One share that can begin again."""

    consent: str
    to: str
    case: str
    sections: str
    until: str
    href: str


@dataclass(frozen=True, slots=True)
class OffersPart:
    """What can be shared again; nothing when there is nothing."""

    token: str
    offers: tuple[OfferLine, ...]
    button: str


@get("/consents/again")
async def offers(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """What ended with an agreement and may be shared again."""
    require(desk, Act.LIST_CONSENTS)
    found = await offering.offers(desk) if may(desk.roles, Act.SHARE) else []
    lines = tuple(_line(one, desk) for one in found)
    value = OffersPart(new_token(), lines, f"Share {agree(len(lines), 'part')} again")
    return page("consents/_again.html", value, await frame_for(request, desk, "/consents"))


def _line(one: Offer, desk: Desk) -> OfferLine:
    sections = sorted({place.section for place in one.cleared.fragment.fields})
    return OfferLine(
        one.consent,
        agency_name(one.recipient, desk),
        short(one.case_ref),
        list_words([section_title(section, desk.pack) for section in sections]),
        f"until {day(one.cleared.until)}",
        f"/consents/{one.consent}/share",
    )


@post("/consents/again")
async def share_again(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Share again what is ticked."""
    require(desk, Act.SHARE)
    form = await typed(request)

    async def act() -> Response[Any]:
        done = await offering.share_again(frozenset(form.words("consent")), desk)
        place(request).syncer.kick()
        return go(request, "/consents", f"{agree(done, 'part')} shared again.")

    return await once(request, form, act)


handlers = (offers, share_again)
