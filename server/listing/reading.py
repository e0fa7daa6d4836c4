"""The rows of organizations by what hangs from what, and what they say of kind and place."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from babel import Locale, UnknownLocaleError

from server.listing import eligibility
from server.listing.eligibility import Fact

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]

TYPE: Final = "type"
AREA: Final = "area"
LANGUAGE: Final = "language"
_ADDRESS_WORDS: Final = ("address_1", "city", "region", "state_province", "postal_code")
_WIDEST: Final = 8  # how far up a taxonomy is followed, even one that goes in a circle


class Reading:
    """The rows of some organizations, each found by what it hangs from."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._hung: dict[tuple[str, str], dict[str, list[Row]]] = {}
        self._ids: dict[str, dict[str, Row]] = {}

    def hung(self, table: str, field: str, *ids: object) -> list[Row]:
        """The rows of a table whose field names one of these ids."""
        key = (table, field)
        if key not in self._hung:
            made: dict[str, list[Row]] = defaultdict(list)
            for row in self._tables.get(table, ()):
                if row.get(field):
                    made[str(row[field])].append(row)
            self._hung[key] = made
        return [row for one in ids if one for row in self._hung[key].get(str(one), ())]

    def named(self, table: str, of: object) -> Row:
        """The row with this id; an empty one where there is none."""
        if table not in self._ids:
            self._ids[table] = {str(row["id"]): row for row in self._tables.get(table, ())}
        return self._ids[table].get(str(of or ""), {})

    def organizations(self) -> Iterator[Row]:
        """Each organization."""
        yield from self._tables.get("organizations", ())


def classified(reading: Reading, *ids: object) -> tuple[list[str], set[Fact]]:
    """What a thing is, in the words of its taxonomies, and whom it is for."""
    kinds: list[str] = []
    facts: set[Fact] = set()
    for attribute in reading.hung("attributes", "link_id", *ids):
        term = reading.named("taxonomy_terms", attribute.get("taxonomy_term_id"))
        taxonomy = str(term.get("taxonomy") or "")
        taxonomy += f" {reading.named('taxonomies', term.get('taxonomy_id')).get('name') or ''}"
        said = (term.get("name"), attribute.get("label"), attribute.get("value"), term.get("code"))
        if eligibility.says_for_whom(attribute, taxonomy):
            facts |= eligibility.of_words(*said)
        else:
            kinds += _with_wider(reading, term)
    kinds = list(dict.fromkeys(kinds))
    return kinds, facts | {(TYPE, kind) for kind in kinds}


def _with_wider(reading: Reading, term: Row) -> list[str]:
    """A term's name, and those of the terms it is part of."""
    found: list[str] = []
    while term and len(found) < _WIDEST:
        if term.get("name"):
            found.append(str(term["name"]))
        term = reading.named("taxonomy_terms", term.get("parent_id"))
    return found


def areas(
    reading: Reading, service: object, at: Sequence[object], where: Sequence[object]
) -> list[str]:
    """The areas a service is for, and the towns it is in."""
    rows = reading.hung("service_areas", "service_id", service)
    rows += reading.hung("service_areas", "service_at_location_id", *at)
    found = [row.get("name") for row in rows]
    found += [row.get("city") for row in reading.hung("addresses", "location_id", *where)]
    return said(found)


def languages(reading: Reading, service: object, where: Sequence[object]) -> list[str]:
    """The languages spoken, by name."""
    rows = reading.hung("languages", "service_id", service)
    rows += reading.hung("languages", "location_id", *where)
    return said(row.get("name") or _language(row.get("code")) for row in rows)


def _language(code: object) -> str:
    try:
        return Locale.parse(str(code)[:2]).get_language_name("en") or ""
    except (ValueError, UnknownLocaleError):
        return str(code or "")


def phones(reading: Reading, *of: tuple[str, Sequence[object]]) -> list[str]:
    """The numbers to ring, but not those of one person."""
    rows = [row for field, ids in of for row in reading.hung("phones", field, *ids)]
    return said(row.get("number") for row in rows if not row.get("contact_id"))


def contact_words(reading: Reading, *of: tuple[str, Sequence[object]]) -> Iterator[object]:
    """Who can be asked for, and as what."""
    for field, ids in of:
        for row in reading.hung("contacts", field, *ids):
            yield from (row.get("name"), row.get("title"), row.get("department"))


def place_words(reading: Reading, places: Sequence[Row]) -> Iterator[object]:
    """Where these places are, and how one gets in."""
    for place in places:
        yield from (place.get("name"), place.get("alternate_name"), place.get("transportation"))
        for address in reading.hung("addresses", "location_id", place["id"]):
            yield from (address.get(name) for name in _ADDRESS_WORDS)
        for row in reading.hung("accessibility", "location_id", place["id"]):
            yield row.get("description")


def said(values: Iterable[object]) -> list[str]:
    """These values as text, each once, without the empty ones."""
    texts = (" ".join(str(value).split()) for value in values if value)
    return list(dict.fromkeys(text for text in texts if text))
