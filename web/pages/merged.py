"""The merged view as a table: agencies beside each other, nothing made into one truth."""

from collections.abc import Sequence
from datetime import date

from server.casework.meetings import Viewed
from server.counted import agree
from server.node.desk import Desk
from tiers.fragment import SURVIVOR, Place
from tiers.protocol import FieldForm
from web.pages import changing
from web.pages.merged_head import people_lines, voice_lines
from web.pages.merged_table import (
    Aside,
    Cell,
    Column,
    Merged,
    Row,
    SaidField,
    SaidValue,
    StandLine,
    Told,
)
from web.pages.words import (
    capital,
    field_label,
    form_place,
    people_in_order,
    person_words,
    section_form,
    section_title,
    value_words,
)
from web.rendering import day

_BRIEF = "summary"


def merge(viewed: Viewed, desk: Desk) -> Merged:
    """The view as a table, and what stayed shut beside it."""
    view = viewed.view
    agencies = _agencies(viewed)
    sections = sorted(view.sections, key=lambda one: _order(one, desk))
    rows = tuple(
        Row(
            section_title(section, desk.pack),
            tuple(
                _cell(section, agency, number, viewed, desk)
                for number, agency in enumerate(agencies, 1)
            ),
        )
        for section in sections
    )
    return Merged(
        ref=view.case_ref,
        short=f"{view.case_ref[:3]}-{view.case_ref[3:6]}",
        lede=_lede(viewed),
        timezone=desk.pack.timezone,
        shape=changing.mark((agencies, sections)),
        agencies=tuple(
            Column(number, name, _note(agency, viewed))
            for number, (agency, name) in enumerate(agencies, 1)
        ),
        rows=rows,
        people=_aside("people", people_lines(viewed, desk)),
        voices=_aside("voices", voice_lines(viewed, desk)),
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


def _lede(viewed: Viewed) -> str:
    view = viewed.view
    words = []
    ends = [one.until for many in view.sections.values() for one in many]
    if ends:
        left = (min(ends) - view.as_of).days
        words.append(f"First consent ends on {day(min(ends))}, in {agree(left, 'day')}")
    words.append(f"{'as' if ends else 'As'} of {day(view.as_of)}")
    return " · ".join(words)


def _note(agency: str, viewed: Viewed) -> str:
    view = viewed.view
    ends = [one.until for many in view.sections.values() for one in many if one.agency_id == agency]
    return f"until {day(min(ends))}" if ends else ""


def _cell(section: str, agency: tuple[str, str], number: int, viewed: Viewed, desk: Desk) -> Cell:
    identity, name = agency
    view = viewed.view
    people = people_in_order(view.people)
    said = sorted(
        (one for one in view.sections[section] if one.agency_id == identity),
        key=lambda one: (_at(people, one.about), form_place(_place(section, one), desk.pack)),
    )
    title = section_title(section, desk.pack)
    fields = tuple(_field(section, one, viewed, desk) for one in said)
    return Cell(
        id=f"cell-{section}-{identity[:12]}",
        order=number,
        agency=name,
        section=title,
        brief=_brief(section, said, viewed, desk),
        nothing="Nothing told here",
        until=min((one.until for one in said), default=None),
        fields=fields,
        mark=changing.mark([(one.about, one.field, one.values, one.until) for one in said]),
    )


def _at(order: Sequence[str], one: str) -> int:
    return order.index(one) if one in order else len(order)


def _brief(section: str, said: Sequence[Told], viewed: Viewed, desk: Desk) -> str:
    """The words that stand for a cell: its summary, else the fullest account, else plain facts."""
    form, people = section_form(section, desk.pack), viewed.view.people

    def shape(one: Told) -> FieldForm | None:
        return form.field(one.field) if form else None

    def kind(one: Told) -> str:
        found = shape(one)
        return found.kind if found else "text"

    def others(one: Told) -> bool:
        return people.get(one.about) != SURVIVOR

    def of_whom(one: Told) -> str:
        role = people.get(one.about, "")
        return f"{capital(person_words(one.about, role, desk.pack))}: " if others(one) else ""

    summaries = [one for one in said if one.field == _BRIEF]
    accounts = [one for one in said if kind(one) == "long"]
    told = summaries[0] if summaries else None
    if accounts and told is None:
        told = max(accounts, key=lambda one: (not others(one), len(one.values[0])))
    if told is not None:
        return of_whom(told) + told.values[0]
    # Plain facts are of one person: two dates of birth side by side are nobody's.
    first = next((one.about for one in said if not others(one)), said[0].about if said else "")
    said = [one for one in said if one.about == first]
    # A colleague's name says nothing of her: what an agency keeps about itself comes last.
    # A row is read as it was written: which assessment, its score, its band.
    plain = (
        said
        if form and form.rows
        else sorted(said, key=lambda one: (_about_itself(shape(one)), kind(one) == "text"))
    )
    facts = [
        f"{field_label(_place(section, one), desk.pack)}: {value_words(shape(one), one.values[0])}"
        for one in plain
    ]
    # A hand-over and a summary of one agency may say the same: that is said once.
    return (of_whom(said[0]) if said else "") + " · ".join(list(dict.fromkeys(facts))[:3])


def _place(section: str, one: Told) -> Place:
    return Place(section, one.about, one.field)


def _about_itself(shape: FieldForm | None) -> bool:
    return shape is not None and shape.own_words and shape.kind == "text"


def _field(section: str, one: Told, viewed: Viewed, desk: Desk) -> SaidField:
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
    return Aside(f"aside-{name}", changing.mark(lines), tuple(lines))
