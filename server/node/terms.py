"""What the coordinating node may change about a partner, and what the entry then says."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from directory.agency import Agency
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
    return replace(
        entry,
        tier=change.tier.value if change.tier else entry.tier,
        seats=seats | {change.seat} if change.seat else seats,
        agreement_signed=desk.today if change.agreement_until else entry.agreement_signed,
        agreement_until=change.agreement_until or entry.agreement_until,
        suspended=entry.suspended if change.suspended is None else change.suspended,
    )


def named(change: Change) -> list[str]:
    """What changed, in the words of the command."""
    told = {
        f"tier {change.tier.value if change.tier else ''}": change.tier is not None,
        f"seat {change.seat}": change.seat is not None,
        "no seat": change.no_seat,
        f"agreement until {change.agreement_until}": change.agreement_until is not None,
        f"suspended {change.suspended}": change.suspended is not None,
        "removed": change.remove,
    }
    return [words for words, meant in told.items() if meant]
