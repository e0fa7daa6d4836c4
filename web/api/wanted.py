"""What a caller may ask for, in the words of HSDS, and what is said when it cannot be read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from server.listing.published import MOST_ON_A_PAGE, Wanted

_LONGEST: Final = 200
_YES: Final = frozenset({"true", "1", "yes"})
_NO: Final = frozenset({"false", "0", "no", ""})
_MOST_PAGES: Final = 1_000_000

PARAMETERS: Final[Mapping[str, tuple[str, str]]] = {
    "search": ("string", "Full text search; it forgives misspelling."),
    "page": ("integer", "Page number, from 1."),
    "per_page": ("integer", f"How many on a page, at most {MOST_ON_A_PAGE}."),
    "format": ("string", "json, the only one there is."),
    "taxonomy_term_id": ("string", "Only what is classified by this term."),
    "taxonomy_id": ("string", "Only what is classified by a term of this taxonomy."),
    "organization_id": ("string", "Only what this organization offers."),
    "modified_after": ("string", "Only what changed at this moment or later (ISO 8601)."),
    "minimal": ("boolean", "Only id and modified_date, of all, on one page."),
    "full": ("boolean", "Whole objects, with all that hangs from them."),
    "full_service": ("boolean", "The services of an organization as whole objects."),
    "postcode": ("string", "Only what is offered at an address with this postcode."),
    "parent_id": ("string", "Only terms directly beneath this one."),
    "top_only": ("boolean", "Only terms with none beneath them."),
}
"""Every parameter: its type, and what it does. The descriptions are our own."""

ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    "services": (
        "search", "page", "per_page", "format", "taxonomy_term_id", "taxonomy_id",
        "organization_id", "modified_after", "minimal", "full",
    ),
    "organizations": (
        "search", "full_service", "full", "taxonomy_term_id", "taxonomy_id", "page", "per_page",
        "format",
    ),
    "service_at_locations": (
        "search", "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "full",
        "page", "per_page", "format", "postcode",
    ),
    "taxonomies": ("search", "page", "per_page", "format"),
    "taxonomy_terms": (
        "search", "page", "per_page", "format", "taxonomy_id", "top_only", "parent_id",
    ),
}  # fmt: skip
"""Which parameters each list takes."""


class NotUnderstood(Exception):
    """A parameter could not be read. The sentence never repeats what was sent."""


def read(table: str, said: Mapping[str, str]) -> Wanted:
    """What is wanted of this list."""
    unknown = sorted(said.keys() - set(ALLOWED[table]))
    if unknown:
        takes = ", ".join(ALLOWED[table])
        raise NotUnderstood(f"A parameter is not one of this list's. It takes: {takes}.")
    if any(len(value) > _LONGEST for value in said.values()):
        raise NotUnderstood(f"A parameter is longer than {_LONGEST} letters.")
    if said.get("format", "json") != "json":
        raise NotUnderstood("The format is json; there is no other.")
    return Wanted(
        search=said.get("search", ""),
        page=_number(said, "page", 1, _MOST_PAGES),
        per_page=_number(said, "per_page", 50, MOST_ON_A_PAGE),
        taxonomy_term_id=said.get("taxonomy_term_id", ""),
        taxonomy_id=said.get("taxonomy_id", ""),
        organization_id=said.get("organization_id", ""),
        modified_after=_moment(said.get("modified_after", "")),
        minimal=_flag(said, "minimal"),
        full=_flag(said, "full"),
        full_service=_flag(said, "full_service"),
        postcode=said.get("postcode", ""),
        parent_id=said.get("parent_id", ""),
        top_only=_flag(said, "top_only"),
    )


def _number(said: Mapping[str, str], name: str, otherwise: int, most: int) -> int:
    text = said.get(name, "") or str(otherwise)
    if not (text.isascii() and text.isdecimal() and len(text) < 9 and 1 <= int(text) <= most):
        raise NotUnderstood(f"{name} is a whole number from 1 to {most}.")
    return int(text)


def _flag(said: Mapping[str, str], name: str) -> bool:
    text = said.get(name, "").lower()
    if text not in _YES | _NO:
        raise NotUnderstood(f"{name} is true or false.")
    return text in _YES


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        read_as = datetime.fromisoformat(text)
    except ValueError:
        raise NotUnderstood("modified_after is a moment, such as 2026-03-14T09:30:00Z.") from None
    return read_as if read_as.tzinfo else read_as.replace(tzinfo=UTC)
