"""The merged view: lanes side by side, each under its own consent, never made into one truth."""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from client_sync.errors import SyncError
from client_sync.lane import Lane
from tiers.fragment import ASKED, SYSTEM_SECTIONS, Place, Written
from tiers.rows import row_of

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:\d{2}(?::\d{2})?Z?)?")
_SPELLED_DAY = re.compile(r"(\d{1,2})\.? ([a-z]{3,9})\.?,? (\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class NotOneCase(SyncError):
    """These parts belong to different cases. They were not put together."""


@dataclass(frozen=True, slots=True)
class ViewedLane:
    """A lane somebody may see today: whose it is, under which consent, until which day."""

    agency: str
    name: str
    consent: str
    until: date
    lane: Lane


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one agency says about one thing; several values where its own people have not chosen."""

    agency: str
    consent: str
    until: date
    written: str
    by: str
    about: str
    field: str
    values: tuple[str, ...]
    agency_id: str
    wordings: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """An agency that was asked for its part and has not answered."""

    agency: str
    name: str
    asked_on: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A part that is no longer here, and since when."""

    agency: str
    name: str
    consent: str
    on: date


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case on one day, as one viewer may see it."""

    case_ref: str
    as_of: date
    people: Mapping[str, str]
    sections: Mapping[str, tuple[Contribution, ...]]
    differ: tuple[Place, ...]
    asked: tuple[Asked, ...]
    ended: tuple[Ended, ...]
    roles_differ: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """The view as plain values, ready for JSON."""
        return {
            "case_ref": self.case_ref,
            "as_of": self.as_of.isoformat(),
            "people": dict(self.people),
            "sections": {
                section: [_plain(one) for one in contributions]
                for section, contributions in self.sections.items()
            },
            "differ": [
                {"section": one.section, "about": one.about, "field": one.field}
                for one in self.differ
            ],
            "asked": [
                {"agency": one.name, "agency_id": one.agency, "asked_on": one.asked_on}
                for one in self.asked
            ],
            "ended": [
                {
                    "agency": one.name,
                    "agency_id": one.agency,
                    "consent": one.consent,
                    "on": one.on.isoformat(),
                }
                for one in self.ended
            ],
        }


def fold(
    lanes: Sequence[ViewedLane],
    today: date,
    ended: Sequence[Ended] = (),
    own_words: Collection[tuple[str, str]] = (),
) -> CaseView:
    """Put the lanes side by side. `own_words` are the (section, field) in which agencies tell their
    own story, so that differing there means nothing. A lane past its day counts as ended."""
    each = {(one.agency, one.consent): one for one in lanes}
    ordered = sorted(each.values(), key=lambda one: (one.name, one.agency, one.consent))
    live = [one for one in ordered if today <= one.until]
    over = [
        Ended(one.agency, one.name, one.consent, one.until) for one in ordered if one not in live
    ]
    if len({one.lane.case_ref for one in ordered}) > 1:
        raise NotOneCase
    past = tuple(sorted({*ended, *over}, key=lambda one: (one.on, one.name, one.consent)))
    people, roles_differ = _people(live)
    return CaseView(
        case_ref=ordered[0].lane.case_ref if ordered else "",
        as_of=today,
        people=people,
        sections=_sections(live),
        differ=_differ(live, own_words),
        asked=_asked(live, {one.agency for one in live} | {one.agency for one in past}),
        ended=past,
        roles_differ=roles_differ,
    )


def alike(value: str) -> str:
    """A value as it is compared: case, spacing and the way a day is written aside."""
    text = " ".join(unicodedata.normalize("NFKC", value).casefold().split()).rstrip(".;,")
    if found := _DAY.fullmatch(text.upper()):
        return _day(found[1], found[2], found[3]) or text
    if (found := _SPELLED_DAY.fullmatch(text)) and found[2][:3] in _MONTHS:
        return _day(found[3], str(_MONTHS.index(found[2][:3]) + 1), found[1]) or text
    return text


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _sections(lanes: Iterable[ViewedLane]) -> dict[str, tuple[Contribution, ...]]:
    sections: dict[str, list[Contribution]] = {}
    for viewed, place, wordings in _shown(lanes):
        latest = wordings[-1]
        sections.setdefault(place.section, []).append(
            Contribution(
                agency=viewed.name,
                consent=viewed.consent,
                until=viewed.until,
                written=latest.at,
                by=latest.by,
                about=place.about,
                field=place.field,
                values=tuple(dict.fromkeys(one.value for one in wordings)),
                agency_id=viewed.agency,
                wordings=tuple(wordings),
            )
        )
    return {
        section: tuple(
            sorted(found, key=lambda one: (one.about, one.field, one.agency, one.consent))
        )
        for section, found in sorted(sections.items())
    }


def _shown(lanes: Iterable[ViewedLane]) -> Iterator[tuple[ViewedLane, Place, list[Written]]]:
    for viewed in lanes:
        for place, wordings in viewed.lane.fields.items():
            said = [one for one in wordings if one.value.strip()]
            if said and place.section not in SYSTEM_SECTIONS:
                yield viewed, place, said


def _differ(
    lanes: Iterable[ViewedLane], own_words: Collection[tuple[str, str]]
) -> tuple[Place, ...]:
    said: dict[Place, dict[str, set[str]]] = {}
    for viewed, place, wordings in _shown(lanes):
        if (place.section, row_of(place)[1]) not in own_words:
            by_agency = said.setdefault(place, {}).setdefault(viewed.agency, set())
            by_agency.update(alike(one.value) for one in wordings)
    return tuple(
        place
        for place, by_agency in sorted(said.items())
        if len({frozenset(values) for values in by_agency.values()}) > 1
    )


def _people(lanes: Iterable[ViewedLane]) -> tuple[dict[str, str], tuple[str, ...]]:
    people: dict[str, str] = {}
    differ: set[str] = set()
    for viewed in lanes:
        for person, role in viewed.lane.people.items():
            if people.setdefault(person, role) != role:
                differ.add(person)
    return dict(sorted(people.items())), tuple(sorted(differ))


def _asked(lanes: Iterable[ViewedLane], heard_from: Collection[str]) -> tuple[Asked, ...]:
    asked: dict[str, Asked] = {}
    for viewed in lanes:
        for place, wordings in viewed.lane.fields.items():
            if place.section != ASKED or place.field in heard_from or not wordings:
                continue
            found = _read_asked(place.field, wordings[-1].value)
            if found is not None:
                asked.setdefault(place.field, found)
    return tuple(sorted(asked.values(), key=lambda one: (one.name, one.agency)))


def _read_asked(agency: str, text: str) -> Asked | None:
    try:
        said = json.loads(text)
        name, asked_on = said["name"], date.fromisoformat(said["asked_on"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(name, str) or len(name) > 200:
        return None
    return Asked(agency, name, asked_on.isoformat())


def _plain(one: Contribution) -> dict[str, Any]:
    return {
        "agency": one.agency,
        "agency_id": one.agency_id,
        "consent": one.consent,
        "until": one.until.isoformat(),
        "written": one.written,
        "by": one.by,
        "about": one.about,
        "field": one.field,
        "values": list(one.values),
    }
