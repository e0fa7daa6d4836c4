"""One partner: whom to call in what order, what it offers today, and how far it takes part."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final

import vobject  # type: ignore[import-untyped]
from litestar import Response, get
from litestar.params import FromPath

from directory.agency import Agency
from directory.audience import Audience
from directory.hsds.profile import part_of
from directory.liaison import ALTERNATE, OUT_OF_HOURS, PRIMARY
from server.entry import assuring
from server.entry.assuring import Assurance
from server.listing import profile_of
from server.listing.profile_of import Call, Profile, ServiceOf
from server.node.desk import Desk
from tiers.tier import Tier
from web.frame import show
from web.pages.find import dialled
from web.pages.opening_words import beds_words, now_tag, today_words
from web.pages.price_words import paper, price
from web.rendering import Tag, day
from web.workplace import AnyRequest, AtWork

_PLACES: Final = {
    PRIMARY: "Primary liaison",
    ALTERNATE: "Alternate liaison",
    OUT_OF_HOURS: "Out of hours",
}
_SERVICE: Final = (
    ("eligibility_description", "For whom"),
    ("application_process", "How to get in"),
    ("fees_description", "What it costs"),
    ("interpretation_services", "Interpreting"),
    ("wait_time", "Waiting time"),
    ("alert", "At the moment"),
)
_TRUSTED: Final = Tag("Only for agencies named here", "you")


@dataclass(frozen=True, slots=True)
class CallLine:
    """Somebody to ring, in words."""

    who: str
    role: str
    phone: str
    dial: str
    email: str
    note: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is said of a service."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number, as it is written and as a telephone takes it."""

    words: str
    dial: str


@dataclass(frozen=True, slots=True)
class ServicePart:
    """One service, in words."""

    name: str
    about: str
    tags: tuple[Tag, ...]
    today: str
    phones: tuple[Number, ...]
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """Where a partner is, in words."""

    words: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class StandingPart:
    """How far a partner takes part, and what that means."""

    tier: str
    may: tuple[str, ...]
    duties: tuple[str, ...]
    agreement: str
    tags: tuple[Tag, ...]
    signed_by: str
    history: str


@dataclass(frozen=True, slots=True)
class PartnerPage:
    """One partner."""

    name: str
    about: str
    calls: tuple[CallLine, ...]
    safe: tuple[Said, ...]
    old: str  # that nobody has said for the protocol's term that all this is right, and since when
    services: tuple[ServicePart, ...]
    standing: StandingPart | None
    words: tuple[str, ...]
    places: tuple[PlaceLine, ...]
    unpublished: bool
    website: str
    trusted: bool
    card: str


@get("/partners/of/{partner:str}")
async def partner_page(request: AnyRequest, partner: FromPath[str], desk: AtWork) -> Response[str]:
    """One partner, beginning with whom to call."""
    found = await profile_of.of(partner, desk)
    row = found.organization
    value = PartnerPage(
        name=found.name,
        about=str(row.get("description") or ""),
        calls=tuple(_call(one) for one in found.calls),
        safe=tuple(_safe(found)),
        old=_old((await assuring.published([found.id], desk)).get(found.id)),
        services=tuple(_service(one, desk) for one in found.services),
        standing=_standing(found.agency, desk) if found.agency else None,
        words=found.words,
        places=tuple(
            PlaceLine(one.words, (_TRUSTED,) if one.trusted else ()) for one in found.places
        ),
        unpublished=found.unpublished,
        website=str(row.get("website") or ""),
        trusted=found.trusted,
        card=f"/partners/of/{partner}/card",
    )
    return await show(request, desk, "/partners", "find/partner.html", value)


@get("/partners/of/{partner:str}/card")
async def partner_card(partner: FromPath[str], desk: AtWork) -> Response[bytes]:
    """The partner for a telephone's own list of contacts, without what only some may see."""
    found = await profile_of.of(partner, desk)
    headers = {"Content-Disposition": 'attachment; filename="partner.vcf"'}
    return Response(_vcard(found).encode(), media_type="text/vcard", headers=headers)


def _vcard(found: Profile) -> str:
    card = vobject.vCard()
    shown = part_of("organizations", found.organization, Audience.PROFESSIONAL) or {}
    name = str(shown.get("name") or (found.agency.name if found.agency else ""))
    card.add("fn").value = name
    card.add("n").value = vobject.vcard.Name(family=name)
    card.add("org").value = [name]
    for one in found.calls:
        if one.trusted:
            continue  # a telephone's contacts are copied to places nobody here knows of
        if one.phone:
            number = card.add("tel")
            number.value = one.phone
            number.type_param = "WORK"
        if one.email:
            card.add("email").value = one.email
    website = shown.get("website")
    if website:
        card.add("url").value = str(website)
    text: str = card.serialize()
    return text


def _call(one: Call) -> CallLine:
    place = _PLACES.get(one.place, "")
    role = ", ".join(part for part in (place, one.role) if part and part != one.name)
    phone = f"{one.phone}, extension {one.extension}" if one.extension else one.phone
    who = one.name or place or "Anybody there"
    return CallLine(
        who=who,
        role="" if role == who else role,
        phone=phone,
        dial=dialled(one.phone),
        email=one.email,
        note=one.note,
        tags=(_TRUSTED,) if one.trusted else (),
    )


def _safe(found: Profile) -> list[Said]:
    """What it says of making contact without putting anybody at risk."""
    said = [("x_safe_contact", "Safe ways to make contact"), ("x_never", "Never")]
    return [
        Said(label, str(found.organization[name]))
        for name, label in said
        if found.organization.get(name)
    ]


def _old(said: Assurance | None) -> str:
    if said is None or not said.overdue:
        return ""
    if said.on is None:
        return "They have not said yet that what stands here is right."
    return f"They last said on {day(said.on)} that what stands here is right."


def _service(one: ServiceOf, desk: Desk) -> ServicePart:
    zone = desk.pack.timezone
    said = [(label, str(one.row.get(name) or "")) for name, label in _SERVICE]
    said += [
        ("Suits", ", ".join((*one.for_whom, *_ages(one)))),
        ("Area", ", ".join(one.areas)),
        ("Languages", ", ".join(one.languages)),
        ("Where", "; ".join(one.places)),
        ("Prices", "; ".join(filter(None, (price(row, desk.today) for row in one.costs)))),
        ("Papers to bring", ", ".join(filter(None, map(paper, one.documents)))),
        ("Hours", "; ".join(one.notes)),
        ("Free", "; ".join(beds_words(one.free, zone))),
        ("Last checked", _checked(one)),
    ]
    tags = [*now_tag(one.hours)]
    if one.row.get("status") == "temporarily closed":
        tags = [Tag("Closed for a time", "you")]
    if one.trusted:
        tags.append(_TRUSTED)
    return ServicePart(
        name=str(one.row.get("name") or ""),
        about=str(one.row.get("description") or ""),
        tags=tuple(tags),
        today=today_words(one.hours, zone),
        phones=tuple(Number(phone, dialled(phone)) for phone in one.phones),
        said=tuple(Said(label, words) for label, words in said if words),
    )


def _ages(one: ServiceOf) -> tuple[str, ...]:
    least, most = one.row.get("minimum_age"), one.row.get("maximum_age")
    if least in (None, "") and most in (None, ""):
        return ()
    if most in (None, ""):
        return (f"from {_number(least)} years",)
    if least in (None, ""):
        return (f"up to {_number(most)} years",)
    return (f"{_number(least)} to {_number(most)} years",)


def _number(value: object) -> str:
    return str(value).removesuffix(".0")


def _checked(one: ServiceOf) -> str:
    said = str(one.row.get("assured_date") or "")
    with suppress(ValueError):
        return day(date.fromisoformat(said))
    return said


def _standing(agency: Agency, desk: Desk) -> StandingPart:
    row = desk.pack.tiers[Tier(agency.tier)]
    signed, until = agency.agreement_signed, agency.agreement_until
    tags = [Tag("Suspended", "bad")] if agency.suspended else []
    if until is not None and until < desk.today:
        tags.append(Tag("Agreement has lapsed", "you"))
    return StandingPart(
        tier=row.title,
        may=row.may,
        duties=row.duties,
        agreement=f"Signed on {day(signed)}, good until {day(until)}."
        if until
        else "No agreement.",
        tags=tuple(tags),
        signed_by=", ".join(one.name for one in agency.signatories),
        history=f"/partners/standing/{agency.id[:16]}",
    )


handlers = (partner_page, partner_card)
