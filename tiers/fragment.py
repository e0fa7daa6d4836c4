"""What an agency holds about a case, place by place, so that each place can be cleared or kept."""

from collections.abc import Mapping
from dataclasses import dataclass

SURVIVOR = "survivor"
CHILD = "child"
PERSON_USING_VIOLENCE = "person_using_violence"
OTHER_AT_RISK = "other_at_risk"
ROLES = frozenset({SURVIVOR, CHILD, PERSON_USING_VIOLENCE, OTHER_AT_RISK})
OTHER_ADULTS = frozenset({PERSON_USING_VIOLENCE, OTHER_AT_RISK})

PRIVATE = "private"  # the section that never leaves, whatever a pack or a consent says
IDENTITY = "identity"
CHILDREN = "children"
RELEASES = "releases"  # written by the mailroom: consents that travel to their own discloser
ASKED = "asked"  # written by the mailroom: who was asked for a summary, and when
SYSTEM_SECTIONS = frozenset({RELEASES, ASKED})


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a field stands: in which section, about whom, under which name."""

    section: str
    about: str
    field: str


@dataclass(frozen=True, slots=True)
class Written:
    """One value as somebody wrote it, when (UTC, to the second) and who."""

    value: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """A record of a case: people and their roles, fields, and our basis for each other adult.

    What is `closed` restates a part whose consent ended; it stays here until a person rewrites it.
    """

    case_ref: str
    people: Mapping[str, str]
    fields: Mapping[Place, tuple[Written, ...]]
    bases: Mapping[str, str]
    closed: frozenset[Place] = frozenset()
