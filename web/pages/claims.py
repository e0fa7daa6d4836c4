"""Imported organizations that are agencies now: said here by the coordinating node's people."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.counted import agree
from server.entry import alike, claiming, offered
from server.node.access import Act, may, require
from web.forms import Option, new_token, typed
from web.frame import show
from web.workplace import AnyRequest, AtWork, go, once, place


@dataclass(frozen=True, slots=True)
class Pair:
    """An imported organization and the agency it is, or may be."""

    organization: str
    called: str
    agency: str
    name: str
    words: str
    token: str


@dataclass(frozen=True, slots=True)
class ClaimsPage:
    """What was said already, what looks alike, and where anything else is said."""

    token: str
    may_say: bool
    claimed: tuple[Pair, ...]
    alike: tuple[Pair, ...]
    organizations: tuple[Option, ...]
    agencies: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One thing a list says of us that our entry does not."""

    id: str
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class OfferedPage:
    """What could be taken over, all of it chosen already."""

    token: str
    lines: tuple[OfferLine, ...]
    may_edit: bool


@get("/partners/claims")
async def claims_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """Which imported organization is which agency."""
    said, found = await alike.claimed(desk), await alike.suggestions(desk)
    organizations, agencies = await alike.open_ones(desk)
    value = ClaimsPage(
        token=new_token(),
        may_say=desk.node.coordinating and may(desk.roles, Act.IMPORT_LISTING),
        claimed=tuple(
            Pair(
                *(one.organization, "", one.agency, one.name),
                f"{agree(one.aside, 'imported row')} kept aside for it.",
                new_token(),
            )
            for one in said
        ),
        alike=tuple(
            Pair(
                *(one.organization, one.called, one.agency, one.name),
                f"They have {' and '.join(one.because)}.",
                new_token(),
            )
            for one in found
        ),
        organizations=tuple(Option(*one) for one in organizations),
        agencies=tuple(Option(*one) for one in agencies),
    )
    return await show(request, desk, "/partners", "claims/page.html", value)


@post("/partners/claims")
async def claim(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """This organization is that agency."""
    require(desk, Act.IMPORT_LISTING)
    form = await typed(request)
    organization = form.need("organization", "Choose the organization as the list has it.")
    agency = form.need("agency", "Choose the agency it is.")
    form.settle()

    async def act() -> Response[Any]:
        aside = await claiming.claim(organization, agency, desk)
        place(request).syncer.kick()
        words = f"Its own entry stands in its place. {agree(aside, 'imported row')} kept aside."
        return go(request, "/partners/claims", words)

    return await once(request, form, act)


@post("/partners/claims/{organization:str}/undo")
async def undo(request: AnyRequest, organization: FromPath[str], desk: AtWork) -> Response[Any]:
    """It is not."""
    require(desk, Act.IMPORT_LISTING)
    form = await typed(request)

    async def act() -> Response[Any]:
        stay = await claiming.undo(organization, desk)
        place(request).syncer.kick()
        more = f" {agree(stay, 'row')} it took over stay its own." if stay else ""
        return go(request, "/partners/claims", f"Both stand side by side again.{more}")

    return await once(request, form, act)


@get("/entry/offered")
async def offered_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """What lists say of us and our entry does not."""
    lines = tuple(
        OfferLine(one.id, one.title or one.table.replace("_", " "), _words(one))
        for one in await offered.offers(desk)
    )
    value = OfferedPage(new_token(), lines, may(desk.roles, Act.EDIT_ENTRY))
    return await show(request, desk, "/partners", "entry/offered.html", value)


@post("/entry/offered")
async def take_over(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Write it into our own entry."""
    require(desk, Act.EDIT_ENTRY)
    form = await typed(request)
    chosen = form.words("row")
    if not chosen:
        form.wrong("row", "Choose at least one thing to take over.")
    form.settle()

    async def act() -> Response[Any]:
        rows = await offered.take_over(chosen, desk)
        return go(
            request,
            "/entry",
            f"{agree(rows, 'row')} taken over. Look at it, then send it to the directory.",
        )

    return await once(request, form, act)


def _words(one: offered.Offer) -> str:
    kind = one.table.replace("_", " ")
    if one.table == "organizations":
        return "about the organization itself"
    return f"{kind}, with {agree(one.rows - 1, 'row')} beneath" if one.rows > 1 else kind


handlers = (claims_page, claim, undo, offered_page, take_over)
