"""A small invented directory with every audience in it, and words that only some may ever see."""

from typing import Any

from directory.hsds.ids import stable_id

Tables = dict[str, list[dict[str, Any]]]

# Words found nowhere else: what is meant for some must be nowhere where others look.
PROFESSIONAL_ONLY = ("zorquil", "zanthor", "zubrine", "zelphax", "zindor")
TRUSTED_ONLY = ("qwavish", "qwomble", "qwintar", "qwelter")


def of(table: str, name: str) -> str:
    """The id of a row, by a name that tests say."""
    return stable_id("listed", table, name)


def row(table: str, name: str, audience: str = "public", /, **fields: object) -> dict[str, Any]:
    """One row."""
    return {"id": of(table, name), **fields, "x_audience": audience}


def directory(named: str = "") -> Tables:
    """Two organizations in the open, one for staff alone, and a house nobody may find."""
    brigid, legal = of("organizations", "brigid"), of("organizations", "legal")
    beds, court = of("services", "beds"), of("services", "court")
    trusted = {"x_trusted": [named]} if named else {}
    return {
        "organizations": [
            row("organizations", "brigid", name="St Brigid's House", description="A refuge."),
            row(
                "organizations",
                "legal",
                name="Harbour Legal Aid",
                description="Lawyers who listen.",
                website="https://legal.example.org",
            ),
            row(
                "organizations",
                "quiet",
                "professional",
                name="Zorquil Circle",
                description="Known to staff alone.",
            ),
        ],
        "taxonomies": [row("taxonomies", "kinds", name="Kinds", description="Kinds of help")],
        "taxonomy_terms": [
            _term("shelter", "Emergency shelter"),
            _term("advice", "Legal advice"),
            _term("hidden", "Zanthor help"),
            _term("pets", "Pets welcome"),
        ],
        "services": [
            row(
                "services",
                "beds",
                organization_id=brigid,
                name="Emergency shelter",
                description="Beds tonight, for women and their children.",
                status="active",
                minimum_age=18,
                x_field_audience={"application_process": "professional"},
                application_process="Ring and say zubrine.",
            ),
            row(
                "services",
                "court",
                organization_id=legal,
                name="Protective orders",
                description="We go to court with you.",
                status="active",
            ),
            row(
                "services",
                "inner",
                "professional",
                organization_id=legal,
                name="Zelphax clinic",
                description="For staff of partners.",
                status="active",
            ),
            row(
                "services",
                "house",
                "trusted",
                organization_id=brigid,
                name="Qwavish house",
                description="Nobody else may know.",
                status="active",
                **trusted,
            ),
        ],
        "attributes": [
            _attribute("beds", beds, "shelter"),
            _attribute("court", court, "advice"),
            _attribute("inner", court, "hidden", "professional"),
            _attribute("pets", beds, "pets", link_type="eligibility"),
        ],
        "locations": [
            row(
                "locations",
                "office",
                organization_id=legal,
                name="Pier office",
                location_type="physical",
            ),
            row(
                "locations",
                "secret",
                organization_id=brigid,
                name="Qwomble Lodge",
                location_type="physical",
                latitude=41.7,
                longitude=-87.6,
                x_confidential_location=True,
                **trusted,
            ),
        ],
        "service_at_location": [
            row(
                "service_at_location",
                "court",
                service_id=court,
                location_id=of("locations", "office"),
            ),
            row(
                "service_at_location",
                "beds",
                service_id=beds,
                location_id=of("locations", "secret"),
            ),
        ],
        "addresses": [
            _address("office", "office", "1 Pier Road", "Harbourton"),
            _address("secret", "secret", "9 Qwintar Lane", "Qwelterville"),
        ],
        "phones": [
            row("phones", "brigid", organization_id=brigid, number="(312) 555-0101"),
            row("phones", "beds", service_id=beds, number="(312) 555-0102"),
            row("phones", "inner", "professional", organization_id=legal, number="(312) 555-0777"),
        ],
        "contacts": [
            row(
                "contacts",
                "inner",
                "professional",
                organization_id=legal,
                name="Zindor Vale",
                title="Duty lawyer",
            )
        ],
        "schedules": [
            row(
                "schedules",
                "beds",
                service_id=beds,
                freq="WEEKLY",
                byday="MO,TU,WE,TH,FR,SA,SU",
                opens_at="00:00",
                closes_at="00:00",
            ),
            row(
                "schedules",
                "court",
                service_id=court,
                freq="WEEKLY",
                byday="MO,TU,WE,TH,FR",
                opens_at="09:00",
                closes_at="17:00",
            ),
        ],
        "languages": [row("languages", "beds", service_id=beds, code="es")],
        "service_areas": [row("service_areas", "court", service_id=court, name="Harbour county")],
        "units": [row("units", "bed", name="beds")],
        "service_capacity": [
            row(
                "service_capacity",
                "beds",
                "professional",
                service_id=beds,
                unit_id=of("units", "bed"),
                available=3,
                updated="2026-11-23T07:30:00+00:00",
            )
        ],
    }


def _term(name: str, words: str) -> dict[str, Any]:
    audience = "professional" if name == "hidden" else "public"
    kinds = of("taxonomies", "kinds")
    return row("taxonomy_terms", name, audience, name=words, description=words, taxonomy_id=kinds)


def _attribute(
    name: str, link: str, term: str, audience: str = "public", **more: object
) -> dict[str, Any]:
    term_id = of("taxonomy_terms", term)
    said = {"link_id": link, "link_entity": "service", "taxonomy_term_id": term_id, **more}
    return row("attributes", name, audience, **said)


def _address(name: str, location: str, street: str, city: str) -> dict[str, Any]:
    return row(
        "addresses",
        name,
        location_id=of("locations", location),
        address_1=street,
        city=city,
        state_province="IL",
        postal_code="60601",
        country="US",
        address_type="physical",
    )
