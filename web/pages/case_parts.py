"""A section of a case as it is drawn: its fields, who receives it, and what waits for a choice."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from server.casework import cases
from server.counted import agree
from server.node.access import Act, may
from server.node.desk import Desk
from tiers.fragment import Place, Written
from tiers.protocol import FieldForm, SectionForm
from tiers.rows import row_place, rows_in
from web.forms import Option, new_token
from web.pages.words import about_words, agency_names, people_in_order, value_words


@dataclass(frozen=True, slots=True)
class ValueWords:
    """One value as written, by whom and when."""

    words: str
    shown: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class FieldPart:
    """One field, to read or to change."""

    name: str
    label: str
    kind: str
    values: tuple[ValueWords, ...]
    value: str
    was: str
    options: tuple[Option, ...]
    hint: str
    reach: str
    receivers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RowPart:
    """One row of a section that holds rows: its fields in the order of the columns."""

    edit_href: str
    called: str
    fields: tuple[FieldPart, ...]


@dataclass(frozen=True, slots=True)
class SectionPart:
    """One section about one person."""

    id: str
    person: str
    title: str
    about: str
    edit_href: str
    may_edit: bool
    note: str
    base: int
    heads: str
    token: str
    save_words: str
    fields: tuple[FieldPart, ...]
    draft_place: str = ""
    draft_kept: str = ""
    open: bool = False
    of_rows: bool = False
    labels: tuple[str, ...] = ()
    rows: tuple[RowPart, ...] = ()
    remove_words: str = ""

    @property
    def written(self) -> bool:
        """Is anything written here?"""
        return bool(self.fields or self.rows)

    @property
    def write_href(self) -> str:
        """Where the first words are written: the section, or its first row."""
        return f"{self.edit_href}/rows/new" if self.of_rows else self.edit_href

    @property
    def counted(self) -> str:
        """How much is written here, in a word or two."""
        if self.of_rows:
            return agree(len(self.rows), "entry", "entries")
        return agree(len(self.fields), "field")

    @property
    def waiting(self) -> str:
        """A word where two colleagues' wordings wait for somebody to choose."""
        every = (*self.fields, *(field for row in self.rows for field in row.fields))
        return "Two wordings" if any(len(field.values) > 1 for field in every) else ""


Reach = Mapping[Place, tuple[str, ...]]


def sections_of(record: cases.CaseRecord, reach: Reach, desk: Desk) -> tuple[SectionPart, ...]:
    """Every section this case may have, person by person, with what is written in each."""
    found = []
    for form in desk.pack.sections.values():
        if form.own_page:
            continue
        for person in people_in_order(record.fragment.people):
            if record.fragment.people[person] in form.about:
                found.append(section(form, person, record, reach, desk))
    return tuple(found)


def section(
    form: SectionForm, person: str, record: cases.CaseRecord, reach: Reach, desk: Desk
) -> SectionPart:
    fields = tuple(
        field_part(field, Place(form.id, person, field.id), record, reach, desk)
        for field in form.fields
        if not form.rows
    )
    receivers = {
        agency
        for at, agencies in reach.items()
        if (at.section, at.about) == (form.id, person)
        for agency in agencies
    }
    href = f"/cases/{record.ref}/sections/{form.id}/{person}"
    names = agency_names(frozenset(receivers), desk)
    note = "This never leaves this node." if form.never_leaves else ""
    return SectionPart(
        id=f"part-{form.id}-{person}",
        person=person,
        title=form.title,
        about=about_words(person, record.fragment, desk.pack),
        edit_href=href,
        may_edit=may(desk.roles, Act.EDIT_CASE),
        note=f"Goes at once to {names}" if names else note,
        base=record.revision,
        heads=json.dumps({share: list(heads) for share, heads in record.heads.items()}),
        token=new_token(),
        save_words=f"Save, and send to {names}" if names else "Save",
        fields=tuple(_as_read(field, receivers) for field in fields if field.values),
        of_rows=form.rows,
        labels=tuple(field.label for field in form.fields),
        rows=_rows(form, person, href, record, desk),
    )


def _rows(
    form: SectionForm, person: str, href: str, record: cases.CaseRecord, desk: Desk
) -> tuple[RowPart, ...]:
    if not form.rows:
        return ()
    rows = rows_in(record.fragment.fields, form.id)
    found = []
    for about, row in rows:
        if about != person:
            continue
        fields = tuple(
            field_part(field, row_place(form.id, person, row, field.id), record, {}, desk)
            for field in form.fields
        )
        first = next((one.shown for field in fields for one in field.values), "")
        found.append(RowPart(f"{href}/rows/{row}", first, fields))
    return tuple(found)


def _as_read(field: FieldPart, receivers: set[str]) -> FieldPart:
    """While reading, a field says who receives it only where the section's own line does not."""
    if field.receivers == receivers:
        return replace(field, reach="")
    return field if field.reach else replace(field, reach="Goes to nobody." if receivers else "")


def field_part(
    form: FieldForm, at: Place, record: cases.CaseRecord, reach: Reach, desk: Desk
) -> FieldPart:
    written = record.fragment.fields.get(at, ())
    receivers = reach.get(at, ())
    options: tuple[Option, ...] = ()
    if form.kind == "yes_no":
        options = (Option("yes", "Yes"), Option("no", "No"))
    elif form.kind == "choice":
        options = tuple(Option(one, value_words(form, one)) for one in form.choices)
    return FieldPart(
        name=at.field,
        label=form.label,
        kind="long" if form.repeat else form.kind,
        values=tuple(_value(form, one) for one in written),
        value=written[-1].value if len(written) == 1 else "",
        was=written[-1].value if len(written) == 1 else "",
        options=options,
        hint="One on each line." if form.repeat else "",
        reach=f"Goes at once to {agency_names(receivers, desk)}." if receivers else "",
        receivers=frozenset(receivers),
    )


def _value(form: FieldForm, one: Written) -> ValueWords:
    return ValueWords(one.value, value_words(form, one.value), one.by, one.at)
