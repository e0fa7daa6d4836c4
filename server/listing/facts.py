"""What of an organization is searched, narrowed by and shown in a line of results."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from server.listing import eligibility, opening, rules
from server.listing import reading as rows
from server.listing.eligibility import Fact
from server.listing.folding import fold
from server.listing.opening import Pattern
from server.listing.reading import Reading, Row
from server.listing.search_engine import Texts

_NOT_OFFERED: Final = frozenset({"inactive", "defunct"})
_BELIEVED: Final = timedelta(hours=24)  # free beds said longer ago are no longer "now"
_LAST_YEAR: Final = 9000  # near the end of the calendar a day more is none
_ABOUT: Final = 260
_MOST_WORDS: Final = 120
_SCHEDULE: Final = (
    "freq", "interval", "byday", "byweekno", "bymonthday", "byyearday", "wkst", "count", "dtstart",
    "until", "valid_from", "valid_to", "opens_at", "closes_at", "timezone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doc:
    """One thing that can be found, at the level its rows were read for."""

    kind: str
    hsds_id: str
    offered: bool
    name: str
    texts: Texts
    facts: frozenset[Fact]
    patterns: tuple[Pattern, ...]
    unusual: tuple[str, ...]
    free_until: int
    card: str


def prepare(reading: Reading, organization: Row) -> list[Doc]:
    """The organization as docs: itself, and each of its services."""
    services = reading.hung("services", "organization_id", organization["id"])
    made = [_service(reading, organization, service) for service in services]
    itself = _organization(reading, organization, alone=not any(doc.offered for doc in made))
    return [itself, *made]


def _service(reading: Reading, organization: Row, service: Row) -> Doc:
    links = reading.hung("service_at_location", "service_id", service["id"])
    at = [link["id"] for link in links]
    places = [reading.named("locations", link.get("location_id")) for link in links]
    places = [place for place in places if place]
    where = [place["id"] for place in places]
    terms, facts = rows.classified(reading, service["id"], *at)
    schedules = reading.hung("schedules", "service_id", service["id"])
    schedules += reading.hung("schedules", "service_at_location_id", *at)
    schedules = schedules or reading.hung("schedules", "location_id", *where)
    areas = rows.areas(reading, service["id"], at, where)
    languages = rows.languages(reading, service["id"], where)
    phones = rows.phones(reading, ("service_id", [service["id"]]), ("service_at_location_id", at))
    phones = phones or rows.phones(reading, ("location_id", where))
    free = reading.hung("service_capacity", "service_id", service["id"])
    facts |= {(rows.AREA, area) for area in areas} | {(rows.LANGUAGE, one) for one in languages}
    facts |= eligibility.of_ages(service)
    facts |= eligibility.of_access(reading.hung("accessibility", "location_id", *where))
    rest = [
        *(service.get(name) for name in _SERVICE_WORDS),
        *rows.place_words(reading, places),
        *rows.contact_words(
            reading, ("service_id", [service["id"]]), ("service_at_location_id", at)
        ),
        *(row.get("document") for row in _of(reading, "required_documents", service)),
        *(row.get("option") for row in _of(reading, "cost_options", service)),
        *(row.get("description") for row in free),
        *phones,
        *map(_digits, phones),
    ]
    program = reading.named("programs", service.get("program_id"))
    own = [service.get("name"), service.get("alternate_name"), program.get("name")]
    return Doc(
        kind="service",
        hsds_id=str(service["id"]),
        offered=service.get("status") not in _NOT_OFFERED,
        name=fold(str(service.get("name") or ""))[:200],
        texts=_texts(_names(organization), terms, own, [*rest, *areas, *languages]),
        facts=_shortened(facts),
        patterns=_patterns(schedules),
        unusual=_unusual(schedules),
        free_until=max((_free_until(row) for row in free), default=0),
        card=_card(
            name=service.get("name"),
            about=_clip(service.get("description")),
            types=terms[:4],
            areas=areas[:3],
            languages=languages[:6],
            phone=next(iter(phones), ""),
            alert=_clip(service.get("alert")),
            closed=service.get("status") == "temporarily closed",
            schedules=[_kept(row) for row in schedules[:14]],
            free=[_beds(reading, row) for row in free],
        ),
    )


_SERVICE_WORDS: Final = (
    "description", "eligibility_description", "application_process", "fees_description",
    "interpretation_services", "wait_time", "accreditations", "alert", "email", "url",
)  # fmt: skip


def _organization(reading: Reading, organization: Row, *, alone: bool) -> Doc:
    of = organization["id"]
    places = reading.hung("locations", "organization_id", of)
    where = [place["id"] for place in places]
    terms, facts = rows.classified(reading, of)
    areas = rows.areas(reading, "", [], where)
    languages = rows.languages(reading, "", where)
    phones = rows.phones(reading, ("organization_id", [of]))
    schedules = reading.hung("schedules", "location_id", *where) if alone else []
    facts |= {(rows.AREA, area) for area in areas} | {(rows.LANGUAGE, one) for one in languages}
    rest = [
        *(organization.get(name) for name in ("description", "email", "website", "legal_status")),
        *(place.get("name") for place in places),
        *rows.place_words(reading, places),
        *rows.contact_words(reading, ("organization_id", [of]), ("location_id", where)),
        *phones,
        *map(_digits, phones),
    ]
    return Doc(
        kind="organization",
        hsds_id=str(of),
        offered=alone,
        name=fold(str(organization.get("name") or ""))[:200],
        texts=_texts(_names(organization), terms, [], [*rest, *areas, *languages]),
        facts=_shortened(facts) if alone else frozenset(),
        patterns=_patterns(schedules),
        unusual=_unusual(schedules),
        free_until=0,
        card=_card(
            name=organization.get("name"),
            about=_clip(organization.get("description")),
            types=terms[:4],
            areas=areas[:3],
            languages=languages[:6],
            phone=next(iter(phones), ""),
            schedules=[_kept(row) for row in schedules[:14]],
        ),
    )


def _names(organization: Row) -> list[object]:
    return [organization.get("name"), organization.get("alternate_name")]


def _texts(*columns: Iterable[object]) -> Texts:
    name, kind, service, rest = (fold(" ".join(rows.said(column))) for column in columns)
    return name, kind, service, rest


def _digits(number: str) -> str:
    """A number without what people write between its figures; whoever called is looked up so."""
    return "".join(figure for figure in number if figure.isdecimal())


def _clip(text: object) -> str:
    words = " ".join(str(text or "").split())
    return words if len(words) <= _ABOUT else words[:_ABOUT].rsplit(" ", 1)[0] + " …"


def _shortened(facts: Iterable[Fact]) -> frozenset[Fact]:
    return frozenset((facet, words[:_MOST_WORDS]) for facet, words in facts)


def _of(reading: Reading, table: str, service: Row) -> list[Row]:
    return reading.hung(table, "service_id", service["id"])


def _patterns(schedules: Iterable[Row]) -> tuple[Pattern, ...]:
    weekly = (row for row in schedules if rules.is_plain_week(row))
    # No day is asked for: a plain week says the same of every one between its first and last.
    found = (opening.patterns(row, "", date.min, date.min) for row in weekly)
    return tuple(dict.fromkeys(pattern for some in found for pattern in some))


def _unusual(schedules: Iterable[Row]) -> tuple[str, ...]:
    return tuple(json.dumps(_kept(row)) for row in schedules if not rules.is_plain_week(row))


def _kept(schedule: Row) -> dict[str, Any]:
    return {name: schedule[name] for name in _SCHEDULE if schedule.get(name) not in (None, "")}


def _free_until(capacity: Row) -> int:
    said = moment(capacity.get("updated"))
    if said is None or not _some(capacity.get("available")) or said.year > _LAST_YEAR:
        return 0
    return int((said + _BELIEVED).timestamp())


def _beds(reading: Reading, capacity: Row) -> dict[str, Any]:
    unit = reading.named("units", capacity.get("unit_id"))
    return {
        "available": capacity.get("available"),
        "unit": unit.get("name") or "",
        "updated": capacity.get("updated"),
    }


def moment(said: object) -> datetime | None:
    """A moment as HSDS writes it; in UTC where it names no zone."""
    try:
        read = datetime.fromisoformat(str(said or ""))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _some(available: object) -> bool:
    try:
        return float(str(available)) > 0
    except ValueError:
        return False


def _card(**parts: object) -> str:
    return json.dumps({name: part for name, part in parts.items() if part}, ensure_ascii=False)
