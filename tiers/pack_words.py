"""A protocol in plain words, for a board that reads no file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tiers.pack_meeting_words import Chapter, meeting_chapters
from tiers.protocol import ExchangeRow, Protocol
from tiers.tier import Tier

__all__ = [
    "CarryRow",
    "CarryTable",
    "Chapter",
    "carry_tables",
    "chapters",
    "clock_lines",
    "consent_lines",
    "minimum_dataset_lines",
    "profile_words",
    "review_past",
]

_FORMS = {"written": "in writing", "spoken": "spoken, read back to her, before two witnesses"}
_PROFILES = {
    "us": "United States: written consent only",
    "uk": "United Kingdom",
    "other": "another, as its own counsel advises",
}


@dataclass(frozen=True, slots=True)
class CarryRow:
    """One section, and the tiers that may carry it in one kind of exchange."""

    section: str
    tiers: frozenset[Tier]


@dataclass(frozen=True, slots=True)
class CarryTable:
    """One kind of exchange as a table: the seat it needs, and who may send and see what."""

    title: str
    seat: str
    rows: tuple[CarryRow, ...]


def carry_tables(pack: Protocol) -> tuple[CarryTable, ...]:
    """Who may send and see what, one table for each kind of exchange."""
    return tuple(_carry_table(row, pack) for row in pack.exchanges.values())


def profile_words(pack: Protocol) -> str:
    """The legal profile as a person says it."""
    return _PROFILES[pack.legal_profile]


def consent_lines(pack: Protocol) -> tuple[str, ...]:
    """How consent is given, and how long it lives."""
    terms = pack.consents
    given = " or ".join(_FORMS[form] for form in sorted(terms.forms, reverse=True))
    return tuple(_consent_lines(pack, given))


def clock_lines(pack: Protocol) -> tuple[str, ...]:
    """Every term that runs by the calendar."""
    clocks, agreement = pack.clocks, pack.agreement
    said = ", ".join(str(days) for days in agreement.reminders)
    return (
        f"An agreement lasts {agreement.term_days} days; its end is announced {said} days before.",
        f"An entry nobody has assured for {pack.entry.assure_days} days is marked.",
        f"A directory holds {clocks['directory_valid_days']} days; "
        "the coordinator signs the next before.",
        f"A consent's end is announced {clocks['renew_prompt_days']} days before.",
        "What another agency shared opens only while the relay was heard from within "
        f"{clocks['relay_heard_hours']} hours.",
        f"Days begin and end as in {pack.timezone.replace('_', ' ')}.",
    )


def minimum_dataset_lines(pack: Protocol) -> tuple[str, ...]:
    """What a first referral has at least, a line for each section."""
    labels: dict[str, list[str]] = {}
    for section, key in pack.minimum_dataset:
        form = pack.sections[section]
        labels.setdefault(form.title, []).extend(
            field.label for field in form.fields if field.id == key
        )
    return tuple(f"{title}: {', '.join(found)}" for title, found in labels.items())


def review_past(pack: Protocol, today: date | None) -> bool:
    """Is the day past on which the protocol itself was to be looked at again?"""
    review = pack.agreement.review_on
    return review is not None and today is not None and review < today


def chapters(pack: Protocol, today: date | None = None) -> tuple[Chapter, ...]:
    """The whole protocol, chapter by chapter; what it says nothing of is left out."""
    return tuple(chapter for chapter in _chapters(pack, today) if chapter.lines)


def _chapters(pack: Protocol, today: date | None) -> Iterator[Chapter]:
    review = pack.agreement.review_on
    past = ", which is past" if review_past(pack, today) else ""
    yield Chapter(
        f"{pack.title}, version {pack.version}",
        (
            f"Jurisdiction: {pack.jurisdiction}.",
            f"Legal profile: {profile_words(pack)}.",
            *([f"To be reviewed by {review}{past}."] if review else []),
        ),
    )
    yield Chapter("Agencies that take part", tuple(pack.agency_kinds.values()))
    for tier, row in pack.tiers.items():
        may, owes = ((f"may {each}" for each in row.may), (f"owes: {each}" for each in row.duties))
        yield Chapter(f"Tier {tier.value}: {row.title}", (*may, *owes))
    for table in carry_tables(pack):
        seat = f"Needs the seat “{table.seat}”, granted by name." if table.seat else "No seat."
        lines = (f"{row.section}: {_tiers(row.tiers)}" for row in table.rows)
        yield Chapter(f"{table.title}: who may send and see what", (seat, *lines))
    yield Chapter("Consent", consent_lines(pack))
    yield Chapter("Terms", clock_lines(pack))
    yield from meeting_chapters(pack)
    yield Chapter("Whoever signs the agreement promises to", pack.agreement.commitments)
    yield Chapter("Every agency owes, at every tier", tuple(pack.duties.values()))
    yield Chapter("Joining", tuple(f"{step.title}: {step.what}" for step in pack.onboarding))
    yield Chapter("A first referral has at least", minimum_dataset_lines(pack))
    yield Chapter(
        "Roles", tuple(f"{row.title}: {'; '.join(row.duties)}" for row in pack.roles.values())
    )
    for note in pack.notes.values():
        chosen = note.chosen or "Nothing is chosen yet: the coalition decides."
        yield Chapter(f"Left open: {note.title}", (*note.sources, f"Here: {chosen}"))


def _consent_lines(pack: Protocol, given: str) -> Iterator[str]:
    terms = pack.consents
    yield f"Given {given}; withdrawn with a word."
    yield f"Lasts {terms.default_days} days unless she says otherwise; {terms.max_days} at most."
    if "spoken" in terms.forms and terms.spoken_days < terms.max_days:
        yield f"Spoken, it lasts {terms.spoken_days} days at most."
    yield f"For: {', '.join(terms.purposes.values())}."


def _carry_table(row: ExchangeRow, pack: Protocol) -> CarryTable:
    rows = (
        CarryRow(
            section.title,
            frozenset(tier for tier, carried in row.carries.items() if key in carried),
        )
        for key, section in pack.sections.items()
    )
    return CarryTable(row.title, row.seat or "", tuple(each for each in rows if each.tiers))


def _tiers(tiers: frozenset[Tier]) -> str:
    numbers = [str(tier.value) for tier in Tier if tier in tiers]
    return f"tier{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
