"""A change that was drawn upon one directory, drawn again upon the next."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from directory.agency import Agency


def rebased(
    base: Sequence[Agency], wanted: Sequence[Agency], now: Sequence[Agency]
) -> list[Agency]:
    """What is wanted, with all that became another meanwhile and was not part of the change."""
    was = {entry.id: entry for entry in base}
    want = {entry.id: entry for entry in wanted}
    here = {entry.id: entry for entry in now}
    kept = [
        _moved(was.get(id), want.get(id, entry), entry)
        for id, entry in here.items()
        if id in want or id not in was
    ]
    return kept + [entry for id, entry in want.items() if id not in here and id not in was]


def _moved(was: Agency | None, wanted: Agency, here: Agency) -> Agency:
    """Only what the change was about is another; whoever was suspended meanwhile stays so."""
    if was is None:
        return wanted
    changed: dict[str, Any] = {
        part.name: getattr(wanted, part.name)
        for part in fields(Agency)
        if getattr(wanted, part.name) != getattr(was, part.name)
    }
    return replace(here, **changed)
