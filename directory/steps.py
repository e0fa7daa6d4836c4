"""From one directory to the next: does it give anybody more, and what has changed?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

from directory.agency import Agency


class Step(Enum):
    """What the next directory does to the last: give somebody more, or only less."""

    WIDENING = "widening"
    RESTRICTING = "restricting"


class State(Protocol):
    """The parts of a directory that a step is judged by."""

    @property
    def issued(self) -> date: ...
    @property
    def valid_until(self) -> date: ...
    @property
    def k(self) -> int: ...
    @property
    def pack(self) -> str: ...
    @property
    def signers(self) -> tuple[str, ...]: ...
    @property
    def entries(self) -> tuple[Agency, ...]: ...


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is another in the next directory; without an agency it is about all."""

    agency: str
    name: str
    part: str
    before: object
    after: object


_ALONE = ("pack", "k", "signers")
_PLAIN = (
    "name",
    "kind",
    "node_key",
    "tier",
    "coordinating",
    "suspended",
    "verified_on",
    "agreement_signed",
    "agreement_until",
    "agreement_hash",
    "signatories",
    "liaisons",
)
# Whoever these name is called, or believed: a new one is more than there was, whatever it says.
_ANY_CHANGE = (
    "name",
    "kind",
    "node_key",
    "tier",
    "coordinating",
    "liaisons",
    "signatories",
    "agreement_hash",
)


def classify(previous: State, following: State) -> Step:
    """Does this step give any agency something it did not have? Then it needs all k signatures."""
    if any(getattr(previous, part) != getattr(following, part) for part in _ALONE):
        return Step.WIDENING
    if _lasts_longer(previous, following):
        return Step.WIDENING
    before = {entry.id: entry for entry in previous.entries}
    for entry in following.entries:
        last = before.get(entry.id)
        if last is None or _gains(last, entry):
            return Step.WIDENING
    return Step.RESTRICTING


def differences(previous: State, following: State) -> tuple[Difference, ...]:
    """Everything that is another in the next directory, but its number and days."""
    found = [
        Difference("", "", part, getattr(previous, part), getattr(following, part))
        for part in _ALONE
        if getattr(previous, part) != getattr(following, part)
    ]
    before = {entry.id: entry for entry in previous.entries}
    after = {entry.id: entry for entry in following.entries}
    for id, last in before.items():
        if id not in after:
            found.append(Difference(id, last.name, "listed", before=True, after=False))
    for id, entry in after.items():
        if id not in before:
            found.append(Difference(id, entry.name, "listed", before=False, after=True))
            continue
        found += _between(before[id], entry)
    return tuple(found)


def _between(last: Agency, entry: Agency) -> Iterator[Difference]:
    for part in _PLAIN:
        was, now = getattr(last, part), getattr(entry, part)
        if was != now:
            yield Difference(entry.id, entry.name, part, was, now)
    for seat in sorted(last.seats ^ entry.seats):
        was, now = seat in last.seats, seat in entry.seats
        yield Difference(entry.id, entry.name, f"seat {seat}", was, now)


def _lasts_longer(previous: State, following: State) -> bool:
    """One signature renews a directory in force, for as long as it was made; no more than that."""
    longer = following.valid_until - following.issued > previous.valid_until - previous.issued
    return longer or following.issued > previous.valid_until


def _gains(last: Agency, entry: Agency) -> bool:
    """Has this agency more than before? Any change of tier, key, name or kind counts as more."""
    if any(getattr(last, part) != getattr(entry, part) for part in _ANY_CHANGE):
        return True
    if entry.seats - last.seats or (last.suspended and not entry.suspended):
        return True
    if entry.verified_on is not None and entry.verified_on != last.verified_on:
        return True
    return _agreed_more(last, entry)


def _agreed_more(last: Agency, entry: Agency) -> bool:
    if entry.agreement_signed is None or entry.agreement_until is None:
        return False
    if last.agreement_signed is None or last.agreement_until is None:
        return True
    later = entry.agreement_until > last.agreement_until
    return later or entry.agreement_signed < last.agreement_signed
