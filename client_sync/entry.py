"""An agency's entry as registers: one for each field of each row, its value as JSON.

Whether a row is there is a register too, written with every change of the row: so a colleague who
removes a row while another changes it leaves both words, and nothing is lost.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from client_sync.errors import NotALane, NotWritable
from client_sync.lane import ENTRY, Lane, in_order
from tiers.fragment import Place, Written

ROW_STATE = "x_row"
HERE, REMOVED = "here", "removed"
_ROW = re.compile(r"[a-z_]{1,40}\Z")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,60}\Z")

Value = str | int | float | bool | None | list[Any] | dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """One wording of a field: its value, when it was written, and by whom."""

    value: Any
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One row of an entry: every field with its wordings, the latest last."""

    table: str
    id: str
    fields: Mapping[str, tuple[Said, ...]]
    states: tuple[Said, ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """The row as HSDS has it; where two colleagues differ, the later wording."""
        latest = {name: said[-1].value for name, said in self.fields.items()}
        return {"id": self.id, **{k: v for k, v in latest.items() if v is not None}}

    @property
    def removed(self) -> bool:
        """Was the row removed, and nobody says otherwise?"""
        return bool(self.states) and all(one.value == REMOVED for one in self.states)

    @property
    def contested(self) -> bool:
        """Did one colleague remove the row while another changed it?"""
        return {REMOVED, HERE} <= {str(one.value) for one in self.states}

    @property
    def open_fields(self) -> tuple[str, ...]:
        """The fields of which two wordings wait for somebody to choose."""
        return tuple(
            n for n, said in self.fields.items() if len({_json(s.value) for s in said}) > 1
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """What an agency says of itself: its rows by table and id, and the heads of this version."""

    heads: tuple[str, ...] = ()
    rows: Mapping[tuple[str, str], EntryRow] = field(default_factory=dict)

    def of(self, table: str) -> list[EntryRow]:
        """The rows of a table that are there, in the order of their ids."""
        return [row for (name, _), row in self.rows.items() if name == table and not row.removed]


def register_of(value: Value, at: str, by: str) -> Written:
    """A value as one register holds it."""
    return Written(_json(value), at, by)


def place(table: str, row: str, name: str) -> Place:
    """Where a field of a row is written; NotWritable unless each is named as HSDS names them."""
    if not _ROW.match(table) or not _ID.match(row) or not _FIELD.match(name):
        raise NotWritable("An entry has rows of HSDS tables, each with a UUID.")
    return Place(table, row, name)


def read_entry(lane: Lane) -> Entry:
    """The rows that a lane says; NotALane when it is anything but an entry."""
    if lane.case_ref != ENTRY or lane.people:
        raise NotALane
    found: dict[tuple[str, str], dict[str, tuple[Said, ...]]] = {}
    for where, wordings in lane.fields.items():
        try:
            place(where.section, where.about, where.field)
            said = tuple(_said(one) for one in in_order(wordings))
        except (NotWritable, ValueError, RecursionError):
            raise NotALane from None
        found.setdefault((where.section, where.about), {})[where.field] = said
    return Entry(
        lane.heads,
        {
            key: EntryRow(*key, fields, states)
            for key, fields in found.items()
            for states in (fields.pop(ROW_STATE, ()),)
        },
    )


def _said(written: Written) -> Said:
    value = json.loads(written.value)
    if _json(value) != written.value:
        raise ValueError
    return Said(value, written.at, written.by)


def _json(value: Value) -> str:
    try:
        return json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
    except (TypeError, ValueError, RecursionError):
        raise NotWritable(
            "A field of an entry holds text, a number, yes or no, or a list."
        ) from None
