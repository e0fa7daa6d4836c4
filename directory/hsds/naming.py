"""Names as files write them: tables and columns of other spellings, called as HSDS calls them."""

import re
from collections.abc import Iterable
from typing import Final

from directory.hsds.objects import OBJECTS, table_of

_OLDER_TABLES: Final = {
    "services_at_location": "service_at_location",
    "services_at_locations": "service_at_location",
    "service_at_locations": "service_at_location",
    "postal_address": "postal_addresses",
    "physical_address": "physical_addresses",
    "regular_schedule": "regular_schedules",
    "holiday_schedule": "holiday_schedules",
    "eligibility": "eligibilities",
    "accessibility_for_disability": "accessibility",
    "accessibility_for_disabilities": "accessibility",
    "accessibilities": "accessibility",
    "payment_accepted": "payments_accepted",
    "services_taxonomy": "service_taxonomies",
    "service_taxonomy": "service_taxonomies",
    "services_taxonomies": "service_taxonomies",
    "service_attribute": "service_taxonomies",
    "service_attributes": "service_taxonomies",
    "link_taxonomy": "link_taxonomies",
    "other_attribute": "link_taxonomies",
    "other_attributes": "link_taxonomies",
    "table_descriptions": "meta_table_descriptions",
    "fundings": "funding",
    "urls": "url",
    "capacities": "service_capacity",
    "service_capacities": "service_capacity",
    "additional_urls": "url",
    "additional_websites": "url",
}

_KNOWN: Final = frozenset(
    {
        *(*OBJECTS, *_OLDER_TABLES.values(), "postal_addresses", "physical_addresses"),
        *("eligibilities", "payments_accepted"),
    }
)
_BESIDE: Final = re.compile(
    r"\A(hsds|open_?referral)_|([_(]+(\d+|v\d+|copy|final|new|old|export|list|full)\)?)+\Z"
)

_COLUMNS: Final = {
    "organizations": {"url": "website"},
    "services": {
        "eligibility": "eligibility_description",
        "fees_descriptions": "fees_description",
        "additional_information": "alert",
    },
    "addresses": {"street": "address_1", "street_address": "address_1", "address": "address_1"},
    "phones": {"phone": "number", "phone_number": "number", "telephone": "number"},
    "languages": {"language": "name"},
    "accessibility": {"accessibility": "description"},
    "service_areas": {"service_area": "name"},
    "cost_options": {"payment": "option"},
    "required_documents": {"required_document": "document"},
    "contacts": {"job_title": "title"},
    "taxonomy_terms": {"vocabulary": "taxonomy"},
}
_EVERYWHERE: Final = {
    "address1": "address_1",
    "address2": "address_2",
    "zip": "postal_code",
    "zipcode": "postal_code",
    "zip_code": "postal_code",
    "postcode": "postal_code",
    "state": "state_province",
    "province": "state_province",
    "county": "region",
    "lat": "latitude",
    "lng": "longitude",
    "lon": "longitude",
    "long": "longitude",
    "organisation_id": "organization_id",
    "e_mail": "email",
}


def plain_name(written: str) -> str:
    """A table or column in small letters and underscores: “Postal Code” is postal_code."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", written.strip())
    name = re.sub(r"[\s\-./]+", "_", spaced).strip("_").lower()
    return name.replace("organisation", "organization")


def is_table(name: str) -> bool:
    """Does HSDS, in any of its versions, have a table that is called this?"""
    return name in _KNOWN


def table_name(written: str, columns: Iterable[str]) -> str:
    """What HSDS calls this table, of any of its versions; the plain name where it knows none."""
    name = _BESIDE.sub("", plain_name(written))
    if name in ("taxonomy", "taxonomies"):
        # Before version 2 what is now a term was called a taxonomy.
        older = {plain_name(column) for column in columns} & {"parent_id", "vocabulary"}
        return "taxonomy_terms" if older else "taxonomies"
    found = _OLDER_TABLES.get(name, name)
    if (table_of(found) or found) in _KNOWN:
        return table_of(found) or found
    # “county_organizations” is a table of organizations; what comes last says what it is of.
    _, _, rest = name.partition("_")
    last = table_name(rest, columns) if rest else ""
    return last if last in _KNOWN else name


def column_name(table: str, written: str) -> str:
    """What HSDS calls this column of this table; the plain name where it knows none."""
    if written.startswith(("x_", "@")):
        return written
    name = plain_name(written)
    known = OBJECTS[table].fields if table in OBJECTS else {}
    if name in known:
        return name
    renamed = _COLUMNS.get(table, {}).get(name) or _EVERYWHERE.get(name, name)
    return renamed if renamed in known or not known else name
