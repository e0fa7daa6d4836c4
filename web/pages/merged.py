"""The merged view as a table: agencies beside each other, sections beneath, nothing made into one truth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b
from typing import Protocol

from server.casework.meetings import Viewed
from server.node.desk import Desk
from tiers.fragment import SURVIVOR, Place
from web.pages.words import (
    field_label,
    people_words,
    person_words,
    section_form,
    section_title,
    value_words,
)
from web.rendering import agree, day

_VOICE = "survivor_voice"
_BRIEF = "summary"


class _Told(Protocol):
    """What one agency says about one thing."""

    @property
    def about(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def values(self) -> tuple[str, ...]: ...
    @property
    def by(self) -> str: ...
    @property
    def written(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SaidValue:
    """One value as its agency wrote it."""

    words: str


@dataclass(frozen=True, slots=True)
class SaidField:
    """One field of a cell, opened in place."""

    label: str
    about: str
    values: tuple[SaidValue, ...]
    by: str
    at: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """What one agency says in one section."""

    id: str
    order: int
    agency: str
    section: str
    brief: str
    nothing: str
    until: date | None
    fields: tuple[SaidField, ...]
    mark: str = ""
    changed: bool = False
    swap: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One agency, and what is to know about its part."""

    order: int
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class Row:
    """One section across all agencies."""

    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """What the survivor wants, through the agency that was told."""

    words: str
    agency: str


@dataclass(frozen=True, slots=True)
class StandLine:
    """An agency that was asked, or a part that ended."""

    agency: str
    state: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Aside:
    """A list beside the table that may change while the page is open."""

    id: str
    mark: str
    lines: tuple[StandLine, ...]
    changed: bool = False
    swap: bool = False
    section: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """One case as several agencies see it, on one day."""

    ref: str
    short: str
    lede: str
    timezone: str
    shape: str
    agencies: tuple[Column, ...]
    rows: tuple[Row, ...]
    voices: tuple[Voice, ...]
    differ: Aside
    asked: Aside
    ended: Aside
    shut: Aside
    said: str = ""

    @property
    def cells(self) -> tuple[Cell | Aside, ...]:
        """Everything that can change while the page is open."""
        return (*(cell for row in self.rows for cell in row.cells), *self.asides)

    @property
    def asides(self) -> tuple[Aside, ...]:
        """The lists beside the table."""
        return (self.differ, self.asked, self.ended, self.shut)

    def with_changed(self, ids: set[str], *, swap: bool, said: str) -> "Merged":
        """The same view with what changed marked; when swapping, only that is kept."""

        def kept(cells: Iterable[Cell]) -> tuple[Cell, ...]:
            marked = (replace(cell, changed=cell.id in ids, swap=swap) for cell in cells)
            return tuple(cell for cell in marked if cell.changed or not swap)

        def aside(one: Aside) -> Aside:
            return replace(one, changed=one.id in ids, swap=swap)

        return replace(
            self,
            rows=tuple(replace(row, cells=kept(row.cells)) for row in self.rows),
            differ=aside(self.differ),
            asked=aside(self.asked),
            ended=aside(self.ended),
            shut=aside(self.shut),
            said=said,
        )


def merge(viewed: Viewed, desk: Desk) -> Merged:
    """The view as a table, and what stayed shut beside it."""
    view = viewed.view
    agencies = _agencies(viewed)
    sections = sorted(view.sections, key=lambda one: _order(one, desk))
    rows = tuple(
        Row(
            section_title(section, desk.pack),
            tuple(
                _cell(section, agency, name, number, viewed, desk)
                for number, (agency, name) in enumerate(agencies, 1)
            ),
        )
        for section in sections
    )
    return Merged(
        ref=view.case_ref,
        short=f"{view.case_ref[:3]}-{view.case_ref[3:6]}",
        lede=_lede(viewed, desk),
        timezone=desk.pack.timezone,
        shape=_mark(repr((agencies, sections))),
        agencies=tuple(
            Column(number, name, _note(agency, viewed))
            for number, (agency, name) in enumerate(agencies, 1)
        ),
        rows=rows,
        voices=_voices(viewed),
        differ=_aside("differ", _differ(viewed, desk)),
        asked=_aside(
            "asked",
            [
                StandLine(
                    one.name, "Not answered", f"Asked on {day(date.fromisoformat(one.asked_on))}."
                )
                for one in view.asked
            ],
        ),
        shut=_aside(
            "shut", [StandLine(one.agency_name, "Shut", one.reason) for one in viewed.shut]
        ),
        ended=_aside(
            "ended",
            [
                StandLine(one.name, "Ended", f"Its part ended on {day(one.on)} and is destroyed.")
                for one in view.ended
            ],
        ),
    )


def _agencies(viewed: Viewed) -> list[tuple[str, str]]:
    view = viewed.view
    found = {one.agency_id: one.agency for many in view.sections.values() for one in many}
    return sorted(found.items(), key=lambda one: one[1].casefold())


def _order(section: str, desk: Desk) -> tuple[int, str]:
    order = list(desk.pack.sections)
    return (order.index(section) if section in order else len(order), section)


def _lede(viewed: Viewed, desk: Desk) -> str:
    view = viewed.view
    words = [people_words(view.people, desk.pack).capitalize()] if view.people else []
    ends = [one.until for many in view.sections.values() for one in many]
    if ends:
        left = (min(ends) - view.as_of).days
        words.append(f"first consent ends on {day(min(ends))}, in {agree(left, 'day')}")
    words.append(f"as of {day(view.as_of)}")
    return " · ".join(words)


def _note(agency: str, viewed: Viewed) -> str:
    view = viewed.view
    ends = [one.until for many in view.sections.values() for one in many if one.agency_id == agency]
    return f"until {day(min(ends))}" if ends else ""


def _cell(section: str, agency: str, name: str, number: int, viewed: Viewed, desk: Desk) -> Cell:
    view = viewed.view
    said = [one for one in view.sections[section] if one.agency_id == agency]
    title = section_title(section, desk.pack)
    fields = tuple(_field(section, one, viewed, desk) for one in said)
    return Cell(
        id=f"cell-{section}-{agency[:12]}",
        order=number,
        agency=name,
        section=title,
        brief=_brief(section, said, desk),
        nothing="Nothing told here",
        until=min((one.until for one in said), default=None),
        fields=fields,
        mark=_mark(repr([(one.about, one.field, one.values, one.until) for one in said])),
    )


def _brief(section: str, said: Sequence[_Told], desk: Desk) -> str:
    """The words that stand for a cell: its summary, else the first told at length, else a few facts."""
    form = section_form(section, desk.pack)
    shapes = {field.id: (number, field) for number, field in enumerate(form.fields)} if form else {}
    ordered = sorted(said, key=lambda one: (one.about != SURVIVOR, shapes.get(one.field, (99,))[0]))
    for one in ordered:
        if one.field == _BRIEF or (one.field in shapes and shapes[one.field][1].kind == "long"):
            return one.values[0]
    facts = [
        value_words(shapes[one.field][1] if one.field in shapes else None, one.values[0])
        for one in ordered[:3]
    ]
    return " · ".join(facts)


def _field(section: str, one: _Told, viewed: Viewed, desk: Desk) -> SaidField:
    view = viewed.view
    place = Place(section, one.about, one.field)
    form = section_form(section, desk.pack)
    shape = form.field(one.field) if form else None
    role = view.people.get(one.about, "")
    return SaidField(
        label=field_label(place, desk.pack),
        about="" if role == SURVIVOR else person_words(one.about, role, desk.pack),
        values=tuple(SaidValue(value_words(shape, value)) for value in one.values),
        by=one.by,
        at=one.written,
        differs=place in view.differ,
    )


def _voices(viewed: Viewed) -> tuple[Voice, ...]:
    view = viewed.view
    return tuple(
        Voice(one.values[0], one.agency)
        for one in view.sections.get(_VOICE, ())
        if one.field == "wishes" and view.people.get(one.about) == SURVIVOR
    )


def _differ(viewed: Viewed, desk: Desk) -> list[StandLine]:
    view = viewed.view
    lines = []
    for place in view.differ:
        form = section_form(place.section, desk.pack)
        shape = form.field(place.field) if form else None
        role = view.people.get(place.about, "")
        said = [
            f"{one.agency}: {' or '.join(value_words(shape, value) for value in one.values)}"
            for one in view.sections.get(place.section, ())
            if (one.about, one.field) == (place.about, place.field)
        ]
        about = person_words(place.about, role, desk.pack)
        lines.append(StandLine(f"{field_label(place, desk.pack)}, {about}", "", " · ".join(said)))
    return lines


def _aside(name: str, lines: list[StandLine]) -> Aside:
    return Aside(f"aside-{name}", _mark(repr(lines)), tuple(lines))


def _mark(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
