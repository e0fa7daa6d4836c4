"""A consent: one survivor's yes to one agency telling one other agency named things until a day."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from tiers import reading
from tiers.fragment import IDENTITY
from tiers.reading import FormMistake
from tiers.scope import Scope

TERMS_FORMAT = "casefold-consent-1"
# What must have been said to her before she signs, by the code the form uses.
EVERYTHING_TOLD = frozenset(
    {"alternatives", "can_withdraw_by_word", "not_a_condition", "redisclosure"}
)
SIGNER_KINDS = frozenset({"self", "guardian", "minor_and_parent"})
FORMS = frozenset({"written", "spoken"})
METHODS = frozenset({"sealed_copy"})
_AGENCY = re.compile(r"[0-9a-f]{64}\Z")
_RANDOM = re.compile(r"[0-9a-f]{32}\Z")


class ConsentMistake(Exception):
    """These consent terms cannot be read. Nothing rests on them; ask the sender for them again."""


class ConsentKind(Enum):
    """What a tick means: to find her, to tell the meeting, or to get the plan."""

    FIND = "find"
    TELL = "tell"
    PLAN = "plan"

    @property
    def exchange(self) -> str:
        """The exchange this kind of consent allows."""
        return "handoff" if self is ConsentKind.FIND else "meeting"


class ConsentState(Enum):
    """Where a consent stands, in the words of the W3C Data Privacy Vocabulary."""

    REQUESTED = "requested"
    GIVEN = "given"
    RENEWED = "renewed"
    REFUSED = "refused"
    DEFERRED = "deferred"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    INVALIDATED = "invalidated"
    UNKNOWN = "unknown"

    @property
    def permits(self) -> bool:
        """May anything rest on a consent in this state? Only given and renewed permit."""
        return self in {ConsentState.GIVEN, ConsentState.RENEWED}


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, for whom, and that somebody made sure it is not the person using violence."""

    kind: str
    name: str
    relation: str
    person: str | None
    confirmed_not_abuser: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """One discloser, one recipient, named sections and people, until a day. A change is another."""

    id: str
    release_id: str
    kind: ConsentKind
    discloser: str
    recipient: str
    sections: frozenset[str]
    about: frozenset[str]
    excluded: frozenset[tuple[str, str]]
    purpose: str
    signer: Signer
    form: str
    signed_on: date
    witness: str
    language: str
    ends: date
    carrier: str
    collected_by: str
    adopted_by: str | None
    state: ConsentState
    told: frozenset[str] = frozenset()  # fails shut: the gate wants EVERYTHING_TOLD
    second_witness: str = ""
    interpreter: str = ""
    purpose_kind: str = "safety"
    survivor: str = "survivor"  # her code in the release; never made from her identity
    case_ref: str | None = None
    method: str = "sealed_copy"
    ends_rule: str = "signed"  # who set the end: the signature, or the pack's own default
    legal_profile: str = ""
    pack: str = ""  # the id and version whose words were read to her

    def live_on(self, day: date) -> bool:
        """Does this consent permit anything on this day? Its first and last day are included."""
        return self.state.permits and self.signed_on <= day <= self.ends

    @property
    def scope(self) -> Scope:
        """What this consent lets be told, about whom."""
        return Scope(self.sections, self.about, self.excluded)

    @property
    def tells_name(self) -> bool:
        """Is the recipient told her name? Only with her identity, unless she ruled it out."""
        return IDENTITY in self.sections and (IDENTITY, "name") not in self.excluded

    def without_name(self) -> "Consent":
        """The same consent for a recipient who is not told her identity."""
        return replace(self, signer=replace(self.signer, name=""))

    def to_terms(self) -> dict[str, Any]:
        """The terms as plain values, ready for JSON."""
        return {
            "format": TERMS_FORMAT,
            "id": self.id,
            "release_id": self.release_id,
            "kind": self.kind.value,
            "discloser": self.discloser,
            "recipient": self.recipient,
            "sections": sorted(self.sections),
            "about": sorted(self.about),
            "excluded": [list(pair) for pair in sorted(self.excluded)],
            "purpose": self.purpose,
            "signer": {
                "kind": self.signer.kind,
                "name": self.signer.name,
                "relation": self.signer.relation,
                "person": self.signer.person,
                "confirmed_not_abuser": self.signer.confirmed_not_abuser,
            },
            "form": self.form,
            "signed_on": self.signed_on.isoformat(),
            "witness": self.witness,
            "language": self.language,
            "ends": self.ends.isoformat(),
            "carrier": self.carrier,
            "collected_by": self.collected_by,
            "adopted_by": self.adopted_by,
            "state": self.state.value,
            "told": sorted(self.told),
            "second_witness": self.second_witness,
            "interpreter": self.interpreter,
            "purpose_kind": self.purpose_kind,
            "survivor": self.survivor,
            "case_ref": self.case_ref,
            "method": self.method,
            "ends_rule": self.ends_rule,
            "legal_profile": self.legal_profile,
            "pack": self.pack,
        }

    @classmethod
    def from_terms(cls, terms: object) -> "Consent":
        """The consent these terms describe. They come from another agency: each part is checked."""
        try:
            return _read_terms(terms)
        except FormMistake as mistake:
            raise ConsentMistake(f"The consent terms cannot be read. {mistake}") from mistake


def read_signer(value: object, path: str, *, nameless: bool = False) -> Signer:
    """Who signed, as the form writes it; a name may be missing only in terms on their way."""
    required = frozenset({"kind", "name", "relation", "confirmed_not_abuser"})
    part = reading.table(value, path, required, frozenset({"person"}))
    kind = reading.one_of(part["kind"], f"{path}.kind", SIGNER_KINDS)
    person = part.get("person")
    return Signer(
        kind=kind,
        name=reading.short(part["name"], f"{path}.name", blank=nameless),
        relation=reading.short(part["relation"], f"{path}.relation", blank=kind == "self"),
        person=None if person is None else reading.person_id(person, f"{path}.person"),
        confirmed_not_abuser=reading.yes_or_no(
            part["confirmed_not_abuser"], f"{path}.confirmed_not_abuser"
        ),
    )


def read_pairs(value: object, path: str) -> frozenset[tuple[str, str]]:
    """The fields she ruled out, each written as [section, field]."""
    pairs = set()
    for number, row in enumerate(reading.rows(value, path)):
        here = f"{path}[{number}]"
        pair = reading.rows(row, here, 2)
        if len(pair) != 2:
            raise FormMistake(here, "write a section and a field, such as [identity, school].")
        pairs.add((reading.code(pair[0], here), reading.code(pair[1], here)))
    return frozenset(pairs)


def _codes(value: object, path: str) -> frozenset[str]:
    return frozenset(reading.code(row, path) for row in reading.rows(value, path, 200))


def _people(value: object, path: str) -> frozenset[str]:
    return frozenset(reading.person_id(row, path) for row in reading.rows(value, path, 200))


def _agency(value: object, path: str) -> str:
    return reading.shaped(value, path, _AGENCY, "write an agency's identity, 64 signs.")


def _random(value: object, path: str) -> str:
    return reading.shaped(value, path, _RANDOM, "write the number it was given, 32 signs.")


def _told(value: object, path: str) -> frozenset[str]:
    return frozenset(
        reading.one_of(row, path, EVERYTHING_TOLD) for row in reading.rows(value, path)
    )


def _read_terms(value: object) -> Consent:
    reading.format_name(value, TERMS_FORMAT)
    part: Mapping[str, Any] = reading.table(value, "", _TERMS, frozenset())
    adopted_by, case_ref = part["adopted_by"], part["case_ref"]
    consent = Consent(
        id=_random(part["id"], "id"),
        release_id=_random(part["release_id"], "release_id"),
        kind=ConsentKind(reading.one_of(part["kind"], "kind", _KINDS)),
        discloser=_agency(part["discloser"], "discloser"),
        recipient=_agency(part["recipient"], "recipient"),
        sections=_codes(part["sections"], "sections"),
        about=_people(part["about"], "about"),
        excluded=read_pairs(part["excluded"], "excluded"),
        purpose=reading.words(part["purpose"], "purpose"),
        signer=read_signer(part["signer"], "signer", nameless=True),
        form=reading.one_of(part["form"], "form", FORMS),
        signed_on=reading.day(part["signed_on"], "signed_on"),
        witness=reading.short(part["witness"], "witness"),
        language=reading.short(part["language"], "language"),
        ends=reading.day(part["ends"], "ends"),
        carrier=_agency(part["carrier"], "carrier"),
        collected_by=_agency(part["collected_by"], "collected_by"),
        adopted_by=None if adopted_by is None else reading.short(adopted_by, "adopted_by"),
        state=ConsentState(reading.one_of(part["state"], "state", _STATES)),
        told=_told(part["told"], "told"),
        second_witness=reading.short(part["second_witness"], "second_witness", blank=True),
        interpreter=reading.short(part["interpreter"], "interpreter", blank=True),
        purpose_kind=reading.code(part["purpose_kind"], "purpose_kind"),
        survivor=reading.person_id(part["survivor"], "survivor"),
        case_ref=None if case_ref is None else reading.case_ref(case_ref, "case_ref"),
        method=reading.one_of(part["method"], "method", METHODS),
        ends_rule=reading.short(part["ends_rule"], "ends_rule"),
        legal_profile=reading.short(part["legal_profile"], "legal_profile", blank=True),
        pack=reading.short(part["pack"], "pack", blank=True),
    )
    if consent.ends < consent.signed_on:
        raise FormMistake("ends", "a consent cannot end before it was signed.")
    if consent.discloser == consent.recipient:
        raise FormMistake("recipient", "a consent needs two different agencies.")
    return consent


def ends_at(day: date, timezone: str) -> int:
    """Unix seconds of the midnight after this day, where the coalition lives."""
    after = day + timedelta(days=1)
    return int(datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(timezone)).timestamp())


_KINDS = frozenset(kind.value for kind in ConsentKind)
_STATES = frozenset(state.value for state in ConsentState)
_TERMS = frozenset(name for name in Consent.__dataclass_fields__) | {"format"}
