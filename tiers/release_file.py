"""The file of a signed release, read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tiers import reading
from tiers.consent import EVERYTHING_TOLD, FORMS, Signer, read_pairs, read_signer
from tiers.fragment import CHILD, PERSON_USING_VIOLENCE, ROLES, SURVIVOR
from tiers.reading import FormMistake

FORMAT = "casefold-release-1"
_REQUIRED = frozenset(
    [
        "format",
        "signed_on",
        "signer",
        "form",
        "witness",
        "language",
        "purpose",
        "ends",
        "carrier",
        "told",
        "survivor",
        "rows",
    ]
)
_OPTIONAL = frozenset(
    [
        "case_ref",
        "second_witness",
        "interpreter",
        "purpose_kind",
        "must_not_share",
        "exclude",
        "people",
        "copy_safe",
    ]
)
_ROW_OPTIONAL = frozenset(
    ["find", "tell", "plan", "handoff_sections", "tell_sections", "about", "initials"]
)
_TICKS = ("find", "tell", "plan")


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """One agency's row: what it may do, about whom, with the survivor's initials."""

    agency: str
    find: bool
    tell: bool
    plan: bool
    handoff_sections: tuple[str, ...]
    tell_sections: tuple[str, ...] | None  # None: every section a summary has
    about: tuple[str, ...]
    initials: str

    @property
    def ticked(self) -> bool:
        """Is anything in this row ticked?"""
        return self.find or self.tell or self.plan


@dataclass(frozen=True, slots=True)
class ReleaseForm:
    """A signed release as read from its file."""

    case_ref: str | None
    signed_on: date
    signer: Signer
    form: str
    witness: str
    second_witness: str
    language: str
    interpreter: str
    purpose: str
    purpose_kind: str | None
    ends: date
    carrier: str
    told: frozenset[str]
    must_not_share: str  # stays with the collector: her own words may say what they are to hide
    exclude: frozenset[tuple[str, str]]
    survivor: str
    people: Mapping[str, str]
    rows: tuple[ReleaseRow, ...]
    copy_safe: bool | None

    def is_child(self, person: str) -> bool:
        """Is this person a child? The form's own list decides, then the shape of the code."""
        if person in self.people:
            return self.people[person] == CHILD
        return person == CHILD or person.startswith(f"{CHILD}-")


def read_release(value: object) -> ReleaseForm:
    """The release this file describes; a FormMistake names the part and what to write."""
    reading.format_name(value, FORMAT)
    part: Mapping[str, Any] = reading.table(value, "", _REQUIRED, _OPTIONAL)
    case_ref, purpose_kind = part.get("case_ref"), part.get("purpose_kind")
    copy_safe = part.get("copy_safe")
    return _checked(
        ReleaseForm(
            case_ref=None if case_ref is None else reading.case_ref(case_ref, "case_ref"),
            signed_on=reading.day(part["signed_on"], "signed_on"),
            signer=read_signer(part["signer"], "signer"),
            form=reading.one_of(part["form"], "form", FORMS),
            witness=reading.short(part["witness"], "witness"),
            second_witness=reading.short(
                part.get("second_witness", ""), "second_witness", blank=True
            ),
            language=reading.short(part["language"], "language"),
            interpreter=reading.short(part.get("interpreter") or "", "interpreter", blank=True),
            purpose=reading.words(part["purpose"], "purpose", limit=1000),
            purpose_kind=None
            if purpose_kind is None
            else reading.code(purpose_kind, "purpose_kind"),
            ends=reading.day(part["ends"], "ends"),
            carrier=reading.short(part["carrier"], "carrier"),
            told=_read_told(part["told"]),
            must_not_share=reading.words(
                part.get("must_not_share", ""), "must_not_share", blank=True
            ),
            exclude=read_pairs(part.get("exclude", []), "exclude"),
            survivor=reading.person_id(part["survivor"], "survivor"),
            people=_read_people(part.get("people", {})),
            rows=tuple(
                _read_row(row, f"rows[{number}]")
                for number, row in enumerate(reading.rows(part["rows"], "rows", 200))
            ),
            copy_safe=None if copy_safe is None else reading.yes_or_no(copy_safe, "copy_safe"),
        )
    )


def _read_told(value: object) -> frozenset[str]:
    part = reading.table(value, "told", EVERYTHING_TOLD, frozenset())
    for fact in sorted(EVERYTHING_TOLD):
        if not reading.yes_or_no(part[fact], f"told.{fact}"):
            raise FormMistake(f"told.{fact}", "she must be told this before she signs.")
    return EVERYTHING_TOLD


def _read_people(value: object) -> Mapping[str, str]:
    return {
        reading.person_id(person, "people"): reading.one_of(role, f"people.{person}", ROLES)
        for person, role in reading.mapping(value, "people").items()
    }


def _read_row(value: object, path: str) -> ReleaseRow:
    part = reading.table(value, path, frozenset({"agency"}), _ROW_OPTIONAL)
    find, tell, plan = (
        reading.yes_or_no(part.get(tick, False), f"{path}.{tick}") for tick in _TICKS
    )
    tell_sections = part.get("tell_sections")
    row = ReleaseRow(
        agency=reading.short(part["agency"], f"{path}.agency"),
        find=find,
        tell=tell,
        plan=plan,
        handoff_sections=_codes(part.get("handoff_sections") or [], f"{path}.handoff_sections"),
        tell_sections=None
        if tell_sections is None
        else _codes(tell_sections, f"{path}.tell_sections"),
        about=tuple(
            reading.person_id(person, f"{path}.about")
            for person in reading.rows(part.get("about", []), f"{path}.about", 200)
        ),
        initials=reading.short(part.get("initials", ""), f"{path}.initials", blank=True),
    )
    if row.ticked and not row.initials:
        raise FormMistake(f"{path}.initials", "a ticked row needs her initials; write them.")
    return row


def _codes(value: object, path: str) -> tuple[str, ...]:
    return tuple(reading.code(row, path) for row in reading.rows(value, path, 200))


def _checked(form: ReleaseForm) -> ReleaseForm:
    """The form, once its parts agree with each other."""
    if form.ends < form.signed_on:
        raise FormMistake("ends", "the release cannot end before it was signed.")
    if not form.signer.confirmed_not_abuser:
        sentence = (
            "confirm that the signer is not the person using violence; else do not record it."
        )
        raise FormMistake("signer.confirmed_not_abuser", sentence)
    if form.people.get(form.signer.person or "") == PERSON_USING_VIOLENCE:
        raise FormMistake("signer.person", "the person using violence can never sign.")
    if form.people.get(form.survivor, SURVIVOR) not in {SURVIVOR, CHILD}:
        raise FormMistake("survivor", "the release is a survivor's; name her or the child.")
    if form.form == "spoken" and not form.second_witness:
        raise FormMistake("second_witness", "a spoken release needs a second witness.")
    if not any(row.ticked for row in form.rows):
        raise FormMistake("rows", "nothing is ticked, so there is nothing to record.")
    return form
