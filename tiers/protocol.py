"""A protocol: what one coalition agreed, as tables a board can read. A region is a file."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tiers.fragment import CHILDREN, IDENTITY, PRIVATE, ROLES, SYSTEM_SECTIONS
from tiers.pack_reading import PackMistake, PackText, merged
from tiers.tier import Tier

__all__ = [
    "ConsentTerms",
    "ExchangeRow",
    "FieldForm",
    "PackMistake",
    "Protocol",
    "SectionForm",
    "TierRow",
    "read_pack",
]

FIELD_KINDS = frozenset({"text", "long", "date", "yes_no", "choice"})
CONSENT_FORMS = frozenset({"written", "spoken"})
WRITTEN_ONLY_PROFILES = frozenset({"us"})
EXCHANGES = frozenset({"handoff", "meeting"})
_CLOCKS = {"relay_heard_hours": 24 * 14, "directory_valid_days": 366, "renew_prompt_days": 60}
_TOP = frozenset(
    [
        "id",
        "parent",
        "version",
        "title",
        "jurisdiction",
        "legal_profile",
        "timezone",
        "agency_kinds",
        "clocks",
        "words",
        "tiers",
        "exchanges",
        "consents",
        "sections",
    ]
)


@dataclass(frozen=True, slots=True)
class FieldForm:
    """One field of a form; a repeated field holds one entry a line.

    In a field of `own_words` each agency tells of itself, so that differing there means nothing.
    """

    id: str
    label: str
    kind: str
    choices: tuple[str, ...]
    repeat: bool
    own_words: bool = False


@dataclass(frozen=True, slots=True)
class SectionForm:
    """One section of a form, and the roles of the people it may be about."""

    id: str
    title: str
    about: tuple[str, ...]
    fields: tuple[FieldForm, ...]
    never_leaves: bool

    def field(self, id: str) -> FieldForm | None:
        """The field with this id, if the section has it."""
        return next((field for field in self.fields if field.id == id), None)


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """One kind of exchange: the seat it needs, and what each tier may carry in it."""

    id: str
    title: str
    seat: str | None
    carries: Mapping[Tier, frozenset[str]]


@dataclass(frozen=True, slots=True)
class ConsentTerms:
    """How long a consent may last, how it may be given, and which sections each kind covers."""

    max_days: int
    default_days: int
    forms: frozenset[str]
    find_sections: frozenset[str]
    tell_sections: frozenset[str]
    plan_sections: frozenset[str]
    handoff_sections: frozenset[str]  # what a find may carry besides, when she ticks it
    purposes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TierRow:
    """What a tier may do and what it owes, in words for people."""

    title: str
    may: tuple[str, ...]
    duties: tuple[str, ...]


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


def read_pack(text: str, name: str, parents: Mapping[str, str] | None = None) -> Protocol:
    """The protocol this text describes, laid over its parents; a mistake names file and line."""
    pack = PackText(text, name)
    digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=32)
    seen = {pack.word("id")}
    values, below = pack.values, pack
    while (parent := below.at("parent")) is not None:
        if not isinstance(parent, str) or parent not in (parents or {}):
            raise below.mistake(("parent",), "this parent pack is not at hand; write one that is.")
        if parent in seen:
            raise below.mistake(("parent",), "a pack cannot be its own ancestor; take this out.")
        seen.add(parent)
        parent_text = (parents or {})[parent]
        digest.update(b"\0" + parent_text.encode(errors="replace"))
        below = PackText(parent_text, parent)
        values = merged(below.values, values)
    pack.values = values
    return _read(pack, digest.hexdigest())


def _read(pack: PackText, digest: str) -> Protocol:
    pack.only(_TOP)
    sections = {key: _section(pack, key) for key in pack.table("sections")}
    for needed in (IDENTITY, PRIVATE):
        if needed not in sections:
            raise pack.mistake(("sections", needed), f"every pack needs a section “{needed}”.")
    if not sections[PRIVATE].never_leaves:
        raise pack.mistake(("sections", PRIVATE, "never_leaves"), "write never_leaves = true.")
    may_leave = frozenset(key for key, section in sections.items() if not section.never_leaves)
    return Protocol(
        id=pack.word("id"),
        version=pack.number("version", low=1, high=1_000_000),
        title=pack.word("title"),
        timezone=_timezone(pack),
        legal_profile=pack.word("legal_profile"),
        jurisdiction=pack.word("jurisdiction", default="none named"),
        sections=sections,
        exchanges=_exchanges(pack, may_leave),
        consents=_consents(pack, may_leave),
        clocks=_clocks(pack),
        words={key: pack.word("words", key) for key in pack.table("words")},
        agency_kinds={key: pack.word("agency_kinds", key) for key in pack.table("agency_kinds")},
        tiers=_tiers(pack),
        digest=digest,
    )


def _timezone(pack: PackText) -> str:
    name = pack.word("timezone")
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError):
        raise pack.mistake(("timezone",), "write a time zone such as Europe/London.") from None


def _section(pack: PackText, key: str) -> SectionForm:
    path = ("sections", key)
    if key in SYSTEM_SECTIONS:
        raise pack.mistake(path, "Casefold writes this section itself; choose another name.")
    pack.table(*path)
    pack.only(frozenset({"title", "about", "never_leaves", "fields"}), *path)
    about = pack.words(*path, "about")
    pack.among(ROLES, *path, "about")
    if not about:
        raise pack.mistake((*path, "about"), "say whom it may be about: survivor, child, ….")
    if key == CHILDREN and set(about) != {"child"}:
        raise pack.mistake((*path, "about"), 'this section is about children only: ["child"].')
    fields = tuple(_field(pack, key, field) for field in pack.table(*path, "fields"))
    if not fields:
        raise pack.mistake((*path, "fields"), "a section needs at least one field.")
    title = pack.word(*path, "title")
    return SectionForm(key, title, about, fields, pack.flag(*path, "never_leaves"))


def _field(pack: PackText, section: str, key: str) -> FieldForm:
    path = ("sections", section, "fields", key)
    pack.table(*path)
    pack.only(frozenset({"label", "kind", "choices", "repeat", "own_words"}), *path)
    kind = pack.word(*path, "kind", default="text")
    if kind not in FIELD_KINDS:
        known = ", ".join(sorted(FIELD_KINDS))
        raise pack.mistake((*path, "kind"), f"“{kind}” is not known here; write one of: {known}.")
    choices = pack.words(*path, "choices")
    if bool(choices) != (kind == "choice"):
        raise pack.mistake((*path, "choices"), "a choice needs choices, and nothing else has them.")
    label = pack.word(*path, "label")
    own_words = pack.flag(*path, "own_words") or kind == "long"
    return FieldForm(key, label, kind, choices, pack.flag(*path, "repeat"), own_words)


def _exchanges(pack: PackText, may_leave: frozenset[str]) -> Mapping[str, ExchangeRow]:
    pack.table("exchanges")
    found = {}
    for key in sorted(EXCHANGES):
        path = ("exchanges", key)
        pack.table(*path)
        pack.only(frozenset({"title", "seat", "carries"}), *path)
        pack.only(frozenset(str(tier.value) for tier in Tier), *path, "carries")
        carries = {tier: pack.among(may_leave, *path, "carries", str(tier.value)) for tier in Tier}
        seat = pack.word(*path, "seat", default="-")
        row = ExchangeRow(key, pack.word(*path, "title"), None if seat == "-" else seat, carries)
        found[key] = row
    pack.only(EXCHANGES, "exchanges")
    if found["meeting"].seat is None:
        raise pack.mistake(("exchanges", "meeting", "seat"), 'a meeting needs a seat: "meeting".')
    return found


def _consents(pack: PackText, may_leave: frozenset[str]) -> ConsentTerms:
    pack.table("consents")
    lists = ("find_sections", "tell_sections", "plan_sections", "handoff_sections")
    pack.only(frozenset({"max_days", "default_days", "forms", "purposes", *lists}), "consents")
    max_days = pack.number("consents", "max_days", low=1, high=366)
    forms = pack.among(CONSENT_FORMS, "consents", "forms")
    if not forms:
        raise pack.mistake(("consents", "forms"), 'say how a consent is given: ["written"].')
    if pack.word("legal_profile") in WRITTEN_ONLY_PROFILES and forms != {"written"}:
        raise pack.mistake(("consents", "forms"), 'this legal profile takes ["written"] only.')
    purposes = {
        key: pack.word("consents", "purposes", key) for key in pack.table("consents", "purposes")
    }
    if not purposes:
        raise pack.mistake(("consents", "purposes"), "a pack needs at least one purpose.")
    find, tell, plan, handoff = (pack.among(may_leave, "consents", key) for key in lists)
    return ConsentTerms(
        max_days=max_days,
        default_days=pack.number("consents", "default_days", low=1, high=max_days),
        forms=forms,
        find_sections=find,
        tell_sections=tell,
        plan_sections=plan,
        handoff_sections=handoff,
        purposes=purposes,
    )


def _clocks(pack: PackText) -> Mapping[str, int]:
    pack.table("clocks")
    pack.only(frozenset(_CLOCKS), "clocks")
    return {key: pack.number("clocks", key, low=1, high=high) for key, high in _CLOCKS.items()}


def _tiers(pack: PackText) -> Mapping[Tier, TierRow]:
    pack.only(frozenset(str(tier.value) for tier in Tier), "tiers")
    return {tier: _tier(pack, str(tier.value)) for tier in Tier}


def _tier(pack: PackText, number: str) -> TierRow:
    path = ("tiers", number)
    pack.only(frozenset({"title", "may", "duties"}), *path)
    title = pack.word(*path, "title")
    return TierRow(title, pack.words(*path, "may"), pack.words(*path, "duties"))
