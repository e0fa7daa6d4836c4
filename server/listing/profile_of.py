"""Everything this node holds of one partner: its standing, its listing, whom to call first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from directory.agency import Agency
from directory.audience import Audience
from directory.hsds.profile import redaction
from directory.liaison import PLACES
from server.listing import claims, opening, shelf
from server.listing import reading as rows
from server.listing.index_tables import IndexedParty
from server.listing.lines import Beds
from server.listing.opening import Day
from server.listing.reading import Reading, Row
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NotFound

_AN_ID: Final = 36  # a longer name than any beginning of an identity
_IDENTITY: Final = 16
_SHOWN: Final = (
    *("phones", "schedules", "addresses", "languages", "service_areas"),
    *("required_documents", "cost_options", "service_capacity"),
)


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody to ring, in turn."""

    place: str  # a place of directory.liaison, or empty
    name: str
    role: str
    phone: str
    extension: str
    email: str
    note: str
    trusted: bool  # only for agencies that were named


@dataclass(frozen=True, slots=True)
class ServiceOf:
    """One service of a partner, as staff read it."""

    id: str
    row: Row
    types: tuple[str, ...]
    areas: tuple[str, ...]
    languages: tuple[str, ...]
    places: tuple[str, ...]
    phones: tuple[str, ...]
    documents: tuple[Row, ...]
    costs: tuple[Row, ...]
    for_whom: tuple[str, ...]
    hours: Day
    notes: tuple[str, ...]  # what its schedules say beside hours
    free: tuple[Beds, ...]
    trusted: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a partner is, in one line."""

    words: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """One partner."""

    id: str
    name: str
    organization: Row
    agency: Agency | None
    calls: tuple[Call, ...]
    services: tuple[ServiceOf, ...]
    words: tuple[str, ...]
    places: tuple[Place, ...]
    unpublished: bool  # is there a place of which no more may be known here?
    trusted: bool  # is something here only for agencies that were named?


async def of(partner: str, desk: Desk) -> Profile:
    """The partner with this organization id, or whose identity begins so."""
    require(desk, Act.READ_LISTING)
    agency = _agency(partner, desk)
    organization = await _organization(partner, agency)
    if not organization:
        if agency is None:
            raise NotFound
        return _unlisted(agency)
    staff = await shelf.organization(organization, Audience.PROFESSIONAL)
    viewer = Audience.TRUSTED if desk.keys else Audience.PROFESSIONAL
    whole = await shelf.organization(organization, viewer, desk)
    named = [row for row in whole.get("organizations", ()) if row["id"] == organization]
    if not named:
        raise NotFound
    if agency is None:
        agency = await _agency_of(organization, desk)
    return _profile(named[0], agency, Reading(whole), _narrow(staff, whole), desk)


def _agency(partner: str, desk: Desk) -> Agency | None:
    if len(partner) != _IDENTITY:
        return None
    return next((one for one in desk.directory.entries if one.id[:_IDENTITY] == partner), None)


async def _agency_of(organization: str, desk: Desk) -> Agency | None:
    row = await IndexedParty.select().where(IndexedParty.organization == organization).first()
    return desk.directory.agency(row["agency"]) if row and row["agency"] else None


async def _organization(partner: str, agency: Agency | None) -> str:
    if agency is not None:
        row = await (
            IndexedParty.select(IndexedParty.organization)
            .where((IndexedParty.agency == agency.id) & (IndexedParty.organization != ""))
            .first()
        )
        return str(row["organization"]) if row else ""
    return await claims.listed_as(partner) if len(partner) == _AN_ID else ""


def _narrow(
    staff: Mapping[str, Sequence[Row]], whole: Mapping[str, Sequence[Row]]
) -> frozenset[str]:
    """The rows that are here for named agencies alone, or say more for them."""
    seen = {str(row["id"]): row for some in staff.values() for row in some}
    return frozenset(
        str(row["id"]) for some in whole.values() for row in some if seen.get(row["id"]) != row
    )


def _unlisted(agency: Agency) -> Profile:
    calls = tuple(_liaisons(agency))
    return Profile(
        agency.id[:_IDENTITY],
        agency.name,
        {},
        agency,
        calls,
        (),
        (),
        (),
        unpublished=False,
        trusted=False,
    )


def _profile(
    organization: Row, agency: Agency | None, reading: Reading, narrow: frozenset[str], desk: Desk
) -> Profile:
    own = organization["id"]
    services = [
        _service(reading, service, narrow, desk)
        for service in reading.hung("services", "organization_id", own)
        if service.get("status") not in {"inactive", "defunct"}
    ]
    terms, _ = rows.classified(reading, own)
    liaisons = _liaisons(agency) if agency else []
    places = reading.hung("locations", "organization_id", own)
    return Profile(
        id=str(own),
        name=str(organization.get("name") or ""),
        organization=organization,
        agency=agency,
        calls=(*liaisons, *_contacts(reading, own, narrow)),
        services=tuple(services),
        words=tuple(dict.fromkeys([*terms, *(one for s in services for one in s.types)])),
        places=tuple(_places(reading, places, narrow)),
        unpublished=any(_unpublished(reading, place) for place in places),
        trusted=bool(narrow),
    )


def _liaisons(agency: Agency) -> list[Call]:
    order = {place: number for number, place in enumerate(PLACES)}
    listed = sorted(agency.liaisons, key=lambda one: order[one.place])
    return [
        Call(one.place, one.name, one.role, one.phone, "", "", "", trusted=False) for one in listed
    ]


def _contacts(reading: Reading, organization: object, narrow: frozenset[str]) -> list[Call]:
    """People first, in the order they are listed; then the numbers that ring for anybody."""
    calls = []
    for contact in reading.hung("contacts", "organization_id", organization):
        phones = reading.hung("phones", "contact_id", contact["id"])
        calls += [_call(contact, phone, narrow) for phone in phones or [{}]]
    for phone in reading.hung("phones", "organization_id", organization):
        if not phone.get("contact_id"):
            calls.append(_call({}, phone, narrow))
    return calls


def _call(contact: Row, phone: Row, narrow: frozenset[str]) -> Call:
    role = [contact.get("title"), contact.get("department"), phone.get("type")]
    return Call(
        place="",
        name=str(contact.get("name") or ""),
        role=", ".join(rows.said(role)),
        phone=str(phone.get("number") or ""),
        extension=str(phone.get("extension") or ""),
        email=str(contact.get("email") or ""),
        note=str(phone.get("description") or ""),
        trusted=not narrow.isdisjoint({contact.get("id"), phone.get("id")}),
    )


def _service(reading: Reading, service: Row, narrow: frozenset[str], desk: Desk) -> ServiceOf:
    own = service["id"]
    links = reading.hung("service_at_location", "service_id", own)
    at = [link["id"] for link in links]
    places = [reading.named("locations", link.get("location_id")) for link in links]
    where = [place["id"] for place in places if place]
    terms, facts = rows.classified(reading, own, *at)
    schedules = reading.hung("schedules", "service_id", own)
    schedules += reading.hung("schedules", "service_at_location_id", *at)
    schedules = schedules or reading.hung("schedules", "location_id", *where)
    phones = rows.phones(reading, ("service_id", [own]), ("service_at_location_id", at))
    return ServiceOf(
        id=str(own),
        row=service,
        types=tuple(terms),
        areas=tuple(rows.areas(reading, own, at, [])),
        languages=tuple(rows.languages(reading, own, where)),
        places=tuple(filter(None, (_place(reading, place) for place in places if place))),
        phones=tuple(phones or rows.phones(reading, ("location_id", where))),
        documents=tuple(reading.hung("required_documents", "service_id", own)),
        costs=tuple(reading.hung("cost_options", "service_id", own)),
        for_whom=tuple(words for facet, words in sorted(facts) if facet != rows.TYPE),
        hours=opening.at(schedules, desk.now, desk.pack.timezone),
        notes=tuple(
            rows.said(row.get(name) for row in schedules for name in ("description", "notes"))
        ),
        free=_free(reading, own),
        trusted=not narrow.isdisjoint([own, *at, *where, *_hung_from(reading, own, at, where)]),
    )


def _hung_from(
    reading: Reading, service: object, at: Sequence[object], where: Sequence[object]
) -> Iterator[object]:
    """The ids of what a service's part of the page shows beside the service and its places."""
    above = (("service_id", [service]), ("service_at_location_id", at), ("location_id", where))
    for table in _SHOWN:
        for field, ids in above:
            yield from (row["id"] for row in reading.hung(table, field, *ids))


def _free(reading: Reading, service: object) -> tuple[Beds, ...]:
    found = []
    for row in reading.hung("service_capacity", "service_id", service):
        unit = reading.named("units", row.get("unit_id"))
        available = "" if row.get("available") is None else str(row["available"])
        found.append(
            Beds(
                available.removesuffix(".0"),
                str(unit.get("name") or ""),
                str(row.get("updated") or ""),
            )
        )
    return tuple(found)


def _places(reading: Reading, places: Sequence[Row], narrow: frozenset[str]) -> Iterator[Place]:
    for place in places:
        addresses = reading.hung("addresses", "location_id", place["id"])[:1]
        if words := _place(reading, place):
            shown = [place["id"], *(address["id"] for address in addresses)]
            yield Place(words, trusted=not narrow.isdisjoint(shown))


def _unpublished(reading: Reading, place: Row) -> bool:
    """Is this the stand-in of a place that was left out?"""
    mark = redaction(str(place["id"]))["id"]
    return not _place(reading, place) and bool(reading.named("attributes", mark))


def _place(reading: Reading, place: Row) -> str:
    """Where it is, in one line; for a place that is not published, nothing."""
    addresses = reading.hung("addresses", "location_id", place["id"])
    parts: list[Any] = [place.get("name")]
    for address in addresses[:1]:
        parts += [address.get(name) for name in ("address_1", "address_2", "city", "postal_code")]
    return ", ".join(rows.said(parts))
