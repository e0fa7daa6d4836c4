"""Which agreements end soon or have ended, and whether the protocol itself is past its review."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from directory.agency import Agency
from server.node.desk import Desk
from server.node.standing_words import day


@dataclass(frozen=True, slots=True)
class Due:
    """One agreement that ends within the pack's days of notice, or has ended."""

    agency: str
    name: str
    until: date
    days: int  # left; below nought once it has ended
    threshold: int  # the notice that is due: 60, 30 or 7 days before; -1 once it has ended

    @property
    def sentence(self) -> str:
        """What a reminder says; it names no case and nobody's client."""
        if self.days < 0:
            return f"The agreement with {self.name} ended on {day(self.until)}."
        return f"The agreement with {self.name} ends on {day(self.until)}."

    @property
    def key(self) -> str:
        """The reminder this is, so that it goes out once."""
        return f"agreement:{self.agency}:{self.until.isoformat()}:{self.threshold}"


def due(desk: Desk) -> tuple[Due, ...]:
    """What this node is to be reminded of, the soonest first: the coordinating node of all."""
    found = [
        one
        for agency in desk.directory.entries
        if desk.node.coordinating or agency.id == desk.node.identity
        if (one := about(agency, desk)) is not None
    ]
    return tuple(sorted(found, key=lambda one: (one.until, one.name)))


def about(agency: Agency, desk: Desk) -> Due | None:
    """The reminder about this agency's agreement, if one is due today."""
    until = agency.agreement_until
    if until is None:
        return None
    days = (until - desk.today).days
    threshold = notice(days, desk.pack.agreement.reminders)
    return None if threshold is None else Due(agency.id, agency.name, until, days, threshold)


def review_past(desk: Desk) -> date | None:
    """The day on which the protocol was to be looked at again, if it is past."""
    review = desk.pack.agreement.review_on
    return review if review is not None and review < desk.today else None


def notice(days: int, notices: Sequence[int]) -> int | None:
    """Which notice is due so many days before: -1 once the day has passed, None before any."""
    if days < 0:
        return -1
    return min((one for one in notices if days <= one), default=None)
