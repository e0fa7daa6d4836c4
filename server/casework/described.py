"""The people of a case as likeness compares them: names, births, addresses and telephones."""

from collections.abc import Mapping, Sequence

from server.casework.case_body import CaseBody
from server.likeness.matching import Known
from tiers.fragment import IDENTITY, Place, Written

_CONTACT = "safe_contact"
_NAMES = (IDENTITY, ("name", "aliases"))
_BIRTHS = (IDENTITY, ("born",))
_ADDRESSES = (IDENTITY, ("address", "postcode"))
_PHONES = ((IDENTITY, ("phone",)), (_CONTACT, ("safe_phone",)))

DESCRIBES = frozenset({IDENTITY, _CONTACT})
"""The sections that say who somebody is; an edit of another one makes nobody more alike."""


def in_body(ref: str, body: CaseBody) -> tuple[Known, ...]:
    """The people of our own record."""
    fields = {place: field.written for place, field in body.fields.items()}
    return in_fields(ref, body.people, fields)


def in_fields(
    ref: str, people: Mapping[str, str], fields: Mapping[Place, Sequence[Written]]
) -> tuple[Known, ...]:
    """The people of any record, as far as it describes them."""

    def said(person: str, *forms: tuple[str, tuple[str, ...]]) -> tuple[str, ...]:
        return tuple(
            line
            for section, names in forms
            for name in names
            for written in fields.get(Place(section, person, name), ())
            for line in _lines(written.value, whole=name == "address")
        )

    return tuple(
        Known(
            ref,
            person,
            role,
            names=said(person, _NAMES),
            births=said(person, _BIRTHS),
            addresses=said(person, _ADDRESSES),
            phones=said(person, *_PHONES),
        )
        for person, role in sorted(people.items())
    )


def _lines(value: str, *, whole: bool) -> list[str]:
    lines = [line.strip() for line in value.splitlines() if line.strip()]
    return [" ".join(lines)] if whole and lines else lines
