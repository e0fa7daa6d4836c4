"""Days and moments as a part or a plan says them; what another node wrote there may be none."""

from datetime import UTC, date, datetime
from typing import Final

from tiers import reading
from tiers.reading import FormMistake

_YEARS: Final = range(1850, 2201)  # as in tiers.reading: beyond them a zone may have no such hour


def day_in(words: str) -> date | None:
    """The day that these words say, written year-month-day; None where they say none."""
    try:
        return reading.day(words, "")
    except FormMistake:
        return None


def moment_in(words: str) -> datetime | None:
    """The moment that these words say, in UTC where they name no zone; None where they say none."""
    try:
        at = datetime.fromisoformat(words)
    except ValueError:
        return None
    if at.year not in _YEARS:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
