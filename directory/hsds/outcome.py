"""What became of one row of a file, in a sentence: nothing is dropped without a line."""

from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """Kept as it was, kept after something was done to it, or not kept."""

    KEPT = "kept"
    REPAIRED = "repaired"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file, and what became of it."""

    table: str  # as the file calls it
    row: int  # the first after the heading is 1
    id: str
    outcome: Outcome
    why: str = ""
