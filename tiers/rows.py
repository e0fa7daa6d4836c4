"""Rows of a section: an assessment beside another, an action under an action, each by its code."""

import re
from collections.abc import Mapping
from typing import TypeVar

from tiers.fragment import Place

ROW = re.compile(r"[0-9a-z]{4,16}\Z")
_T = TypeVar("_T")


def row_place(section: str, about: str, row: str, name: str) -> Place:
    """Where one field of one row stands."""
    return Place(section, about, f"{row}.{name}")


def row_of(place: Place) -> tuple[str, str]:
    """The row and the field's own name; the row is empty where the section holds no rows."""
    row, dot, name = place.field.partition(".")
    return (row, name) if dot else ("", row)


def rows_in(fields: Mapping[Place, _T], section: str) -> dict[tuple[str, str], dict[str, _T]]:
    """Every row of this section by person and row, in the order of their codes."""
    found: dict[tuple[str, str], dict[str, _T]] = {}
    for place in sorted(place for place in fields if place.section == section):
        row, name = row_of(place)
        if row:
            found.setdefault((place.about, row), {})[name] = fields[place]
    return found
