"""What a row must say to be of use, and what is done where it does not: one table a question."""

from typing import Final

DEFAULTS: Final = {
    ("services", "status"): "active",
    ("locations", "location_type"): "physical",
    ("addresses", "address_type"): "physical",
}
MAY_BE_EMPTY: Final = frozenset(
    {
        ("organizations", "description"),
        ("programs", "description"),
        ("taxonomies", "description"),
        ("taxonomy_terms", "description"),
        *(("addresses", name) for name in ("address_1", "city", "state_province", "postal_code")),
        ("addresses", "country"),
        ("organization_identifiers", "identifier_type"),
        *(("metadata", name) for name in ("last_action_type", "field_name", "previous_value")),
        *(("metadata", name) for name in ("replacement_value", "updated_by")),
    }
)
"""Words HSDS wants said that a row may lack: they are left empty, and nothing is invented."""

STANDS_ALONE: Final = frozenset(
    {
        ("organizations", "parent_organization_id"),
        ("services", "organization_id"),
        ("locations", "organization_id"),
        ("programs", "organization_id"),
        ("taxonomy_terms", "parent_id"),
        ("taxonomy_terms", "taxonomy_id"),
    }
)
"""References kept though nothing answers to them yet: the row says enough, and it may come."""

NEEDS_ALL: Final = {
    "service_at_location": ("service_id", "location_id"),
    "service_capacity": ("service_id", "unit_id"),
}
NEEDS_ONE: Final = frozenset(
    {
        "addresses",
        "contacts",
        "phones",
        "schedules",
        "service_areas",
        "languages",
        "accessibility",
        "cost_options",
        "required_documents",
        "funding",
        "url",
        "organization_identifiers",
    }
)
SAYS_NOTHING: Final = {
    "contacts": ("name", "title", "department", "email"),
    "languages": ("name", "code", "note"),
    "accessibility": ("description", "details", "url"),
    "service_areas": ("name", "description", "extent", "uri"),
    "required_documents": ("document", "uri"),
    "cost_options": ("option", "amount", "amount_description"),
    "funding": ("source",),
    "addresses": ("attention", "address_1", "address_2", "city", "region", "postal_code"),
}
"""Tables whose row is of no use when all of these are blank."""

SYNONYMS: Final = {
    "wkst": {"MONDAY": "MO", "SUNDAY": "SU"},
    "status": {"open": "active", "closed": "defunct", "temporarily_closed": "temporarily closed"},
}
