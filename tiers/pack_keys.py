"""Every key a pack may write: the one list that readers, mistakes and documentation share."""

from collections.abc import Mapping

from tiers.tier import Tier

EXCHANGES = frozenset({"handoff", "meeting"})
CLOCK_ROWS = frozenset({"request_out", "answers_in", "actions_done", "plan_out"})
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
            "meetings",
            "intake",
            "eligibility",
            "instruments",
            "thresholds",
            "below_threshold",
            "headings",
            "decision",
            "leads",
            "statements",
        ]
    ),
    "clocks": CLOCK_ROWS | {"relay_heard_hours", "directory_valid_days", "renew_prompt_days"},
    "clocks.*": frozenset({"title", "starts", "by", "late", "within", "told"}),
    "meetings.*": frozenset(
        [
            "title",
            "rrule",
            "at",
            "minutes_each",
            "seat",
            "place",
            "facilitators",
            "must_attend",
            "except",
            "holidays",
            "moved",
            "first",
        ]
    ),
    "intake": frozenset({"identity_at", "repeat_days", "background_checks_by"}),
    "instruments.*": frozenset({"title", "range", "bands", "certified"}),
    "thresholds.*": frozenset({"title", "instrument", "at_least", "field", "equals"}),
    "headings": frozenset({"order"}),
    "decision": frozenset({"accept", "close", "method", "quorum", "first"}),
    "leads.*": frozenset({"kinds", "automatic"}),
    "leads.*.automatic": frozenset({"kind", "field", "equals"}),
    "statements": frozenset({"never_told", "restricted", "confidentiality", "calendar_title"}),
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
    "sections.*": frozenset({"title", "about", "never_leaves", "rows", "own_page", "fields"}),
    "sections.*.fields.*": frozenset({"label", "kind", "choices", "repeat", "own_words"}),
    "agreement": frozenset({"term_days", "reminders", "review_on", "commitments"}),
    "entry": frozenset({"assure_days"}),
    "onboarding": frozenset({"steps"}),
    "onboarding.steps.*": frozenset({"title", "what", "asks_document"}),
    "minimum_dataset": frozenset({"fields"}),
    "roles.*": frozenset({"title", "duties"}),
    "notes.*": frozenset({"title", "sources", "chosen"}),
}

# Each word a protocol may call its own way, and what it stands for.
WORDS: Mapping[str, str] = {
    "survivor": "The person at risk",
    "child": "A child in the case",
    "person_using_violence": "The person who hurts them",
    "other_at_risk": "Anybody else at risk",
    "meeting": "Where agencies meet about a case",
    "matrix": "What the meeting writes and sends round",
    "release": "What is signed before anything is told",
    "find": "The consent to be looked up",
    "tell": "The consent to tell the meeting",
    "plan": "The consent to get what the meeting wrote",
    "alternatives": "Said before signing: other ways",
    "can_withdraw_by_word": "Said before signing: how to stop it",
    "not_a_condition": "Said before signing: help does not depend on it",
    "redisclosure": "Said before signing: what cannot be taken back",
    "nothing_leaves": "Said where there is no consent",
}
SAY = "say_"  # say_ and a section: how that section is said when a release is read aloud
