"""A line of results: what the index keeps to show of a partner or a service, read for a moment."""

import json
from dataclasses import dataclass

from server.listing import opening
from server.listing.asked import Clock
from server.listing.opening import Day


@dataclass(frozen=True, slots=True)
class Beds:
    """How much is free of something, and when that was last said."""

    available: str
    unit: str
    updated: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a line of results says of one service, or of a partner itself."""

    hsds_id: str
    name: str
    about: str
    types: tuple[str, ...]
    areas: tuple[str, ...]
    languages: tuple[str, ...]
    phone: str
    alert: str
    closed: bool
    hours: Day
    free: tuple[Beds, ...]


def read(hsds_id: str, body: str, clock: Clock | None) -> Card:
    """The line of one doc; with a clock, also its hours at that moment."""
    kept = json.loads(body)
    schedules = kept.get("schedules", ())
    return Card(
        hsds_id=hsds_id,
        name=str(kept.get("name", "")),
        about=kept.get("about", ""),
        types=tuple(kept.get("types", ())),
        areas=tuple(kept.get("areas", ())),
        languages=tuple(kept.get("languages", ())),
        phone=kept.get("phone", ""),
        alert=kept.get("alert", ""),
        closed=bool(kept.get("closed")),
        hours=opening.at(schedules, clock.now, clock.zone) if clock else Day(),
        free=tuple(
            Beds(_amount(one["available"]), str(one["unit"]), str(one["updated"] or ""))
            for one in kept.get("free", ())
        ),
    )


def _amount(available: object) -> str:
    text = str(available if available is not None else "")
    return text.removesuffix(".0")
