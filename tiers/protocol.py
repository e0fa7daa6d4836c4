"""A protocol: what one coalition agreed, as tables a board can read. A region is a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tiers.pack_agreement import (
    AgreementTerms,
    EntryTerms,
    Note,
    OnboardingStep,
    RoleRow,
    read_agreement,
    read_duties,
    read_entry_terms,
    read_notes,
    read_onboarding,
    read_roles,
)
from tiers.pack_clocks import ACTIONS_DONE, ClockRow, read_clock_rows
from tiers.pack_decision import (
    ActionTerms,
    AutomaticLead,
    DecisionTerms,
    LeadRule,
    read_action_terms,
    read_decision,
    read_headings,
    read_intake_terms,
    read_lead_rules,
)
from tiers.pack_exchange import (
    ConsentTerms,
    ExchangeRow,
    TierRow,
    read_consents,
    read_exchanges,
    read_legal_profile,
    read_tiers,
)
from tiers.pack_forms import FieldForm, SectionForm, read_minimum_dataset, read_sections
from tiers.pack_keys import KEYS, SAY, WORDS
from tiers.pack_layers import layered
from tiers.pack_meetings import MeetingRow, read_meetings
from tiers.pack_reading import PackMistake, PackText
from tiers.pack_threshold import (
    Instrument,
    ThresholdRow,
    read_below_threshold,
    read_instruments,
    read_thresholds,
)
from tiers.tier import Tier

__all__ = [
    "ActionTerms",
    "AgreementTerms",
    "AutomaticLead",
    "ClockRow",
    "ConsentTerms",
    "DecisionTerms",
    "EntryTerms",
    "ExchangeRow",
    "FieldForm",
    "Instrument",
    "LeadRule",
    "MeetingRow",
    "Note",
    "OnboardingStep",
    "PackMistake",
    "Protocol",
    "RoleRow",
    "SectionForm",
    "ThresholdRow",
    "TierRow",
    "read_pack",
]

_CLOCKS = {"relay_heard_hours": 24 * 14, "directory_valid_days": 366, "renew_prompt_days": 60}


@dataclass(frozen=True, slots=True)
class Protocol:
    """A pack as read: every rule of the coalition that can be a table."""

    id: str
    version: int
    title: str
    timezone: str
    legal_profile: str
    jurisdiction: str
    sections: Mapping[str, SectionForm]
    exchanges: Mapping[str, ExchangeRow]
    consents: ConsentTerms
    clocks: Mapping[str, int]
    words: Mapping[str, str]
    agency_kinds: Mapping[str, str]
    tiers: Mapping[Tier, TierRow]
    digest: str
    agreement: AgreementTerms
    entry: EntryTerms
    onboarding: tuple[OnboardingStep, ...]
    minimum_dataset: tuple[tuple[str, str], ...]  # section and field
    duties: Mapping[str, str]
    roles: Mapping[str, RoleRow]
    notes: Mapping[str, Note]
    meetings: Mapping[str, MeetingRow]
    clock_rows: Mapping[str, ClockRow]
    identity_at: str
    intake_days_repeat: int
    background_checks_by: tuple[str, ...]  # kinds of agency
    eligibility: Mapping[str, str]
    instruments: Mapping[str, Instrument]
    thresholds: Mapping[str, ThresholdRow]
    below_threshold: Mapping[str, str]  # band and kind of agency
    headings: tuple[str, ...]  # sections
    decision: DecisionTerms
    lead_rules: Mapping[str, LeadRule]
    action_terms: ActionTerms


def read_pack(text: str, name: str, parents: Mapping[str, str] | None = None) -> Protocol:
    """The protocol this text describes, laid over its parents; a mistake names file and line."""
    pack, digest = layered(text, name, parents or {})
    return _read(pack, digest)


def _read(pack: PackText, digest: str) -> Protocol:
    pack.only(KEYS[""])
    sections = read_sections(pack)
    may_leave = frozenset(key for key, section in sections.items() if not section.never_leaves)
    profile = read_legal_profile(pack)
    consents = read_consents(pack, may_leave, profile)
    carried = consents.find_sections | consents.handoff_sections
    exchanges = read_exchanges(pack, may_leave)
    kinds = frozenset(pack.table("agency_kinds"))
    intake = read_intake_terms(pack, kinds)
    instruments = read_instruments(pack)
    clock_rows = read_clock_rows(pack)
    return Protocol(
        id=pack.word("id"),
        version=pack.number("version", low=1, high=1_000_000),
        title=pack.word("title"),
        timezone=_timezone(pack),
        legal_profile=profile,
        jurisdiction=pack.word("jurisdiction", default="none named"),
        sections=sections,
        exchanges=exchanges,
        consents=consents,
        clocks=_clocks(pack),
        words=_words(pack, sections),
        agency_kinds={key: pack.word("agency_kinds", key) for key in pack.table("agency_kinds")},
        tiers=read_tiers(pack),
        digest=digest,
        agreement=read_agreement(pack),
        entry=read_entry_terms(pack),
        onboarding=read_onboarding(pack),
        minimum_dataset=read_minimum_dataset(pack, sections, carried),
        duties=read_duties(pack),
        roles=read_roles(pack),
        notes=read_notes(pack),
        meetings=read_meetings(pack, kinds, exchanges["meeting"].seat or ""),
        clock_rows=clock_rows,
        identity_at=intake.identity_at,
        intake_days_repeat=intake.repeat_days,
        background_checks_by=intake.background_checks_by,
        eligibility={key: pack.word("eligibility", key) for key in pack.table("eligibility")},
        instruments=instruments,
        thresholds=read_thresholds(pack, instruments, sections),
        below_threshold=read_below_threshold(pack, instruments, kinds),
        headings=read_headings(pack, sections, consents.tell_sections),
        decision=read_decision(pack, kinds),
        lead_rules=read_lead_rules(pack, kinds, sections),
        action_terms=read_action_terms(pack, clock_rows.get(ACTIONS_DONE)),
    )


def _words(pack: PackText, sections: Mapping[str, SectionForm]) -> Mapping[str, str]:
    known = frozenset(WORDS) | {f"{SAY}{section}" for section in sections}
    # A word inherited for a section that this pack took out is only never said.
    unsaid = {key for key in pack.table("words") if key.startswith(SAY)}
    spare = frozenset(key for key in unsaid - known if not pack.wrote("words", key))
    pack.only(known | spare, "words")
    return {key: pack.word("words", key) for key in pack.table("words") if key in known}


def _timezone(pack: PackText) -> str:
    name = pack.word("timezone")
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError):
        raise pack.mistake(("timezone",), "write a time zone such as Europe/London.") from None


def _clocks(pack: PackText) -> Mapping[str, int]:
    pack.table("clocks")
    pack.only(KEYS["clocks"], "clocks")
    return {key: pack.number("clocks", key, low=1, high=high) for key, high in _CLOCKS.items()}
