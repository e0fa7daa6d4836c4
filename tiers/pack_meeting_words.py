"""The way to a meeting and from it in plain words: who is heard, when, and who decides."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from tiers.pack_clocks import ClockRow
from tiers.pack_decision import AutomaticLead, LeadRule
from tiers.pack_meetings import PARTNER, MeetingRow
from tiers.pack_rule_words import rule_words
from tiers.pack_threshold import Instrument, ThresholdRow
from tiers.protocol import Protocol

_STARTS = {
    "referral_received": "the referral",
    "requested": "the request",
    "heard": "the hearing",
    "action_agreed": "the agreement",
}
_TOLD = {"owner": "its owner", "leads": "the lead professionals", "coordinator": "the coordinator"}
_MOVED = {
    "next_meeting": "None is held on {days}; its cases go to the next meeting.",
    "next_working_day": "One that falls on {days} is held on the next working day.",
    "previous_working_day": "One that falls on {days} is held on the working day before.",
}
_IDENTITY = {
    "referral": "Agencies that her release names learn whom it is about with the referral.",
    "request": "Agencies that her release names learn whom it is about when they are asked.",
}
_METHODS = {
    "majority": "more than half of the agencies that vote are for it",
    "consensus": "every agency has voted and none is against it",
}


@dataclass(frozen=True, slots=True)
class Chapter:
    """Some sentences of a protocol under one title."""

    title: str
    lines: tuple[str, ...]


def meeting_chapters(pack: Protocol) -> tuple[Chapter, ...]:
    """All that the pack says of the way through the meeting, in the order of that way."""
    found = (
        Chapter("Who is heard", tuple(pack.eligibility.values())),
        Chapter("A case is heard when one of these holds", _threshold_lines(pack)),
        Chapter("Risk assessments", tuple(_instrument(one) for one in pack.instruments.values())),
        Chapter("Below the threshold", _below_lines(pack)),
        Chapter("Before the meeting", tuple(_intake_lines(pack))),
        *(_series(row, pack) for row in pack.meetings.values()),
        Chapter("By when", tuple(_clock_line(row) for row in pack.clock_rows.values())),
        Chapter("How it is decided", tuple(_decision_lines(pack))),
        Chapter("Who leads", tuple(_lead(rule, pack) for rule in pack.lead_rules.values())),
        Chapter("On every page and paper", _statements(pack)),
    )
    return tuple(chapter for chapter in found if chapter.lines)


def _threshold_lines(pack: Protocol) -> tuple[str, ...]:
    return tuple(_threshold(row, pack) for row in pack.thresholds.values())


def _threshold(row: ThresholdRow, pack: Protocol) -> str:
    said = row.equals.replace("_", " ") if row.at_least is None else f"{row.at_least} or more"
    named = _measured(row, pack)
    return f"{row.title}: {said}." if named == row.title else f"{row.title} ({named}: {said})."


def _measured(row: ThresholdRow, pack: Protocol) -> str:
    if row.instrument:
        return pack.instruments[row.instrument].title
    section, _, key = row.field.partition(".")
    return _label(section, key, pack)


def _label(section: str, key: str, pack: Protocol) -> str:
    return next(one.label for one in pack.sections[section].fields if one.id == key)


def _instrument(one: Instrument) -> str:
    bands = ", ".join(f"{band} from {begins}" for band, begins in one.bands)
    score = f"{one.low} to {one.high}" if one.scored else "judged without a score"
    certified = "; its score takes a certified assessor" if one.certified else ""
    return f"{one.title}: {score}{'; ' if bands else ''}{bands}{certified}."


def _below_lines(pack: Protocol) -> tuple[str, ...]:
    return tuple(
        f"{band.replace('_', ' ').capitalize()}: {pack.agency_kinds[kind]}."
        for band, kind in pack.below_threshold.items()
    )


def _intake_lines(pack: Protocol) -> Iterator[str]:
    yield _IDENTITY[pack.identity_at]
    yield f"A case is a repeat within {pack.intake_days_repeat} days of the last referral."
    if pack.background_checks_by:
        yield f"Background checks: {_kinds(pack.background_checks_by, pack)}."
    if pack.headings:
        titles = ", ".join(pack.sections[key].title for key in pack.headings)
        yield f"The summary an agency brings has these headings: {titles}."


def _series(row: MeetingRow, pack: Protocol) -> Chapter:
    return Chapter(f"Meetings: {row.title}", tuple(_meeting(row, pack)))


def _meeting(row: MeetingRow, pack: Protocol) -> Iterator[str]:
    least, most = row.minutes
    each = f"{least} to {most}" if least < most else str(least)
    when, where = rule_words(row.rrule), f", {row.place}" if row.place else ""
    yield f"{when[0].upper()}{when[1:]} at {row.at:%H:%M}{where}; {each} minutes for each case."
    if row.first:
        yield f"Counted from {_day_words(row.first)}; none is held for a day before it."
    if days := _closed_words(row):
        yield _MOVED[row.moved].format(days=days)
    if row.facilitators:
        names = {PARTNER: "a partner", **pack.agency_kinds}
        yield f"Led in turn by {', '.join(names[kind] for kind in row.facilitators)}."
    if row.must_attend:
        yield f"Has to be attended by {_kinds(row.must_attend, pack)}."


def _closed_words(row: MeetingRow) -> str:
    days = [_day_words(day) for day in row.closed]
    holidays = [f"a public holiday ({row.holidays})"] if row.holidays else []
    return " or ".join([*holidays, *days])


def _day_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _clock_line(row: ClockRow) -> str:
    said = f"{row.title}: {_term(row)}."
    if not row.told:
        return said
    return f"{said} When one is overdue, {_listed(_TOLD[one] for one in row.told)} hear of it."


def _term(row: ClockRow) -> str:
    start = _STARTS[row.starts]
    by = f"by {row.by:%H:%M}" if row.by else ""
    if row.within is None:
        later = "the next working day" if row.late == "next_working_day" else "the same day"
        return f"{by} on the day of {start}; after that hour, on {later}"
    number, unit = row.within
    words = unit.replace("_", " ")
    stretch = f"{number} {words if number > 1 else words.removesuffix('s')}"
    return f"{by}, {stretch} after {start}" if by else f"within {stretch} of {start}"


def _decision_lines(pack: Protocol) -> Iterator[str]:
    terms = pack.decision
    yield (
        "The team accepts a case, by its votes."
        if terms.by_team("accept")
        else "The coordinating node accepts a case that meets the threshold."
    )
    yield (
        "The team closes a case, by its votes."
        if terms.by_team("close")
        else "A case closes after its hearing."
    )
    if terms.votes:
        yield f"A vote is carried when {_METHODS[terms.method]}, {terms.quorum} agencies at least."
        yield "No single agency accepts or closes a case. Whoever is recused is not counted."
        if terms.first:
            kind = pack.agency_kinds[terms.first]
            yield f"Before votes count, this agency writes the survivor's view: {kind}."


def _lead(rule: LeadRule, pack: Protocol) -> str:
    whom = pack.words.get(rule.role, rule.role.replace("_", " "))
    by_itself = f" {_automatic(rule.automatic, pack)}" if rule.automatic else ""
    return f"For the {whom}: {_kinds(rule.kinds, pack, ' or ')}.{by_itself}"


def _automatic(lead: AutomaticLead, pack: Protocol) -> str:
    said = " or ".join(lead.equals)
    where = _label(lead.section, lead.field, pack)
    return f"{pack.agency_kinds[lead.kind]} leads by itself where it is told: {where}, {said}."


def _statements(pack: Protocol) -> tuple[str, ...]:
    terms = pack.action_terms
    return (
        terms.never_told,
        f"{terms.restricted.rstrip('.')}.",
        f"Read out before a meeting: {terms.confidentiality}",
        f"A calendar outside Casefold says “{terms.calendar_title}” and nothing else.",
    )


def _kinds(kinds: Iterable[str], pack: Protocol, last: str = " and ") -> str:
    return _listed((pack.agency_kinds[kind] for kind in kinds), last)


def _listed(words: Iterable[str], last: str = " and ") -> str:
    *first, end = words
    return last.join([", ".join(first), end]) if first else end
