"""How a coalition decides, who leads, who is told, and the sentences that stand on every paper."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiers.fragment import ROLES
from tiers.pack_clocks import ClockRow
from tiers.pack_forms import SectionForm
from tiers.pack_keys import KEYS
from tiers.pack_reading import PackText

TEAM = "team"
ACCEPT = frozenset({"threshold", TEAM})
CLOSE = frozenset({"after_hearing", TEAM})
METHODS = frozenset({"majority", "consensus"})
IDENTITY_AT = frozenset({"referral", "request"})
_LEAST_QUORUM = 2  # no single agency accepts or closes a case


@dataclass(frozen=True, slots=True)
class DecisionTerms:
    """Who accepts and closes a case, and by how many votes where the team does."""

    accept: str
    close: str
    method: str
    quorum: int
    first: str  # the kind of agency whose view of the survivor is written before anybody votes

    def by_team(self, question: str) -> bool:
        """Is this question, accept or close, put to the vote?"""
        return (self.accept if question == "accept" else self.close) == TEAM

    @property
    def votes(self) -> bool:
        """Is anything put to the vote at all?"""
        return TEAM in {self.accept, self.close}


@dataclass(frozen=True, slots=True)
class AutomaticLead:
    """An agency of this kind leads by itself where a field about the person says one of these."""

    kind: str
    section: str
    field: str
    equals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeadRule:
    """Which kinds of agency lead for a person of this role, the first of them proposed."""

    role: str
    kinds: tuple[str, ...]
    automatic: AutomaticLead | None


@dataclass(frozen=True, slots=True)
class ActionTerms:
    """Who hears of an action that is overdue, and what stands on every page and paper."""

    overdue_told: tuple[str, ...]
    never_told: str
    restricted: str
    confidentiality: str
    calendar_title: str  # all that a calendar outside Casefold ever says


@dataclass(frozen=True, slots=True)
class IntakeTerms:
    """When her identity goes out, how long a case is a repeat, who checks its own records."""

    identity_at: str
    repeat_days: int
    background_checks_by: tuple[str, ...]


def read_decision(pack: PackText, kinds: frozenset[str]) -> DecisionTerms:
    """The rule of decision; a team never decides by one voice."""
    pack.only(KEYS["decision"], "decision")
    terms = DecisionTerms(
        accept=pack.word("decision", "accept", default="threshold"),
        close=pack.word("decision", "close", default="after_hearing"),
        method=pack.word("decision", "method", default="majority"),
        quorum=pack.number("decision", "quorum", low=_LEAST_QUORUM, high=100, default=2),
        first=pack.word("decision", "first", default=""),
    )
    pack.known(terms.accept, ACCEPT, "decision", "accept")
    pack.known(terms.close, CLOSE, "decision", "close")
    pack.known(terms.method, METHODS, "decision", "method")
    if terms.first:
        pack.known(terms.first, kinds, "decision", "first")
    return terms


def read_lead_rules(
    pack: PackText, kinds: frozenset[str], sections: Mapping[str, SectionForm]
) -> Mapping[str, LeadRule]:
    """Who leads, for each role that has somebody to lead."""
    pack.only(ROLES, "leads")
    return {role: _lead(pack, role, kinds, sections) for role in pack.table("leads")}


def read_action_terms(pack: PackText, done: ClockRow | None) -> ActionTerms:
    """Who is told of what is overdue, and the sentences on paper; none of them may be empty."""
    pack.only(KEYS["statements"], "statements")
    return ActionTerms(
        overdue_told=done.told if done else (),
        never_told=pack.word("statements", "never_told"),
        restricted=pack.word("statements", "restricted"),
        confidentiality=pack.word("statements", "confidentiality"),
        calendar_title=pack.word("statements", "calendar_title"),
    )


def read_intake_terms(pack: PackText, kinds: frozenset[str]) -> IntakeTerms:
    """What the coordinating node does with a referral before anybody meets."""
    pack.only(KEYS["intake"], "intake")
    identity_at = pack.word("intake", "identity_at", default="request")
    pack.known(identity_at, IDENTITY_AT, "intake", "identity_at")
    return IntakeTerms(
        identity_at=identity_at,
        repeat_days=pack.number("intake", "repeat_days", low=1, high=3660, default=365),
        background_checks_by=pack.in_order(kinds, "intake", "background_checks_by"),
    )


def read_headings(
    pack: PackText, sections: Mapping[str, SectionForm], told: frozenset[str]
) -> tuple[str, ...]:
    """The sections of a summary, in the protocol's order; each is one a release may name."""
    pack.only(KEYS["headings"], "headings")
    return pack.in_order(frozenset(sections) & told, "headings", "order")


def _lead(
    pack: PackText, role: str, kinds: frozenset[str], sections: Mapping[str, SectionForm]
) -> LeadRule:
    path = ("leads", role)
    pack.table(*path)
    pack.only(KEYS["leads.*"], *path)
    found = pack.in_order(kinds, *path, "kinds")
    if not found:
        raise pack.mistake((*path, "kinds"), "name at least one kind of agency that leads.")
    if pack.at(*path, "automatic") is None:
        return LeadRule(role, found, None)
    here = (*path, "automatic")
    pack.only(KEYS["leads.*.automatic"], *here)
    kind, at = pack.word(*here, "kind"), pack.word(*here, "field")
    pack.known(kind, kinds, *here, "kind")
    fields = frozenset(
        f"{key}.{field.id}"
        for key, section in sections.items()
        if role in section.about and not section.rows
        for field in section.fields
    )
    pack.known(at, fields, *here, "field")
    section, _, field = at.partition(".")
    equals = pack.sentences(*here, "equals")
    if not equals:
        raise pack.mistake((*here, "equals"), "say what the field then says, a list of words.")
    return LeadRule(role, found, AutomaticLead(kind, section, field, equals))
