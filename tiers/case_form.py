"""A case as an agency brings it in from a file, checked against the forms of the protocol."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tiers import reading
from tiers.fragment import OTHER_ADULTS, ROLES, SURVIVOR, Place
from tiers.protocol import FieldForm, Protocol, SectionForm
from tiers.reading import FormMistake
from tiers.rows import row_of

__all__ = [
    "CaseForm",
    "FormMistake",
    "place_form",
    "read_bases",
    "read_case",
    "read_people",
    "read_value",
]

FORMAT = "casefold-case-1"
MAX_FIELDS = 10_000
MAX_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class CaseForm:
    """A case as read from its file: people, fields, and the basis for each other adult."""

    people: Mapping[str, str]
    fields: Mapping[Place, str]
    bases: Mapping[str, str]
    case_ref: str | None = None


def read_case(value: object, pack: Protocol) -> CaseForm:
    """The case this file describes; a FormMistake names the part and what to write."""
    reading.format_name(value, FORMAT)
    required = frozenset({"format", "people", "sections"})
    part: Mapping[str, Any] = reading.table(value, "", required, frozenset({"bases", "case_ref"}))
    people = read_people(part["people"])
    case_ref = part.get("case_ref")
    return CaseForm(
        people=people,
        fields=_read_sections(part["sections"], people, pack),
        bases=read_bases(part.get("bases", {}), people),
        case_ref=None if case_ref is None else reading.case_ref(case_ref, "case_ref"),
    )


def read_value(form: FieldForm, value: object, path: str) -> str:
    """One field's value as the form wants it kept; also for what is typed on a page."""
    if form.repeat and isinstance(value, list):
        entries = [reading.short(row, path) for row in reading.rows(value, path)]
        return reading.words("\n".join(entries), path, blank=True)
    if form.kind == "yes_no":
        return _read_yes_no(value, path)
    if isinstance(value, int) and not isinstance(value, bool):
        return reading.words(_digits(value, path), path)
    text = reading.words(value, path, blank=True)
    if not text.strip():
        return ""
    if form.kind == "date":
        return reading.day(text.strip(), path).isoformat()
    if form.kind == "choice":
        return reading.one_of(text.strip(), path, frozenset(form.choices))
    return text


def place_form(place: Place, people: Mapping[str, str], pack: Protocol, path: str) -> FieldForm:
    """The form of the field at this place; a FormMistake when the protocol has no such place."""
    section = _section_form(place.section, pack, path)
    _check_person(place.about, section, people, path)
    field = section.field(place.field)
    if field is None or section.rows != bool(row_of(place)[0]):
        raise FormMistake(path, "the protocol has no such field in this section; take it out.")
    return field


def _digits(value: int, path: str) -> str:
    if abs(value) > 10**15:
        raise FormMistake(path, "this number is too long; write it as words.")
    return str(value)


def read_people(value: object) -> Mapping[str, str]:
    """The people of a case: a code for each, and their role."""
    found = reading.mapping(value, "people")
    if len(found) > MAX_PEOPLE:
        raise FormMistake("people", f"at most {MAX_PEOPLE} people fit in one case.")
    people = {
        reading.person_id(person, "people"): reading.one_of(role, f"people.{person}", ROLES)
        for person, role in found.items()
    }
    if SURVIVOR not in people.values():
        raise FormMistake("people", 'name the survivor, such as {"survivor": "survivor"}.')
    return people


def _read_sections(value: object, people: Mapping[str, str], pack: Protocol) -> Mapping[Place, str]:
    fields: dict[Place, str] = {}
    for key, persons in reading.mapping(value, "sections").items():
        path = f"sections.{key[:60]}"
        section = _section_form(key, pack, path)
        if section.own_page:
            raise FormMistake(path, "this section is written on its own page; take it out.")
        for person, values in reading.mapping(persons, path).items():
            here = f"{path}.{person[:60]}"
            _check_person(person, section, people, here)
            fields |= _read_person(values, person, section, here)
            if len(fields) > MAX_FIELDS:
                raise FormMistake(here, f"a case has at most {MAX_FIELDS} fields.")
    return fields


def _read_person(
    value: object, person: str, section: SectionForm, path: str
) -> Mapping[Place, str]:
    if not section.rows:
        return _read_fields(value, person, section, path)
    fields: dict[Place, str] = {}
    for number, row in enumerate(reading.rows(value, path), start=1):
        fields |= _read_fields(row, person, section, f"{path}[{number - 1}]", f"{number:04}.")
    return fields


def _read_fields(
    values: object, person: str, section: SectionForm, path: str, row: str = ""
) -> Mapping[Place, str]:
    fields = {}
    for key, value in reading.mapping(values, path).items():
        here = f"{path}.{key[:60]}"
        form = section.field(row + key)
        if form is None:
            raise FormMistake(here, "the protocol has no such field in this section; take it out.")
        if text := read_value(form, value, here):
            fields[Place(section.id, person, row + key)] = text
    return fields


def _section_form(key: str, pack: Protocol, path: str) -> SectionForm:
    section = pack.sections.get(key)
    if section is None:
        raise FormMistake(path, "the protocol has no such section; take it out.")
    return section


def _check_person(person: str, section: SectionForm, people: Mapping[str, str], path: str) -> None:
    role = people.get(person)
    if role is None:
        raise FormMistake(path, "this person is not among the people of the case; add them there.")
    if role not in section.about:
        allowed = ", ".join(section.about)
        raise FormMistake(path, f"this section is about other people ({allowed}); move it.")


def _read_yes_no(value: object, path: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == "":
        return ""
    return reading.one_of(value, path, frozenset({"yes", "no"}))


def read_bases(value: object, people: Mapping[str, str]) -> Mapping[str, str]:
    """Why the agency may tell about each other adult, in its own words."""
    bases = {}
    for person, words in reading.mapping(value, "bases").items():
        path = f"bases.{person[:60]}"
        if people.get(person) not in OTHER_ADULTS:
            raise FormMistake(path, "a basis is recorded for another adult in the case only.")
        bases[person] = reading.words(words, path, limit=2000)
    return bases
