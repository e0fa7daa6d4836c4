"""Whom to call at an agency, and who signed its agreement, as the directory says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from directory.errors import SnapshotMistake
from directory.strict import Part

PRIMARY, ALTERNATE, OUT_OF_HOURS = "primary", "alternate", "out_of_hours"
PLACES = (PRIMARY, ALTERNATE, OUT_OF_HOURS)
"""In the order in which they are called."""

_LIAISON = ("place", "name", "role", "phone", "trained_on")
_SIGNATORY = ("name", "role")


@dataclass(frozen=True, slots=True)
class Liaison:
    """One person, or desk, that answers for an agency."""

    place: str
    name: str
    role: str
    phone: str
    trained_on: date | None

    def to_entry(self) -> dict[str, Any]:
        """The liaison as plain values."""
        trained = None if self.trained_on is None else self.trained_on.isoformat()
        return {
            "place": self.place,
            "name": self.name,
            "role": self.role,
            "phone": self.phone,
            "trained_on": trained,
        }


@dataclass(frozen=True, slots=True)
class Signatory:
    """One person who signed the agreement for the agency."""

    name: str
    role: str

    def to_entry(self) -> dict[str, Any]:
        """The signatory as plain values."""
        return {"name": self.name, "role": self.role}


def read_liaisons(rows: list[Any]) -> tuple[Liaison, ...]:
    """The liaisons these rows describe, in the order in which they are called."""
    found: dict[str, Liaison] = {}
    for row in rows:
        part = Part(row, _LIAISON, SnapshotMistake)
        place = part.code("place")
        if place not in PLACES or place in found:
            raise SnapshotMistake(f"A liaison is one of: {', '.join(PLACES)}; each of them once.")
        found[place] = Liaison(
            place,
            part.line("name"),
            part.line_or_empty("role"),
            part.line("phone"),
            part.day_or_none("trained_on"),
        )
    return tuple(found[place] for place in PLACES if place in found)


def read_signatories(rows: list[Any]) -> tuple[Signatory, ...]:
    """Who signed, as these rows say."""
    parts = [Part(row, _SIGNATORY, SnapshotMistake) for row in rows]
    return tuple(Signatory(part.line("name"), part.line_or_empty("role")) for part in parts)


def beside(liaisons: tuple[Liaison, ...], new: Liaison) -> tuple[Liaison, ...]:
    """The liaisons once this one has taken its place."""
    by_place: Mapping[str, Liaison] = {one.place: one for one in (*liaisons, new)}
    return tuple(by_place[place] for place in PLACES if place in by_place)
