"""How pages say things: people, sections, values and agencies in words."""

from collections.abc import Callable, Mapping
from datetime import date

from server.counted import agree
from server.node.desk import Desk
from tiers.fragment import (
    CHILD,
    IDENTITY,
    OTHER_AT_RISK,
    PERSON_USING_VIOLENCE,
    SURVIVOR,
    Fragment,
    Place,
)
from tiers.protocol import FieldForm, Protocol, SectionForm
from tiers.rows import row_of
from tiers.tier import Tier
from web.rendering import day, list_words

ORDER = (SURVIVOR, CHILD, PERSON_USING_VIOLENCE, OTHER_AT_RISK)
_PLURALS = {CHILD: "children", "person": "people"}


def role_word(role: str, pack: Protocol) -> str:
    """A person's part in the case, as this coalition calls it."""
    return pack.words.get(role, role.replace("_", " "))


def capital(words: str) -> str:
    """Words that begin a line; a name within them stays as it is written."""
    return words[:1].upper() + words[1:]


def within(title: str) -> str:
    """A title within a sentence; a word of capitals or a name, such as HRDA, stays as it is."""
    first = title.split(" ", maxsplit=1)[0]
    return title if not first[1:].islower() else title[:1].lower() + title[1:]


def person_words(person: str, role: str, pack: Protocol) -> str:
    """A person without a name: child A."""
    word = role_word(role, pack)
    tail = person.rsplit("-", 1)[-1] if "-" in person else ""
    return f"{word} {tail.upper()}" if len(tail) == 1 else word


def name_of(person: str, fragment: Fragment) -> str:
    """The name written for a person, if there is one."""
    written = fragment.fields.get(Place(IDENTITY, person, "name"), ())
    return written[-1].value.strip() if written else ""


def about_words(person: str, fragment: Fragment, pack: Protocol) -> str:
    """A person as a heading says them: the survivor's part, with the name where it is known."""
    role = fragment.people.get(person, "")
    words, name = person_words(person, role, pack), name_of(person, fragment)
    return f"{words}, {name}" if name else words


def people_in_order(people: Mapping[str, str]) -> list[str]:
    """The people of a case: survivor first, then children, then the others."""
    return sorted(people, key=lambda p: (ORDER.index(people[p]) if people[p] in ORDER else 9, p))


def people_words(people: Mapping[str, str], pack: Protocol) -> str:
    """Who is in a case, counted: 1 survivor, 2 children."""
    roles = list(people.values())
    counted = []
    for role in ORDER:
        if count := roles.count(role):
            word = role_word(role, pack)
            counted.append(agree(count, word, _plural(word)))
    return list_words(counted)


def _plural(word: str) -> str:
    first, _, rest = word.partition(" ")
    if word in _PLURALS:
        return _PLURALS[word]
    if first == "person":
        return f"people {rest}"
    return f"{word}s"


def value_words(form: FieldForm | None, value: str) -> str:
    """A stored value as people say it."""
    if form is None:
        return value
    if form.kind == "date":
        return day_words(value)
    if form.kind in {"yes_no", "choice"}:
        return value.replace("_", " ").capitalize()
    return value


def day_words(value: str, said: Callable[[date], str] = day) -> str:
    """A stored day as people say it; what is no day stays as it was written."""
    try:
        return said(date.fromisoformat(value))
    except ValueError:
        return value


def section_title(section: str, pack: Protocol) -> str:
    """A section's title, or its code where the pack does not know it."""
    found = pack.sections.get(section)
    return found.title if found else section.replace("_", " ").capitalize()


def field_label(place: Place, pack: Protocol) -> str:
    """A field's label, or its code where the pack does not know it."""
    section = pack.sections.get(place.section)
    found = section.field(place.field) if section else None
    return found.label if found else place.field.replace("_", " ").capitalize()


def form_place(place: Place, pack: Protocol) -> tuple[str, int]:
    """Where a field stands: its row, then its number in the form; one no form knows comes last."""
    row, name = row_of(place)
    form = pack.sections.get(place.section)
    order = [field.id for field in form.fields] if form else []
    return row, order.index(name) if name in order else len(order)


def section_form(section: str, pack: Protocol) -> SectionForm | None:
    """The form of a section, if the pack has it."""
    return pack.sections.get(section)


def agency_name(agency: str, desk: Desk) -> str:
    """An agency's name in the directory."""
    if agency == desk.node.identity:
        return desk.node.name
    found = desk.directory.agency(agency)
    return found.name if found else "an agency that has left the directory"


def agency_names(agencies: tuple[str, ...] | frozenset[str], desk: Desk) -> str:
    """Agencies in a row, by name."""
    return list_words(sorted(agency_name(agency, desk) for agency in agencies))


def tier_words(tier: int, pack: Protocol) -> str:
    """A tier in words."""
    return pack.tiers[Tier(tier)].title


def short(case_ref: str) -> str:
    """A case reference as people say it."""
    return f"{case_ref[:3]}-{case_ref[3:6]}" if case_ref else ""
