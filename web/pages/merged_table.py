"""The parts of the merged view: columns, rows, cells, and the lists beside the table."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol


class Told(Protocol):
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

    @property
    def at_once(self) -> SaidField | None:
        """The first field, where one person wrote them all at one time: then that is said once."""
        return self.fields[0] if len({(one.by, one.at) for one in self.fields}) == 1 else None


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
class StandLine:
    """One line beside the table: a person, her words, an agency that was asked, or what ended."""

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
    people: Aside
    voices: Aside
    differ: Aside
    asked: Aside
    ended: Aside
    shut: Aside
    said: str = ""
    may_withdraw: bool = False

    @property
    def cells(self) -> tuple[Cell | Aside, ...]:
        """Everything that can change while the page is open."""
        return (*(cell for row in self.rows for cell in row.cells), *self.asides)

    @property
    def asides(self) -> tuple[Aside, ...]:
        """The lists beside the table."""
        return (self.people, self.voices, self.differ, self.asked, self.ended, self.shut)

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
            people=aside(self.people),
            voices=aside(self.voices),
            differ=aside(self.differ),
            asked=aside(self.asked),
            ended=aside(self.ended),
            shut=aside(self.shut),
            said=said,
        )
