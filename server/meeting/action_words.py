"""How an action stands, as people say it: the same word on every page and every paper."""

from collections.abc import Mapping
from typing import Final

STATUS_WORDS: Final[Mapping[str, str]] = {
    "": "Open",
    "open": "Open",
    "in_progress": "In progress",
    "completed": "Done",
    "not_possible_changed_circumstances": "Not possible: circumstances changed",
    "not_done_by_agency": "Not done by the agency",
    "superseded": "Replaced by another step",
    "declined": "Declined",
}


def status_words(status: str) -> str:
    """What this status is called; one nobody foresaw stays as it was written."""
    return STATUS_WORDS.get(status, status)
