"""What an agency signs, owes and does to join, as a pack writes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tiers.pack_keys import KEYS
from tiers.pack_reading import PackText

YEARLY = 365
REMINDERS = (60, 30, 7)
_LONGEST = 1096  # three years; an agreement nobody looks at again is none


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """How long an agreement lasts, when its end is announced, and what whoever signs it promises.

    `review_on` is the day the protocol itself was to be looked at again; it may be past.
    """

    term_days: int = YEARLY
    reminders: tuple[int, ...] = REMINDERS
    review_on: date | None = None
    commitments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryTerms:
    """After how many days without a word from its agency a directory entry is marked."""

    assure_days: int = YEARLY


@dataclass(frozen=True, slots=True)
class OnboardingStep:
    """One step of joining, and whether it is done with a document."""

    key: str
    title: str
    what: str
    asks_document: bool


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role of this protocol and what it is there to do."""

    title: str
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Something the sources of a protocol leave open, as each says it, and what was chosen."""

    title: str
    sources: tuple[str, ...]
    chosen: str


def read_agreement(pack: PackText) -> AgreementTerms:
    """The terms of the yearly agreement; a pack that says nothing has a year."""
    pack.only(KEYS["agreement"], "agreement")
    term = pack.number("agreement", "term_days", low=1, high=_LONGEST, default=YEARLY)
    usual = tuple(days for days in REMINDERS if days <= term)
    reminders = pack.numbers("agreement", "reminders", low=1, high=term, default=usual)
    return AgreementTerms(
        term_days=term,
        reminders=tuple(sorted(set(reminders), reverse=True)),
        review_on=pack.day("agreement", "review_on"),
        commitments=pack.sentences("agreement", "commitments"),
    )


def read_entry_terms(pack: PackText) -> EntryTerms:
    """How long an agency's own entry counts as looked after."""
    pack.only(KEYS["entry"], "entry")
    return EntryTerms(pack.number("entry", "assure_days", low=1, high=_LONGEST, default=YEARLY))


def read_onboarding(pack: PackText) -> tuple[OnboardingStep, ...]:
    """The steps of joining, in the order written."""
    pack.only(KEYS["onboarding"], "onboarding")
    return tuple(_step(pack, key) for key in pack.table("onboarding", "steps"))


def read_duties(pack: PackText) -> Mapping[str, str]:
    """What every agency owes whatever its tier, a sentence each."""
    return {key: pack.word("duties", key) for key in pack.table("duties")}


def read_roles(pack: PackText) -> Mapping[str, RoleRow]:
    """The roles as this protocol names them."""
    return {key: _role(pack, key) for key in pack.table("roles")}


def read_notes(pack: PackText) -> Mapping[str, Note]:
    """What the sources leave open or say differently."""
    return {key: _note(pack, key) for key in pack.table("notes")}


def _step(pack: PackText, key: str) -> OnboardingStep:
    path = ("onboarding", "steps", key)
    pack.only(KEYS["onboarding.steps.*"], *path)
    title, what = pack.word(*path, "title"), pack.word(*path, "what")
    return OnboardingStep(key, title, what, pack.flag(*path, "asks_document"))


def _role(pack: PackText, key: str) -> RoleRow:
    path = ("roles", key)
    pack.only(KEYS["roles.*"], *path)
    return RoleRow(pack.word(*path, "title"), pack.sentences(*path, "duties"))


def _note(pack: PackText, key: str) -> Note:
    path = ("notes", key)
    pack.only(KEYS["notes.*"], *path)
    sources = pack.sentences(*path, "sources")
    if not sources:
        raise pack.mistake((*path, "sources"), "write what each source says, a sentence each.")
    return Note(pack.word(*path, "title"), sources, pack.word(*path, "chosen", default=""))
