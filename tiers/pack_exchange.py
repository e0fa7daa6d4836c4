"""Who may carry what, and under which consent: the rows a board signs off."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiers.pack_keys import EXCHANGES, KEYS, TIERS
from tiers.pack_reading import PackText
from tiers.tier import Tier

SPOKEN = "spoken"
CONSENT_FORMS = frozenset({"written", SPOKEN})
# Which ways of giving consent a legal profile takes at most; a pack may take fewer.
LEGAL_PROFILES: Mapping[str, frozenset[str]] = {
    "us": frozenset({"written"}),
    "uk": CONSENT_FORMS,
    "other": CONSENT_FORMS,
}


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
    spoken_days: int  # a yes that only two witnesses heard lives no longer than this

    def longest(self, form: str) -> int:
        """How many days a consent given in this form may last."""
        return self.spoken_days if form == SPOKEN else self.max_days


@dataclass(frozen=True, slots=True)
class TierRow:
    """What a tier may do and what it owes, in words for people."""

    title: str
    may: tuple[str, ...]
    duties: tuple[str, ...]


def read_exchanges(pack: PackText, may_leave: frozenset[str]) -> Mapping[str, ExchangeRow]:
    """The kinds of exchange; each is there, and a meeting has a seat."""
    pack.table("exchanges")
    found = {}
    for key in sorted(EXCHANGES):
        path = ("exchanges", key)
        pack.table(*path)
        pack.only(KEYS["exchanges.*"], *path)
        pack.only(TIERS, *path, "carries")
        carries = {tier: pack.among(may_leave, *path, "carries", str(tier.value)) for tier in Tier}
        seat = pack.word(*path, "seat", default="-")
        row = ExchangeRow(key, pack.word(*path, "title"), None if seat == "-" else seat, carries)
        found[key] = row
    pack.only(EXCHANGES, "exchanges")
    if found["meeting"].seat is None:
        raise pack.mistake(("exchanges", "meeting", "seat"), 'a meeting needs a seat: "meeting".')
    return found


def read_legal_profile(pack: PackText) -> str:
    """The legal profile; a misspelt one is refused, or a slip would loosen how consent is given."""
    profile = pack.word("legal_profile")
    pack.known(profile, frozenset(LEGAL_PROFILES), "legal_profile")
    return profile


def read_consents(pack: PackText, may_leave: frozenset[str], profile: str) -> ConsentTerms:
    """The terms a consent has to keep."""
    pack.table("consents")
    pack.only(KEYS["consents"], "consents")
    max_days = pack.number("consents", "max_days", low=1, high=366)
    forms = pack.among(CONSENT_FORMS, "consents", "forms")
    if not forms:
        raise pack.mistake(("consents", "forms"), 'say how a consent is given: ["written"].')
    if not forms <= LEGAL_PROFILES[profile]:
        raise pack.mistake(("consents", "forms"), 'this legal profile takes ["written"] only.')
    purposes = {
        key: pack.word("consents", "purposes", key) for key in pack.table("consents", "purposes")
    }
    if not purposes:
        raise pack.mistake(("consents", "purposes"), "a pack needs at least one purpose.")
    lists = ("find_sections", "tell_sections", "plan_sections", "handoff_sections")
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
        spoken_days=pack.number("consents", "spoken_days", low=1, high=max_days, default=max_days),
    )


def read_tiers(pack: PackText) -> Mapping[Tier, TierRow]:
    """The four tiers in words."""
    pack.only(TIERS, "tiers")
    return {tier: _tier(pack, str(tier.value)) for tier in Tier}


def _tier(pack: PackText, number: str) -> TierRow:
    path = ("tiers", number)
    pack.only(KEYS["tiers.*"], *path)
    title = pack.word(*path, "title")
    return TierRow(title, pack.words(*path, "may"), pack.words(*path, "duties"))
