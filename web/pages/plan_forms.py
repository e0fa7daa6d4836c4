"""A row of the plan as a form: what stands there, what may be chosen, what was left half typed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from server.meeting import leads, plan_rows
from server.meeting.action_words import STATUS_WORDS, status_words
from server.meeting.plan_view import ACTIONS, LEADS, RESTS_ON, RISKS, PlanRow, PlanView
from server.node.desk import Desk
from web.forms import Option, new_token
from web.pages.drafts import kept
from web.pages.plan_parts import rests_words, section_of
from web.pages.words import agency_name, people_in_order, person_words

NEW = "new"
NAMES: Mapping[str, tuple[str, ...]] = {
    RISKS: ("risk", "level", "in_place", "on_file"),
    ACTIONS: (
        "action",
        "for_risk",
        "owner_agency",
        "owner",
        "due",
        "survivors_part",
        "status",
        "outcome",
        "on_file",
    ),
    LEADS: ("agency", "name", "phone", "why"),
}
_ONLY_WHEN_MADE = frozenset({"status", "outcome"})
_DECIDED_HERE = ("open", "superseded")


@dataclass(frozen=True, slots=True)
class Box:
    """One part a row may rest on."""

    value: str
    words: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class FieldForm:
    """One field to fill in."""

    name: str
    label: str
    kind: str
    value: str
    was: str
    options: tuple[Option, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class RowForm:
    """A row of the plan to write or to change."""

    title: str
    href: str
    part: str
    new: bool
    people: tuple[Option, ...]
    about: str
    fields: tuple[FieldForm, ...]
    boxes: tuple[Box, ...]
    closed: bool
    base: int
    draft_place: str
    draft_kept: str
    save_words: str
    may_take_out: bool
    token: str


async def form_of(  # noqa: PLR0917 - a row has as many parts as it has
    view: PlanView, part: str, about: str, row: str, there: PlanRow | None, desk: Desk
) -> RowForm:
    """The form of this row, or of a new one."""
    section = section_of(part)
    names = [name for name in NAMES[section] if there is not None or name not in _ONLY_WHEN_MADE]
    roles = desk.pack.sections[section].about
    title = {RISKS: "risk", ACTIONS: "action", LEADS: "lead professional"}[section]
    return RowForm(
        title=f"A new {title}" if row == NEW else f"Change this {title}",
        href=f"/plan/{view.case_ref}/{part}/{about}/{row}",
        part=part,
        new=row == NEW,
        people=tuple(
            Option(person, person_words(person, view.people[person], desk.pack))
            for person in people_in_order(view.people)
            if view.people[person] in roles
        ),
        about=about,
        fields=tuple(_field(name, view, there, section, about, desk) for name in names),
        boxes=await _boxes(view, there, desk),
        closed=there is not None and there.closed,
        base=view.revision,
        draft_place=draft_of(view, part, about, row),
        draft_kept="",
        save_words="Save and show every agency that gets this",
        may_take_out=there is not None and section != LEADS,
        token=new_token(),
    )


def _field(  # noqa: PLR0917 - a field is drawn from as many things as it is
    name: str, view: PlanView, there: PlanRow | None, section: str, about: str, desk: Desk
) -> FieldForm:
    shape = desk.pack.sections[section].field(name if section == LEADS else f"0000.{name}")
    value = there.says(name) if there else ""
    kind, options = (shape.kind if shape else "text"), _options(name, view, about, desk)
    if name == "due" and there is None:
        value = plan_rows.due(view, desk)
    if name == "on_file" and not value:
        value = "not_safe"  # nobody has said that it is
    if value and options and value not in {one.value for one in options}:
        options = (Option(value, status_words(value)), *options)
    label = shape.label if shape else name
    return FieldForm(name, label, "choice" if options else kind, value, _was(there, name), options)


def _was(there: PlanRow | None, name: str) -> str:
    return there.says(name) if there else ""


def _options(name: str, view: PlanView, about: str, desk: Desk) -> tuple[Option, ...]:
    match name:
        case "level":
            shape = desk.pack.sections[RISKS].field("0000.level")
            return tuple(Option(one, one.capitalize()) for one in (shape.choices if shape else ()))
        case "on_file":
            return (
                Option("not_safe", "Not safe to put on file"),
                Option("safe", "Safe to put on file"),
            )
        case "status":
            return tuple(Option(one, STATUS_WORDS[one]) for one in _DECIDED_HERE)
        case "for_risk":
            return tuple(
                Option(risk.row, risk.says("risk")[:80]) for risk in view.risks if not risk.closed
            )
        case "owner_agency":
            told = [one for one in desk.directory.entries if one.id in view.told]
            others = [one for one in desk.directory.entries if one.id not in view.told]
            return tuple(Option(one.id, one.name) for one in told) + tuple(
                Option(one.id, f"{one.name} (does not get the plan)") for one in others
            )
        case "agency":
            first = next((one for one in leads.proposed(view, desk) if one.about == about), None)
            ids = [agency for agency, _ in first.agencies] if first else []
            ids += [one.id for one in desk.directory.entries if one.id not in ids]
            return tuple(Option(one, agency_name(one, desk)) for one in ids)
    return ()


async def _boxes(view: PlanView, there: PlanRow | None, desk: Desk) -> tuple[Box, ...]:
    named = {rest.consent: rest for rest in there.rests if not rest.ended} if there else {}
    live = await plan_rows.parts(view.case_ref, desk)
    boxes = [
        Box(consent, _told_words(agency_name(owner, desk), referred), consent in named)
        for consent, (owner, referred) in sorted(
            live.items(), key=lambda one: (agency_name(one[1][0], desk), not one[1][1])
        )
    ]
    renewed = [
        Box(one, rests_words([rest]), True) for one, rest in named.items() if one not in live
    ]
    return (*boxes, *renewed)


def _told_words(agency: str, referred: bool) -> str:
    return f"What {agency} told when it referred her" if referred else f"What {agency} told"


async def with_draft(form: RowForm, view: PlanView, desk: Desk) -> RowForm:
    """The form with the words left in it before, if any were."""
    draft = await kept(form.draft_place, desk)
    if not draft:
        return form
    fields = tuple(
        replace(
            field,
            value=draft.get(f"{form.part}-{field.name}", [field.value])[-1],
            was=draft.get(f"was-{form.part}-{field.name}", [field.was])[-1],
        )
        for field in form.fields
    )
    base = draft.get("base", [""])[-1]
    ticked = set(draft.get(f"{form.part}-{RESTS_ON}", ()))
    return replace(
        form,
        fields=fields,
        boxes=tuple(replace(box, ticked=box.value in ticked) for box in form.boxes),
        about=draft.get(f"{form.part}-about", [form.about])[-1],
        base=min(int(base), view.revision) if base.isdecimal() else view.revision,
        draft_kept="before",
    )


def draft_of(view: PlanView, part: str, about: str, row: str) -> str:
    """Where half-typed words of this form are kept."""
    return f"plan/{view.case_ref}/{part}/{about}/{row}"
