"""Finding a partner: one box that answers as one types, and facts to narrow by."""

from dataclasses import dataclass
from typing import Final

from litestar import Response, get, post

from directory.audience import Audience
from directory.hsds.assess import UNNAMED
from server.counted import agree
from server.entry import assuring
from server.listing import search
from server.listing.asked import FREE, OPEN
from server.listing.lines import Card
from server.listing.search import FACETS, Count, Found, Result
from server.node import selfreview
from server.node.access import Act, may
from server.node.desk import Desk
from web.forms import Typed, typed
from web.frame import frame_for, show
from web.pages.opening_words import beds_words, now_tag, today_words
from web.pages.words import tier_words
from web.rendering import Tag, page
from web.workplace import AnyRequest, AtWork

TITLES: Final = {
    "type": "Kind of help",
    "area": "Area",
    "language": "Language",
    "tier": "Takes part as",
    "kind": "Kind of agency",
    "age": "Age",
    "gender": "Gender",
    "children": "Children",
    "pets": "Pets",
    "access": "Disability access",
    "immigration": "Immigration status",
}
_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """One value to narrow by."""

    id: str
    name: str
    value: str
    words: str
    count: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetPart:
    """One facet: its first values, and the rest."""

    title: str
    first: tuple[Choice, ...]
    more: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class ResultPart:
    """One partner that was found, in words."""

    href: str
    name: str
    tags: tuple[Tag, ...]
    what: str
    unlisted: bool  # the file that brought its services did not name it: they stand for it
    about: str
    facts: tuple[str, ...]
    phone: str
    dial: str
    alert: str
    more: str


@dataclass(frozen=True, slots=True)
class FoundPart:
    """What was found, and how to narrow it."""

    said: str
    note: str
    chosen: bool
    quick: tuple[Choice, ...]
    facets: tuple[FacetPart, ...]
    results: tuple[ResultPart, ...]
    before: int
    after: int
    where: str
    turned: bool  # to another page: the reading begins at its top


@dataclass(frozen=True, slots=True)
class FindPage:
    """The box, and what stands there before anything is typed."""

    found: FoundPart
    nothing_yet: bool
    may_import: bool
    may_join: bool
    look_through: bool
    review: str


@get("/partners")
async def find_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """The box, and everybody."""
    found = await search.find("", {}, Audience.PROFESSIONAL, 1, desk)
    value = FindPage(
        found=_found(found, "", desk, await _stale(found, desk)),
        nothing_yet=not found.total,
        may_import=may(desk.roles, Act.IMPORT_LISTING),
        may_join=may(desk.roles, Act.JOIN) and not desk.node.joined and not desk.node.coordinating,
        look_through=await assuring.asks(desk),
        review=await _review(desk),
    )
    return await show(request, desk, "/partners", "find/page.html", value)


async def _review(desk: Desk) -> str:
    """That the yearly self-review is due, to whoever records it here."""
    due = await selfreview.due(desk) if may(desk.roles, Act.REVIEW_DUTIES) else {}
    return next(iter(due.values()), "")


@post("/partners/find", status_code=200)
async def find(request: AnyRequest, desk: AtWork) -> Response[str]:
    """What matches; written down nowhere, for what somebody looks for may betray somebody."""
    form = await typed(request)
    text = form.whole("text")[:200]
    facets = {name: form.words(name) for name in (*FACETS, OPEN, FREE)}
    found = await search.find(text, facets, Audience.PROFESSIONAL, _page(form), desk)
    frame = await frame_for(request, desk, "/partners")
    stale = await _stale(found, desk)
    part = _found(found, text.strip(), desk, stale, turned=bool(form.word("page")))
    return page("find/_found.html", part, frame)


def _page(form: Typed) -> int:
    number = form.word("page")
    return int(number) if number.isdecimal() and len(number) < 6 else 1


async def _stale(found: Found, desk: Desk) -> frozenset[str]:
    """Whose own words nobody has said to be right for the pack's term."""
    return await assuring.overdue({one.organization for one in found.results}, desk)


def _found(
    found: Found, text: str, desk: Desk, stale: frozenset[str], *, turned: bool = False
) -> FoundPart:
    quick = [
        _choice(0, OPEN, found.open_now, "Open now"),
        _choice(0, FREE, found.free_now, "Free beds now"),
    ]
    facets = tuple(_facet(name, found.facets[name]) for name in TITLES if found.facets.get(name))
    chosen = any(count.chosen for some in found.facets.values() for count in some)
    return FoundPart(
        said=_said(found, text),
        note=_note(found),
        chosen=chosen or found.open_now.chosen or found.free_now.chosen,
        quick=tuple(one for one in quick if one.chosen or one.count != "0"),
        facets=facets,
        results=tuple(_result(one, desk, stale) for one in found.results),
        before=found.page - 1 if found.page > 1 else 0,
        after=found.page + 1 if found.page < found.pages else 0,
        where=f"Page {found.page} of {found.pages}" if found.pages > 1 else "",
        turned=turned,
    )


def _said(found: Found, text: str) -> str:
    if not found.total:
        return f"Nobody here matches “{text}”" if text else "Nobody here matches all of this"
    who = agree(found.total, "partner")
    if found.services > found.total:
        return f"{who}, {agree(found.services, 'service')}"
    return who


def _note(found: Found) -> str:
    instead = ", ".join(f"“{word}”" for word in found.instead)
    if found.some_words:
        held = "Nobody matches every word; these match some of them."
        return f"{held} Looked for {instead} too." if instead else held
    return f"Nobody is called so. Looked for {instead} instead." if instead else ""


def _facet(name: str, counts: tuple[Count, ...]) -> FacetPart:
    choices = [_choice(place, name, count, count.value) for place, count in enumerate(counts)]
    first = [one for place, one in enumerate(choices) if place < _SHOWN or one.chosen]
    rest = [one for one in choices if one not in first]
    return FacetPart(TITLES[name], tuple(first), tuple(rest))


def _choice(place: int, name: str, count: Count, words: str) -> Choice:
    return Choice(f"facet-{name}-{place}", name, count.value, words, str(count.count), count.chosen)


def _result(one: Result, desk: Desk, stale: frozenset[str]) -> ResultPart:
    best: Card = one.services[0] if one.services else one.itself
    zone = desk.pack.timezone
    areas = best.areas or one.itself.areas
    phone = best.phone or one.itself.phone
    beds = beds_words(best.free, zone)
    facts = [", ".join(areas), today_words(best.hours, zone), *beds]
    names = [card.name for card in one.services]
    left = one.matching - len(names)
    unlisted = one.itself.name == UNNAMED and bool(names)
    heading, beside = (names[0], names[1:]) if unlisted else (one.itself.name, names)
    return ResultPart(
        href=f"/partners/of/{one.organization or one.agency[:16]}",
        name=heading,
        tags=(
            *_standing(one.agency, desk),
            *now_tag(best.hours),
            *_closed(best),
            *_old(one, stale),
        ),
        what=" · ".join(beside) or ("" if unlisted else ", ".join(one.itself.types)),
        unlisted=unlisted,
        about=best.about or one.itself.about,
        facts=tuple(fact for fact in facts if fact),
        phone=phone,
        dial=dialled(phone),
        alert=best.alert,
        more=f"and {agree(left, 'more service', 'more services')}" if names and left > 0 else "",
    )


def dialled(phone: str) -> str:
    """A number as a telephone takes it."""
    plus = "+" if phone.strip().startswith("+") else ""
    return plus + "".join(figure for figure in phone if figure.isdecimal())


def _standing(identity: str, desk: Desk) -> tuple[Tag, ...]:
    agency = desk.directory.agency(identity) if identity else None
    if agency is None:
        return ()
    tags = [Tag(tier_words(agency.tier, desk.pack), "info")]
    if agency.suspended:
        tags.append(Tag("Suspended", "bad"))
    elif agency.agreement_until is None or agency.agreement_until < desk.today:
        tags.append(Tag("No agreement in force", "you"))
    return tuple(tags)


def _closed(card: Card) -> tuple[Tag, ...]:
    return (Tag("Closed for a time", "you"),) if card.closed else ()


def _old(one: Result, stale: frozenset[str]) -> tuple[Tag, ...]:
    return (Tag("Not confirmed lately", "you"),) if one.organization in stale else ()


handlers = (find_page, find)
