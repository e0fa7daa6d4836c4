"""What the coordinating node may change about a partner, and what the entry then says."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from directory.agency import Agency
from directory.liaison import Liaison, Signatory, beside
from server.node.desk import Desk
from server.node.errors import Usage
from tiers.tier import Tier


@dataclass(frozen=True, slots=True)
class Change:
    """What is to change about a partner; what is not named stays."""

    tier: Tier | None = None
    seat: str | None = None
    no_seat: bool = False
    agreement_until: date | None = None
    suspended: bool | None = None
    remove: bool = False
    agreement_signed: date | None = None  # today, when only the last day is given
    agreement_hash: str | None = None
    signatories: tuple[Signatory, ...] = ()
    liaisons: tuple[Liaison, ...] = ()  # each takes the place of the one before
    no_liaison: frozenset[str] = frozenset()


def check_seats(seats: Iterable[str], desk: Desk) -> None:
    """Refuse a seat the pack does not know."""
    known = {row.seat for row in desk.pack.exchanges.values() if row.seat}
    unknown = sorted(set(seats) - known)
    if unknown:
        raise Usage(f"The pack knows no seat {unknown[0]}. It knows: {', '.join(sorted(known))}.")


def changed(entry: Agency, change: Change, desk: Desk) -> Agency:
    """The entry after this change."""
    if change.seat:
        check_seats([change.seat], desk)
    seats = frozenset() if change.no_seat else entry.seats
    signed = change.agreement_signed
    if signed is None and change.agreement_until is not None:
        signed = desk.today
    if signed is not None and signed > desk.today:
        raise Usage("The agreement cannot have been signed on a day that is still to come.")
    return replace(
        entry,
        tier=change.tier.value if change.tier else entry.tier,
        seats=seats | {change.seat} if change.seat else seats,
        agreement_signed=signed or entry.agreement_signed,
        agreement_until=change.agreement_until or entry.agreement_until,
        suspended=entry.suspended if change.suspended is None else change.suspended,
        agreement_hash=change.agreement_hash or entry.agreement_hash,
        signatories=change.signatories or entry.signatories,
        liaisons=_liaisons(entry, change),
    )


def named(change: Change) -> list[str]:
    """What changed, in the words of the command; who is called is in the directory, not here."""
    told = {
        f"tier {change.tier.value if change.tier else ''}": change.tier is not None,
        f"seat {change.seat}": change.seat is not None,
        "no seat": change.no_seat,
        f"agreement until {change.agreement_until}": change.agreement_until is not None,
        f"agreement signed {change.agreement_signed}": change.agreement_signed is not None,
        f"suspended {change.suspended}": change.suspended is not None,
        "removed": change.remove,
        "agreement document": change.agreement_hash is not None,
        "signatories": bool(change.signatories),
        "liaisons": bool(change.liaisons or change.no_liaison),
    }
    return [words for words, meant in told.items() if meant]


def _liaisons(entry: Agency, change: Change) -> tuple[Liaison, ...]:
    kept = tuple(one for one in entry.liaisons if one.place not in change.no_liaison)
    for one in change.liaisons:
        kept = beside(kept, one)
    return kept
