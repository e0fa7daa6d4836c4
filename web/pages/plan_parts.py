"""The plan as it is drawn: each row with its words, who wrote them, and what they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.counted import agree
from server.meeting.action_words import status_words
from server.meeting.plan_view import ACTIONS, LEADS, RISKS, PlanRow, PlanView, Rest
from server.node.access import Act, may
from server.node.desk import Desk
from tiers.fragment import Written
from web.forms import new_token
from web.pages.case_parts import ValueWords
from web.pages.words import agency_name, people_in_order, person_words, value_words
from web.rendering import Tag, day, list_words

_TONES = {"completed": "good", "not_done_by_agency": "bad", "in_progress": "info"}
_FIRST = {RISKS: "risk", ACTIONS: "action", LEADS: "agency"}
_MORE = {
    RISKS: ("in_place",),
    ACTIONS: ("owner", "survivors_part", "outcome"),
    LEADS: ("name", "phone", "why"),
}


@dataclass(frozen=True, slots=True)
class FieldWords:
    """One field of a row; several values where two colleagues wrote it at once."""

    name: str
    label: str
    values: tuple[ValueWords, ...]


@dataclass(frozen=True, slots=True)
class RowWords:
    """One row of the plan in words."""

    id: str
    href: str
    section: str
    person: str
    first: FieldWords
    fields: tuple[FieldWords, ...]
    tags: tuple[Tag, ...]
    facts: str
    rests: str
    closed: bool
    may_change: bool
    token: str


@dataclass(frozen=True, slots=True)
class RowsPart:
    """One section of the plan: risks, actions, or who leads."""

    id: str
    part: str  # its name in an address: risks, actions, leads
    href: str
    title: str
    rows: tuple[RowWords, ...]
    may_change: bool
    add_words: str
    none_words: str
    clear_form: bool = False


_PARTS = {
    "risks": (RISKS, "Add a risk", "No risk has been written down."),
    "actions": (ACTIONS, "Add an action", "No action has been agreed."),
    "leads": (LEADS, "", "Nobody leads yet."),
}


def rows_part(name: str, view: PlanView, desk: Desk, *, clear_form: bool = False) -> RowsPart:
    """One section of the plan in words."""
    section, add, none = _PARTS[name]
    found = {RISKS: view.risks, ACTIONS: view.actions, LEADS: _leads(view, desk)}[section]
    writes = view.written_here and may(desk.roles, Act.WRITE_PLAN)
    return RowsPart(
        id=f"plan-{name}",
        part=name,
        href=f"/plan/{view.case_ref}/{name}",
        title=desk.pack.sections[section].title,
        rows=tuple(_row(row, view, writes, desk) for row in found),
        may_change=writes,
        add_words=add,
        none_words=none,
        clear_form=clear_form,
    )


def part_named(name: str) -> bool:
    """Is there a section of the plan by this name in an address?"""
    return name in _PARTS


def section_of(name: str) -> str:
    """The pack's section behind a name in an address."""
    return _PARTS[name][0]


def rests_words(rests: Sequence[Rest]) -> str:
    """Whose parts a row rests on, until when."""
    named = [
        f"{rest.agency} (until {day(rest.until)})" if rest.agency else "another agency"
        for rest in rests
        if not rest.ended
    ]
    each = list_words(list(dict.fromkeys(named)))
    return f"Rests on what was told by {each}" if each else ""


def values_of(written: Sequence[Written], shown: Mapping[str, str]) -> tuple[ValueWords, ...]:
    """Each wording with who wrote it and when."""
    return tuple(
        ValueWords(one.value, shown.get(one.value, one.value), one.by, one.at) for one in written
    )


def _leads(view: PlanView, desk: Desk) -> tuple[PlanRow, ...]:
    """A line for everybody somebody may lead for, also where nobody does yet."""
    allowed = desk.pack.sections[LEADS].about
    lines = []
    for about in people_in_order(view.people):
        role, row = view.people[about], view.row(LEADS, about, "")
        if row is not None:
            lines.append(row)
        elif role in allowed and view.written_here:
            lines.append(PlanRow(LEADS, about, role, "", {}))
    return tuple(lines)


def _row(row: PlanRow, view: PlanView, writes: bool, desk: Desk) -> RowWords:
    names = (_FIRST[row.section], *_MORE[row.section])
    first, *more = (_field(row, name, desk) for name in names)
    part = next(name for name, one in _PARTS.items() if one[0] == row.section)
    return RowWords(
        id=f"{part}-{row.about}-{row.row}",
        href=f"/plan/{view.case_ref}/{part}/{row.about}/{row.row or 'lead'}",
        section=row.section,
        person=person_words(row.about, row.role, desk.pack),
        first=first,
        fields=tuple(field for field in more if field.values),
        tags=tuple(_tags(row, view, desk)),
        facts=_facts(row, desk),
        rests=rests_words(row.rests),
        closed=row.closed,
        may_change=writes,
        token=new_token(),
    )


def _field(row: PlanRow, name: str, desk: Desk) -> FieldWords:
    form = desk.pack.sections[row.section].field(f"0000.{name}" if row.row else name)
    written = row.fields.get(name, ())
    shown = {one.value: value_words(form, one.value) for one in written}
    if name == "agency":
        shown = {one.value: agency_name(one.value, desk) for one in written}
    return FieldWords(name, form.label if form else name, values_of(written, shown))


def _tags(row: PlanRow, view: PlanView, desk: Desk) -> list[Tag]:
    tags = []
    if row.closed:
        tags.append(Tag("Closed: a consent it rested on ended", "you"))
    if level := row.says("level"):
        tags.append(Tag(level.capitalize(), "bad" if level == "high" else "info"))
    if row.section == ACTIONS:
        status = row.says("status")
        tags.append(Tag(status_words(status), _TONES.get(status, "info")))
        if row.overdue(desk.today):
            tags.append(Tag("Overdue", "bad"))
        owner = row.says("owner_agency")
        if view.written_here and owner and owner not in view.told | {desk.node.identity}:
            tags.append(Tag("Its owner does not get the plan", "you"))
    if row.section != LEADS:
        safe = row.says("on_file") == "safe"
        tags.append(Tag("Safe to put on file", "good") if safe else Tag("Not for the file", ""))
    if any(row.differ(name) for name in ("level", "due", "owner_agency", "status")):
        tags.append(Tag("Two of you wrote this", "you"))
    return tags


def _facts(row: PlanRow, desk: Desk) -> str:
    if row.section != ACTIONS:
        return ""
    owner = row.says("owner_agency")
    said = [agency_name(owner, desk) if owner else "No owner yet"]
    if row.due is not None:
        said.append(f"due {day(row.due)}")
    return " · ".join(said)


def counted(view: PlanView) -> str:
    """How much of the plan is closed, in words."""
    return f"{agree(view.closed, 'row')} closed" if view.closed else ""
