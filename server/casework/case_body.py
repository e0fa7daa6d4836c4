"""What an agency's own record of a case says, and how two colleagues' words meet in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tiers.fragment import Fragment, Place, Written


@dataclass(frozen=True, slots=True)
class Field:
    """One field as it stands: its values, the revision that wrote them, and who did."""

    written: tuple[Written, ...]
    revision: int
    staff: str


@dataclass(frozen=True, slots=True)
class CaseBody:
    """The part of a case that only an unlocked node can read."""

    people: Mapping[str, str]
    fields: Mapping[Place, Field]
    bases: Mapping[str, str]

    def fragment(self, case_ref: str) -> Fragment:
        """The whole record, as the gate wants to see it."""
        return Fragment(
            case_ref=case_ref,
            people=dict(self.people),
            fields={place: field.written for place, field in self.fields.items()},
            bases=dict(self.bases),
        )

    def to_json(self) -> dict[str, Any]:
        """A plain mapping that from_json() reads back."""
        return {
            "people": dict(self.people),
            "bases": dict(self.bases),
            "fields": [
                [
                    place.section,
                    place.about,
                    place.field,
                    [[one.value, one.at, one.by] for one in field.written],
                    field.revision,
                    field.staff,
                ]
                for place, field in sorted(self.fields.items())
            ],
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "CaseBody":
        """The body that to_json() wrote down."""
        fields = {
            Place(section, about, name): Field(
                tuple(Written(value, at, by) for value, at, by in written), revision, staff
            )
            for section, about, name, written, revision, staff in plain["fields"]
        }
        return cls(dict(plain["people"]), fields, dict(plain["bases"]))


@dataclass(frozen=True, slots=True)
class Merged:
    """A body after an edit: what changed, and where a colleague had written meanwhile."""

    body: CaseBody
    changed: Mapping[Place, Written | None]
    beside: frozenset[Place]


def write_in(  # noqa: PLR0917 - an edit has as many parts as it has
    body: CaseBody,
    edits: Mapping[Place, str | None],
    base: int,
    revision: int,
    staff: str,
    stamp: Written,
) -> Merged:
    """Write the edits drawn from revision `base`; a colleague's later words stay beside them."""
    fields = dict(body.fields)
    changed: dict[Place, Written | None] = {}
    beside: set[Place] = set()
    for place, value in edits.items():
        now = fields.get(place)
        later = now is not None and now.revision > base and now.staff != staff
        if _nothing_new(now, value, later):
            continue
        written = None if value is None else replace(stamp, value=value)
        changed[place] = written
        kept = now.written if now is not None and later else ()
        if later:
            beside.add(place)
        values = kept if written is None else (*kept, written)
        if values:
            fields[place] = Field(values, revision, staff)
            continue
        fields.pop(place, None)
    return Merged(replace(body, fields=fields), changed, frozenset(beside))


def _nothing_new(now: Field | None, value: str | None, later: bool) -> bool:
    if now is None:
        return value is None
    values = tuple(one.value for one in now.written)
    return value in values if later else values == (value,)
