"""Every key a pack may write: the one list that readers, mistakes and documentation share."""

from collections.abc import Mapping

from tiers.tier import Tier

EXCHANGES = frozenset({"handoff", "meeting"})
TIERS = frozenset(str(tier.value) for tier in Tier)

# A row per table; * stands for a name the pack chooses, except below tiers and exchanges.
KEYS: Mapping[str, frozenset[str]] = {
    "": frozenset(
        [
            "id",
            "parent",
            "remove",
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
            "agreement",
            "entry",
            "onboarding",
            "minimum_dataset",
            "duties",
            "roles",
            "notes",
        ]
    ),
    "clocks": frozenset({"relay_heard_hours", "directory_valid_days", "renew_prompt_days"}),
    "tiers.*": frozenset({"title", "may", "duties"}),
    "exchanges.*": frozenset({"title", "seat", "carries"}),
    "consents": frozenset(
        [
            "max_days",
            "default_days",
            "spoken_days",
            "forms",
            "purposes",
            "find_sections",
            "handoff_sections",
            "tell_sections",
            "plan_sections",
        ]
    ),
    "sections.*": frozenset({"title", "about", "never_leaves", "fields"}),
    "sections.*.fields.*": frozenset({"label", "kind", "choices", "repeat", "own_words"}),
    "agreement": frozenset({"term_days", "reminders", "review_on", "commitments"}),
    "entry": frozenset({"assure_days"}),
    "onboarding": frozenset({"steps"}),
    "onboarding.steps.*": frozenset({"title", "what", "asks_document"}),
    "minimum_dataset": frozenset({"fields"}),
    "roles.*": frozenset({"title", "duties"}),
    "notes.*": frozenset({"title", "sources", "chosen"}),
}
