"""Whom a service is for, as facts to narrow by: read from what is classified, never from prose.

"No pets" in a description would be found by a search for pets; a fact that is wrong sends
somebody to a door that stays shut. So only attributes, ages and accessibility rows count.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from server.listing.folding import fold

Fact = tuple[str, str]
"""A facet, and the words of one of its values."""

AGE: Final = "age"
GENDER: Final = "gender"
CHILDREN: Final = "children"
PETS: Final = "pets"
ACCESS: Final = "access"
IMMIGRATION: Final = "immigration"

_AGES: Final = (
    ("Children under 13", 0, 12),
    ("Young people, 13 to 17", 13, 17),
    ("Adults, 18 to 64", 18, 64),
    ("Older people, from 65", 65, 200),
)
_MEANS: Final = ("eligib", "audience", "population", "situation")

TERMS: Final[Mapping[str, tuple[Fact, tuple[str, ...]]]] = {
    "women": ((GENDER, "Women"), ("women", "woman", "female", "females", "women and girls")),
    "men": ((GENDER, "Men"), ("men", "man", "male", "males", "men and boys")),
    "any-gender": (
        (GENDER, "Every gender"),
        ("every gender", "any gender", "all genders", "gender inclusive"),
    ),
    "trans": (
        (GENDER, "Trans and non-binary people"),
        ("trans", "transgender", "non binary", "nonbinary", "trans and non binary people"),
    ),
    "children": (
        (CHILDREN, "Children may come too"),
        ("children", "children may come too", "children welcome", "families with children"),
    ),
    "pets": (
        (PETS, "Pets may come too"),
        ("pets", "pets may come too", "pets welcome", "pets allowed", "pet friendly"),
    ),
    "wheelchair": (
        (ACCESS, "Step-free, for wheelchairs"),
        ("wheelchair", "wheelchairs", "wheelchair accessible", "step free", "physical disability"),
    ),
    "hearing": (
        (ACCESS, "For deaf and hard of hearing people"),
        ("deaf", "hearing", "hard of hearing", "sign language", "hearing loop"),
    ),
    "sight": (
        (ACCESS, "For blind and partially sighted people"),
        ("blind", "sight", "visual impairment", "braille", "partially sighted"),
    ),
    "disabled": (
        (ACCESS, "For disabled people"),
        ("disabled", "disability", "disabilities", "individuals with disabilities"),
    ),
    "any-status": (
        (IMMIGRATION, "Whatever the immigration status"),
        ("any immigration status", "whatever the immigration status", "undocumented"),
    ),
    "refugees": (
        (IMMIGRATION, "Refugees and people seeking asylum"),
        ("refugees", "refugee", "asylum seekers", "people seeking asylum", "asylees"),
    ),
    "immigrants": (
        (IMMIGRATION, "Immigrants"),
        ("immigrants", "immigrant", "migrants", "no recourse to public funds"),
    ),
}
"""By code: the fact, and the folded words of classifications that state it."""

_BY_WORDS: Final = {
    words: fact for code, (fact, said) in TERMS.items() for words in (*said, fold(code))
}


def says_for_whom(attribute: Mapping[str, Any], taxonomy: str) -> bool:
    """Is this attribute about whom a service is for, and not about what it is?"""
    said = fold(f"{attribute.get('link_type') or ''} {taxonomy}")
    return any(word in said for word in _MEANS)


def of_words(*said: object) -> frozenset[Fact]:
    """The facts that these classifications state."""
    found = (_BY_WORDS.get(fold(str(one))) for one in said if one)
    return frozenset(fact for fact in found if fact)


def of_ages(service: Mapping[str, Any]) -> frozenset[Fact]:
    """The ages a service is for, where it says so at all."""
    least, most = _age(service.get("minimum_age")), _age(service.get("maximum_age"))
    if least is None and most is None:
        return frozenset()
    low, high = least or 0, 200 if most is None else most
    return frozenset((AGE, words) for words, first, last in _AGES if first <= high and low <= last)


def of_access(rows: Iterable[Mapping[str, Any]]) -> frozenset[Fact]:
    """The ways in which a place says it is accessible."""
    found: set[Fact] = set()
    for row in rows:
        said = f" {fold(str(row.get('description') or ''))} "
        for fact, words in TERMS.values():
            if fact[0] == ACCESS and any(f" {word} " in said for word in words):
                found.add(fact)
    return frozenset(found)


def _age(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
