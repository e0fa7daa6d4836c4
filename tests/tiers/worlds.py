"""Invented worlds for the tests of tiers: agencies, a case, a consent that would clear."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import tiers
from tiers.consent import EVERYTHING_TOLD, Consent, ConsentKind, ConsentState, Signer
from tiers.fragment import Fragment, Place, Written
from tiers.gate import Cleared, Party, Withheld, decide
from tiers.protocol import Protocol, SectionForm, read_pack
from tiers.rows import row_place
from tiers.standing import Agreement, Standing
from tiers.tier import Tier

HARBOUR, POLICE, RIVERSIDE, STRANGER = "a" * 64, "b" * 64, "c" * 64, "d" * 64
TODAY = date(2026, 3, 16)
RELEASE = "1" * 32
CASE_REF = "7KQ42M" + "0" * 20
PACK_TEXT = (Path(tiers.__file__).parent / "packs" / "four-tiers.toml").read_text()

PEOPLE = {
    "survivor": "survivor",
    "child-a": "child",
    "child-b": "child",
    "puv": "person_using_violence",
    "nan": "other_at_risk",
}
GOOD = Standing(
    tier=Tier.FRAMEWORKS,
    agreement=Agreement(date(2026, 1, 1), date(2026, 12, 31)),
    seats=frozenset({"meeting"}),
    verified=True,
    suspended=False,
    directory_until=date(2026, 4, 14),
)


@cache
def four_tiers() -> Protocol:
    return read_pack(PACK_TEXT, "four-tiers.toml")


def written(value: str) -> tuple[Written, ...]:
    return (Written(value, "2026-03-12T09:00:00Z", "Ana"),)


def first_place(section: SectionForm, person: str) -> Place:
    """Where the section's first field stands for this person, in its first row if it has rows."""
    first = section.fields[0].id
    if section.rows:
        return row_place(section.id, person, "0001", first)
    return Place(section.id, person, first)


@cache
def every_field() -> dict[Place, tuple[Written, ...]]:
    return {
        first_place(section, person): written(f"{section.id} of {person}")
        for section in four_tiers().sections.values()
        for person, role in PEOPLE.items()
        if role in section.about
    }


def record(**changes: Any) -> Fragment:
    """A case with one field in every section, for everybody it may be about."""
    bases = {"puv": "to protect her", "nan": "he asked us"}
    return replace(Fragment(CASE_REF, PEOPLE, every_field(), bases), **changes)


def tell(**changes: Any) -> Consent:
    """Harbour House, who collected the release, may tell the meeting everything a summary has."""
    consent = Consent(
        id="2" * 32,
        release_id=RELEASE,
        kind=ConsentKind.TELL,
        discloser=HARBOUR,
        recipient=RIVERSIDE,
        sections=four_tiers().consents.tell_sections,
        about=frozenset(PEOPLE),
        excluded=frozenset(),
        purpose="plan for safety",
        signer=Signer("self", "Invented Person", "", "survivor", True),
        form="written",
        signed_on=date(2026, 3, 11),
        witness="Ana",
        language="English",
        ends=date(2026, 4, 10),
        carrier=RIVERSIDE,
        collected_by=HARBOUR,
        adopted_by="Ana",
        state=ConsentState.GIVEN,
        told=EVERYTHING_TOLD,
    )
    return replace(consent, **changes)


def find(**changes: Any) -> Consent:
    """Harbour House may tell the police who she is and how to reach her."""
    about = {
        "id": "3" * 32,
        "kind": ConsentKind.FIND,
        "recipient": POLICE,
        "sections": four_tiers().consents.find_sections,
    }
    return tell(**(about | changes))


def plan(**changes: Any) -> Consent:
    """Riverside may give the police the plan."""
    about = {
        "id": "4" * 32,
        "kind": ConsentKind.PLAN,
        "discloser": RIVERSIDE,
        "recipient": POLICE,
        "sections": four_tiers().consents.plan_sections,
    }
    return tell(**(about | changes))


def ask(consent: Consent | None, **changes: Any) -> Cleared | Withheld:
    """Ask the gate about this consent in a world where all else is well, but for the changes."""
    kind = consent.kind if consent else ConsentKind.TELL
    question = {
        "fragment": record(),
        "discloser": Party(consent.discloser if consent else HARBOUR, GOOD),
        "recipient": Party(consent.recipient if consent else RIVERSIDE, GOOD),
        "exchange": kind.exchange,
        "pack": four_tiers(),
        "today": TODAY,
        "carrier": RIVERSIDE,
    } | changes
    # Unless the test is about packs, the coalition's pack is the one the consent was signed under.
    question = {
        "agreed": question["pack"].digest,
        "signed_under": question["pack"],
    } | question
    return decide(consent=consent, **question)


def places(answer: Cleared | Withheld) -> set[Place]:
    """Every place the answer accounts for."""
    kept = set(answer.fragment.fields) if isinstance(answer, Cleared) else set()
    return kept | {each.place for each in answer.left_out}


def kept_sections(answer: Cleared | Withheld) -> set[str]:
    assert isinstance(answer, Cleared), answer.reason
    return {place.section for place in answer.fragment.fields}


def reason_at(answer: Cleared | Withheld, section: str, about: str = "survivor") -> object:
    """Why the one field of this section stays, or None where it leaves."""
    found = {each.place: each.reason for each in answer.left_out}
    here = [p for p in places(answer) if (p.section, p.about) == (section, about)]
    assert len(here) == 1, here
    return found.get(here[0])


def release_file(**changes: Any) -> dict[str, Any]:
    """A release as a file would hold it: the police may find, tell and plan."""
    form = {
        "format": "casefold-release-1",
        "case_ref": CASE_REF,
        "signed_on": "2026-03-11",
        "signer": {
            "kind": "self",
            "name": "Invented Person",
            "relation": "",
            "person": "survivor",
            "confirmed_not_abuser": True,
        },
        "form": "written",
        "witness": "Ana",
        "language": "English",
        "purpose": "plan for safety",
        "ends": "2026-04-10",
        "carrier": RIVERSIDE,
        "told": dict.fromkeys(sorted(EVERYTHING_TOLD), True),
        "must_not_share": "not to my sister",
        "exclude": [["identity", "employer"]],
        "survivor": "survivor",
        "rows": [
            {"agency": HARBOUR, "tell": True, "plan": True, "initials": "IP"},
            {
                "agency": POLICE,
                "find": True,
                "tell": True,
                "plan": True,
                "about": ["child-a", "puv"],
                "initials": "IP",
            },
        ],
    }
    return form | changes


def case_file(**changes: Any) -> dict[str, Any]:
    """A case as a file would hold it."""
    form = {
        "format": "casefold-case-1",
        "people": {"survivor": "survivor", "child-a": "child", "puv": "person_using_violence"},
        "sections": {
            "identity": {
                "survivor": {"name": "Invented Person", "aliases": ["Vee", "V. Person"]},
                "puv": {"name": "Invented Other", "born": "1980-02-03", "interpreter": False},
            },
            "assessments": {"survivor": [{"score": 17, "band": "high"}, {"score": 9}]},
            "risk": {"survivor": {"repeat_case": "yes", "own_view": "threats\nand worse"}},
        },
        "bases": {"puv": "to protect her"},
    }
    return form | changes
