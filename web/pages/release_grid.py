"""The rows of the release: from ticks to the file a release is read from, and to sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from directory.agency import Agency
from server.casework import cases
from server.meeting.referral_goes import CARRIES
from server.meeting.voters import before_she_signs
from server.node.desk import Desk
from tiers.consent import Signer
from tiers.fragment import CHILD, CHILDREN, SURVIVOR
from tiers.reading import FormMistake
from tiers.release_form import ReleaseForm, ReleaseRow, read_aloud
from web.forms import Option, Typed
from web.pages import release_less
from web.pages.words import about_words, people_in_order, person_words


@dataclass(frozen=True, slots=True)
class Tick:
    """One box of the grid."""

    name: str
    words: str
    ticked: bool
    offered: bool = True
    why_not: str = ""
    plan: bool = False
    carries_plan: bool = False


@dataclass(frozen=True, slots=True)
class GridRow:
    """One agency's row."""

    agency: str
    name: str
    aside: str  # what stands behind the name: this is us, or who takes the referral
    ticks: tuple[Tick, ...]
    initials_name: str
    initials: str
    aloud_name: str
    words_name: str
    less: tuple[Tick, ...]  # what she can rule out for this agency alone
    less_name: str


@dataclass(frozen=True, slots=True)
class AloudRow:
    """The sentence one agency's ticks make; none while nothing is ticked."""

    id: str
    agency: str
    sentence: str


def survivor_of(record: cases.CaseRecord) -> str:
    """The survivor's code in this case."""
    people = record.fragment.people
    return next((person for person, role in people.items() if role == SURVIVOR), SURVIVOR)


def coordinating(desk: Desk) -> Agency | None:
    """The coordinating node of this coalition, once its directory is here."""
    return desk.directory.agency(desk.node.relay_identity)


def others(record: cases.CaseRecord, desk: Desk) -> tuple[Option, ...]:
    """The people besides the survivor who can be named in a row: children first."""
    fragment, mine = record.fragment, survivor_of(record)
    return tuple(
        Option(person, person_words(person, fragment.people[person], desk.pack))
        for person in people_in_order(fragment.people)
        if person != mine
    )


def rows(
    record: cases.CaseRecord, values: Mapping[str, list[str]], desk: Desk
) -> tuple[GridRow, ...]:
    """Every agency that can be named: this one first, then whoever takes the referral."""
    return tuple(_row(agency, record, values, desk) for agency in _agencies(desk))


def _agencies(desk: Desk) -> list[Agency]:
    mine, carrier = desk.node.identity, desk.node.relay_identity
    return sorted(
        (
            one
            for one in desk.directory.entries
            if not one.suspended and not mine == carrier == one.identity
        ),
        key=lambda one: (one.identity != mine, one.identity != carrier, one.name.casefold()),
    )


def _row(
    agency: Agency, record: cases.CaseRecord, values: Mapping[str, list[str]], desk: Desk
) -> GridRow:
    key, words = agency.identity[:16], desk.pack.words
    collector = agency.identity == desk.node.identity
    refers = agency.identity == desk.node.relay_identity

    def tick(kind: str, said: str, **more: Any) -> Tick:
        return Tick(f"{kind}.{key}", said, bool(values.get(f"{kind}.{key}")), **more)

    ticks = [
        tick(
            "find",
            "may be told the referral" if refers else words.get("find", "may look me up"),
            offered=not collector,
            why_not="knows you already",
        ),
        tick(
            "tell",
            words.get("tell", "may tell the meeting"),
            offered=not refers,
            why_not="prepares the meeting itself",
            carries_plan=collector,
        ),
        tick(
            "plan",
            words.get("plan", "may get the plan"),
            offered=not refers,
            why_not="writes the plan itself",
            plan=True,
        ),
    ]
    ticks += [tick(f"about.{one.value}", one.words) for one in others(record, desk)]
    initials = values.get(f"initials.{key}") or [""]
    return GridRow(
        agency.identity,
        agency.name,
        "here" if collector else "takes the referral" if refers else "",
        tuple(ticks),
        initials_name=f"initials.{key}",
        initials=initials[-1],
        aloud_name=f"aloud-{key}",
        words_name=_words_name(agency),
        less=_less(agency, values, desk),
        less_name=release_less.name_of(agency),
    )


def _less(agency: Agency, values: Mapping[str, list[str]], desk: Desk) -> tuple[Tick, ...]:
    ruled_out = values.get(release_less.name_of(agency), [])
    return tuple(
        Tick(one.value, one.words, one.value in ruled_out)
        for one in release_less.offered(agency, desk)
    )


def _words_name(agency: Agency) -> str:
    return f"words-{agency.identity[:16]}"


def _read_row(agency: Agency, form: Typed, record: cases.CaseRecord, desk: Desk) -> dict[str, Any]:
    key = agency.identity[:16]
    find = form.ticked(f"find.{key}")
    about = [one.value for one in others(record, desk) if form.ticked(f"about.{one.value}.{key}")]
    has_child = any(record.fragment.people.get(person) == CHILD for person in about)
    asked = {*form.words("also")}
    if agency.identity == desk.node.relay_identity:
        # What takes a case up is the referral: one tick, and its line is read aloud to her whole.
        asked |= CARRIES & desk.pack.consents.handoff_sections
    also = sorted(asked if has_child else asked - {CHILDREN})
    row = {
        "agency": agency.identity,
        "find": find,
        "tell": form.ticked(f"tell.{key}"),
        "plan": form.ticked(f"plan.{key}"),
        "handoff_sections": also if find else [],
        "about": about,
        "initials": form.word(f"initials.{key}"),
    }
    return release_less.narrowed(row, agency, form, desk, has_child=has_child)


def ticked(
    form: Typed, record: cases.CaseRecord, desk: Desk
) -> list[tuple[Agency, dict[str, Any]]]:
    """The agencies of which anything is ticked, each with its row of the file."""
    read = [(agency, _read_row(agency, form, record, desk)) for agency in _agencies(desk)]
    return [(agency, row) for agency, row in read if row["find"] or row["tell"] or row["plan"]]


def as_file(form: Typed, record: cases.CaseRecord, desk: Desk) -> dict[str, Any]:
    """The form as the file of a signed release: page and command are read by the same eyes."""
    survivor = survivor_of(record)
    by_herself = form.word("signer_kind") == "self"
    file: dict[str, Any] = {
        "format": "casefold-release-1",
        "case_ref": record.ref,
        "signed_on": form.word("signed_on"),
        "signer": {
            "kind": form.word("signer_kind"),
            "name": form.word("signer_name"),
            "relation": form.word("signer_relation"),
            "person": survivor if by_herself else None,
            "confirmed_not_abuser": form.ticked("confirmed"),
        },
        "form": form.word("form_kind"),
        "witness": form.word("witness"),
        "second_witness": form.word("second_witness"),
        "language": form.word("language"),
        "interpreter": form.word("interpreter"),
        "purpose": form.word("purpose"),
        "purpose_kind": form.word("purpose_kind") or None,
        "ends": form.word("ends"),
        "carrier": desk.node.relay_identity,
        "told": dict.fromkeys(form.words("told"), True),
        "must_not_share": form.whole("must_not_share").strip(),
        "exclude": [one.split(".", 1) for one in form.words("excluded") if "." in one],
        "survivor": survivor,
        "people": dict(record.fragment.people),
        "rows": [row for _, row in ticked(form, record, desk)],
    }
    if form.word("copy_safe"):
        file["copy_safe"] = form.word("copy_safe") == "yes"
    return file


def sentences(form: Typed, record: cases.CaseRecord, desk: Desk) -> tuple[AloudRow, ...]:
    """What each agency's ticks mean, one plain sentence each."""
    draft = _half_typed(form, record)
    named = {agency.identity: row for agency, row in ticked(form, record, desk)}
    return tuple(
        AloudRow(
            _words_name(agency),
            agency.name,
            _sentence(named[agency.identity], agency, draft, record, desk)
            if agency.identity in named
            else "",
        )
        for agency in _agencies(desk)
    )


def too_few_voters(form: Typed, record: cases.CaseRecord, desk: Desk) -> str:
    """Why the team could not decide on her case with these ticks, said before she signs."""
    named = {agency.identity for agency, row in ticked(form, record, desk) if row["plan"]}
    return before_she_signs(named, desk)


def _sentence(
    row: Mapping[str, Any], agency: Agency, draft: ReleaseForm, record: cases.CaseRecord, desk: Desk
) -> str:
    line = ReleaseRow(
        agency=agency.name,
        find=row["find"],
        tell=row["tell"],
        plan=row["plan"],
        handoff_sections=tuple(row["handoff_sections"]),
        tell_sections=row.get("tell_sections"),
        about=tuple(row["about"]),
        initials=row["initials"],
    )
    try:
        words = read_aloud(line, draft, desk.pack)
    except FormMistake as mistake:
        return f"{agency.name}: {mistake.sentence}"
    for person in others(record, desk):
        full = about_words(person.value, record.fragment, desk.pack)
        words = words.replace(person.value, full)
    return words


def _half_typed(form: Typed, record: cases.CaseRecord) -> ReleaseForm:
    """A release that is not signed yet, only to be read aloud."""
    try:
        ends = date.fromisoformat(form.word("ends"))
    except ValueError:
        ends = date.max
    return ReleaseForm(
        case_ref=None,
        signed_on=date.min,
        signer=Signer("self", "", "", None, confirmed_not_abuser=False),
        form="written",
        witness="",
        second_witness="",
        language="",
        interpreter="",
        purpose="",
        purpose_kind=None,
        ends=ends,
        carrier="",
        told=frozenset(),
        must_not_share="",
        exclude=frozenset(),
        survivor=survivor_of(record),
        people=dict(record.fragment.people),
        rows=(),
        copy_safe=None,
    )
