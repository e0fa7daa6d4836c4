"""The gate. decide() is the only function that makes a Cleared, and only a Cleared can leave."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tiers.consent import Consent, ConsentKind, ConsentMistake
from tiers.fragment import (
    ASKED,
    CHILD,
    OTHER_ADULTS,
    PRIVATE,
    SYSTEM_SECTIONS,
    Fragment,
    Place,
    Written,
)
from tiers.grounds import DISCLOSER, RECIPIENT, directed, lives, signed_well, stands, well_given
from tiers.pack_both import both_allow
from tiers.protocol import ExchangeRow, Protocol
from tiers.reason import Reason
from tiers.rows import row_of
from tiers.standing import Standing

__all__ = ["Cleared", "LeftOut", "Party", "Reason", "Withheld", "decide"]


@dataclass(frozen=True, slots=True)
class Party:
    """An agency at one end of an exchange, and what the directory says of it."""

    agency: str
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A place that stays here, and why."""

    place: Place
    reason: Reason


@dataclass(frozen=True, slots=True)
class Cleared:
    """A fragment that may leave: to this agency, under this consent, until that day."""

    fragment: Fragment
    consent: Consent
    discloser: str
    recipient: str
    exchange: str
    until: date
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """Nothing may leave, and why; each place has its own reason."""

    reason: Reason
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class _Question:
    """Everything the gate weighs for one place, once the parties and the consent have passed."""

    fragment: Fragment
    consent: Consent
    discloser: Standing
    recipient: Standing
    row: ExchangeRow
    pack: Protocol


def decide(  # noqa: PLR0917 - the question has as many parts as it has
    fragment: Fragment,
    discloser: Party,
    recipient: Party,
    consent: Consent | None,
    exchange: str,
    pack: Protocol,
    today: date,
    *,
    carrier: str,
    agreed: str,
    signed_under: Protocol | None,
) -> Cleared | Withheld:
    """May this record, or which part of it, go to that agency today, and if not, why?

    `agreed` is the digest of the pack that the signed directory names; `signed_under` the pack the
    consent was signed under, or None where this node does not have it.
    """
    if consent is None:
        return _withhold(Reason.NO_CONSENT, fragment, pack)
    if agreed != pack.digest:
        return _withhold(Reason.NOT_THE_PACK, fragment, pack)
    if signed_under is None:
        return _withhold(Reason.PACK_UNKNOWN, fragment, pack)
    pack = both_allow(pack, signed_under)
    row = pack.exchanges.get(exchange)
    if row is None:
        return _withhold(Reason.UNKNOWN_EXCHANGE, fragment, pack)
    here, there = discloser.standing, recipient.standing
    if here is None:
        return _withhold(Reason.DISCLOSER_UNKNOWN, fragment, pack)
    if there is None:
        return _withhold(Reason.RECIPIENT_UNKNOWN, fragment, pack)
    reason = (
        stands(here, row, today, DISCLOSER)
        or stands(there, row, today, RECIPIENT)
        or lives(consent, pack, today)
        or directed(consent, discloser.agency, recipient.agency, row, carrier)
        or well_given(consent, pack)
        or signed_well(consent.signer, fragment)
    )
    if reason is not None:
        return _withhold(reason, fragment, pack)
    question = _Question(fragment, consent, here, there, row, pack)
    reasons = {place: _why_not(place, question) for place in fragment.fields}
    left_out = tuple(
        LeftOut(place, why) for place, why in sorted(reasons.items(), key=_by_place) if why
    )
    kept = {place: fragment.fields[place] for place, why in reasons.items() if why is None}
    if not kept:
        return Withheld(_shared_reason(left_out), left_out)
    return Cleared(
        fragment=_only(fragment, kept),
        consent=consent if consent.tells_name else consent.without_name(),
        discloser=discloser.agency,
        recipient=recipient.agency,
        exchange=exchange,
        until=min(consent.ends, *_agreed_until(here), *_agreed_until(there)),
        left_out=left_out,
    )


def _why_not(place: Place, question: _Question) -> Reason | None:
    """Why this place stays here; None when it may leave."""
    consent, fragment = question.consent, question.fragment
    if place.section in SYSTEM_SECTIONS:
        return _why_not_system(place, fragment.fields[place], consent)
    if _never_leaves(place, question.pack):
        return Reason.NEVER_SHARED
    if place.section not in question.pack.sections:
        return Reason.NOT_IN_PACK
    if place.section not in consent.sections:
        return Reason.NOT_IN_CONSENT
    if place.section not in question.row.carries[question.discloser.tier]:
        return Reason.DISCLOSER_MAY_NOT_CARRY
    if place.section not in question.row.carries[question.recipient.tier]:
        return Reason.RECIPIENT_MAY_NOT_CARRY
    role = fragment.people.get(place.about)
    if role is None:
        return Reason.PERSON_UNKNOWN
    if place.about not in consent.about:
        return Reason.CHILD_NOT_NAMED if role == CHILD else Reason.PERSON_NOT_NAMED
    # She rules out a field by its name, in every row that has it.
    if {(place.section, place.field), (place.section, row_of(place)[1])} & consent.excluded:
        return Reason.EXCLUDED
    if place in fragment.closed:
        return Reason.RESTED_ON_ENDED
    if role in OTHER_ADULTS and not fragment.bases.get(place.about, "").strip():
        return Reason.NO_BASIS
    return None


def _why_not_system(place: Place, values: tuple[Written, ...], consent: Consent) -> Reason | None:
    """Casefold's own notes travel from the collector only, each consent to its own discloser."""
    if consent.collected_by != consent.discloser or consent.kind is ConsentKind.PLAN:
        return Reason.NOT_FOR_THIS_EXCHANGE
    if place.section == ASKED:
        return None if consent.kind is ConsentKind.TELL else Reason.NOT_FOR_THIS_EXCHANGE
    if not all(_is_theirs(written.value, consent) for written in values):
        return Reason.NOT_THEIR_CONSENT
    return None


def _is_theirs(value: str, consent: Consent) -> bool:
    """Do these terms belong to the recipient, under the same release?"""
    try:
        terms = Consent.from_terms(json.loads(value))
    except (ValueError, RecursionError, ConsentMistake):
        return False
    named_too_much = bool(terms.signer.name) and not consent.tells_name
    return (
        terms.release_id == consent.release_id
        and terms.discloser == consent.recipient
        and not named_too_much
    )


def _never_leaves(place: Place, pack: Protocol) -> bool:
    section = pack.sections.get(place.section)
    return place.section == PRIVATE or (section is not None and section.never_leaves)


def _withhold(reason: Reason, fragment: Fragment, pack: Protocol) -> Withheld:
    """Nothing leaves; a place that never leaves keeps its own reason."""
    return Withheld(
        reason,
        tuple(
            LeftOut(place, Reason.NEVER_SHARED if _never_leaves(place, pack) else reason)
            for place in sorted(fragment.fields)
        ),
    )


def _shared_reason(left_out: tuple[LeftOut, ...]) -> Reason:
    """The one reason that all places share, or that nothing is left."""
    reasons = {each.reason for each in left_out}
    reasons = reasons - {Reason.NEVER_SHARED} or reasons
    return reasons.pop() if len(reasons) == 1 else Reason.NOTHING_TO_SHARE


def _only(fragment: Fragment, kept: Mapping[Place, tuple[Written, ...]]) -> Fragment:
    """The part that leaves: the people it speaks of, and no basis, which is ours alone."""
    spoken_of = {place.about for place in kept}
    people = {person: role for person, role in fragment.people.items() if person in spoken_of}
    return Fragment(fragment.case_ref, people, dict(kept), {})


def _agreed_until(standing: Standing) -> tuple[date, ...]:
    return () if standing.agreement is None else (standing.agreement.until,)


def _by_place(row: tuple[Place, Reason | None]) -> Place:
    return row[0]
